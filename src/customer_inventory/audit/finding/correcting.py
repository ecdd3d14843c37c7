"""Findings corrected in bulk: another value at the place that fails, by the guarded write path.

A record is changed as at any door: checked, permitted, in its history. What cannot be changed is
told with the reason, and stays as it was.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from customer_inventory.audit.finding.deciding import Step, decide
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode, is_same, parse, parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.place import places
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row

_PLACEHOLDER = re.compile(r"\{([A-Za-z@][\w.@]*)(?:\|(\w+))?\}")
_WAYS: dict[str, Callable[[str], str]] = {
    "trim": str.strip,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
}


@dataclass(frozen=True, slots=True)
class Correction:
    """What is done to the values at a path: they are `text`, replaced by what they are, or removed.

    In `text` a path in braces stands for what the record has there, `{familyName|title}` for that
    in another form (trim, lower, upper, title). What is JSON is taken as that, else as text.
    """

    text: str | None = None
    replaced: Mapping[str, str] = field(default_factory=dict)
    is_removed: bool = False

    def __post_init__(self) -> None:
        if (self.text is not None) + bool(self.replaced) + self.is_removed != 1:
            raise Invalid("Say one: a value, what replaces what, or that it is removed.")

    def of(self, document: Document, path: str) -> Document:
        """Return a document with other values at a dotted path, lists walked through.

        Raises Invalid for a place in braces that is not there.
        """
        new = deepcopy(document)
        *above, leaf = path.split(".")
        made = None if self.text is None else _value(_filled(self.text, document))
        for parent in _objects(new, tuple(above)):
            if self.text is not None:
                parent[leaf] = made
            elif self.is_removed:
                parent.pop(leaf, None)
            elif _text(parent.get(leaf)) in self.replaced:
                parent[leaf] = _value(self.replaced[_text(parent[leaf])])
        return new


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of a finding's record: the values before and after, or why it is as it was."""

    finding: int
    record_type: str
    record_id: str
    path: str
    before: Sequence[Any]
    after: Sequence[Any]
    problem: str | None = None


async def preview(
    database: Database, rows: Sequence[Row], correction: Correction, *, sight: Sight
) -> list[Corrected]:
    """Return what `correct` would make of findings, as far as it can be told; change nothing."""
    inventory = Inventory(database)
    return [await _previewed(inventory, row, correction, sight) for row in rows]


async def correct(
    database: Database,
    rows: Sequence[Row],
    correction: Correction,
    *,
    reason: str,
    actor: Actor,
    sight: Sight,
) -> list[Corrected]:
    """Correct the records of findings, whose state is corrected then: the next audit verifies it.

    Whoever calls demands that `actor` may update records of these types.
    """
    inventory, told = Inventory(database), []
    for row in rows:
        each = await _previewed(inventory, row, correction, sight)
        if each.problem is None:
            problem = await _changed(inventory, row, correction, actor, sight)
            each = _with(each, problem)
        told.append(each)
    done = [each.finding for each in told if each.problem is None]
    await decide(database, done, Step("corrected", reason=reason), actor=actor)
    return told


async def _changed(
    inventory: Inventory, row: Row, correction: Correction, actor: Actor, sight: Sight
) -> str | None:
    """Change a record; return why it could not be."""
    declared = TYPES[row["record_type"]]
    try:
        await inventory.change(
            declared,
            row["record_id"],
            lambda document: correction.of(document, row["path"]),
            actor=actor,
            sight=sight,
        )
    except InventoryError as error:
        return str(error)
    return None


async def _previewed(
    inventory: Inventory, row: Row, correction: Correction, sight: Sight
) -> Corrected:
    steps = tuple(row["path"].split("."))
    about = (row["id"], row["record_type"], row["record_id"], row["path"])
    try:
        declared = TYPES[row["record_type"]]
        version = await inventory.get(declared, row["record_id"], sight=sight)
        sight.demand_clear(declared.name, row["path"])
        old = parse_object(version.body)
        new = correction.of(old, row["path"])
    except InventoryError as error:
        return Corrected(*about, (), (), str(error))
    before, after = places(old, steps), places(new, steps)
    problem = "It would stay as it is." if is_same(old, new) else None
    return Corrected(*about, before, after, problem)


def _with(each: Corrected, problem: str | None) -> Corrected:
    return Corrected(
        each.finding, each.record_type, each.record_id, each.path, each.before, each.after, problem
    )


def _objects(node: Any, steps: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for found in places(node, steps):
        for item in found if isinstance(found, list) else [found]:
            if isinstance(item, dict):
                yield item


def _filled(text: str, document: Document) -> str:
    def found(match: re.Match[str]) -> str:
        path, way = match[1], match[2]
        there = [value for value in places(document, tuple(path.split("."))) if value is not None]
        if not there:
            raise Invalid(f"The record has nothing at {path}.")
        if way is not None and way not in _WAYS:
            raise Invalid(f"There is no form {way!r}.", hint=f"There are: {', '.join(_WAYS)}.")
        said = _text(there[0])
        return said if way is None else _WAYS[way](said)

    return _PLACEHOLDER.sub(found, text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else encode(value).decode()


def _value(text: str) -> Any:
    try:
        return parse(text.encode())
    except Invalid:
        return text
