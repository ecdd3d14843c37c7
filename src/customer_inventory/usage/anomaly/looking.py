"""Looking for anomalies: what was metered since the last time, judged and kept, step by step.

A step is repeatable: it judges whole hours and days anew of which entries came, late ones too.
What it found and how far it looked are one transaction.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_inventory.access.log import watched
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from customer_inventory.usage.anomaly import keeping
from customer_inventory.usage.anomaly.declared import Declared
from customer_inventory.usage.anomaly.declaring import in_force
from customer_inventory.usage.anomaly.evidence import evidence
from customer_inventory.usage.anomaly.judging import Suspicion, judged
from customer_inventory.usage.anomaly.past import HOURS_A_DAY, at_hour, hour_of
from customer_inventory.usage.anomaly.reading import Asked, Told, pasts, told_by_ledger

log = logging.getLogger(__name__)

LOOK = "usage.lookForAnomalies"
"""Name of the job that looks for anomalies."""

_AT_ONCE = 500_000
"""So many entries are looked at in a step."""
_PROCESSES_AT_ONCE = 10
_JUDGED = timedelta(days=60)
"""What is older is not judged any more, however late it comes."""
_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: `entries` it looked at, of so many `hours`; `found` findings are new."""

    entries: int = 0
    hours: int = 0
    found: int = 0

    def __add__(self, other: "Looked") -> "Looked":
        return Looked(
            self.entries + other.entries, self.hours + other.hours, self.found + other.found
        )


async def look(database: Database, *, at: datetime | None = None) -> Looked:
    """Look for anomalies in what was metered since the last time; `at` is what now is."""
    declared = (await in_force(database)).declared
    looked = Looked()
    while True:
        first, stop = await keeping.to_look_at(database)
        if first >= stop:
            return looked
        stop = min(stop, first + _AT_ONCE)
        looked += await _step(database, (first, stop), declared, at or now())


async def _step(
    database: Database, places: tuple[int, int], declared: Declared, at: datetime
) -> Looked:
    oldest = at - _JUDGED - timedelta(weeks=declared.weeks)
    hours = await _touched(database, places, (oldest, at + _CLOCKS_DIFFER))
    touched = [(who, hour) for who, own in sorted(hours.items()) for hour in sorted(own)]
    asked = Asked(
        [(who, at_hour(hour)) for who, hour in touched],
        sorted({(who, _start_of(hour)) for who, hour in touched}),
    )
    told = await told_by_ledger(database, asked)
    since = hour_of(at - _JUDGED)
    young = {who: {hour for hour in own if hour >= since} for who, own in hours.items()}
    suspicions = await _suspicions(database, young, asked, told, declared)
    # Read before anything is written: a transaction that has written holds sealing back.
    found = [(each, await evidence(database, each)) for each in suspicions]
    async with database.transaction() as connection:
        if not await keeping.is_ours(connection, places[0]):
            return Looked()
        await keeping.keep_habits(connection, asked, told, oldest - _CLOCKS_DIFFER)
        new = [each for each, said in found if await keeping.keep(connection, each, said)]
        await keeping.looked_until(connection, places[1])
    for each in new:
        log.warning("anomaly: %s at %s, %d observed", each.kind, each.process, each.observed)
    return Looked(places[1] - places[0], sum(map(len, hours.values())), len(new))


async def _touched(
    database: Database, places: tuple[int, int], span: tuple[datetime, datetime]
) -> dict[str, set[int]]:
    """Return the hours within a span, by process, of which there are new entries."""
    async with watched.patient(database) as connection:
        rows = await watched.touched_hours(connection, *places)
    found: dict[str, set[int]] = {}
    for row in rows:
        if span[0] <= row["hour"] <= span[1]:
            found.setdefault(row["process"], set()).add(hour_of(row["hour"]))
    return found


async def _suspicions(
    database: Database,
    hours: Mapping[str, set[int]],
    asked: Asked,
    told: list[Told],
    declared: Declared,
) -> list[Suspicion]:
    """Return what of these hours is out of habit; `told` is what the ledger tells of those asked.

    A few processes at a time: what is known of all need not be in memory, and others have their
    turn.
    """
    every = [hour for own in hours.values() for hour in own]
    if not every:
        return []
    first, last = _start_of(min(every)), _start_of(max(every)) + timedelta(days=1)
    span = (first - timedelta(weeks=declared.weeks), last)
    found: list[Suspicion] = []
    names = sorted(hours)
    for place in range(0, len(names), _PROCESSES_AT_ONCE):
        some = names[place : place + _PROCESSES_AT_ONCE]
        async with watched.patient(database) as connection:
            known = await pasts(connection, some, span, told, asked)
        for who in some:
            found += judged(known[who], hours[who], declared)
            await asyncio.sleep(0)
    return found


def _start_of(hour: int) -> datetime:
    return at_hour(hour // HOURS_A_DAY * HOURS_A_DAY)
