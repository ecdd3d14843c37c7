"""Requirements as a data contract of the Open Data Contract Standard, version 3.1.

One contract a record type; what the standard has no place for stands in `customProperties`, under
the names that the files have. Source: bitol-io.github.io/open-data-contract-standard/v3.1.0.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from customer_inventory.record.declare import RecordType
from customer_inventory.record.schema import Schema
from customer_inventory.requirements.export.column import at, whole
from customer_inventory.requirements.register import Versioned
from customer_inventory.requirements.requirement import RECORD, Requirement, plain

API_VERSION = "v3.1.0"

_LOGICAL = {
    "string": "string", "number": "number", "integer": "integer", "boolean": "boolean",
    "object": "object", "array": "array",
}  # fmt: skip
_DIMENSIONS = {"validity": "conformity"}
"""What the standard calls a dimension where it is not our word."""
_METRICS = {"completeness": "nullValues", "uniqueness": "duplicateValues"}
_CUSTOM = (
    "obligation", "when", "group", "operation", "purposes", "requestedBy", "usedBy", "owner",
    "steward", "sources", "survivorship", "retention", "searchable",
)  # fmt: skip
_UNITS = {"Y": "y", "M": "m", "D": "d"}
_TEXT_OPTIONS = ("minLength", "maxLength", "pattern", "format")
_NUMBER_OPTIONS = ("minimum", "maximum")

Property = dict[str, Any]


def contract(declared: RecordType, versions: Sequence[Versioned]) -> dict[str, Any]:
    """Return the contract on a record type that its requirements make."""
    requirements = [each.requirement for each in versions]
    shape = whole(declared, requirements)
    by_path = {e.requirement.path: e for e in versions if e.requirement.path != RECORD}
    in_force = all(each.state == "enforced" for each in versions)
    owners = list(dict.fromkeys(each.owner for each in requirements if each.owner))
    made: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"customer-inventory-{declared.name}",
        "name": declared.entity,
        "version": f"{max((each.version for each in versions), default=1)}.0.0",
        "status": "active" if in_force else "draft",
        "domain": "customer",
        "description": {"purpose": f"{declared.description}."},
        "schema": [
            {
                "name": declared.name,
                "businessName": declared.entity,
                "logicalType": "object",
                "physicalName": f"record.{declared.table}",
                "physicalType": "jsonb document",
                "description": f"{declared.description}.",
                "properties": _properties(shape, "", by_path),
            }
        ],
    }
    if owners:
        members = dict.fromkeys(each.steward for each in requirements if each.steward)
        made["team"] = {
            "name": ", ".join(owners),
            "members": [{"username": each, "role": "steward"} for each in members],
        }
    if limits := list(_limits(requirements)):
        made["slaProperties"] = limits
    return made


def _properties(shape: Schema, above: str, asked: dict[str, Versioned]) -> list[Property]:
    """Return the properties below a path, as far as requirements are about them."""
    names = dict.fromkeys(
        path[len(above) :].split(".")[0] for path in asked if path.startswith(above)
    )
    return [_property(shape, f"{above}{name}", name, asked) for name in names]


def _property(shape: Schema, path: str, name: str, asked: dict[str, Versioned]) -> Property:
    schema = at(shape, path)
    made: Property = {"name": name}
    if path in asked:
        made |= _described(asked[path], schema)
    below = _properties(shape, f"{path}.", asked)
    kind = _logical(schema)
    made["logicalType"] = kind or "string"
    if kind is None:
        made["physicalType"] = "any JSON value"
    if kind == "array":
        items = schema.get("items", {})
        inner: Property = {"logicalType": _logical(items) or "object"}
        made["items"] = inner | ({"properties": below} if below else {})
    elif below:
        made |= {"logicalType": "object", "properties": below}
    return made


def _described(version: Versioned, schema: Schema) -> Property:
    requirement = version.requirement
    made: Property = {
        "businessName": requirement.name,
        "description": requirement.definition,
        "classification": requirement.facet.classification.value,
    }
    if requirement.obligation == "mandatory":
        made["required"] = True
    if options := _options(schema):
        made["logicalTypeOptions"] = options
    if quality := list(_quality(requirement, schema)):
        made["quality"] = quality
    told = {
        "requirement": requirement.id,
        "requirementVersion": version.version,
        "requirementState": version.state,
        **{name: value for name, value in plain(requirement).items() if name in _CUSTOM},
    }
    if values := _values(schema):
        told["allowedValues"] = values
    made["customProperties"] = [
        {"property": name, "value": list(value) if isinstance(value, tuple) else value}
        for name, value in told.items()
    ]
    return made


def _logical(schema: Schema) -> str | None:
    formats = {part.get("format") for part in (schema, *schema.get("anyOf", ()))}
    if "date-time" in formats:
        return "timestamp"
    if "date" in formats:
        return "date"
    return _LOGICAL.get(schema.get("type", ""))


def _options(schema: Schema) -> dict[str, Any]:
    kind = _logical(schema)
    if kind == "string":
        wanted: tuple[str, ...] = _TEXT_OPTIONS
    elif kind in ("number", "integer"):
        wanted = _NUMBER_OPTIONS
    elif kind == "array":
        wanted = ("minItems",)
    else:
        return {}
    said = schema | {name: v for part in schema.get("allOf", ()) for name, v in part.items()}
    return {name: said[name] for name in wanted if name in said}


def _values(schema: Schema) -> list[Any]:
    found = schema.get("enum") or [v for p in schema.get("allOf", ()) for v in p.get("enum", ())]
    return list(found)


def _quality(requirement: Requirement, schema: Schema) -> Iterable[Property]:
    """Yield the thresholds as rules: shares that may fail, in per cent."""
    for dimension, share in requirement.quality.items():
        rule: Property = {
            "name": f"{requirement.id} {dimension}",
            "dimension": _DIMENSIONS.get(dimension, dimension),
        }
        arguments = _arguments(schema)
        metric = _METRICS.get(dimension)
        if dimension == "validity" and arguments:
            metric = "invalidValues"
        if metric is None:
            yield rule | {"type": "text", "description": f"{dimension}: {share:.2%} must pass."}
            continue
        rule |= {"type": "library", "metric": metric, "unit": "percent"}
        if metric == "invalidValues":
            rule["arguments"] = arguments
        yield rule | {"mustBeLessOrEqualTo": round(100 * (1 - share), 6)}


def _arguments(schema: Schema) -> dict[str, Any]:
    if values := _values(schema):
        return {"validValues": values}
    pattern = _options(schema).get("pattern")
    return {"pattern": pattern} if pattern else {}


def _limits(requirements: Iterable[Requirement]) -> Iterable[Property]:
    """Yield how old values may be: the largest unit that says it exactly."""
    for each in requirements:
        if each.freshness is None:
            continue
        parts = re.findall(r"(\d+)([YMD])", each.freshness)
        value, unit = int(parts[0][0]), _UNITS[parts[0][1]]
        if len(parts) > 1:
            days = {"Y": 365, "M": 30, "D": 1}
            value, unit = sum(int(number) * days[letter] for number, letter in parts), "d"
        yield {
            "property": "freshness",
            "value": value,
            "unit": unit,
            "element": f"{each.type}.{each.path}",
        }
