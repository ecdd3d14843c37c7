"""Lists as the inventory knew them at an instant: conditions hold of the versions known then.

Versions of the past have no search columns: every one of the type that was held then is looked
through. The time limit of statements bounds it; a list that takes longer is refused.
"""

from functools import cache

from customer_inventory.record.declare import RecordType
from customer_inventory.record.page import Page, Query, numbers
from customer_inventory.record.scope import EVERY_ROW
from customer_inventory.record.shown import Shown
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Version
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.store.where import SearchColumn, Where

SQL = beside(__name__)


async def page_known_at(
    database: Database, declared: RecordType, query: Query, sight: Sight, *, counted: int
) -> Page:
    """Return the page of what was held at `query.known_at`; its total is counted up to `counted`.

    Raises Invalid for a malformed condition, Unavailable (timeLimit) when it takes too long.
    """
    text, arguments = _page(declared, query, sight)
    rows = await database.fetch(text, *arguments)
    records = [Version(row["id"], row["revision"], row["body"]) for row in rows]
    text, arguments = _count(declared, query, sight, counted + 1)
    total = await database.value(text, *arguments)
    return Page(records, min(total, counted), is_estimate=total > counted)


def every_statement() -> dict[str, str]:
    """Return every kind of statement this module can send, by a name of its own (for planning)."""
    return {
        f"{name}:{declared.name}": made
        for declared in TYPES.values()
        for name, made in (
            ("page_known_at", _page(declared, Query(), EVERYTHING)[0]),
            ("count_known_at", _count(declared, Query(), EVERYTHING, 1)[0]),
        )
    }


def _page(declared: RecordType, query: Query, sight: Sight) -> tuple[str, list[object]]:
    where = _where(declared, query, sight)
    condition = where.condition(query.terms, query.filter)
    order = ", ".join(key.sql(key.expression) for key in where.keys(query.order))
    text = SQL.page_known_at.format(
        versions=_versions(declared),
        condition=condition,
        order=order,
        limit=int(query.limit),
        offset=int(query.offset),
    )
    return text, where.parameters


def _count(declared: RecordType, query: Query, sight: Sight, most: int) -> tuple[str, list[object]]:
    where = _where(declared, query, sight)
    condition = where.condition(query.terms, query.filter)
    text = SQL.count_known_at.format(versions=_versions(declared), condition=condition, limit=most)
    return text, where.parameters


def _where(declared: RecordType, query: Query, sight: Sight) -> Where:
    return Where(
        {"id": SearchColumn("id")}, [query.known_at, sight.kept_from], numbers=numbers(declared)
    )


@cache
def _versions(declared: RecordType) -> str:
    text = SQL.versions_known_at.removeprefix("/* versions_known_at */ ")
    shown = Shown(EVERY_ROW, 2, purpose="$2::text")
    return text.format(
        table=declared.table,
        type=declared.name,
        shown=shown.unrestricted("t"),
        shown_then=shown.unrestricted_then("h", "h.recorded_to"),
    )
