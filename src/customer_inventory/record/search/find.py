"""Finding records by what somebody knows of a customer, best answers first.

The words are looked up in the dictionary, then records are found by exact keys: so the cost
follows the words and the answers, not the records. What is ranked is bounded: a search that
more records answer than are ranked says so, and shows the best of those.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from customer_inventory.kit.clock import now
from customer_inventory.kit.ids import is_id
from customer_inventory.record.declare import Document, KeyKind, Period
from customer_inventory.record.search import rank, word
from customer_inventory.record.search.asked import MOST_MEANT, Asked, Likely
from customer_inventory.record.search.candidate import (
    SEARCHED,
    Candidate,
    by_id,
    found_by,
)
from customer_inventory.record.search.key import found_in, identifier_key, keys_of
from customer_inventory.record.search.telling import customers_of, documents_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.store.database import Database

MOST_SHOWN = 100

_ORDER = {name: number for number, name in enumerate(("customer", *SEARCHED))}


class Position(NamedTuple):
    """Where a page of hits ends: the last hit's score, type and id."""

    score: float
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Match:
    """A value that a record was found by."""

    kind: KeyKind
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that answers: how well, by what, and the customer it leads to, if to any."""

    type: str
    id: str
    name: str
    score: float
    matched: tuple[Match, ...]
    customer_id: str | None = None
    customer_name: str | None = None

    @property
    def position(self) -> Position:
        """Its place among the hits."""
        return Position(self.score, self.type, self.id)


@dataclass(frozen=True)
class Hits:
    """One page of hits, best first. `after` is where the next begins, None after the last.

    Not `is_complete`: more records answer than were ranked; more words would tell them apart.
    """

    hits: Sequence[Hit]
    after: Position | None
    is_complete: bool


class _Told(NamedTuple):
    """What hits are told by: the keys wanted, the types in scope, and what is shown of them."""

    wanted: Mapping[str, float]
    types: Collection[str]
    sight: Sight

    def shown(self, kind: str, document: Document) -> Document:
        mask = self.sight.masks.get(kind)
        return mask.document(document) if mask else document

    def clear(self, kind: str, document: Document) -> Document:
        mask = self.sight.masks.get(kind)
        return mask.in_clear(document) if mask else document


async def find(
    database: Database,
    text: str,
    *,
    types: Collection[str],
    sight: Sight = EVERYTHING,
    as_of: datetime | None = None,
    limit: int = 20,
    after: Position | None = None,
) -> Hits:
    """Return the records of `types` that answer `text`, best first, after a position.

    `types` is the caller's scope: nothing else is looked at, ranked or counted. With `as_of`, a
    value counts only if it held then; service identifiers, which are given to others in time,
    count only if they hold then, or now. What `sight` does not show as it is finds nothing. Raises
    Invalid for a text that asks for nothing.
    """
    asked = Asked.of(text)
    likely = await word.like(database, asked.words, MOST_MEANT)
    candidates, is_complete = await _candidates(database, asked, likely, types, sight)
    whole, words = asked.worth(likely)
    wanted = rank.wanted(whole, words)
    dated = [
        candidate
        for candidate in candidates
        if as_of is not None
        or candidate.type in sight.masks
        or rank.is_by_service(candidate.keys, wanted)
    ]
    documents = await documents_of(database, dated, sight)
    instant = as_of or now()
    candidates = [_in_clear(candidate, documents, sight) for candidate in candidates]
    then = [
        _at(candidate, documents[candidate.id], instant, all_kinds=as_of is not None)
        if candidate.id in documents
        else candidate
        for candidate in candidates
    ]
    scored = [
        (Position(value, candidate.type, candidate.id), candidate)
        for candidate in then
        if candidate is not None and (value := rank.score(candidate.keys, whole, words))
    ]
    scored.sort(key=lambda pair: _place(pair[0]))
    if after is not None:
        scored = [pair for pair in scored if _place(pair[0]) > _place(after)]
    page = scored[:limit]
    hits = await _told(database, page, documents, _Told(wanted, types, sight))
    more = len(scored) > limit
    return Hits(hits, page[-1][0] if more and page else None, is_complete)


async def _candidates(
    database: Database, asked: Asked, likely: Likely, types: Collection[str], sight: Sight
) -> tuple[list[Candidate], bool]:
    """Return the records to rank, and whether they are all that answer."""
    ways = [(tuple(asked.whole()),), asked.exactly(), asked.nearly(likely)]
    found = await found_by(database, ways, types, sight)
    if not found[0]:
        found = await found_by(database, [asked.scattered(likely)], types, sight)
    candidates, is_complete = found
    if is_id(asked.text):
        named = await by_id(database, asked.text, sorted(types), sight)
        ids = {candidate.id for candidate in named}
        candidates = [*named, *(other for other in candidates if other.id not in ids)]
    return candidates, is_complete


def _in_clear(candidate: Candidate, documents: Mapping[str, Document], sight: Sight) -> Candidate:
    """Return a candidate with the keys of what is shown of it as it is, and its id."""
    mask = sight.masks.get(candidate.type)
    if mask is None:
        return candidate
    shown = mask.in_clear(documents.get(candidate.id, {}))
    keys = {*keys_of(SEARCHED[candidate.type], shown), *identifier_key(candidate.id)}
    return candidate._replace(keys=candidate.keys & keys)


def _at(
    candidate: Candidate, document: Document, instant: datetime, *, all_kinds: bool
) -> Candidate | None:
    """Return a candidate with the keys that held at `instant`, None if it did not hold itself.

    Of service identifiers alone, unless the rest is asked for (`all_kinds`).
    """
    declared = SEARCHED[candidate.type]
    if all_kinds and not _holds((declared.period(document),), instant):
        return None
    past: set[str] = set()
    present: set[str] = set()
    for found in found_in(declared, document):
        if _holds(found.periods, instant):
            present.update(found.keys)
        elif all_kinds or found.kind == "service":
            past.update(found.keys)
    return candidate._replace(keys=frozenset(candidate.keys) - (past - present))


def _holds(periods: Iterable[Period], instant: datetime) -> bool:
    return all(
        (start is None or start <= instant) and (end is None or instant < end)
        for start, end in periods
    )


async def _told(
    database: Database,
    page: Sequence[tuple[Position, Candidate]],
    documents: Mapping[str, Document],
    told: _Told,
) -> list[Hit]:
    """Return the hits of a page: with their names, what matched, and where they lead."""
    lacking = [candidate for _, candidate in page if candidate.id not in documents]
    documents = {**documents, **await documents_of(database, lacking, told.sight)}
    present = [pair for pair in page if pair[1].id in documents]
    customers = {}
    if present and "customer" in told.types:
        customers = await customers_of(
            database, [candidate for _, candidate in present], told.sight
        )
    return [
        Hit(
            candidate.type,
            candidate.id,
            _name(told.shown(candidate.type, documents[candidate.id])),
            position.score,
            _matches(candidate, told.clear(candidate.type, documents[candidate.id]), told.wanted),
            *_customer(customers.get(candidate.id), told.sight),
        )
        for position, candidate in present
    ]


def _customer(known: tuple[str, str | None] | None, sight: Sight) -> tuple[str | None, str | None]:
    identifier, name = known or (None, None)
    mask = sight.masks.get("customer")
    return identifier, mask.text(("name",), name) if mask else name


def _matches(
    candidate: Candidate, document: Document, wanted: Mapping[str, float]
) -> tuple[Match, ...]:
    """Return the values that answer; those whose time is not asked for do not."""
    known = wanted.keys() & set(candidate.keys)
    return tuple(
        Match(found.kind, found.path, found.value)
        for found in found_in(SEARCHED[candidate.type], document)
        if known.intersection(found.keys)
    )


def _name(document: Document) -> str:
    parts = [document.get(part) for part in ("givenName", "familyName")]
    name = document.get("name") or " ".join(part for part in parts if isinstance(part, str))
    return name if isinstance(name, str) else ""


def _place(position: Position) -> tuple[float, int, str]:
    return -position.score, _ORDER.get(position.type, len(_ORDER)), position.id
