"""Shortcomings as they are held: what is found meets what is known.

A shortcoming is one object that one check found wanting; found again it is the same. It is over
when it is not seen twice in a row, or was mended (`deciding`).
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import NotFound
from customer_inventory.shortcomings.assessing import Assessment
from customer_inventory.shortcomings.check import Found, Outcome
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import Within

SQL = beside(__name__)

Rows = Sequence[Row]
Step = tuple[str, str, float | None, str | None]
"""What became of a shortcoming: which, its state from then on, the value measured, and why."""

UNDECIDED = ("open", "reopened", "raised", "accepted", "claimed")
"""States in which a shortcoming is not over, and nobody said to leave it be."""
OVER = ("verified", "closed")
"""States in which there is nothing to be decided."""
_DAYS_OF_WEEK = 7
_MOST = 1000


class NoSuchShortcoming(NotFound):
    """There is no shortcoming of that fingerprint."""


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
        found = await _met(connection, assessment)
        steps = [*found, *await _gone(connection, assessment)]
        await note(connection, steps, assessment.at, actor)
        within = Within(database, connection)
        for name, state, _, reason in steps:
            if state == "closed":
                await ticket.tell(within, name, "closed", reason, actor=actor, at=assessment.at)
    return number


async def meet(
    within: Database, outcomes: Sequence[Outcome], at: datetime, *, actor: Actor
) -> None:
    """Let what was found between assessments meet what is known; nothing is over by that."""
    async with within.transaction() as connection:
        steps = await _met(connection, Assessment(at, 0.0, 0.0, tuple(outcomes)))
        await note(connection, steps, at, actor)


async def listed(database: Database, states: Sequence[str] | None = UNDECIDED) -> Sequence[Row]:
    """Return shortcomings in `states` (None: all), the worst first: rows."""
    return await database.fetch(SQL.listed, None if states is None else list(states), _MOST, None)


async def one(database: Database, identifier: str) -> tuple[Row, Sequence[Row]]:
    """Return a shortcoming and what became of it, in order; raise NoSuchShortcoming."""
    async with database.transaction() as connection:
        return await locked(connection, identifier), await connection.fetch(SQL.steps, identifier)


async def last_outcomes(database: Database) -> Sequence[Row]:
    """Return what came of every check in the last assessment: rows, none before the first."""
    return await database.fetch(SQL.last_outcomes)


async def last_number(database: Database) -> int:
    """Return the number of the last assessment, 0 before the first."""
    number: int = await database.value(SQL.last_number)
    return number


async def scoreboard(database: Database) -> dict[str, Any]:
    """Return how many shortcomings came to what, and the gain promised and achieved.

    `promised` and `achieved` are means of shares of the value before, of what was verified.
    """
    row = await database.row(SQL.scoreboard)
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return dict(row)


async def scores(database: Database) -> Sequence[Row]:
    """Return what was verified, what was wrong and what was said to be mended and was not: rows."""
    return await database.fetch(SQL.scores, _MOST)


async def locked(connection: Connection, identifier: str) -> Row:
    """Return a shortcoming, held for whoever decides on it; raise NoSuchShortcoming."""
    await connection.execute(SQL.hold, identifier)
    row = await connection.fetchrow(SQL.listed, None, 1, identifier)
    if row is None:
        raise NoSuchShortcoming(
            f"There is no shortcoming {identifier}.",
            hint="cinv shortcomings list shows them.",
            path="fingerprint",
        )
    return row


async def _met(connection: Connection, assessment: Assessment) -> list[Step]:
    """Let what was found meet what is known; return what that changed."""
    steps: list[Step] = []
    for outcome in assessment.outcomes:
        for found in outcome.found:
            name = fingerprint(outcome.check.id, found.object)
            row = await connection.fetchrow(SQL.meet, name, *_told(outcome, found, assessment))
            assert row is not None  # noqa: S101 - an insert that returns
            if row["is_new"] or row["is_back"]:
                steps.append((name, row["state"], found.value, None))
    return steps


async def _gone(connection: Connection, assessment: Assessment) -> list[Step]:
    """Return which shortcomings are over, since two assessments in a row did not see them."""
    seen = [
        fingerprint(outcome.check.id, found.object)
        for outcome in assessment.outcomes
        for found in outcome.found
    ]
    asked = [each.check.id for each in assessment.outcomes if each.state != "skipped"]
    gone = await connection.fetch(SQL.not_seen, asked, seen)
    closed = [row["fingerprint"] for row in gone if row["state"] == "closed"]
    return [(each, "closed", None, "not seen twice") for each in closed]


def _told(outcome: Outcome, found: Found, assessment: Assessment) -> tuple[Any, ...]:
    check = outcome.check
    is_measured = check.least_days >= _DAYS_OF_WEEK and assessment.days >= check.least_days
    evidence = found.evidence or ("measured over a week" if is_measured else "rule of thumb")
    threshold = check.warn if found.severity == "warning" else check.critical
    figures = msgspec.json.encode(found.figures)
    return (
        check.id, found.object, found.severity, evidence, found.value, check.unit, threshold,
        figures, assessment.at,
    )  # fmt: skip


async def note(connection: Connection, steps: Sequence[Step], at: datetime, actor: Actor) -> None:
    """Keep what became of shortcomings."""
    if steps:
        columns = [list(column) for column in zip(*steps, strict=True)]
        await connection.execute(SQL.note_steps, *columns, at, actor.process, actor.person)
