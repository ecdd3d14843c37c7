"""Findings: something that somebody should look at. One kind of thing for every room.

A room names its kind (`room.kind`) and raises findings under fingerprints it can compute
again; finding the same thing again changes the finding, not finding it closes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from customer_inventory.record.document import encode
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECK_REFERENCES = "record.checkReferences"
"""Name of the job that looks for references which lead nowhere."""

DANGLING_REFERENCE = "record.danglingReference"
_MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class Finding:
    """What was found: `key` tells it from others of its kind, `evidence` lets people judge it."""

    key: tuple[str, ...]
    evidence: Mapping[str, Any]
    record_type: str | None = None
    record_id: str | None = None

    def named(self, kind: str) -> str:
        """Return the fingerprint of this finding under `kind`."""
        return sha256("\x1f".join((kind, *self.key)).encode()).hexdigest()[:32]


async def settle(
    database: Database,
    kind: str,
    findings: Iterable[Finding],
    *,
    owner: str | None = None,
    due_at: datetime | None = None,
) -> tuple[int, int]:
    """Make `findings` the open ones of `kind`; return how many are open and how many closed.

    Those known stay as they are, new ones open, open ones that are not among them close.
    """
    found = {finding.named(kind): finding for finding in findings}
    async with database.transaction() as connection:
        await connection.fetch(SQL.raise_findings, kind, owner, due_at, *_columns(found))
        closed = await connection.fetch(SQL.close_findings, kind, list(found))
    return len(found), len(closed)


async def raised(
    database: Database, kind: str, findings: Iterable[Finding], *, owner: str | None = None
) -> None:
    """Open `findings` of `kind`, or find them again; others stay as they are."""
    found = {finding.named(kind): finding for finding in findings}
    await database.fetch(SQL.raise_findings, kind, owner, None, *_columns(found))


async def clock(database: Database) -> datetime:
    """Return the database's time, by which findings are found."""
    at: datetime = await database.value(SQL.clock)
    return at


async def close_older(database: Database, kind: str, before: datetime) -> int:
    """Close the open findings of `kind` that were not found again since; return how many."""
    return len(await database.fetch(SQL.close_older_findings, kind, before))


def _columns(found: Mapping[str, Finding]) -> tuple[list[Any], ...]:
    return (
        list(found),
        [finding.record_type for finding in found.values()],
        [finding.record_id for finding in found.values()],
        [encode(finding.evidence) for finding in found.values()],
    )


async def findings(
    database: Database, *, kind: str | None = None, state: str | None = None, limit: int = 100
) -> Sequence[Row]:
    """Return findings, newest first: rows of the table."""
    return await database.fetch(SQL.list_findings, kind, state, limit)


async def counts(database: Database, start: datetime, stop: datetime) -> Sequence[Row]:
    """Return by kind how many are open, how many came and were closed from `start` to `stop`.

    Rows of kind, open, found, closed and oldest: since when the oldest open one is known.
    """
    return await database.fetch(SQL.count_findings, start, stop)


async def check_references(database: Database) -> tuple[int, int]:
    """Look for references that lead nowhere; return how many are open and how many closed."""
    # It looks at every link there is: longer than a caller's statement may take.
    async with database.session() as connection:
        rows = await connection.fetch(dangling_statement(), _MOST_AT_ONCE)
    dangling = [
        Finding(
            key=(row["id"], row["path"]),
            evidence={"path": row["path"], "refersTo": row["refers_to"]},
            record_type=row["type"],
            record_id=row["id"],
        )
        for row in rows
    ]
    return await settle(database, DANGLING_REFERENCE, dangling)


def dangling_statement() -> str:
    """Return the statement that looks for references to nothing, over every declared type."""
    absent = "".join(
        f"AND NOT EXISTS (SELECT FROM record.{declared.table} AS t"
        " WHERE t.id = l.id AND t.bucket = l.bucket)\n    "
        for declared in TYPES.values()
    )
    return SQL.dangling_references.format(absent=absent.rstrip())


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    whole = {name: text for name, text in SQL.items() if name != "dangling_references"}
    return {**whole, "dangling_references": dangling_statement()}
