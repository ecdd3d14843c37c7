"""Statements: what a closed month cost, frozen line by line under a hash, and corrections."""

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.usage.cost.allocating import Allocation, Calculated, Charge

SQL = beside(__name__)

Line = TypeVar("Line", Allocation, Charge)


@dataclass(frozen=True, slots=True)
class Statement:
    """A month's statement (`number` 0) or a correction of it, with its lines.

    A correction holds differences: they are added to what is there.
    """

    month: Month
    number: int
    lines: Calculated
    declaration: int
    place: int
    sha256: bytes
    process: str
    person: str | None
    closed_at: datetime

    @property
    def is_as_closed(self) -> bool:
        """Whether its lines are those that it was closed with."""
        return self.sha256 == digest(self.month, self.number, self.lines)


async def statements(connection: Connection, month: Month) -> list[Statement]:
    """Return the statement of a month and its corrections; none if it is not closed."""
    found = []
    for row in await connection.fetch(SQL.statements_of, _day(month)):
        key = (row["month"], row["number"])
        allocations = await connection.fetch(SQL.allocations_of, *key)
        charges = await connection.fetch(SQL.charges_of, *key)
        lines = Calculated(
            row["currency"],
            msgspec.json.decode(row["pools"], type=dict[str, int]),
            tuple(Allocation(*line) for line in allocations),
            tuple(Charge(*line) for line in charges),
        )
        closing = (row["sha256"], row["process"], row["person"], row["closed_at"])
        made = Statement(month, row["number"], lines, row["declaration"], row["place"], *closing)
        found.append(made)
    return found


async def every_statement_of(database: Database) -> Sequence[Row]:
    """Return all statements and corrections without their lines, latest month first: rows."""
    return await database.fetch(SQL.every_statement)


async def keep(
    connection: Connection,
    month: Month,
    number: int,
    lines: Calculated,
    *,
    declaration: int,
    place: int,
    actor: Actor,
) -> None:
    """Keep a statement or correction, within the caller's transaction."""
    day = _day(month)
    await connection.execute(
        SQL.keep_statement, day, number, lines.currency, msgspec.json.encode(lines.pools),
        declaration, place, digest(month, number, lines), actor.process, actor.person,
    )  # fmt: skip
    if lines.allocations:
        await connection.execute(SQL.keep_allocations, day, number, *_columns(lines.allocations))
    if lines.charges:
        await connection.execute(SQL.keep_charges, day, number, *_columns(lines.charges))


def summed(parts: Iterable[Calculated]) -> Calculated:
    """Return what a statement and its corrections, in their order, come to together.

    The pools are those that the last one says; lines that come to nothing are left out.
    """
    parts = list(parts)
    allocations = _net((part.allocations, 1) for part in parts)
    charges = _net((part.charges, 1) for part in parts)
    return Calculated(parts[-1].currency, parts[-1].pools, allocations, charges)


def difference(now: Calculated, before: Calculated) -> Calculated:
    """Return the lines that make `now` of `before`: added, and taken back."""
    return Calculated(
        now.currency,
        now.pools,
        _net(((now.allocations, 1), (before.allocations, -1))),
        _net(((now.charges, 1), (before.charges, -1))),
    )


def digest(month: Month, number: int, lines: Calculated) -> bytes:
    """Return the SHA-256 of everything that a statement says."""
    said = (
        str(month),
        number,
        lines.currency,
        sorted(lines.pools.items()),
        [astuple(line) for line in lines.allocations],
        [astuple(line) for line in lines.charges],
    )
    return hashlib.sha256(msgspec.json.encode(_plain(said))).digest()


def _net(signed: Iterable[tuple[Sequence[Line], int]]) -> tuple[Line, ...]:
    """Return lines added up by what they are for, in the order in which that came first."""
    found: dict[Hashable, Line] = {}
    for lines, sign in signed:
        for line in lines:
            there = found.get(line.key)
            quantity, amount = sign * line.quantity, sign * line.amount
            if there is not None:
                quantity, amount = there.quantity + quantity, there.amount + amount
            found[line.key] = replace(line, quantity=quantity, amount=amount)
    return tuple(line for line in found.values() if line.amount or line.quantity)


def _columns(lines: Sequence[Line]) -> list[Sequence[object]]:
    """Return the lines as columns, their numbers first."""
    return [range(len(lines)), *zip(*map(astuple, lines), strict=True)]


def _plain(said: object) -> object:
    """Return decimals as their digits, however they came to be written: 1.50 is 1.5."""
    if isinstance(said, list | tuple):
        return [_plain(each) for each in said]
    if not isinstance(said, Decimal):
        return said
    text = f"{said:f}" if said else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(month: Month) -> date:
    return date(month.year, month.month, 1)
