"""Rules of scope: which records of a type, said over attributes that are declared for it.

    {"in": {"market": ["AT", "DE"]}}     the attribute is one of these
    {"eq": {"status": "active"}}         also ne, lt, le, gt, ge: texts by their code points
    {"own": true}                        the process made the record
    {"list": "vip"}                      the record, or whom it belongs to, is on a named list
    {"customer": {…}}                    it hangs on a customer for which a rule holds
    {"and": […]}, {"or": […]}, {"not": {…}}

Truth has three values, as in SQL: what is said of an attribute that a record has not is unknown,
and so is its contrary. Only records for which a rule is true are shown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, Literal

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Column, RecordType
from customer_inventory.record.facet import scope_of
from customer_inventory.record.types import TYPES

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge"]

DEEPEST = 8
MOST_PARTS = 200
MOST_VALUES = 1000
LONGEST_VALUE = 200
"""What a rule may have: levels, parts, values of one `in`, characters of a value."""

CUSTOMER = "customer"
_MOST_NAMED = 5
_LIST_NAME = re.compile(r"[a-z][A-Za-z0-9-]{0,62}")
_OPERATORS = {"eq": "is", "ne": "is not", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_JOINING = {"and": " and ", "or": " or "}


@dataclass(frozen=True, slots=True)
class Compared:
    """An attribute compared to a text."""

    operator: Operator
    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """An attribute that is one of several texts."""

    attribute: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """The process made the record."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The record, or whom it belongs to, is on a named list."""

    name: str


@dataclass(frozen=True, slots=True)
class OfCustomer:
    """The record hangs on a customer for which `rule` holds.

    One that hangs on no customer at all is its maker's alone, until it does.
    """

    rule: "Rule"


@dataclass(frozen=True, slots=True)
class Joined:
    """All of several rules, or any of them."""

    word: Literal["and", "or"]
    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a rule."""

    part: "Rule"


Rule = Compared | OneOf | Own | Listed | OfCustomer | Joined | Not


@cache
def attributes(declared: RecordType) -> Mapping[str, Column]:
    """Return the attributes that rules for a type may name, each with its search column."""
    by_name = {column.item or column.paths[0]: column for column in declared.columns}
    return {name: by_name[name] for name in scope_of(declared.name)}


def rule_of(record_type: str, said: object) -> Rule:
    """Return the rule for records of a type that `said` (JSON) means; raise Invalid for none."""
    return _Reader(TYPES[record_type]).rule(said, "scope", 1, is_denied=False)


def said_of(rule: Rule) -> dict[str, Any]:
    """Return a rule as it is kept, in JSON."""
    said: dict[str, Any]
    match rule:
        case Compared(operator, attribute, value):
            said = {operator: {attribute: value}}
        case OneOf(attribute, values):
            said = {"in": {attribute: list(values)}}
        case Own():
            said = {"own": True}
        case Listed(name):
            said = {"list": name}
        case OfCustomer(inner):
            said = {CUSTOMER: said_of(inner)}
        case Joined(word, parts):
            said = {word: [said_of(part) for part in parts]}
        case Not(part):
            said = {"not": said_of(part)}
    return said


def words(rule: Rule) -> str:
    """Return a rule as people read it."""
    match rule:
        case Compared(operator, attribute, value):
            text = f"{attribute} {_OPERATORS[operator]} {value}"
        case OneOf(attribute, values):
            more = len(values) - _MOST_NAMED
            text = f"{attribute} in {', '.join(values[:_MOST_NAMED])}"
            text += f" and {more} more" if more > 0 else ""
        case Own():
            text = "made by the process"
        case Listed(name):
            text = f"on the list {name}"
        case OfCustomer(inner):
            text = f"of a customer: {words(inner)}"
        case Joined(word, parts):
            text = f"({_JOINING[word].join(map(words, parts))})"
        case Not(part):
            text = f"not {words(part)}"
    return text


def lists_in(rule: Rule) -> Iterator[str]:
    """Yield the names of the lists that a rule names."""
    match rule:
        case Listed(name):
            yield name
        case OfCustomer(part) | Not(part):
            yield from lists_in(part)
        case Joined(_, parts):
            for each in parts:
                yield from lists_in(each)


class _Reader:
    """Reads one rule."""

    def __init__(self, declared: RecordType, parts: Iterator[int] | None = None) -> None:
        self._declared = declared
        self._parts = parts or count(1)

    def rule(self, said: object, path: str, level: int, *, is_denied: bool) -> Rule:
        if level > DEEPEST or next(self._parts) > MOST_PARTS:
            raise _bad(path, f"has more than {DEEPEST} levels or {MOST_PARTS} parts.")
        if not isinstance(said, Mapping) or len(said) != 1:
            raise _bad(path, "is an object of one member.")
        ((word, inner),) = said.items()
        path = f"{path}.{word}"
        if word in _JOINING:
            return self._joined(word, inner, path, level, is_denied=is_denied)
        if word == "not":
            return Not(self.rule(inner, path, level + 1, is_denied=not is_denied))
        if word == CUSTOMER:
            return self._of_customer(inner, path, level, is_denied=is_denied)
        return self._leaf(word, inner, path)

    def _leaf(self, word: Any, inner: object, path: str) -> Rule:
        if word == "own":
            if inner is not True:
                raise _bad(path, "is true or left out.")
            return Own()
        if word == "list":
            return Listed(check_list_name(inner, path))
        if word == "in":
            attribute, values = self._attribute(inner, path)
            return OneOf(attribute, _texts(values, f"{path}.{attribute}"))
        if word in _OPERATORS:
            attribute, value = self._attribute(inner, path)
            return Compared(word, attribute, _text(value, f"{path}.{attribute}"))
        known = ", ".join((*_JOINING, "not", "in", *_OPERATORS, "own", "list", CUSTOMER))
        raise _bad(path, "is no test.", f"Known: {known}.")

    def _joined(self, word: Any, inner: object, path: str, level: int, *, is_denied: bool) -> Rule:
        # Nothing joined by `and` would be everything.
        if not isinstance(inner, list) or not inner:
            raise _bad(path, "is a list of rules, and not empty.")
        return Joined(
            word, tuple(self.rule(each, path, level + 1, is_denied=is_denied) for each in inner)
        )

    def _of_customer(self, inner: object, path: str, level: int, *, is_denied: bool) -> Rule:
        if self._declared.name == CUSTOMER or self._declared.is_catalogue:
            raise _bad(path, f"A {self._declared.name} hangs on no customer.")
        # Whether there is such a customer is never unknown: its contrary would show what hangs on
        # customers of whom the attribute is not known.
        if is_denied:
            raise _bad(path, "cannot be denied.", 'Write {"customer": {"not": …}}.')
        reader = _Reader(TYPES[CUSTOMER], self._parts)
        return OfCustomer(reader.rule(inner, path, level + 1, is_denied=False))

    def _attribute(self, inner: object, path: str) -> tuple[str, object]:
        if not isinstance(inner, Mapping) or len(inner) != 1:
            raise _bad(path, "is an object: one attribute, and what it is compared to.")
        ((name, value),) = inner.items()
        known = attributes(self._declared)
        if name not in known:
            raise _bad(
                path,
                f"{self._declared.name} has no attribute {str(name)[:50]!r} for scopes.",
                f"It has: {', '.join(known) or 'none'}.",
            )
        return str(name), value


def check_list_name(name: object, path: str = "name") -> str:
    """Return `name` if it can be that of a list; raise Invalid if not."""
    if not isinstance(name, str) or not _LIST_NAME.fullmatch(name):
        raise _bad(path, "is no name of a list.", "Write one word, such as keyAccounts.")
    return name


def _texts(values: object, path: str) -> tuple[str, ...]:
    # That something is in nothing is false and not unknown, so its contrary would be everything.
    if not isinstance(values, list) or not 0 < len(values) <= MOST_VALUES:
        raise _bad(path, f"is a list of 1 to {MOST_VALUES} texts.", "Keep more as a named list.")
    return tuple(sorted({_text(value, path) for value in values}))


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_VALUE or "\0" in value:
        raise _bad(path, f"is a text of 1 to {LONGEST_VALUE} characters.")
    return value


def _bad(path: str, message: str, hint: str | None = None) -> Invalid:
    return Invalid(message, path=path, hint=hint, code="invalidTerms")
