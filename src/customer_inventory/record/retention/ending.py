"""When a record came to its end: from then on its retention counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.retention.policy import Policy
from customer_inventory.record.types import TYPES, subject_paths
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """A present record and its end; None: it has not ended. Those that belong to it stand on it."""

    id: str
    declared: RecordType
    document: Document
    end: datetime | None
    has_dependents: bool


def end_of(
    policy: Policy, declared: RecordType, document: Document, touched_at: datetime
) -> datetime | None:
    """Return when a record that has a subject came to its end, None while it has not.

    It is the end of its period; without one, in a state that is declared to be an end, when it was
    last touched; of a mere occurrence, when it happened.
    """
    try:
        start, end = declared.period(document)
    except Invalid:  # taken in when less was asked
        start = end = None
    if end is not None:
        return end
    states = policy.ended.get(declared.name, frozenset())
    if states:
        return touched_at if str(document.get(declared.status)).lower() in states else None
    return start if declared.is_occurrence else None


async def page_of(
    database: Database, policy: Policy, declared: RecordType, *, after: str, limit: int
) -> list[Standing]:
    """Return how records of a type stand, in the order of their ids, after the id `after`."""
    rows = await database.fetch(_of("page_of_records", declared), after, limit)
    return await _standing(database, policy, declared, rows)


async def standing(database: Database, policy: Policy, kinds: Mapping[str, str]) -> list[Standing]:
    """Return how records stand; those that are not there any more are left out."""
    found = []
    for name in sorted(set(kinds.values())):
        declared = TYPES[name]
        ids = [identifier for identifier, kind in kinds.items() if kind == name]
        rows = await database.fetch(_of("records_by_id", declared), ids, _buckets(ids))
        found += await _standing(database, policy, declared, rows)
    return found


async def _standing(
    database: Database, policy: Policy, declared: RecordType, rows: Sequence[Row]
) -> list[Standing]:
    read = {row["id"]: (parse_object(row["body"]), row["touched_at"]) for row in rows}
    dependents = await _dependents(database, list(read))
    if declared.subject:
        ends = {i: end_of(policy, declared, doc, at) for i, (doc, at) in read.items()}
    else:
        below = await _ends_below(database, policy, dependents)
        # A subject ends with the last of what belongs to it; one that has nothing, when it was
        # last touched.
        ends = {
            i: _latest([below[each] for each in dependents[i] if each in below])
            if i in dependents
            else at
            for i, (_, at) in read.items()
        }
    return [
        Standing(i, declared, document, ends[i], i in dependents)
        for i, (document, _) in read.items()
    ]


async def _dependents(database: Database, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return, by id, the records that name one of `ids` as their subject, with their types."""
    rows = await database.fetch(SQL.dependents_of, ids, _buckets(ids), subject_paths())
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row["path"] in TYPES[row["type"]].subject:
            found.setdefault(row["id"], {})[row["other_id"]] = row["type"]
    return found


async def _ends_below(
    database: Database, policy: Policy, dependents: Mapping[str, Mapping[str, str]]
) -> dict[str, datetime | None]:
    kinds = {i: kind for each in dependents.values() for i, kind in each.items()}
    ends: dict[str, datetime | None] = {}
    for name in sorted(set(kinds.values())):
        declared = TYPES[name]
        ids = [identifier for identifier, kind in kinds.items() if kind == name]
        for row in await database.fetch(_of("records_by_id", declared), ids, _buckets(ids)):
            document = parse_object(row["body"])
            ends[row["id"]] = end_of(policy, declared, document, row["touched_at"])
    return ends


def _latest(ends: Iterable[datetime | None]) -> datetime | None:
    """Return the last of `ends`, None when one of them is still to come."""
    known = list(ends)
    return None if None in known or not known else max(each for each in known if each)


def _buckets(ids: Iterable[str]) -> list[int]:
    return [bucket_of(identifier) for identifier in ids]


@cache
def _of(name: str, declared: RecordType) -> str:
    return SQL[name].format(table=declared.table)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    by_type = ("page_of_records", "records_by_id")
    return {"dependents_of": SQL.dependents_of} | {
        f"{name}:{kind}": _of(name, TYPES[kind]) for name in by_type for kind in TYPES
    }
