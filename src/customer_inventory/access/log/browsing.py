"""The ledger browsed: entries latest first, by record, process, person and time, each verified.

What is shown is verified as it is read: the leaf of each sealed entry is made again from what the
entry says. Whether the leaves are those that were signed takes the whole log (`verifying`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from customer_inventory.access.log.check import is_as_sealed
from customer_inventory.access.log.sealing import waiting_since
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Sealed = Literal["sealed", "waiting", "altered"]

LAST = 2**63 - 1
"""The place before which every entry is."""
_FIRST_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_TIME = datetime(9999, 12, 31, tzinfo=UTC)
_ANY, _OF_PROCESS = "$7::text IS NULL", "l.process = $7"
_PLACES = SQL.part("places_naming")
_NAMING = f"l.number = ANY(ARRAY({_PLACES}))"
_OF_BOTH = f"{_NAMING} AND l.process = $8"


@dataclass(frozen=True, slots=True)
class Looked:
    """Which entries: all that is said here holds for them; None is any."""

    ids: Sequence[str] | None = None
    process: str | None = None
    purpose: str | None = None
    person: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Browsed:
    """An entry: what it tells, its place in the log (None: it waits), whether it is as sealed."""

    place: int | None
    sealed: Sealed
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stand:
    """How far the log is sealed: `size` entries by the latest checkpoint, `anchored` outside.

    `waiting_since` is when the oldest entry came that waits to be sealed.
    """

    size: int
    signed_at: datetime | None
    anchored: int
    waiting_since: datetime | None


async def browse(
    database: Database, looked: Looked, *, before: int = LAST, limit: int = 100
) -> tuple[list[Browsed], int | None]:
    """Return entries, latest first, those before a place, and before which there may be more."""
    found: list[Browsed] = []
    if before == LAST:
        found = [_waiting(row) for row in await _waiting_rows(database, looked, limit)]
    rows = await _sealed_rows(database, looked, before, limit - len(found))
    found += [_sealed(row) for row in rows]
    if len(found) < limit:
        return found, None
    # What waits is sealed by the time that somebody turns the page.
    return found, rows[-1]["number"] if rows else LAST - 1


async def stand(database: Database) -> Stand:
    """Return how far the log is sealed, signed and anchored."""
    row, waits = await database.row(SQL.stand), await waiting_since(database)
    assert row is not None  # noqa: S101 - a SELECT of largest values has one row
    return Stand(row["size"] or 0, row["signed_at"], row["anchored"] or 0, waits)


async def _sealed_rows(
    database: Database, looked: Looked, before: int, limit: int
) -> Sequence[Row]:
    if limit <= 0:
        return ()
    given: list[Any] = [None]
    condition = _ANY
    if looked.ids is not None:
        condition, given = _NAMING, [list(looked.ids)]
        if looked.process is not None:
            condition, given = _OF_BOTH, [*given, looked.process]
    elif looked.process is not None:
        condition, given = _OF_PROCESS, [looked.process]
    return await database.fetch(
        SQL.sealed_page.format(condition=condition),
        before,
        looked.since or _FIRST_TIME,
        looked.until or _LAST_TIME,
        limit,
        looked.purpose,
        looked.person,
        *given,
    )


async def _waiting_rows(database: Database, looked: Looked, limit: int) -> Sequence[Row]:
    return await database.fetch(
        SQL.waiting_page,
        looked.since or _FIRST_TIME,
        looked.until or _LAST_TIME,
        limit,
        looked.purpose,
        looked.person,
        looked.process,
        None if looked.ids is None else list(looked.ids),
    )


_TOLD = (
    "at", "process", "person", "purpose", "operation", "record_type", "record_count", "status",
    "decision", "source", "rule", "reason",
)  # fmt: skip


def _waiting(row: Row) -> Browsed:
    return Browsed(None, "waiting", _told(row))


def _sealed(row: Row) -> Browsed:
    sealed: Sealed = "sealed" if is_as_sealed(row) else "altered"
    return Browsed(row["number"], sealed, _told(row))


def _told(row: Row) -> Mapping[str, Any]:
    ids = [each for each in row["record_ids"] if each]
    return {**{name: row[name] for name in _TOLD}, "record_ids": ids}


def every_statement() -> dict[str, str]:
    """Return every statement that is sent: that of sealed entries in each of its forms."""
    forms = {"any": _ANY, "process": _OF_PROCESS, "naming": _NAMING, "both": _OF_BOTH}
    page = {
        f"sealed_page_{name}": SQL.sealed_page.format(condition=condition)
        for name, condition in forms.items()
    }
    return {**page, "waiting_page": SQL.waiting_page, "stand": SQL.stand}
