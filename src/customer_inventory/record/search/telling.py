"""What is told of records that answer a search: their documents, and the customers they lead to."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from customer_inventory.record.declare import Document
from customer_inventory.record.document import parse_object
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.search.candidate import SEARCHED, Candidate, over_types
from customer_inventory.record.shown import MOST_KEPT, Shown, Statement
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def documents_of(
    database: Database, candidates: Iterable[Candidate], sight: Sight
) -> dict[str, Document]:
    """Return the documents of records by id."""
    sent = list(candidates)
    if not sent:
        return {}
    types = {candidate.type for candidate in sent}
    statement = _documents_statement(tuple(name for name in SEARCHED if name in types), sight.rows)
    columns = (
        [candidate.type for candidate in sent],
        [candidate.id for candidate in sent],
        [candidate.bucket for candidate in sent],
    )
    rows = await database.fetch(statement.text, *statement.arguments(sight, *columns))
    return {row[1]: parse_object(row[2]) for row in rows}


async def customers_of(
    database: Database, candidates: Sequence[Candidate], sight: Sight
) -> dict[str, tuple[str, str | None]]:
    """Return the id and name of the customer that each record leads to, by the record's id."""
    statement = _customers_statement(sight.rows)
    ids = [candidate.id for candidate in candidates]
    buckets = [candidate.bucket for candidate in candidates]
    rows = await database.fetch(statement.text, *statement.arguments(sight, ids, buckets))
    return {row[0]: (row[1], row[2]) for row in rows}


def every_statement() -> dict[str, str]:
    """Return statements of the kinds this module can send, by a name of their own (to plan)."""
    return {
        "documents": _documents_statement(tuple(SEARCHED), EVERY_ROW).text,
        "customers_of_records": _customers_statement(EVERY_ROW).text,
    }


@lru_cache(maxsize=MOST_KEPT)
def _documents_statement(types: tuple[str, ...], rows: Rows) -> Statement:
    return over_types(SQL.documents_of_type, types, rows)


@lru_cache(maxsize=MOST_KEPT)
def _customers_statement(rows: Rows) -> Statement:
    shown = Shown(rows, 2)
    text = SQL.customers_of_records.format(shown=shown.of(TYPES["customer"], "c"))
    return Statement(text, tuple(shown.values))
