"""Who compares what: worklists, handed out in turn, and handed over when somebody leaves."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from customer_inventory.audit.campaign.campaign import (
    Campaign,
    become,
    check_auditors,
    get,
    held,
    staffed,
)
from customer_inventory.audit.campaign.history import By, take
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


class Place(NamedTuple):
    """A reading that is to be given: of an item, as first or second reader."""

    item: int
    reader: int


async def assign(database: Database, campaign: str, auditors: Sequence[str], *, by: By) -> Campaign:
    """Hand what is not read yet out to `auditors` (those declared, where none are named).

    A campaign that is sampled is under way then. Raises Invalid for no auditor, or for one where
    records are read twice, and Conflict for a campaign that is over or not sampled.
    """
    async with held(database, campaign, "sampled", "underWay", "paused") as (within, found):
        people = list(dict.fromkeys(auditors or found.declared.auditors))
        await _check(within, found, people)
        await within.execute(SQL.drop_open_readings, campaign)
        await deal(within, campaign, people)
        await staffed(within, campaign, people)
        await take(within, campaign, "assign", by)
        if found.state == "sampled":
            await become(within, campaign, "underWay")
        return await get(within, campaign)


async def hand_over(database: Database, campaign: str, leaver: str, to: str, *, by: By) -> Campaign:
    """Give what `leaver` has not read yet to another, who may be new; what was read stays.

    What the other has read as the other reader goes to the rest of the auditors. Raises Invalid
    for a leaver who audits nothing here, and where one would be left to read what is read twice.
    """
    async with held(database, campaign, "underWay", "paused") as (within, found):
        if leaver not in found.declared.auditors:
            raise Invalid(f"{leaver[:100]} audits nothing in this campaign.", path="from")
        if to == leaver:
            raise Invalid("is who leaves.", path="to")
        rest = [each for each in found.declared.auditors if each not in (leaver, to)]
        people = [*rest, to]
        await _check(within, found, people)
        await within.execute(SQL.drop_readings_of, campaign, leaver)
        await deal(within, campaign, people, first=to)
        await staffed(within, campaign, people)
        await take(within, campaign, "handOver", by)
        return await get(within, campaign)


async def deal(
    within: Database, campaign: str, people: Sequence[str], *, first: str | None = None
) -> None:
    """Hand out every reading that nobody has: to `first` where that may be, else in turn."""
    rows = await within.fetch(SQL.items_to_read, campaign)
    load = Counter(dict.fromkeys(people, 0))
    for row in rows:
        load.update(each for each in row["auditors"] if each in load)
    given = list(_dealt(rows, people, load, first))
    await within.execute(
        SQL.keep_readings,
        campaign,
        [place.item for place, _ in given],
        [place.reader for place, _ in given],
        [person for _, person in given],
    )


def _dealt(
    rows: Sequence[Row], people: Sequence[str], load: Counter[str], first: str | None
) -> Iterator[tuple[Place, str]]:
    for row in rows:
        taken = set(row["auditors"])
        for reader in (1, 2)[: 1 + row["is_read_twice"]]:
            if reader in row["readers"]:
                continue
            free = [person for person in people if person not in taken]
            person = first if first in free else min(free, key=lambda each: load[each])
            assert person is not None  # noqa: S101 - two people are there where two read
            load[person] += 1
            taken.add(person)
            yield Place(row["number"], reader), person


async def _check(within: Database, campaign: Campaign, people: Sequence[str]) -> None:
    check_auditors(people)
    if not people:
        raise Invalid("Somebody has to audit.", path="auditor", hint="Name auditors.")
    if len(people) == 1 and await within.value(SQL.has_second_readings, campaign.id):
        raise Invalid(
            "One auditor is not enough: some records are read twice, by different people.",
            path="auditor",
        )
