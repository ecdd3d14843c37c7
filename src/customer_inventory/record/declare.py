"""What a record type is: a declaration that the one engine serves.

Adding a type is a declaration in `record/types` and a migration, never a new engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Literal

from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.facet import Facet, facet_of, retention_of
from customer_inventory.record.place import places
from customer_inventory.record.register.edition import Enforced, in_force
from customer_inventory.record.schema import Schema, demanding, thing

Document = dict[str, Any]
Dangling = Literal["flag", "refuse"]
ApiVersion = Literal["v5", "v4"]
"""A version of the TM Forum Open APIs; records are kept in the shape of v5."""
Period = tuple[datetime | None, datetime | None]
"""Start and end in UTC; None where it is open."""


@dataclass(frozen=True)
class Column:
    """A search column: the value at the first of `paths` that has one.

    Several words may make one column (`join`): a person's name from its parts. `is_indexed`
    tells doors that sorting and filtering by its path is cheap. With `item`, the path leads to a
    list, and the value is that of its first item of that name whose value is a text.
    """

    name: str
    paths: tuple[str, ...]
    join: bool = False
    is_indexed: bool = False
    item: str | None = None

    @cached_property
    def steps(self) -> tuple[tuple[str, ...], ...]:
        """The segments of each of `paths`."""
        return tuple(tuple(path.split(".")) for path in self.paths)

    def value(self, document: Document) -> str | None:
        """Return the column's value for `document`, None when it has none."""
        if self.item is not None:
            return _text_of_item(document.get(self.paths[0]), self.item)
        if self.join:
            found = [_text_at(document, steps) for steps in self.steps]
            return " ".join(filter(None, found)) or None
        for steps in self.steps:
            word = _text_at(document, steps)
            if word is not None:
                return word
        return None


KeyKind = Literal["name", "phone", "email", "identifier", "address", "service"]
"""What somebody who searches may know of a customer."""


@dataclass(frozen=True)
class Searched:
    """Attributes by which a record is found, in the objects that `path` leads to.

    An empty `path` means the document itself; lists are walked through. With `named`, only
    objects of those names count (characteristics), however they are written. A value holds as
    long as the record and, where its object has one, in that object's `validFor`.
    """

    kind: KeyKind
    attributes: tuple[str, ...]
    path: str = ""
    named: frozenset[str] = frozenset()

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The segments of `path`."""
        return tuple(self.path.split(".")) if self.path else ()


@dataclass(frozen=True)
class Reference:
    """A place in the document that names other records.

    `path` is dotted, lists are walked through; `targets` are the record types it may name,
    the first being meant when the document does not say (`@referredType`). The role is
    read beside the place: at `role` relative to the first segment of the path. `key` is the
    attribute that holds the id. Of a `catalogue`, which may be kept elsewhere, only ids of this
    inventory make links. `dangling` is the policy for an id of this inventory that no record has:
    the reference becomes a finding, or the write is refused.
    """

    path: str
    targets: tuple[str, ...]
    role: str | None = None
    key: str = "id"
    is_catalogue: bool = False
    dangling: Dangling = "flag"

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The segments of `path`."""
        return tuple(self.path.split("."))


@dataclass(frozen=True)
class Branch:
    """A reference that makes a tree of `kind`: what it names is the `parent` or the `child`.

    `path` is that of the reference, `role` the attribute beside it that says the role; with `roles`
    only those make the tree. `target` is the record type meant when the document does not say.
    """

    kind: str
    path: str
    names: Literal["parent", "child"]
    target: str
    role: str = "role"
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exclusive:
    """Periods of which no two with one key may overlap; `name` says of what, in a word or two.

    The key is what the document has at `records` and `words`, together. At `records` are ids of
    this inventory, else the period is not held; `words` may be missing. With `each`, the path of a
    list, every item of it has a key of its own, within the record, and a period of its own
    (`validFor`); without it the record's own period counts, among all records of the type.
    """

    name: str
    records: tuple[str, ...]
    words: tuple[str, ...] = ()
    each: str = ""


@dataclass(frozen=True, eq=False)
class RecordType:
    """A declared record type.

    `name` is the TM Forum resource (`individual`), `entity` the value of its `@type`,
    `mandatory` what must be there on create (`mandatory_in_v4` through the doors of version 4,
    where that differs), `subject` the path whose id names the subject it
    belongs to (None: it is a subject itself), `validity` the path of its period (or `dates` those
    of its start and end), `status` the attribute whose change is a state change, `searched` what
    it is found by. An occurrence is a fact from the start of its period on, for ever.
    `exclusives` are periods that must not overlap, `branches` the references that make trees.
    A `catalogue` type describes what records refer to, and is about nobody.
    A strict type refuses undeclared attributes.
    """

    name: str
    entity: str
    description: str
    attributes: Mapping[str, Schema]
    mandatory: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    references: tuple[Reference, ...] = ()
    searched: tuple[Searched, ...] = ()
    subject: tuple[str, ...] = ()
    mandatory_in_v4: tuple[str, ...] | None = None
    validity: str = "validFor"
    dates: tuple[str, str] | None = None
    status: str = "status"
    is_catalogue: bool = False
    is_occurrence: bool = False
    exclusives: tuple[Exclusive, ...] = ()
    branches: tuple[Branch, ...] = ()
    is_strict: bool = False
    table: str = field(default="")

    def __post_init__(self) -> None:
        if not self.table:
            snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in self.name)
            object.__setattr__(self, "table", snake)

    @property
    def enforced(self) -> Enforced | None:
        """What the register in force demands of it beyond the declaration; None: nothing."""
        return in_force().of(self.name)

    @property
    def schema(self) -> Schema:
        """JSON Schema of a whole document."""
        return self.schema_in("v5")

    def schema_in(self, version: ApiVersion) -> Schema:
        """Return the JSON Schema of a whole document that demands what `version` demands.

        What the register in force demands is demanded in every version.
        """
        return schema_of(self, self.obligation(version), self.enforced)

    def obligation(self, version: ApiVersion) -> tuple[str, ...]:
        """Return the attributes that `version` demands on create, by their names in version 5."""
        if version == "v4" and self.mandatory_in_v4 is not None:
            return self.mandatory_in_v4
        return self.mandatory

    def facet(self, path: str) -> Facet:
        """Return what is declared for the attribute at the dotted `path`.

        Positions in brackets do not count. Below an attribute all is as the attribute itself, but
        for what is declared by its own path; an undeclared attribute is taken for personal.
        """
        return facet_of(self.name, path)

    @property
    def retention(self) -> str | None:
        """The name of the rule of retention for its records; None: they are kept for ever."""
        return retention_of(self.name)

    def subjects_of(self, document: Document) -> tuple[str, ...]:
        """Return whom `document` belongs to: all it names at the first path that names anyone.

        Of an occurrence, whom it names first. Several share it: it is nobody's alone.
        """
        for path in self.subject:
            found = places(document, tuple(path.split(".")))
            flat = [x for each in found for x in (each if isinstance(each, list) else [each])]
            named = [x["id"] for x in flat if isinstance(x, dict) and isinstance(x.get("id"), str)]
            if named:
                return tuple(dict.fromkeys(named[:1] if self.is_occurrence else named))
        return ()

    @cached_property
    def period_paths(self) -> tuple[str, str]:
        """The paths of the start and the end of its period."""
        return self.dates or (f"{self.validity}.startDateTime", f"{self.validity}.endDateTime")

    def subject_of(self, document: Document) -> str | None:
        """Return the id of the subject that `document` belongs to, if it names one."""
        for steps in self._subject_steps:
            if steps[0] in document:
                for place in places(document, steps):
                    if isinstance(place, dict) and isinstance(place.get("id"), str):
                        return str(place["id"])
        return None

    def period(self, document: Document) -> Period:
        """Return the period in which the document holds.

        Raises Invalid for an instant that is none, or that no table can hold.
        """
        (start, to_start), (end, to_end) = self._period_steps
        return _instant(document, start, to_start), _instant(document, end, to_end)

    @cached_property
    def _period_steps(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple((path, tuple(path.split("."))) for path in self.period_paths)

    @cached_property
    def _subject_steps(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(path.split(".")) for path in self.subject)


@lru_cache(maxsize=500)
def schema_of(
    declared: RecordType, demanded: tuple[str, ...], enforced: Enforced | None = None
) -> Schema:
    """Return the JSON Schema of a document with all of `demanded` that fulfils `enforced`, too."""
    whole = demanding(thing(declared.description, **declared.attributes), *demanded)
    return whole if enforced is None else enforced.applied(whole)


def _instant(document: Document, path: str, steps: tuple[str, ...]) -> datetime | None:
    node: Any = document
    for step in steps:
        node = node.get(step) if isinstance(node, dict) else None
        if node is None:
            return None
    instant = parse_instant(node)
    if instant is None:
        raise Invalid("is no date or date-time of the years 1 to 9999.", path=path)
    return instant


def _text_at(document: Document, steps: tuple[str, ...]) -> str | None:
    node: Any = document
    for step in steps:
        if not isinstance(node, dict):
            return None
        node = node.get(step)
    return node if isinstance(node, str) and node else None


def _text_of_item(items: Any, name: str) -> str | None:
    for item in items if isinstance(items, list) else ():
        value = item.get("value") if isinstance(item, dict) and item.get("name") == name else None
        if isinstance(value, str) and value:
            return value
    return None
