"""Findings looked at: listed by what they are of, one with its history; only what is in sight.

What a record says stands in no finding. It is read from the record when it is asked for, and shown
as the caller is shown the record.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from customer_inventory.kit.errors import InventoryError, NotFound
from customer_inventory.record.document import parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.place import places
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

State = Literal["open", "assigned", "corrected", "verified", "accepted", "falseAlarm"]
STATES: tuple[State, ...] = (
    "open", "assigned", "corrected", "verified", "accepted", "falseAlarm",
)  # fmt: skip
WAITING: tuple[State, ...] = ("open", "assigned", "corrected")
"""What somebody has still to do with."""
_AT_ONCE = 200


class NoSuchFinding(NotFound):
    """There is no finding of that number, or none that the caller is shown."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no finding {number}.", hint="`cinv audit findings` lists them.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which findings: all that is said here holds for them; None is any."""

    types: Sequence[str] | None = None
    states: Sequence[State] | None = WAITING
    rule: str | None = None
    requirement: str | None = None
    dimension: str | None = None
    severity: str | None = None
    source: str | None = None
    process: str | None = None
    capture_process: str | None = None
    owner: str | None = None
    assignee: str | None = None
    record: str | None = None
    records: Sequence[str] | None = None
    ids: Sequence[int] | None = None
    is_overdue: bool = False


async def find(
    database: Database,
    chosen: Chosen,
    *,
    after: int = 0,
    limit: int = 100,
    sight: Sight = EVERYTHING,
) -> tuple[list[Row], int | None]:
    """Return findings by number, those after one, and after which there may be more (None: none).

    Those of records that the sight does not show are left out, like the records.
    """
    found: list[Row] = []
    position: int | None = after
    while position is not None:
        rows = await _page(database, chosen, position)
        kinds = {row["record_id"]: row["record_type"] for row in rows}
        # Of a record that is gone nothing is hidden: it is told that it failed, and what.
        shown = kinds if sight is EVERYTHING else await shown_of(database, kinds, sight)
        for row in rows:
            if row["record_id"] in shown:
                found.append(row)
                if len(found) == limit:
                    return found, row["id"]
        position = rows[-1]["id"] if len(rows) == _AT_ONCE else None
    return found, None


async def every(
    database: Database, chosen: Chosen, *, sight: Sight = EVERYTHING
) -> AsyncIterator[Row]:
    """Yield every such finding, page by page."""
    after: int | None = 0
    while after is not None:
        rows, after = await find(database, chosen, after=after, limit=_AT_ONCE, sight=sight)
        for row in rows:
            yield row


async def one(
    database: Database,
    number: int,
    *,
    types: Sequence[str] | None = None,
    sight: Sight = EVERYTHING,
) -> Row:
    """Return a finding of a record of some types (None: of any); raise NoSuchFinding."""
    chosen = Chosen(types=types, states=None, ids=(number,))
    found, _ = await find(database, chosen, limit=1, sight=sight)
    if not found:
        raise NoSuchFinding(number)
    return found[0]


async def steps(database: Database, number: int) -> Sequence[Row]:
    """Return what became of a finding after it was opened, in order."""
    return await database.fetch(SQL.steps_of, number)


async def values(
    database: Database, found: Iterable[Row], *, sight: Sight = EVERYTHING
) -> Mapping[int, Sequence[Any]]:
    """Return what the records of findings say at the places that fail, by the finding's number.

    As the sight shows it; nothing of a record that is not there, or not shown.
    """
    inventory, listed = Inventory(database), list(found)
    keys = list(dict.fromkeys((row["record_type"], row["record_id"]) for row in listed))
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    for first in range(0, len(keys), _AT_ONCE):
        some = keys[first : first + _AT_ONCE]
        asked = (_document(inventory, *key, sight) for key in some)
        documents |= zip(some, await asyncio.gather(*asked), strict=True)
    return {
        row["id"]: [
            value
            for value in places(
                documents[row["record_type"], row["record_id"]], tuple(row["path"].split("."))
            )
            if value is not None
        ]
        for row in listed
    }


async def _document(
    inventory: Inventory, record_type: str, identifier: str, sight: Sight
) -> dict[str, Any]:
    try:
        version = await inventory.get(TYPES[record_type], identifier, sight=sight)
    except InventoryError:
        return {}
    return parse_object(version.body)


async def _page(database: Database, chosen: Chosen, after: int) -> Sequence[Row]:
    if chosen.types is None:
        chosen = replace(chosen, types=tuple(TYPES))
    return await database.fetch(
        SQL.list_findings,
        after,
        _AT_ONCE,
        list(chosen.types or ()),
        None if chosen.states is None else list(chosen.states),
        chosen.rule,
        chosen.requirement,
        chosen.dimension,
        chosen.severity,
        chosen.source,
        chosen.process,
        chosen.capture_process,
        chosen.owner,
        chosen.assignee,
        chosen.record,
        None if chosen.ids is None else list(chosen.ids),
        chosen.is_overdue,
        None if chosen.records is None else list(chosen.records),
    )
