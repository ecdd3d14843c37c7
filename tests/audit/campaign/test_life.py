"""A campaign's life against a model: whatever people do in whatever order, it is what it says."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st

from customer_inventory.kit.errors import Conflict, InventoryError
from tests.audit.campaign.conftest import ACTOR, AGREES, DECLARED, INDIVIDUAL, SEEN, World, differs

STEPS = (
    "sample", "assign", "pause", "resume", "close", "abandon", "hand over", "read", "read",
    "read", "read", "read all", "adjudicate", "remove", "erase",
)  # fmt: skip
PEOPLE = ("ada", "grace", "edith")
ALLOWED: dict[str, tuple[str, ...]] = {
    "sample": ("planned",),
    "assign": ("sampled", "underWay", "paused"),
    "pause": ("underWay",),
    "resume": ("paused",),
    "close": ("underWay",),
    "abandon": ("planned", "sampled", "underWay", "paused"),
    "hand over": ("underWay", "paused"),
    "read": ("underWay",),
}
BECOMES = {
    "sample": "sampled", "pause": "paused", "resume": "underWay", "close": "closed",
    "abandon": "abandoned",
}  # fmt: skip


class Step(NamedTuple):
    """What somebody does; the number chooses whom or what it is done to."""

    what: str
    person: str
    number: int
    is_wrong: bool


steps = st.lists(
    st.builds(
        Step, st.sampled_from(STEPS), st.sampled_from(PEOPLE), st.integers(0, 20), st.booleans()
    ),
    max_size=25,
)
WRONG = Step("read", "ada", 0, True)
ALL = Step("read all", "ada", 0, False)
DECIDE = Step("adjudicate", "ada", 0, False)
CLOSE = Step("close", "ada", 0, False)


@dataclass
class Life:
    """Takes steps, and knows what the campaign should be."""

    world: World
    campaign: str
    ids: list[str]
    state: str = "planned"
    gone: set[str] = field(default_factory=set)

    async def take(self, step: Step) -> None:
        work = getattr(self, f"_{step.what.replace(' ', '_')}")
        allowed = ALLOWED.get(step.what)
        is_allowed = allowed is None or self.state in allowed
        try:
            await work(step)
        except Conflict:
            return  # it is too early or too late for it
        except InventoryError:
            if not is_allowed:
                raise
            return
        assert is_allowed, step
        self.state = BECOMES.get(step.what, self.state)
        if step.what == "assign" and self.state == "sampled":
            self.state = "underWay"

    async def _sample(self, _: Step) -> None:
        by = self.world.by("runner")
        await self.world.campaigns.sample(self.campaign, session=self.world.session, by=by)

    async def _assign(self, step: Step) -> None:
        people = PEOPLE[: 2 + step.number % 2]
        await self.world.campaigns.assign(self.campaign, people, by=self.world.by("runner"))

    async def _pause(self, _: Step) -> None:
        await self.world.campaigns.pause(self.campaign, by=self.world.by("runner"))

    async def _resume(self, _: Step) -> None:
        await self.world.campaigns.resume(self.campaign, by=self.world.by("runner"))

    async def _close(self, _: Step) -> None:
        await self.world.close(self.campaign)

    async def _abandon(self, step: Step) -> None:
        if step.number > 2:
            raise Conflict("Not this time: most lives go on.")
        await self.world.campaigns.abandon(self.campaign, by=self.world.by("runner"))

    async def _hand_over(self, step: Step) -> None:
        to = PEOPLE[step.number % len(PEOPLE)]
        by = self.world.by("runner")
        await self.world.campaigns.hand_over(self.campaign, step.person, to, by=by)

    async def _read(self, step: Step) -> None:
        task = await self.world.next(self.campaign, step.person)
        if task is None:
            return
        assert str(task.item.record_id) not in self.gone
        verdicts = differs("Byron") if step.is_wrong else AGREES
        done = await self.world.record(self.campaign, task.item.number, step.person, verdicts)
        assert done.state in ("open", "decided", "disputed")

    async def _read_all(self, _: Step) -> None:
        for person in PEOPLE:
            await self.world.read_all(self.campaign, person)

    async def _adjudicate(self, step: Step) -> None:
        for each in await self.world.campaigns.items(self.campaign):
            if each.state == "disputed":
                given = await self._readings(each.number)
                free = [person for person in (*PEOPLE, "frances") if person not in given]
                by = self.world.by(free[step.number % len(free)])
                await self.world.campaigns.adjudicate(
                    self.campaign, each.number, AGREES, SEEN, session=self.world.session, by=by
                )
                return

    async def _readings(self, number: int) -> set[str]:
        said = "SELECT auditor FROM audit.campaign_reading WHERE campaign = $1 AND item = $2"
        rows = await self.world.database.fetch(said, self.campaign, number)
        return {row["auditor"] for row in rows}

    async def _remove(self, step: Step) -> None:
        identifier = self.ids[step.number % len(self.ids)]
        if identifier not in self.gone:
            await self.world.inventory.remove(INDIVIDUAL, identifier, actor=ACTOR)
            self.gone.add(identifier)

    async def _erase(self, step: Step) -> None:
        identifier = self.ids[step.number % len(self.ids)]
        if identifier not in self.gone:
            await self.world.eraser.erase(identifier, reason="DSR-2026-1", actor=ACTOR)
            self.gone.add(identifier)

    async def check(self) -> None:
        """What holds of a campaign at any time."""
        found = await self.world.campaigns.get(self.campaign)
        assert found.state == self.state
        items = await self.world.campaigns.items(self.campaign)
        replaced = [each.replaces for each in items if each.replaces is not None]
        assert len(set(replaced)) == len(replaced)
        by_number = {each.number: each for each in items}
        assert all(by_number[number].state == "void" for number in replaced)
        if found.size is not None:
            stand = [each for each in items if each.number not in replaced]
            assert len(stand) == found.size
        for each in items:
            given = await self._given(each.number)
            if each.state == "decided":
                assert len(given) == 1 + each.is_read_twice or 3 in given
            if each.state == "disputed":
                assert given == [1, 2]
            if each.state == "open":
                assert len(given) <= each.is_read_twice
        self._check_statement(found, items)

    async def _given(self, number: int) -> list[int]:
        said = (
            "SELECT reader FROM audit.campaign_reading"
            " WHERE campaign = $1 AND item = $2 AND given_at IS NOT NULL ORDER BY reader"
        )
        rows = await self.world.database.fetch(said, self.campaign, number)
        return [row["reader"] for row in rows]

    def _check_statement(self, found: Any, items: Any) -> None:
        if found.state != "closed":
            assert found.statement is None
            return
        result = found.statement["result"]
        outcomes = [each.outcome for each in items if each.state == "decided"]
        assert result["examined"] == len(outcomes)
        assert result["nonconforming"] == outcomes.count("nonconforming")
        assert {each.state for each in items} <= {"decided", "void"}
        is_over = result["nonconforming"] > found.limit
        assert (result["verdict"] == "contradicted") == is_over


async def test_a_campaign_lives_as_its_model_says(world: World) -> None:
    loop = asyncio.get_running_loop()

    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result()

    reached: set[str] = set()

    @given(steps, st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1)]))
    @example([WRONG, Step("erase", "ada", 3, False), ALL, *[DECIDE] * 9, CLOSE], Fraction(1))
    @example([Step("remove", "ada", n, False) for n in range(6)] + [ALL, CLOSE], Fraction(0))
    def live(given_steps: list[Step], second: Fraction) -> None:
        run(lived(world, given_steps, second, reached))

    await asyncio.to_thread(live)
    assert reached >= {"closed", "decided", "void"}


async def lived(world: World, given_steps: list[Step], second: Fraction, reached: set[str]) -> None:
    await world.database.execute(
        "TRUNCATE audit.campaign CASCADE; TRUNCATE record.individual, record.history"
    )
    ids = await world.people(9)
    made = await world.campaigns.new(
        replace(DECLARED, second_share=second), session=world.session, by=world.by("runner")
    )
    life = Life(world, made.id, ids)
    for step in (Step("sample", "ada", 0, False), Step("assign", "ada", 1, False), *given_steps):
        if given_steps and given_steps[0].number % 5 == 4 and step.what in ("sample", "assign"):
            continue  # some lives begin otherwise
        await life.take(step)
        await life.check()
    reached |= {life.state, *(await world.campaigns.progress(made.id))}
