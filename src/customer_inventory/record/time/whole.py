"""The customer seen whole at a moment: what was around it then, as it was then.

Links say who may have referred to whom; the documents of the moment say who did.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from customer_inventory.kit.errors import TooLarge
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.customer360 import Customer360
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.link import extract
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.shown import MOST_KEPT, Shown, Statement
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.time.held import held
from customer_inventory.record.time.moment import Moment
from customer_inventory.record.time.past import as_of, known_at
from customer_inventory.record.types import TYPES, named, over_every_type
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_AROUND = 5000
"""So many records around a customer are looked at: their documents of then are all read."""

OUTWARD = frozenset(("engagedParty", "account", "agreement"))
"""Where a customer names what is looked around for besides itself."""

_EVER = datetime(9999, 12, 31, tzinfo=UTC)
_LAST = datetime(1, 1, 1, tzinfo=UTC)


class _Part(NamedTuple):
    start: datetime
    id: str
    body: bytes


async def around_at(
    database: Database,
    identifier: str,
    moment: Moment,
    sight: Sight = EVERYTHING,
    *,
    most: int,
) -> Customer360:
    """Return the customer `identifier` and what was around it at `moment`, `most` of a type.

    What it was merged into by then is shown for it.

    Raises NoSuchRecord when there was no such customer then, TooLarge when there was more around
    it than MOST_AROUND.
    """
    declared = named("customer")
    instant = moment.known_at or _EVER
    version = as_of(
        declared, await known_at(database, declared, identifier, instant, sight), moment
    )
    identifier = version.id
    named_then = {identifier, *_named(parse_object(version.body))}
    known_as = await database.fetch(SQL.known_as, sorted(named_then), instant)
    subjects = {row["id"] for row in known_as}
    buckets = [bucket_of(subject) for subject in sorted(subjects)]
    asked = statement(sight.rows)
    rows = await database.fetch(
        asked.text, *asked.arguments(sight, sorted(subjects), buckets, instant, MOST_AROUND + 1)
    )
    parts: dict[str, list[_Part]] = defaultdict(list)
    for kind, record_id, body in rows:
        if kind is None:
            _check(int(record_id))
        elif kind != declared.name and kind in TYPES:
            parts[kind] += _held(kind, record_id, body, moment, subjects)
    return Customer360(identifier, version.body, _latest(parts, most), _counted(parts))


@over_every_type
@lru_cache(maxsize=MOST_KEPT)
def statement(rows: Rows = EVERY_ROW) -> Statement:
    """Return the statement over every declared type; what is out of scope now was never there."""
    part = SQL.part("around_at_of_type")
    shown = Shown(rows, 4)
    then = [shown.unrestricted_then("h", "h.recorded_to")]
    if rows.by_type:
        then.append(shown.one_of("h", "type", ("id", "bucket")))
    text = SQL.around_at.format(
        shown_then=" AND ".join(then),
        then="".join(
            f"UNION ALL\n{part.format(type=k.name, table=k.table, shown=shown.of(k))}\n"
            for k in TYPES.values()
        ),
    )
    return Statement(text, tuple(shown.values))


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {"known_as": SQL.known_as, "around_at": statement().text}


def _named(customer: Document) -> Iterator[str]:
    for link in extract(named("customer"), customer):
        if link.outward and link.path in OUTWARD:
            yield link.other_id


def _held(
    kind: str, identifier: str, body: bytes, moment: Moment, subjects: set[str]
) -> list[_Part]:
    """Return the record as a part if it held at the moment and was around the subjects."""
    declared = TYPES[kind]
    document: Document | None = parse_object(body)
    if moment.as_of is not None:
        document = held(declared, document or {}, moment.as_of)
    if document is None:
        return []
    is_around = identifier in subjects or any(
        link.outward and link.other_id in subjects for link in extract(declared, document)
    )
    if not is_around:
        return []
    start = declared.period(document)[0]
    return [_Part(start or _LAST, identifier, body if moment.as_of is None else encode(document))]


def _latest(parts: Mapping[str, Sequence[_Part]], most: int) -> dict[str, list[tuple[str, bytes]]]:
    """Return the latest of each type, in the order of the types; of one start the ids ascend."""
    shown = {}
    for kind in TYPES:
        if parts.get(kind):
            ordered = sorted(parts[kind], key=lambda part: part.id)
            ordered.sort(key=lambda part: part.start, reverse=True)
            shown[kind] = [(part.id, part.body) for part in ordered[:most]]
    return shown


def _counted(parts: Mapping[str, Sequence[_Part]]) -> dict[str, int]:
    return {kind: len(found) for kind, found in parts.items() if found}


def _check(around: int) -> None:
    if around > MOST_AROUND:
        raise TooLarge(
            f"More than {MOST_AROUND} records are around this customer.",
            hint="Ask for the records at that moment one by one.",
        )
