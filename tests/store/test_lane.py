"""Lanes: nothing is lost, nothing waits without need, one bad item costs no other."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.errors import Conflict, Invalid, InventoryError, Unavailable
from customer_inventory.store.lane import Lane


class Counting:
    """Runs batches of numbers: tells each its double, and remembers what ran."""

    def __init__(self, *, bad: Sequence[int] = (), failure: Exception | None = None) -> None:
        self.batches: list[list[int]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.open = asyncio.Event()
        self.open.set()
        self._bad = bad
        self._failure = failure or Invalid("bad")

    async def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(items))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self.open.wait()
        await asyncio.sleep(0)
        self.under_way -= 1
        if set(items) & set(self._bad):
            raise self._failure
        return [item * 2 for item in items]


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("tracks", [1, 2, 3])
async def test_one_after_the_other_never_waits_for_company(tracks: int) -> None:
    lane = Lane(Counting(), tracks=tracks)
    async with asyncio.timeout(20):
        assert [await lane.submit(item) for item in range(300)] == list(range(0, 600, 2))


@pytest.mark.parametrize("tracks", [1, 2, 3])
@pytest.mark.parametrize("submitters", [2, 5, 20])
async def test_nothing_is_left_waiting(tracks: int, submitters: int) -> None:
    run = Counting()
    lane = Lane(run, width=4, tracks=tracks)

    async def submit_many(first: int) -> list[int]:
        return [await lane.submit(item) for item in range(first, first + 50)]

    async with asyncio.timeout(20):
        results = await asyncio.gather(*(submit_many(n * 50) for n in range(submitters)))
    assert [value for part in results for value in part] == [n * 2 for n in range(50 * submitters)]
    assert sorted(item for batch in run.batches for item in batch) == list(range(50 * submitters))
    assert run.most_under_way <= tracks


async def test_what_arrives_in_one_turn_leaves_together() -> None:
    run = Counting()
    lane = Lane(run, width=100, tracks=1)
    await asyncio.gather(*(lane.submit(item) for item in range(40)))
    assert run.batches == [list(range(40))]


async def test_what_arrives_meanwhile_leaves_together_and_in_order() -> None:
    run = Counting()
    lane = Lane(run, width=3, tracks=1)
    run.open.clear()
    tasks = [asyncio.create_task(lane.submit(0))]
    await turns(3)
    tasks += [asyncio.create_task(lane.submit(item)) for item in range(1, 6)]
    await turns(3)
    run.open.set()
    await asyncio.gather(*tasks)
    assert run.batches == [[0], [1, 2, 3], [4, 5]]


async def test_a_full_lane_refuses_at_once() -> None:
    run = Counting()
    lane = Lane(run, width=1, tracks=1, limit=3)
    run.open.clear()
    tasks = [asyncio.create_task(lane.submit(0))]
    await turns(2)
    tasks += [asyncio.create_task(lane.submit(item)) for item in (1, 2, 3)]
    await turns(2)
    with pytest.raises(Unavailable):
        await lane.submit(4)
    run.open.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6]
    assert await lane.submit(5) == 10


@given(st.lists(st.integers(0, 30), unique=True), st.sets(st.integers(0, 30)), st.booleans())
def test_one_bad_item_costs_no_other(items: list[int], bad: set[int], is_conflict: bool) -> None:
    failure: InventoryError = Conflict("taken") if is_conflict else Invalid("bad")
    run = Counting(bad=sorted(bad), failure=failure)

    async def submit_all() -> list[int | BaseException]:
        lane = Lane(run, width=16, tracks=1)
        return await asyncio.gather(*(lane.submit(item) for item in items), return_exceptions=True)

    results = asyncio.run(submit_all())
    assert results == [failure if item in bad else item * 2 for item in items]


async def test_one_bad_item_among_many_is_found_in_few_statements() -> None:
    run = Counting(bad=[77])
    lane = Lane(run, width=128, tracks=1)
    results = await asyncio.gather(
        *(lane.submit(item) for item in range(128)), return_exceptions=True
    )
    assert [item for item, result in enumerate(results) if isinstance(result, Exception)] == [77]
    assert len(run.batches) <= 15


async def test_a_failure_of_unknown_outcome_is_told_to_all_and_not_repeated() -> None:
    run = Counting(bad=[3], failure=Unavailable("gone"))
    lane = Lane(run, width=10, tracks=1)
    results = await asyncio.gather(*(lane.submit(n) for n in range(10)), return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results)
    assert len(run.batches) == 1
    assert await lane.submit(10) == 20


async def test_a_result_that_is_an_exception_is_raised_to_its_submitter_alone() -> None:
    async def run(items: Sequence[int]) -> Sequence[int | Exception]:
        return [Conflict("odd") if item % 2 else item for item in items]

    lane: Lane[int, int] = Lane(run)
    results = await asyncio.gather(*(lane.submit(n) for n in range(4)), return_exceptions=True)
    assert [type(result) for result in results] == [int, Conflict, int, Conflict]


async def test_a_cancelled_submitter_takes_nobody_along() -> None:
    run = Counting()
    lane = Lane(run, width=10, tracks=1)
    run.open.clear()
    under_way = [asyncio.create_task(lane.submit(item)) for item in (0, 1)]
    await turns(3)
    waiting = [asyncio.create_task(lane.submit(item)) for item in (2, 3)]
    await turns(3)
    under_way[0].cancel()
    waiting[0].cancel()
    await turns(3)
    run.open.set()
    results = await asyncio.gather(*under_way, *waiting, return_exceptions=True)
    assert [type(result) for result in results] == [
        asyncio.CancelledError,
        int,
        asyncio.CancelledError,
        int,
    ]
    # What was submitted is done, whoever is left to hear of it.
    assert run.batches == [[0, 1], [2, 3]]
    assert await lane.submit(4) == 8


async def test_a_failure_is_no_trouble_when_its_submitter_has_gone() -> None:
    run = Counting(bad=[0], failure=Unavailable("gone"))
    lane = Lane(run, tracks=1)
    run.open.clear()
    task = asyncio.create_task(lane.submit(0))
    await turns(3)
    task.cancel()
    run.open.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await lane.submit(1) == 2
