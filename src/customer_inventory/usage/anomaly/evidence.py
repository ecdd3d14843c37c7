"""On which entries of the ledger a suspicion rests: places in the log, never whom they tell of."""

from collections.abc import Callable, Mapping
from typing import Any

from customer_inventory.access.log import watched
from customer_inventory.access.log.watched import Like
from customer_inventory.record.register import strata
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database
from customer_inventory.usage.anomaly.judging import Suspicion
from customer_inventory.usage.anomaly.past import at_hour

_MOST = 20
"""So many entries are named; of how many, is told."""
_IDS = 200
_READ = ("read",)
_CHANGED = ("create", "modify", "update", "delete", "modify,update")
_OUTCOMES = {"refusals": "denied", "unknownIds": "unknown"}
_OPERATIONS = {
    "readSpike": _READ,
    "harvesting": _READ,
    "downloadSpike": ("download",),
    "changeSpike": _CHANGED,
}


async def evidence(database: Database, found: Suspicion) -> dict[str, Any]:
    """Return what lets people judge a suspicion: what was usual, what was seen, and where.

    `entries` are places in the log, those first that tell of most; `of` says how many there are,
    `people` how many are named in those told.
    """
    start, stop = at_hour(found.start), at_hour(found.stop)
    async with watched.patient(database) as connection:
        like = await _like(database, connection, found)
        rows = await watched.entries_like(connection, found.process, start, stop, like, most=_MOST)
    return {
        "window": {"start": start, "stop": stop},
        "observed": found.observed,
        "baseline": dict(found.baseline),
        "entries": [row["place"] for row in rows],
        "of": rows[0]["entries"] if rows else 0,
        "people": len({row["person"] for row in rows if row["person"]}),
    }


async def _like(database: Database, connection: Connection, found: Suspicion) -> Like:
    """Return which entries a suspicion is about."""
    if found.kind == "subjectOften":
        start, stop = at_hour(found.start), at_hour(found.stop)
        one = await watched.most_read(connection, found.process, start, stop)
        return Like(_READ, ids=(one,) if one else ())
    if found.kind == "newSegment":
        return Like(ids=await _of_segment(database, connection, found))
    if found.kind in _ABOUT:
        return _ABOUT[found.kind](found.about)
    return Like(_OPERATIONS.get(found.kind), outcome=_OUTCOMES.get(found.kind, "served"))


def _of_operation(about: str) -> Like:
    operation, _, record_type = about.partition(" ")
    return Like((operation,), record_type)


_ABOUT: Mapping[str, Callable[[str], Like]] = {
    "newPurpose": lambda about: Like(purpose=about),
    "dormantUse": lambda about: Like(purpose=about),
    "breakGlass": lambda about: Like(purpose=about),
    "newSource": lambda about: Like(source=about),
    "newRecordType": lambda about: Like(record_type=about),
    "newOperation": _of_operation,
}


async def _of_segment(
    database: Database, connection: Connection, found: Suspicion
) -> tuple[str, ...]:
    """Return ids of records of the segment, of those that were told of."""
    asked = [(found.process, at_hour(hour)) for hour in range(found.start, found.stop)]
    rows = await watched.records_told(connection, asked, TYPES)
    ids: list[str] = []
    for kind in sorted({row["record_type"] for row in rows}):
        named = [(row["id"], row["id"]) for row in rows if row["record_type"] == kind]
        of = await strata.segments(database, TYPES[kind], named)
        ids += [row["word"] for row in of if row["segment"] == found.about]
    return tuple(sorted(ids)[:_IDS])
