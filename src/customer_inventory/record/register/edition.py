"""The edition of the register that is in force: what it demands of every record type.

An edition is made whole, numbered, and replaced by the next one as a whole; a process has one in
force, that of the inventory it serves. Without any, types are what they are declared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from customer_inventory.record import facet
from customer_inventory.record.facet import Classification, Facet, Survivorship
from customer_inventory.record.register import condition as conditions
from customer_inventory.record.register.condition import Condition
from customer_inventory.record.schema import Schema

RECORD = "$"
"""The path of an element that is the record itself."""
REQUIREMENT = "x-requirement"
"""The keyword by which a schema says which requirement it comes from."""


@dataclass(frozen=True, eq=False)
class Element:
    """What a requirement demands of one attribute of a record type.

    `schema` is what a value must fulfil besides the declaration ({}: nothing more). With `demanded`
    the attribute must be in every object that stands where the path leads; with `condition` only in
    documents for which that holds. `facet` is what is declared of it beyond its shape. A searchable
    one has an index of its own. On the record itself (`$`) it may declare the type (`declaring`).
    """

    requirement: str
    path: str
    facet: Facet
    schema: Schema = field(default_factory=dict)
    demanded: bool = False
    condition: Condition | None = None
    searchable: bool = False
    declares: Mapping[str, Any] | None = None

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The segments of the path."""
        return tuple(self.path.split("."))


@dataclass(frozen=True, eq=False)
class Enforced:
    """What an edition demands of one record type."""

    elements: tuple[Element, ...] = ()

    @cached_property
    def by_path(self) -> Mapping[str, Element]:
        """The elements by their paths."""
        return {element.path: element for element in self.elements}

    @cached_property
    def attributes(self) -> tuple[Element, ...]:
        """The elements that are attributes, not the record itself."""
        return tuple(element for element in self.elements if element.path != RECORD)

    @cached_property
    def searchable(self) -> tuple[str, ...]:
        """The paths that are to be searchable."""
        return tuple(element.path for element in self.elements if element.searchable)

    def applied(self, base: Schema) -> Schema:
        """Return the schema of a document that fulfils `base` and every requirement."""
        schema = base
        for element in self.attributes:
            schema = _merged(schema, element.steps, element)
        rules = [_rule(element, schema) for element in self.elements if element.condition]
        return {**schema, "allOf": [*schema.get("allOf", []), *rules]} if rules else schema

    def requirement_of(self, path: str) -> str | None:
        """Return the requirement on the attribute at `path`, positions in brackets not counted."""
        element = self.by_path.get(facet.bare(path))
        return element.requirement if element else None


@dataclass(frozen=True, eq=False)
class Edition:
    """An edition: its number, 0 for none, and what it demands by record type."""

    number: int = 0
    types: Mapping[str, Enforced] = field(default_factory=dict)

    def of(self, record_type: str) -> Enforced | None:
        """Return what is demanded of a record type; None: nothing beyond its declaration."""
        return self.types.get(record_type)


NONE = Edition()
_in_force = NONE


def in_force() -> Edition:
    """Return the edition in force in this process."""
    return _in_force


def put_in_force(edition: Edition) -> None:
    """Let `edition` be the one in force, for every reader in this process, from now on.

    `force.put_in_force` does this for the record types as well.
    """
    global _in_force  # noqa: PLW0603 - one register a process; see ADR 0042
    _in_force = edition
    facet.overlay(
        {
            name: {element.path: element.facet for element in enforced.elements}
            for name, enforced in edition.types.items()
        }
    )


def plain(edition: Edition) -> dict[str, Any]:
    """Return an edition's content as the database keeps it."""
    return {
        name: [_plain_element(element) for element in enforced.elements]
        for name, enforced in sorted(edition.types.items())
    }


def of(number: int, content: Mapping[str, Sequence[Mapping[str, Any]]]) -> Edition:
    """Return the edition that `plain` gave `content` of."""
    types = {
        name: Enforced(tuple(_element(each) for each in elements))
        for name, elements in content.items()
    }
    return Edition(number, types)


def _merged(schema: Schema, steps: tuple[str, ...], element: Element) -> Schema:
    """Return `schema` with what `element` demands at `steps` below it."""
    if "items" in schema:
        return {**schema, "items": _merged(schema["items"], steps, element)}
    name, *rest = steps
    properties = schema.get("properties", {})
    below = properties.get(name, {})
    new = {**schema, "properties": {**properties, name: below}}
    if rest:
        new["properties"][name] = _merged(below, tuple(rest), element)
        return new
    new["properties"][name] = {**_both(below, element.schema), REQUIREMENT: element.requirement}
    if element.demanded and element.condition is None:
        new["required"] = list(dict.fromkeys((*schema.get("required", ()), name)))
    return new


def _both(declared: Schema, demanded: Schema) -> Schema:
    """Return the schema of what fulfils both."""
    if not demanded:
        return declared
    shared = declared.keys() & demanded.keys() - {"type", "description"}
    if shared or declared.get("type", demanded.get("type")) != demanded.get(
        "type", declared.get("type")
    ):
        return {**declared, "allOf": [*declared.get("allOf", []), demanded]}
    return {**declared, **demanded}


def _rule(element: Element, schema: Schema) -> Schema:
    """Return the schema that demands an attribute of documents for which its condition holds."""
    assert element.condition is not None  # noqa: S101 - asked for no other
    demanded: Schema = {"required": [element.steps[-1]]}
    for step in reversed(element.steps[:-1]):
        demanded = {"properties": {step: {"items": demanded, **demanded}}}
    return {"if": conditions.as_schema(element.condition, schema), "then": demanded}


def _plain_element(element: Element) -> dict[str, Any]:
    told: dict[str, Any] = {
        "requirement": element.requirement,
        "path": element.path,
        "facet": {
            "group": element.facet.group,
            "classification": element.facet.classification.value,
            "operation": element.facet.operation,
            "survivorship": element.facet.survivorship.value,
            "retention": element.facet.retention,
        },
    }
    if element.schema:
        told["schema"] = element.schema
    if element.demanded:
        told["demanded"] = True
    if element.searchable:
        told["searchable"] = True
    if element.declares is not None:
        told["declares"] = dict(element.declares)
    if element.condition is not None:
        told["condition"] = conditions.plain(element.condition)
    return told


def _element(content: Mapping[str, Any]) -> Element:
    said = content["facet"]
    return Element(
        content["requirement"],
        content["path"],
        Facet(
            said["group"],
            Classification(said["classification"]),
            said["operation"],
            Survivorship(said["survivorship"]),
            said["retention"],
        ),
        content.get("schema", {}),
        content.get("demanded", False),
        conditions.of(content["condition"]) if "condition" in content else None,
        content.get("searchable", False),
        content.get("declares"),
    )
