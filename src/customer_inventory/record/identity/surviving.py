"""Why each attribute of a merged record is shown as it is: who said what, and which rule chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.record.declare import RecordType
from customer_inventory.record.facet import Survivorship
from customer_inventory.record.identity import origin
from customer_inventory.record.identity.survivorship import View, about, ranked, shown
from customer_inventory.store.database import Database


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one origin says of an attribute: `value` is None where it said that there is none.

    `source` said it at `at`, and is trusted so far about it (`rank`). One that `covers` was said of
    what is shown. Of a list the shown items may be of several candidates: each of these `is_shown`.
    """

    origin: str
    source: str
    at: datetime
    rank: int
    value: Any
    covers: bool
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Surviving:
    """An attribute: the value shown, the rule that chose it, and all candidates, the best first."""

    attribute: str
    rule: Survivorship
    value: Any
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Group:
    """A merged record: what it is shown as, and why each attribute is as it is."""

    root: str
    origins: Sequence[str]
    attributes: Sequence[Surviving]


async def surviving(database: Database, declared: RecordType, identifier: str) -> Group | None:
    """Return why a record is shown as it is; None for one that was never merged with another."""
    found = await origin.shown_together(database, declared, identifier)
    if found is None:
        return None
    root, views = found
    ranks = await origin.trust(database)
    document, why = shown(declared, root, views, ranks)
    attributes = []
    for name, survivor in why.items():
        rank = about(declared, name, ranks)
        told = ranked(name, survivor.rule, root, views, rank)
        candidates = [
            _candidate(name, view, rank(view.facts[name].source), survivor.views) for view in told
        ]
        # Of a list those that count come first, in the order in which their items are shown.
        by_origin = {each.origin: each for each in candidates}
        first = [by_origin[view] for view in survivor.views]
        candidates = [*first, *(each for each in candidates if not each.is_shown)]
        attributes.append(Surviving(name, survivor.rule, document.get(name), candidates))
    others = [view.id for view in views if view.id != root]
    return Group(root, [root, *others], attributes)


def _candidate(name: str, view: View, rank: int, shown_of: Sequence[str]) -> Candidate:
    fact = view.facts[name]
    return Candidate(
        view.id,
        fact.source,
        fact.at,
        rank,
        view.document.get(name),
        fact.covers,
        view.id in shown_of,
    )
