"""Named lists of subjects: changed as a whole, in batches, and read by key."""

import tracemalloc
from collections.abc import AsyncIterator, Iterable

import pytest

from customer_inventory.kit.errors import Conflict, Invalid, NotFound, TooLarge
from customer_inventory.kit.ids import new_id
from customer_inventory.record.scoping import subject_list
from customer_inventory.record.scoping.subject_list import BATCH, By, change, make
from customer_inventory.store.database import Database

BY = By("ada", "terminal", "CASE-7")


async def lines(ids: Iterable[str]) -> AsyncIterator[str]:
    for identifier in ids:
        yield f"{identifier}\n"


@pytest.fixture
async def vip(database: Database) -> Database:
    await make(database, "vip", title="Very important", by=BY)
    return database


async def members(database: Database) -> list[str]:
    return await subject_list.members(database, "vip", limit=1000)


async def test_subjects_are_put_on_and_taken_off(vip: Database) -> None:
    one, two, three = sorted(new_id() for _ in range(3))
    done = await change(vip, "vip", "add", lines([two, one, two, "  ", one]), by=BY)
    assert (done.added, done.removed) == (2, 0)
    assert await members(vip) == [one, two]
    done = await change(vip, "vip", "add", lines([one, three]), by=BY)
    assert (done.added, done.removed) == (1, 0)
    done = await change(vip, "vip", "remove", lines([one, new_id()]), by=BY)
    assert (done.added, done.removed) == (0, 1)
    assert await subject_list.members(vip, "vip", after=two, limit=10) == [three]
    done = await change(vip, "vip", "replace", lines([one]), by=BY)
    assert (done.added, done.removed) == (1, 2)
    assert await members(vip) == [one]
    told = [(row["change"], row["added"]) for row in await subject_list.changes(vip, "vip")]
    assert told == [("replace", 1), ("remove", 0), ("add", 1), ("add", 2), ("make", 0)]


@pytest.mark.parametrize("bad", ["x", "7", "a" * 5000, "'; DROP TABLE record.listed --", "\x00"])
async def test_a_line_that_is_no_id_changes_nothing(vip: Database, bad: str) -> None:
    known = new_id()
    await change(vip, "vip", "add", lines([known]), by=BY)
    with pytest.raises(Invalid, match="line 3"):
        await change(vip, "vip", "replace", lines([new_id(), new_id(), bad]), by=BY)
    assert await members(vip) == [known]


async def test_what_is_no_list_is_refused(vip: Database) -> None:
    with pytest.raises(Conflict):
        await make(vip, "vip", title="Again", by=BY)
    for name in ("", "no name", "Vip", "x" * 64):
        with pytest.raises(Invalid):
            await make(vip, name, title="x", by=BY)
    with pytest.raises(Invalid, match="title"):
        await make(vip, "other", title=" ", by=BY)
    with pytest.raises(Invalid, match="reason"):
        await change(vip, "vip", "add", lines([]), by=By("ada", "terminal", ""))
    for refused in (
        change(vip, "nobody", "add", lines([]), by=BY),
        subject_list.members(vip, "nobody", limit=1),
        subject_list.lists(vip, "nobody"),
        subject_list.changes(vip, "nobody"),
    ):
        with pytest.raises(NotFound):
            await refused


async def test_a_list_has_no_more_than_it_may(
    vip: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject_list, "MOST_LISTED", 3)
    three = [new_id() for _ in range(3)]
    await change(vip, "vip", "add", lines(three), by=BY)
    with pytest.raises(TooLarge):
        await change(vip, "vip", "add", lines([new_id()]), by=BY)
    with pytest.raises(TooLarge):
        await change(vip, "vip", "replace", lines(new_id() for _ in range(4)), by=BY)
    assert await members(vip) == sorted(three)
    await change(vip, "vip", "replace", lines(three[:1]), by=BY)
    assert await members(vip) == three[:1]


async def test_a_long_list_is_not_held_in_memory(vip: Database) -> None:
    """What is held at once is a batch, whatever the length of the list."""

    async def peak(number: int) -> int:
        tracemalloc.start()
        await change(vip, "vip", "replace", lines(new_id() for _ in range(number)), by=BY)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    await peak(3 * BATCH)
    # One batch is sent while the next is read: of three on it is no more however many there are.
    three, many = await peak(3 * BATCH), await peak(9 * BATCH + 7)
    assert many < 1.3 * three
    (row,) = await subject_list.lists(vip, "vip")
    assert row["members"] == 9 * BATCH + 7


async def test_a_list_that_is_dropped_takes_its_members_with_it(vip: Database) -> None:
    await change(vip, "vip", "add", lines([new_id()]), by=BY)
    async with vip.transaction() as connection:
        done = await subject_list.drop(connection, "vip", by=BY)
    assert done.removed == 1
    assert await subject_list.lists(vip) == []
    assert await vip.value("SELECT count(*) FROM record.listed") == 0
    (last, *_) = await subject_list.changes(vip, "vip")
    assert (last["change"], last["removed"]) == ("drop", 1)
