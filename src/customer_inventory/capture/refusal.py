"""Refusals: the rows of a file that did not become records, by line and reason, kept whole."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from customer_inventory.capture.rows import LONGEST
from customer_inventory.record.validate import Problem
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

KEPT_BYTES = LONGEST
"""So much of a refused row is kept: all of it, but of one that is longer than a row may be."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was refused: its line, what is wrong with it (one or more), its text.

    The path of a problem is dotted and begins with the record the attribute belongs to, for
    rows that make several; it is empty when the row as a whole is at fault. `code` is the word for
    programs, as in the answers of doors. `is_exact` tells whether the text is all that arrived,
    byte for byte, and `sha256` is of what did.
    """

    line: int
    problems: tuple[Problem, ...]
    text: str
    code: str
    is_exact: bool
    sha256: bytes


def refusal(
    line: int, problems: Sequence[Problem], raw: bytes, code: str, *, is_whole: bool = True
) -> Refusal:
    """Return the refusal of the row `raw`; what the database cannot hold is replaced.

    Of a row that is not whole `raw` is the beginning.
    """
    text = raw[:KEPT_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd")
    is_exact = is_whole and text.encode() == raw
    told = raw if is_whole else b"%d:%b" % (line, raw)
    return Refusal(line, tuple(problems), text, code, is_exact, sha256_of(told))


def sha256_of(raw: bytes) -> bytes:
    """Return by what a row is known when it comes again."""
    return hashlib.sha256(raw).digest()


async def refused(database: Database, load: UUID, *, limit: int = 100) -> Sequence[Row]:
    """Return problems of a load by line.

    Rows of file, line, place (of an event in its topic), code, requirement, path, reason and
    row_text, which stands with the first problem of a row.
    """
    return await database.fetch(SQL.list_refusals, load, limit)
