"""Lists as the inventory knew them at an instant: conditions hold of the versions known then.

Versions of the past have no search columns: every one of the type that was held then is looked
through. The time limit of statements bounds it; a list that takes longer is refused.
"""

from customer_inventory.record.declare import RecordType
from customer_inventory.record.page import Page, Query, numbers
from customer_inventory.record.scope import Rows
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
        versions=_versions(declared, sight.rows, where),
        condition=condition,
        order=order,
        limit=int(query.limit),
        offset=int(query.offset),
    )
    return text, where.parameters


def _count(declared: RecordType, query: Query, sight: Sight, most: int) -> tuple[str, list[object]]:
    where = _where(declared, query, sight)
    condition = where.condition(query.terms, query.filter)
    text = SQL.count_known_at.format(
        versions=_versions(declared, sight.rows, where), condition=condition, limit=most
    )
    return text, where.parameters


def _where(declared: RecordType, query: Query, sight: Sight) -> Where:
    return Where(
        {"id": SearchColumn("id")}, [query.known_at, sight.kept_from], numbers=numbers(declared)
    )


def _versions(declared: RecordType, rows: Rows, where: Where) -> str:
    """Return the select of the versions; who may not see what a record is may not see what it was.

    The conditions of `rows` take their parameters from `where`.
    """
    text = SQL.part("versions_known_at")
    shown = Shown(rows, 2, purpose="$2::text", parameter=where.parameter)
    then = [shown.unrestricted_then("h", "h.recorded_to", declared)]
    if rows.of(declared.name) is not None:
        then.append(shown.exists(declared, "h"))
    return text.format(
        table=declared.table,
        type=declared.name,
        shown=shown.of(declared, "t"),
        shown_then=" AND ".join(then),
    )
