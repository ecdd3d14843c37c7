"""What is shown of several origins: for each attribute, the one that survives by its rule.

Pure functions over what each origin says itself. Nothing is ever written over: what does not
survive today is there to survive tomorrow, when a rule, a rank or a merge changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import MANAGED, encode_sorted, is_same
from customer_inventory.record.facet import Survivorship, facet_of


@dataclass(frozen=True, slots=True)
class Fact:
    """Who said what an attribute is (or that it is not), and when.

    One that `covers` was said of what is shown, so it stands for all that was said before it.
    """

    source: str
    at: datetime
    covers: bool = False


@dataclass(slots=True)
class View:
    """What one origin says: its document, and the fact behind each attribute.

    An attribute with a fact that the document does not have was said not to be.
    """

    id: str
    document: Document
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survivor:
    """Why an attribute is shown as it is: the rule, and the views that count, the first most."""

    rule: Survivorship
    views: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """How far sources are trusted: ranks by source, and by source and element (`type.attribute`).

    What is said of an element goes before what is said of its source, which is 0 where nothing is.
    """

    of_sources: Mapping[str, int] = field(default_factory=dict)
    of_elements: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def rank(self, source: str, element: str) -> int:
        """Return how far a source is trusted about an element."""
        of_source = self.of_sources.get(source, 0)
        return self.of_elements.get((source, element), of_source)


Rank = Callable[[str], int]
"""Returns how far a source is trusted about the attribute in question."""


def shown(
    declared: RecordType, root: str, views: Sequence[View], trust: Trust
) -> tuple[Document, dict[str, Survivor]]:
    """Return the document that is shown of `views` under the id of `root`, and why, by attribute.

    The root's view is among them.
    """
    ours = next(view for view in views if view.id == root)
    document = {name: ours.document[name] for name in MANAGED if name in ours.document}
    why: dict[str, Survivor] = {}
    for name in _names(ours, views):
        rule = facet_of(declared.name, name).survivorship
        told = ranked(name, rule, root, views, about(declared, name, trust))
        lists = [view for view in told if isinstance(view.document.get(name), list)]
        if rule is Survivorship.UNION and lists:
            items, counted = _union(name, told, root)
        else:
            items, counted = told[0].document.get(name), told[:1]
        why[name] = Survivor(rule, tuple(view.id for view in counted))
        if items is not None:
            document[name] = items
    return document, why


def about(declared: RecordType, name: str, trust: Trust) -> Rank:
    """Return how far sources are trusted about an attribute of a type."""
    element = f"{declared.name}.{name}"
    return lambda source: trust.rank(source, element)


def ranked(
    name: str, rule: Survivorship, root: str, views: Sequence[View], rank: Rank
) -> list[View]:
    """Return those of `views` that tell of an attribute, the one that survives first."""
    return sorted(
        (view for view in views if name in view.facts),
        key=lambda view: _strength(view, name, rule, root, rank),
        reverse=True,
    )


def edited(view: View, old: Document, new: Document, *, source: str, at: datetime) -> None:
    """Let `view` say what somebody changed from `old` to `new` of what is shown."""
    for name in {*old, *new} - set(MANAGED):
        if name in old and name in new and is_same(old[name], new[name]):
            continue
        _say(view, name, new, Fact(source, at, covers=True))


def contributed(view: View, given: Document, *, source: str, at: datetime) -> bool:
    """Let `view` say what its source says of it now; return whether that is anything new.

    What it says no more, it said of the attributes that came from it, is withdrawn.
    """
    changed = False
    for name in {*view.document, *given} - set(MANAGED):
        if name not in given:
            view.document.pop(name)
            view.facts.pop(name, None)
        elif name not in view.document or not is_same(view.document[name], given[name]):
            _say(view, name, given, Fact(source, at))
        else:
            continue
        changed = True
    return changed


def _say(view: View, name: str, told: Document, fact: Fact) -> None:
    if name in told:
        view.document[name] = told[name]
    else:
        view.document.pop(name, None)
    view.facts[name] = fact


def _names(ours: View, views: Sequence[View]) -> list[str]:
    """Return every attribute that anyone tells of, the root's first, in the order of documents."""
    every = [name for view in (ours, *views) for name in (*view.document, *view.facts)]
    return [name for name in dict.fromkeys(every) if name not in MANAGED]


def _strength(
    view: View, name: str, rule: Survivorship, root: str, rank: Rank
) -> tuple[int, datetime, bool, str]:
    fact = view.facts[name]
    trusted = rank(fact.source) if rule is Survivorship.TRUST else 0
    return trusted, fact.at, view.id == root, view.id


def _union(name: str, told: Sequence[View], root: str) -> tuple[list[Any] | None, list[View]]:
    """Return the items of all lists, each once: those of the root first.

    What was said of the whole list counts for all that was said before it.
    """
    covering = next((view for view in told if view.facts[name].covers), None)
    counted = list(told)
    if covering is not None:
        counted = [view for view in told if view.facts[name].at > covering.facts[name].at]
    counted.sort(key=lambda view: (view.id != root, view.id))
    counted = [*([covering] if covering is not None else []), *counted]
    items: dict[bytes, Any] = {}
    for view in counted:
        value = view.document.get(name)
        for item in value if isinstance(value, list) else []:
            items.setdefault(encode_sorted(item), item)
    is_there = any(name in view.document for view in counted)
    return (list(items.values()) if is_there else None), counted
