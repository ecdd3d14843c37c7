"""Defects made of requirements: for every rule, and every way in which a value may be wrong, one.

A record is made whole first: it has all that is demanded of it. Then one thing is spoiled, and it
is known which rules fail by what was done, not by asking anybody.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from customer_inventory.record.declare import Document, RecordType, places
from customer_inventory.record.schema import paths
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Data, Requirement

_LIKE = {
    r"^\+[1-9][0-9]{4,14}$": "+4670{n:08d}",
    "^[A-Z]{3}$": "SEK",
    "^[A-Z]{2}$": "SE",
    "^[a-z]{2,3}(-[A-Z]{2})?$": "sv",
}
"""A text that is like each pattern that ships; one that is not here cannot be planted."""
_OF_FORMAT = {"email": "a{n}@example.com", "uri": "https://example.com/{n}"}
_OF_TYPE: dict[str | None, Any] = {
    "text": "text {n}", "date": "2020-01-31", "dateTime": "2020-01-31T12:00:00Z", "boolean": True,
    "number": 1.5, "integer": 1, "object": {}, "list": "item {n}",
    None: "anything {n}",
}  # fmt: skip
_OF_NO_TYPE: dict[str, tuple[Any, ...]] = {
    "text": (7, True), "date": ("yesterday", 7), "dateTime": ("yesterday", 7),
    "boolean": ("yes",), "number": ("7",), "integer": ("7", 1.5), "object": ("no object",),
}  # fmt: skip
DAYS = {"P1M": 31, "P6M": 184, "P1Y": 366, "P2Y": 731, "P3Y": 1096, "P5Y": 1827}
"""After so many days a value is too old, at the latest."""


@dataclass(frozen=True)
class Spoiled:
    """What is done to a record: what it says then, how old it is, and which rules it fails.

    With `repeats` it says there what the record before it says.
    """

    rule: str
    document: Document
    fails: frozenset[str]
    days_old: int = 0


class Spoiling:
    """Spoils records of one type by its requirements."""

    def __init__(self, declared: RecordType, requirements: Sequence[Requirement]) -> None:
        self.declared = declared
        self.requirements = [each for each in requirements if each.type == declared.name]
        self._by_path = {each.path: each for each in self.requirements}
        self._schemas = paths(declared.schema)
        self._lists = {
            path for path, schema in self._schemas.items() if schema.get("type") == "array"
        }
        self._serial = 0

    def whole(self, document: Document) -> Document:
        """Return a document with all that is demanded of it as it is."""
        made = deepcopy(document)
        for each in self.requirements:
            if each.obligation == "mandatory" or self._is_due(each, made):
                *above, _ = each.path.split(".")
                if not above or places(made, tuple(above)):
                    self._fill(made, each.path)
            elif is_wished_for(each) and not self._has(made, each.path):
                self._fill(made, each.path)
        return made

    def spoil(self, free: Iterator[Document]) -> Iterator[Spoiled]:
        """Yield every way to fail every rule, of free records one after the other."""
        for each in self.requirements:
            if each.obligation != "optional":
                yield self._incomplete(each, next(free))
            elif is_wished_for(each):
                yield self._without(each, next(free))
            for wrong in wrong_values(each.data):
                yield self._invalid(each, next(free), wrong)
            if "uniqueness" in each.quality:
                yield from self._repeated(each, next(free), next(free))
            if each.freshness is not None:
                yield self._stale(each, next(free))

    def _incomplete(self, requirement: Requirement, document: Document) -> Spoiled:
        made = deepcopy(document)
        if requirement.when is not None:
            self._put(made, requirement.when["attribute"], _asked_for(requirement.when))
        *above, leaf = requirement.path.split(".")
        if above:
            self._fill(made, ".".join(above))
        made = self.whole(made)
        for parent in _objects(made, tuple(above)):
            parent.pop(leaf, None)
        return self._told(requirement, "completeness", made)

    def _without(self, requirement: Requirement, document: Document) -> Spoiled:
        made = self.whole(document)
        for parent in _objects(made, _steps(requirement.path)[:-1]):
            parent.pop(_steps(requirement.path)[-1], None)
        return self._told(requirement, "completeness", made)

    def _invalid(self, requirement: Requirement, document: Document, wrong: Any) -> Spoiled:
        self._serial += 1
        made = self.whole(document)
        self._fill(made, requirement.path)
        made = self.whole(made)
        # Else two of them would be the same.
        value = f"{wrong} {self._serial}" if isinstance(wrong, str) else wrong
        value = value + self._serial if type(wrong) is int else value
        self._put(made, requirement.path, value)
        return self._told(requirement, "validity", made, *self._lacking(requirement, made))

    def _lacking(self, requirement: Requirement, document: Document) -> Iterator[str]:
        """Yield the rules by which what is no object lacks what it must have."""
        if requirement.data.type != "object":
            return
        for each in self.requirements:
            if each.path.rpartition(".")[0] == requirement.path and (
                each.obligation == "mandatory" or self._is_due(each, document)
            ):
                yield f"{each.id}.completeness"

    def _repeated(
        self, requirement: Requirement, one: Document, other: Document
    ) -> Iterator[Spoiled]:
        first, second = self.whole(one), self.whole(other)
        for made in (first, second):
            self._put(made, requirement.path, None)
            self._clear(made, requirement.path)
            self._fill(made, requirement.path)
        value = places(first, tuple(requirement.path.split(".")))[0]
        self._put(second, requirement.path, deepcopy(value))
        for made in (first, second):
            yield self._told(requirement, "uniqueness", made, *self._below(requirement, made))

    def _below(self, requirement: Requirement, document: Document) -> Iterator[str]:
        """Yield the rules by which what is within a value that is there twice is there twice."""
        for each in self.requirements:
            is_within = each.path.startswith(f"{requirement.path}.")
            if is_within and "uniqueness" in each.quality and self._has(document, each.path):
                yield f"{each.id}.uniqueness"

    def _stale(self, requirement: Requirement, document: Document) -> Spoiled:
        made = self.whole(document)
        self._fill(made, requirement.path)
        made = self.whole(made)
        days = DAYS[requirement.freshness or ""]
        also = [
            f"{each.id}.timeliness"
            for each in self.requirements
            if each.freshness and DAYS[each.freshness] <= days and self._has(made, each.path)
        ]
        told = self._told(requirement, "timeliness", made, *also)
        return Spoiled(told.rule, told.document, told.fails, days)

    def _told(
        self, requirement: Requirement, dimension: str, made: Document, *also: str
    ) -> Spoiled:
        rule = f"{requirement.id}.{dimension}"
        # What was in the way of a defect, or within it, is gone with it.
        gone = [
            f"{each.id}.completeness"
            for each in self.requirements
            if is_wished_for(each) and not self._has(made, each.path)
        ]
        return Spoiled(rule, made, frozenset((rule, *also, *gone)))

    def _is_due(self, requirement: Requirement, document: Document) -> bool:
        when = requirement.when
        if requirement.obligation != "conditional" or when is None:
            return False
        wanted = when["in"] if "in" in when else [when["is"]]
        return any(value in wanted for value in places(document, _steps(when["attribute"])))

    def _has(self, document: Document, path: str) -> bool:
        return bool(places(document, _steps(path)))

    def _clear(self, document: Document, path: str) -> None:
        """Take away what is at a path, and keep one item of each list on the way to it."""
        steps = path.split(".")
        for number in range(1, len(steps)):
            for parent in _objects(document, tuple(steps[: number - 1])):
                if isinstance(parent.get(steps[number - 1]), list):
                    del parent[steps[number - 1]][1:]
        for parent in _objects(document, tuple(steps[:-1])):
            parent.pop(steps[-1], None)

    def _fill(self, document: Document, path: str) -> None:
        """Let something be at a path, as it should be, wherever its parent is."""
        *above, leaf = path.split(".")
        if above:
            self._fill(document, ".".join(above))
        for parent in _objects(document, tuple(above)):
            if leaf not in parent or parent[leaf] == []:
                value = self._sample(path)
                parent[leaf] = [value] if path in self._lists else value

    def _sample(self, path: str) -> Any:
        """Return a value as it should be at a path, with all that is demanded below it."""
        self._serial += 1
        data = self._by_path[path].data if path in self._by_path else Data()
        schema = self._schemas.get(path, {})
        schema = schema.get("items", schema)
        is_thing = schema.get("type") == "object"
        value = {} if is_thing else right_value(data, self._serial)
        if "enum" in schema and data.values is None:
            value = schema["enum"][0]
        if isinstance(value, dict):
            value |= {"@type": "Planted", "serial": self._serial}
            value |= {name: f"{name}-{self._serial}" for name in schema.get("required", ())}
            for each in self.requirements:
                if each.obligation == "mandatory" and each.path.rpartition(".")[0] == path:
                    below = self._sample(each.path)
                    leaf = each.path.rpartition(".")[2]
                    value[leaf] = [below] if each.path in self._lists else below
        return value

    def _put(self, document: Document, path: str, value: Any) -> None:
        """Let a value be at a path, once."""
        self._fill(document, path)
        self._clear(document, path)
        *above, leaf = path.split(".")
        for parent in _objects(document, tuple(above)):
            parent[leaf] = [value] if path in self._lists else value


def is_wished_for(requirement: Requirement) -> bool:
    """Tell whether no record must have it, and a share of them is to."""
    return requirement.obligation == "optional" and "completeness" in requirement.quality


def right_value(data: Data, number: int) -> Any:
    """Return a value that is as it should be, another for each number where it can be."""
    if data.values is not None:
        return data.values[0]
    if data.pattern is not None:
        return _LIKE[data.pattern].format(n=number)
    if data.format is not None:
        return _OF_FORMAT[data.format].format(n=number)
    if data.minimum is not None:
        return data.minimum
    value = deepcopy(_OF_TYPE[data.type])
    return value.format(n=number) if isinstance(value, str) else value


def wrong_values(data: Data) -> Iterator[Any]:
    """Yield a value for every way in which one may be wrong."""
    yield from _OF_NO_TYPE.get(data.type or "", ())
    if data.pattern is not None or data.format is not None:
        yield "!"
    if data.max_length is not None:
        yield "x" * (data.max_length + 1)
    if data.min_length:
        yield ""
    if data.values is not None:
        yield "planted"
    if data.minimum is not None:
        yield data.minimum - 1_000_000
    if data.maximum is not None:
        yield data.maximum + 1


def sample_of(declared: RecordType, identifier: str) -> Document:
    """Return the least document of a type."""
    return {"id": identifier, "@type": TYPES[declared.name].entity}


def _asked_for(when: dict[str, Any]) -> Any:
    return when["in"][0] if "in" in when else when["is"]


def _objects(node: Any, steps: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for found in places(node, steps):
        if isinstance(found, dict):
            yield found


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))
