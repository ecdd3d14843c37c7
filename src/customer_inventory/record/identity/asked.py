"""Conditions that name records: an id of a group stands for all records that are shown as one.

What was merged is no row of its table any more, and references to it stay as they were written: who
asks a list for the one means the other as well. Only conditions that name ids of this inventory
cost a statement.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.page import Query
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.store.where import Term

SQL = beside(__name__)

_COMPARED = ("eq", "ne")


async def resolved(database: Database, query: Query) -> Query:
    """Return `query` with every id that it names widened to the group that the record is of now.

    What was known at an instant is asked for as it is written.
    """
    if query.known_at is not None:
        return query
    ids = sorted({each for term in query.terms for each in _ids(term)})
    if not ids:
        return query
    rows = await database.fetch(SQL.ids_together, ids, [bucket_of(each) for each in ids])
    if not rows:
        return query
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row["asked"], []).append(row["id"])
    return replace(query, terms=tuple(_widened(term, groups) for term in query.terms))


def _ids(term: Term | None) -> Iterator[str]:
    """Yield the ids of records that a condition names."""
    if term is None:
        return
    if _names_records(term):
        yield from (value for value in term.values if is_id(value))
    yield from _ids(term.otherwise)


def _names_records(term: Term) -> bool:
    is_of_ids = term.path == "id" or term.path.endswith(".id")
    return is_of_ids and term.operator in _COMPARED


def _widened(term: Term, groups: Mapping[str, list[str]]) -> Term:
    otherwise = term.otherwise and _widened(term.otherwise, groups)
    if not _names_records(term):
        return replace(term, otherwise=otherwise)
    values = [each for value in term.values for each in (value, *groups.get(value, ()))]
    return replace(term, values=tuple(dict.fromkeys(values)), otherwise=otherwise)


async def together(database: Database, ids: Collection[str]) -> dict[str, set[str]]:
    """Return, for those of some records that are of a group, all records of the group."""
    asked = list(ids)
    rows = await database.fetch(SQL.ids_together, asked, [bucket_of(each) for each in asked])
    groups: dict[str, set[str]] = {}
    for row in rows:
        groups.setdefault(row["asked"], {row["asked"]}).add(row["id"])
    return groups
