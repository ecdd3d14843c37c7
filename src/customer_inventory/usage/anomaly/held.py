"""Anomalies as people and reports read them: many by what is asked, one with all it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from customer_inventory.access.log.watched import entries_at
from customer_inventory.kit.errors import NotFound
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

State = Literal["open", "lookedInto", "confirmed", "explained", "falseAlarm"]
STATES: tuple[State, ...] = get_args(State)
UNDECIDED: tuple[State, ...] = ("open", "lookedInto")

WHAT = {
    "readSpike": "far more records were read in an hour than is usual then",
    "downloadSpike": "far more records were taken away in a day than is usual",
    "changeSpike": "far more records were changed in a day than is usual",
    "harvesting": "far more different records were read in a day than is usual",
    "subjectOften": "one record was read unusually often in a day",
    "refusals": "far more was refused in an hour than is usual",
    "unknownIds": "many ids were asked for that are not there: they may be guessed",
    "unusualHour": "it was at work at an hour at which it never is",
    "newPurpose": "it acted for a purpose that it never had",
    "newRecordType": "it read or changed records of a type that it never touched",
    "newOperation": "it did to records of a type what it never did to them",
    "newSegment": "it read customers of a segment that it never touched",
    "newSource": "it came from an address from which it never came",
    "dormantUse": "a purpose was used again after it had rested for long",
    "breakGlass": "access was opened in an emergency, and used",
}
"""What each kind says, in a sentence about the process."""


class NoSuchAnomaly(NotFound):
    """There is no anomaly of that number."""

    def __init__(self, number: object) -> None:
        super().__init__(f"There is no anomaly {number}.", hint="`cinv usage anomalies` lists all.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which anomalies: in these states, of a kind, process, severity; that reach into a span.

    None: whatever it is. The span is half open.
    """

    states: Sequence[State] | None = UNDECIDED
    kind: str | None = None
    process: str | None = None
    severity: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def anomalies(
    database: Database, chosen: Chosen, *, before: int | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Return anomalies, the latest first, with numbers below `before`: as `_told` has each."""
    states = None if chosen.states is None else list(chosen.states)
    rows = await database.fetch(
        SQL.list_anomalies, states, chosen.kind, chosen.process, chosen.severity, chosen.since,
        chosen.until, before, limit,
    )  # fmt: skip
    return [_told(row) for row in rows]


async def anomaly(database: Database, number: int) -> dict[str, Any]:
    """Return an anomaly, with `entries` of the ledger and each `step` that people took.

    Entries are told without whom they are about; those that were retired are not there any more.
    Raises NoSuchAnomaly.
    """
    row = await database.row(SQL.one_anomaly, number)
    if row is None:
        raise NoSuchAnomaly(number)
    told = _told(row)
    window = told["evidence"]["window"]
    start, stop = (datetime.fromisoformat(window[name]) for name in ("start", "stop"))
    entries = await entries_at(database, told["evidence"]["entries"], start, stop)
    steps = await database.fetch(SQL.steps_of, number)
    return {**told, "entries": list(map(dict, entries)), "step": list(map(dict, steps))}


async def undecided(database: Database) -> Sequence[Row]:
    """Return how many anomalies wait to be decided on: rows of kind, severity and anomalies."""
    return await database.fetch(SQL.undecided_counts)


async def last_look(database: Database) -> datetime | None:
    """Return when anomalies were last looked for, None for never."""
    at: datetime | None = await database.value(SQL.last_look)
    return at


def _told(row: Row) -> dict[str, Any]:
    """Return a row with what it says in words (`what`) and its evidence as an object."""
    told = dict(row)
    return {**told, "what": WHAT[told["kind"]], "evidence": parse(told["evidence"])}
