"""Shortcomings as they are held: what is found meets what is known, and people decide on it.

A shortcoming is one object that one check found wanting; found again it is the same. It is over
when it is not seen twice in a row; when a fix is claimed it is measured again at once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.shortcomings import backups
from customer_inventory.shortcomings.assessing import CHECKS, Assessment, measured
from customer_inventory.shortcomings.check import Check, Found, Outcome
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Rows = Sequence[Row]

UNDECIDED = ("open", "reopened", "claimed")
"""States in which somebody should look at a shortcoming."""
_DAYS_OF_WEEK = 7
_MOST = 1000


class NoSuchShortcoming(NotFound):
    """There is no shortcoming of that fingerprint."""


class Over(Conflict):
    """A shortcoming is over: nothing is to be decided about it."""


@dataclass(frozen=True)
class Verdict:
    """What measuring again said: whether it is gone, the value before and now (None: none left)."""

    is_gone: bool
    before: float
    now: float | None
    unit: str


def fingerprint(check: str, object: str) -> str:  # noqa: A002 - the word of the field
    """Return what names a shortcoming of a check, whenever it is found: 16 hexadecimal digits."""
    return hashlib.sha256(f"{check}\n{object}".encode()).hexdigest()[:16]


async def keep(database: Database, assessment: Assessment, *, actor: Actor) -> int:
    """Keep an assessment, and let what it found meet what is known; return its number."""
    async with database.transaction() as connection:
        number: int = await connection.fetchval(
            SQL.keep_assessment, assessment.at, assessment.seconds, assessment.days,
            actor.process, actor.person,
        )  # fmt: skip
        every = assessment.outcomes
        await connection.execute(
            SQL.keep_outcomes,
            number,
            [each.check.id for each in every],
            [each.state for each in every],
            [each.reason for each in every],
            [len(each.found) for each in every],
            [each.seconds for each in every],
        )
        steps = await _met(connection, assessment)
        await _note(connection, steps, assessment.at, actor)
    return number


async def listed(database: Database, states: Sequence[str] | None = UNDECIDED) -> Sequence[Row]:
    """Return shortcomings in `states` (None: all), the worst first: rows."""
    return await database.fetch(SQL.listed, None if states is None else list(states), _MOST, None)


async def one(database: Database, identifier: str) -> tuple[Row, Sequence[Row]]:
    """Return a shortcoming and what became of it, in order; raise NoSuchShortcoming."""
    async with database.transaction() as connection:
        return await _one(connection, identifier), await connection.fetch(SQL.steps, identifier)


async def last_outcomes(database: Database) -> Sequence[Row]:
    """Return what came of every check in the last assessment: rows, none before the first."""
    return await database.fetch(SQL.last_outcomes)


async def last_number(database: Database) -> int:
    """Return the number of the last assessment, 0 before the first."""
    number: int = await database.value(SQL.last_number)
    return number


async def scoreboard(database: Database) -> dict[str, int]:
    """Return how many shortcomings were found, ended by a fix, over by themselves, wrong, back."""
    row = await database.row(SQL.scoreboard)
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return dict(row)


async def decide(
    database: Database,
    identifier: str,
    state: str,
    *,
    reason: str,
    until: date | None = None,
    actor: Actor,
) -> None:
    """Snooze a shortcoming (`snoozed`, `until` a day), or say that it is none (`rejected`).

    Raises NoSuchShortcoming; Over for one that is; Invalid without a reason or for a day gone by.
    """
    if not reason.strip():
        raise Invalid("A reason is needed.", path="reason")
    if until is not None and until <= now().date():
        raise Invalid("is not in the future.", path="until")
    async with database.transaction() as connection:
        there = await _one(connection, identifier)
        if there["state"] in ("verified", "closed"):
            raise Over(f"It is {there['state']} already.", hint="Assess to see whether it is back.")
        await connection.execute(SQL.decide, identifier, state, until, None, 0)
        await _note(connection, [(identifier, state, None, reason)], now(), actor)


async def verify(
    database: Database, identifier: str, *, reason: str, actor: Actor, on: Database | None = None
) -> Verdict:
    """Measure again what is said to be mended: it is verified with the gain, or reopened.

    `on` is who asks the server, where that is another role. Raises NoSuchShortcoming, and Conflict
    when the check cannot be asked.
    """
    there, _ = await one(database, identifier)
    check = check_of(there["checked"])
    value = await measured(on or database, check, there["object"])
    is_gone = value is None or check.severity(value) is None
    state = "verified" if is_gone else "reopened"
    async with database.transaction() as connection:
        await _one(connection, identifier)
        await connection.execute(SQL.decide, identifier, state, None, value, int(not is_gone))
        await _note(connection, [(identifier, "claimed", None, reason)], now(), actor)
        await _note(connection, [(identifier, state, value, None)], now(), actor)
    return Verdict(is_gone, there["value"], value, check.unit)


def check_of(identifier: str) -> Check:
    """Return the check of an id; raise NotFound."""
    for check in (*CHECKS, *backups.CHECKS):
        if check.id == identifier:
            return check
    raise NotFound(
        f"There is no check {identifier}.",
        hint="cinv shortcomings checks lists them.",
        path="check",
    )


async def _one(connection: Connection, identifier: str) -> Row:
    await connection.execute(SQL.hold, identifier)
    row = await connection.fetchrow(SQL.listed, None, 1, identifier)
    if row is None:
        raise NoSuchShortcoming(
            f"There is no shortcoming {identifier}.",
            hint="cinv shortcomings list shows them.",
            path="fingerprint",
        )
    return row


_Step = tuple[str, str, float | None, str | None]


async def _met(connection: Connection, assessment: Assessment) -> list[_Step]:
    """Let what was found meet what is known; return what that changed."""
    steps: list[_Step] = []
    seen = []
    for outcome in assessment.outcomes:
        for found in outcome.found:
            name = fingerprint(outcome.check.id, found.object)
            seen.append(name)
            row = await connection.fetchrow(SQL.meet, name, *_told(outcome, found, assessment))
            assert row is not None  # noqa: S101 - an insert that returns
            if row["is_new"] or row["is_back"]:
                steps.append((name, row["state"], found.value, None))
    asked = [each.check.id for each in assessment.outcomes if each.state != "skipped"]
    gone = await connection.fetch(SQL.not_seen, asked, seen)
    closed = [row["fingerprint"] for row in gone if row["state"] == "closed"]
    return [*steps, *((each, "closed", None, "not seen twice") for each in closed)]


def _told(outcome: Outcome, found: Found, assessment: Assessment) -> tuple[Any, ...]:
    check = outcome.check
    is_measured = check.least_days >= _DAYS_OF_WEEK and assessment.days >= check.least_days
    evidence = "measured over a week" if is_measured else "rule of thumb"
    threshold = check.warn if found.severity == "warning" else check.critical
    figures = msgspec.json.encode(found.figures)
    return (
        check.id, found.object, found.severity, evidence, found.value, check.unit, threshold,
        figures, assessment.at,
    )  # fmt: skip


async def _note(connection: Connection, steps: Sequence[_Step], at: datetime, actor: Actor) -> None:
    if steps:
        columns = [list(column) for column in zip(*steps, strict=True)]
        await connection.execute(SQL.note_steps, *columns, at, actor.process, actor.person)
