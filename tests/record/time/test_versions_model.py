"""Every version is found again by any instant of its time: against a simple model of versions."""

from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.time.moment import Moment
from customer_inventory.record.version import NoSuchRecord, creation
from customer_inventory.record.write import Writer
from customer_inventory.store.database import Database
from tests.record.samples import INDIVIDUAL, decoded, person

ACTOR = Actor("test", "testing", "tester")
DAYS = [f"2026-01-{day:02}T00:00:00Z" for day in range(1, 8)]
_day = st.sampled_from(DAYS)
_period = st.fixed_dictionaries({}, optional={"startDateTime": _day, "endDateTime": _day})
_medium = st.fixed_dictionaries(
    {"emailAddress": st.sampled_from(["a@x", "b@x"])}, optional={"validFor": _period}
)
_facts = st.fixed_dictionaries(
    {"title": st.sampled_from(["Dr", "Prof"]), "contactMedium": st.lists(_medium, max_size=3)},
    optional={"validFor": _period},
)
_step = st.one_of(_facts, st.just("remove"))


def at(text: str | None, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else otherwise


def holds(period: dict[str, str], instant: datetime) -> bool:
    start = at(period.get("startDateTime"), instant)
    return start <= instant < at(period.get("endDateTime"), instant + timedelta(seconds=1))


def expected(document: Any, instant: datetime | None) -> Any:
    """Return what the model says was there; None for nothing."""
    if document is None or instant is None:
        return document
    if not holds(document.get("validFor", {}), instant):
        return None
    media = document["contactMedium"]
    kept = [medium for medium in media if holds(medium.get("validFor", {}), instant)]
    return {**document, "contactMedium": kept}


class Life:
    """A record that lives through steps, and the documents it should have been, oldest first."""

    def __init__(self, database: Database, identifier: str) -> None:
        self.inventory = Inventory(database)
        self.writer = Writer(database)
        self.id = identifier
        self.documents: list[Any] = []

    async def take(self, step: Any) -> None:
        """Change, remove or make the record again, whatever is possible just then."""
        there = self.documents[-1] if self.documents else None
        if there is None:
            given = {"contactMedium": [], **(step if isinstance(step, dict) else {})}
            document = {"id": self.id, **person(**given)}
            await self.writer.write(creation(INDIVIDUAL, document, ACTOR))
            self.documents.append(document)
        elif step == "remove":
            await self.inventory.remove(INDIVIDUAL, self.id, actor=ACTOR)
            self.documents.append(None)
        elif {**there, **step} != there:
            await self.inventory.change(
                INDIVIDUAL, self.id, lambda old: {**old, **step}, actor=ACTOR
            )
            self.documents.append({**there, **step})

    async def seen(self, moment: Moment) -> Any:
        """Return the document of that moment; None for none."""
        try:
            return decoded((await self.inventory.at(INDIVIDUAL, self.id, moment)).body)
        except NoSuchRecord:
            return None


@given(steps=st.lists(_step, min_size=1, max_size=6), asked=st.lists(_day, max_size=2))
async def test_what_was_is_found_by_any_instant_of_its_time(
    database: Database, steps: list[Any], asked: list[str]
) -> None:
    life = Life(database, new_id())
    for step in steps:
        await life.take(step)
    versions = (await life.inventory.versions(INDIVIDUAL, life.id))[::-1]
    assert [decoded(version.body) for version in versions] == life.documents
    instants = [None, *map(datetime.fromisoformat, asked)]
    for version, document in zip(versions, life.documents, strict=True):
        until = version.recorded_to or version.recorded_from + timedelta(days=1)
        for known in (version.recorded_from, until - timedelta(microseconds=1)):
            for instant in instants:
                assert await life.seen(Moment(instant, known)) == expected(document, instant)
    before = versions[0].recorded_from - timedelta(microseconds=1)
    assert await life.seen(Moment(None, before)) is None
    for instant in instants:
        assert await life.seen(Moment(instant)) == expected(life.documents[-1], instant)
