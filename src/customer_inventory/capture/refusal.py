"""Refusals: the rows of a file that did not become records, by line and reason, kept whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from customer_inventory.record.validate import Problem
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

KEPT_BYTES = 4096
"""So much of a refused row is kept."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was refused: its line, what is wrong with it (one or more), its beginning.

    The path of a problem is dotted and begins with the record the attribute belongs to, for
    rows that make several; it is empty when the row as a whole is at fault.
    """

    line: int
    problems: tuple[Problem, ...]
    text: str


def refusal(line: int, problems: Sequence[Problem], raw: bytes) -> Refusal:
    """Return the refusal of the row `raw`; what the database cannot hold is replaced."""
    text = raw[:KEPT_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd")
    return Refusal(line, tuple(problems), text)


async def keep(connection: Connection, load: UUID, refusals: Sequence[Refusal]) -> None:
    """Keep the refusals of a load, in the open transaction."""
    rows = [
        (refused.line, number, problem.path or None, problem.message, refused.text)
        for refused in refusals
        for number, problem in enumerate(refused.problems, start=1)
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await connection.execute(SQL.keep_refusals, load, *columns)


async def refused(database: Database, load: UUID, *, limit: int = 100) -> Sequence[Row]:
    """Return problems of a load by line: rows of line, path, reason and (once a line) row_text."""
    return await database.fetch(SQL.list_refusals, load, limit)
