"""The data dictionary: every attribute with what it means, as one page and as Markdown.

The page is one file without script and without anything from elsewhere; light, dark and print.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from customer_inventory.kit.clock import now
from customer_inventory.record.register import condition as conditions
from customer_inventory.record.register.condition import Compared, Condition, Joined, Not
from customer_inventory.record.schema import Schema
from customer_inventory.requirements.export.column import at, whole
from customer_inventory.requirements.export.given import Given
from customer_inventory.requirements.register import Versioned
from customer_inventory.requirements.requirement import RECORD, Requirement
from customer_inventory.store.database import Row

_SIGNS = {"is": "is", "in": "is one of", "atLeast": "is at least", "atMost": "is at most"}
_LIMITS = {
    "format": "format {}", "pattern": "like {}", "minLength": "at least {} characters",
    "maxLength": "at most {} characters", "minimum": "at least {}", "maximum": "at most {}",
    "minItems": "at least {} items",
}  # fmt: skip
_KINDS = {
    "string": "text", "array": "list", "object": "object", "number": "number",
    "integer": "whole number", "boolean": "true or false",
}  # fmt: skip


def page(told: Given) -> dict[str, str]:
    """Return the dictionary as a page."""
    types = list(_types(told))
    text = _template().render(
        types=types,
        count=sum(len(each["attributes"]) for each in types),
        made_at=now().strftime("%Y-%m-%d"),
        style=files(__package__).joinpath("dictionary.css").read_text("utf-8"),
    )
    return {"dictionary.html": text}


def markdown(told: Given) -> dict[str, str]:
    """Return the dictionary as Markdown."""
    return {"dictionary.md": "\n".join(_lines(told))}


@cache
def _template() -> Any:
    # Of all that is written only the pages need it.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("customer_inventory.requirements.export", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("dictionary.html")


def _types(told: Given) -> Iterator[dict[str, Any]]:
    for name, versions in told.by_type.items():
        declared = told.types[name]
        shape = whole(declared, told.requirements(name))
        yield {
            "name": name,
            "title": declared.entity,
            "description": f"{declared.description}.",
            "attributes": [
                _attribute(each, _shape(shape, each.requirement.path), told) for each in versions
            ],
        }


def _shape(shape: Schema, path: str) -> Schema:
    return {"type": "object"} if path == RECORD else at(shape, path)


def _attribute(version: Versioned, schema: dict[str, Any], told: Given) -> dict[str, Any]:
    requirement = version.requirement
    decisions = told.decisions.get(requirement.id, ())
    said = {
        "Format": _format(schema),
        "Obligation": _obligation(requirement),
        "Classification": f"{requirement.facet.classification}, group {requirement.facet.group}",
        "Owner": _joined(
            requirement.owner, requirement.steward and f"steward {requirement.steward}"
        ),
        "Purposes": ", ".join(f"{name} ({basis})" for name, basis in requirement.purposes.items()),
        "Asked for by": ", ".join(requirement.requested_by),
        "Used by": ", ".join(requirement.used_by),
        "Sources": ", ".join(requirement.sources),
        "Several sources": str(requirement.facet.survivorship),
        "Quality": ", ".join(f"{name} {share:.1%}" for name, share in requirement.quality.items()),
        "Not older than": requirement.freshness or "",
        "Retention": requirement.facet.retention or "",
        "Version": f"{version.version}, {version.state}",
        "Decided": "; ".join(map(_decided, decisions)),
    }
    return {
        "id": requirement.id,
        "path": requirement.path,
        "name": requirement.name,
        "definition": requirement.definition,
        "obligation": requirement.obligation,
        "classification": str(requirement.facet.classification),
        "state": version.state,
        "said": {name: text for name, text in said.items() if text},
    }


def _lines(told: Given) -> Iterator[str]:
    yield "# Data dictionary"
    for each in _types(told):
        yield f"\n## {each['title']}\n\n{each['description']}"
        for attribute in each["attributes"]:
            yield f"\n### {_plain(attribute['name'])}: `{attribute['path']}` ({attribute['id']})"
            yield f"\n{_plain(attribute['definition'])}\n"
            yield from (f"- {name}: {_plain(text)}" for name, text in attribute["said"].items())
    yield ""


def _format(schema: dict[str, Any]) -> str:
    said = schema | {name: v for part in schema.get("allOf", ()) for name, v in part.items()}
    formats = {part.get("format") for part in (said, *said.get("anyOf", ()))}
    if "date-time" in formats:
        return "date and time (RFC 3339), or date"
    kind = "date" if "date" in formats else _KINDS.get(said.get("type", ""), "any value")
    limits = [
        text.format(said[name])
        for name, text in _LIMITS.items()
        if name in said and said[name] != "date"
    ]
    if "enum" in said:
        limits.append(f"one of {', '.join(map(str, said['enum']))}")
    return ", ".join((kind, *limits))


def _obligation(requirement: Requirement) -> str:
    condition = requirement.condition
    return requirement.obligation if condition is None else f"mandatory if {said(condition)}"


def said(condition: Condition) -> str:
    """Return a condition in words."""
    match condition:
        case Joined(how, parts):
            return (" and " if how == "all" else " or ").join(map(said, parts))
        case Not(part):
            return f"not ({said(part)})"
        case Compared(path, "exists", operand):
            return f"{path} {'is there' if operand else 'is absent'}"
        case Compared(path, sign, operand):
            values = operand if isinstance(operand, tuple) else (operand,)
            return f"{path} {_SIGNS[sign]} {', '.join(map(_value, values))}"


def _value(operand: conditions.Scalar) -> str:
    return str(operand).lower() if isinstance(operand, bool) else str(operand)


def _decided(row: Row) -> str:
    reason = f", {row['reason']}" if row["reason"] else ""
    when = row["decided_at"].strftime("%Y-%m-%d")
    return f"version {row['version']} {row['state']} by {row['person']} on {when}{reason}"


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Return a text of which Markdown makes nothing else."""
    return "".join(
        f"\\{each}" if each in "\\`*_[]<>#|" else each for each in " ".join(text.split())
    )
