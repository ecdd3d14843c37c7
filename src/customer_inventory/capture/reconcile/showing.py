"""Items as their callers see them: those of records that are shown to them, values masked."""

from collections.abc import Mapping, Sequence
from typing import Any

from customer_inventory.capture.reconcile.element import value_at
from customer_inventory.record.document import parse
from customer_inventory.record.identity.origin import roots_of
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.store.database import Database, Row


async def seen(database: Database, rows: Sequence[Row], sight: Sight) -> list[dict[str, Any]]:
    """Return items as `sight` shows them; those of records that it does not show are left out.

    What is not held is no record: whoever may look at the item sees it, masked.
    """
    kinds = {row["record_id"]: row["record_type"] for row in rows if row["record_id"]}
    hidden = await hidden_of(database, kinds, sight)
    return [_masked(row, sight) for row in rows if row["record_id"] not in hidden]


async def hidden_of(database: Database, kinds: Mapping[str, str], sight: Sight) -> set[str]:
    """Return those of records, given with their types by id, that are held and not shown."""
    if not kinds:
        return set()
    origins = await roots_of(database, list(kinds))
    roots = {each: origins[each]["root"] if each in origins else each for each in kinds}
    asked = {roots[each]: kind for each, kind in kinds.items()}
    hidden = await shown_of(database, asked, EVERYTHING) - await shown_of(database, asked, sight)
    return {each for each, root in roots.items() if root in hidden}


def _masked(row: Row, sight: Sight) -> dict[str, Any]:
    item = dict(row)
    mask = sight.masks.get(row["record_type"])
    for side in ("here", "there"):
        value = None if row[side] is None else parse(row[side])
        item[side] = value if mask is None or value is None else _part(mask, row["path"], value)
    if mask is not None and row["kind"] == "refused":
        item["reason"] = None
    return item


def _part(mask: Mask, path: str, value: Any) -> Any:
    """Return what is shown of a value at a path."""
    steps = tuple(path.split("."))
    document: Any = value
    for step in reversed(steps):
        document = {step: document}
    return value_at(mask.document(document), steps)
