"""What makes a requirement hold together with the record type that it is about."""

import re
from collections.abc import Mapping

import jsonschema_rs

from customer_inventory.access.operation import FUNCTIONS
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import nearest
from customer_inventory.record.declare import RecordType
from customer_inventory.record.facet import groups
from customer_inventory.record.register import condition as conditions
from customer_inventory.record.retention.policy import example
from customer_inventory.record.schema import Schema, paths
from customer_inventory.record.types import SHIPPED, TYPES, of_entity
from customer_inventory.requirements.compiling import is_searched
from customer_inventory.requirements.requirement import RECORD, Data, Declares, Requirement

_NUMBERS = ("number", "integer")
_APPLIES: dict[str, tuple[str, ...]] = {
    "format": ("string",),
    "pattern": ("string",),
    "minLength": ("string",),
    "maxLength": ("string",),
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
    "minItems": ("array",),
}
_NAME = re.compile(r"[a-z][A-Za-z0-9]{1,60}")
_MADE_BY_THE_INVENTORY = ("id", "href")


class Wrong(Invalid):
    """A requirement does not hold together; `key` is what of it is at fault."""

    code = "invalidRequirement"

    def __init__(self, key: str, message: str, hint: str | None = None) -> None:
        super().__init__(message, path=key, hint=hint)
        self.key = key


def check(requirement: Requirement, types: Mapping[str, RecordType] = TYPES) -> None:
    """Raise Wrong unless `requirement` fits its record type and can be fulfilled.

    `types` are the record types there are, those that its file declares included.
    """
    if requirement.type not in types:
        raise Wrong("type", f"is no record type.{nearest(requirement.type, types)}")
    if requirement.path == RECORD:
        _check_record(requirement, types)
        return
    if requirement.declares is not None:
        raise Wrong("declares", "is for the record itself.", "Its path is `$`.")
    if requirement.path.split(".")[0] in _MADE_BY_THE_INVENTORY:
        raise Wrong("path", "is made by the inventory.")
    declared = paths(types[requirement.type].schema)
    _check_obligation(requirement, declared)
    _check_data(requirement.data, declared.get(requirement.path))
    if requirement.group is not None and requirement.group not in groups():
        known = nearest(requirement.group, groups())
        raise Wrong("group", f"is no group of attributes.{known}")
    rules = example().rules
    if requirement.retention is not None and requirement.retention not in rules:
        raise Wrong("retention", f"is no rule of retention.{nearest(requirement.retention, rules)}")
    _check_uses(requirement)
    if requirement.searchable:
        _check_searchable(requirement, types[requirement.type])


def _check_record(requirement: Requirement, types: Mapping[str, RecordType]) -> None:
    """Raise Wrong for what a requirement on the record itself does not say."""
    for key in ("when", "searchable", "group"):
        if getattr(requirement, key):
            raise Wrong(key, "is for attributes, not for the record itself.")
    if requirement.declares is not None:
        _check_declared(requirement.type, requirement.declares, types)


def _check_declared(name: str, declares: Declares, types: Mapping[str, RecordType]) -> None:
    if name in SHIPPED:
        raise Wrong("declares", f"would declare {name}, which ships with the product.")
    if not _NAME.fullmatch(name) or name in FUNCTIONS:
        # Permissions of those names are for something else.
        raise Wrong("type", "is a name such as loyaltyMembership.")
    same = of_entity(declares.entity)
    if same is not None and same.name != name:
        raise Wrong("declares.entity", f"is the entity of {same.name}.")
    for path, targets in declares.references.items():
        for target in targets:
            if target not in types:
                known = nearest(target, types)
                raise Wrong(f"declares.references.{path}", f"names no record type.{known}")
    if declares.subject is not None and declares.subject not in declares.references:
        raise Wrong("declares.subject", "is none of the references.", "Name what it refers to.")


def _check_obligation(requirement: Requirement, declared: Mapping[str, Schema]) -> None:
    if (requirement.obligation == "conditional") != (requirement.when is not None):
        raise Wrong(
            "obligation",
            "is conditional if, and only if, there is a condition.",
            "Write `obligation: conditional` and the condition under `when`.",
        )
    condition = requirement.condition
    for path in conditions.paths(condition) if condition is not None else ():
        if path not in declared:
            raise Wrong("when", f"looks at {path}, which {requirement.type} does not declare.")
        if path == requirement.path:
            raise Wrong("when", "looks at the attribute itself.")


def _check_data(data: Data, declared: Schema | None) -> None:
    schema = data.schema
    kind = schema.get("type")
    known = (declared or {}).get("type")
    if None not in (kind, known) and kind != known and {kind, known} != set(_NUMBERS):
        raise Wrong("data.type", f"cannot be {kind}: the record type declares {known}.")
    kind = kind or known
    for word, kinds in _APPLIES.items():
        if word in schema and kind not in (None, *kinds) and data.type not in ("date", "dateTime"):
            raise Wrong(f"data.{word}", f"says nothing of values of type {kind}.")
    for low, high in (("minLength", "maxLength"), ("minimum", "maximum")):
        if low in schema and high in schema and schema[low] > schema[high]:
            raise Wrong(f"data.{low}", f"is greater than {high}: no value fits.")
    _check_compiles(schema)


def _check_compiles(schema: Schema) -> None:
    if "pattern" not in schema:
        return
    try:
        # The linear engine: an expression that it takes cannot be made to run for ever.
        jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())
    except ValueError:
        raise Wrong(
            "data.pattern",
            "is no regular expression that is served here.",
            "Without look-around and back-references: they could run for ever.",
        ) from None


def _check_uses(requirement: Requirement) -> None:
    for name in requirement.used_by:
        if not requirement.purposes:
            raise Wrong("usedBy", f"has {name}, but there is no purpose to use it for.")
    if "accuracy" in requirement.quality and requirement.quality["accuracy"] == 1:
        raise Wrong("quality", "cannot promise an accuracy of 1.", "Samples never prove it.")


def _check_searchable(requirement: Requirement, declared: RecordType) -> None:
    """Raise Wrong for what no index is made of: it takes a single text of bounded length."""
    if is_searched(requirement):
        return
    schema = {"type": "object", **declared.schema}
    for step in requirement.path.split("."):
        if schema.get("type") == "array":
            break
        schema = schema.get("properties", {}).get(step, {})
    kind = requirement.data.schema.get("type") or schema.get("type")
    if schema.get("type") == "array" or kind != "string":
        raise Wrong(
            "searchable",
            "is for single texts and dates, not within a list.",
            "What is in lists is found by search, where the record type declares it.",
        )
