"""The schemas of the OpenAPI document, made from the declarations of the record types."""

from typing import Any

from customer_inventory.record.declare import ApiVersion, RecordType
from customer_inventory.record.schema import Schema
from customer_inventory.tmf.apis import APIS
from customer_inventory.tmf.resource import MERGE
from customer_inventory.tmf.version import shape_of
from customer_inventory.web.openapi import ref

_NOT_IN_OPENAPI = ("if", "then", "x-open")


def name(word: str, version: str) -> str:
    """Return `word` as the document has it in a version: version 5 is the plain one."""
    return word if version == "v5" else f"{word}_{version}"


def of_type(declared: RecordType, version: ApiVersion) -> dict[str, Schema]:
    """Return the schemas of a type: as read, as made (_FVO) and as patched (_MVO)."""
    whole = shape_of(version, declared.name).described(_plain(declared.schema_in(version)))
    given = {name: part for name, part in whole["properties"].items() if name not in ("id", "href")}
    made = {**whole, "properties": given}
    patched = {name: part for name, part in made.items() if name != "required"}
    shown = {**_in_part(whole), "required": ["id", "href", "@type"]}
    schema = name(declared.entity, version)
    return {schema: shown, f"{schema}_FVO": made, f"{schema}_MVO": patched}


def of_patch(media: str, schema: str) -> Schema:
    """Return the schema of a patch of that media type, of records of `schema`."""
    if media in MERGE:
        return ref(f"{schema}_MVO")
    step = {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"type": "string", "enum": ["add", "remove", "replace", "move", "copy", "test"]},
            "path": {"type": "string"},
            "from": {"type": "string"},
            "value": {},
        },
    }
    return {"type": "array", "items": step}


def of_customer360(version: str) -> dict[str, Schema]:
    """Return the schema of a customer seen whole."""
    parts = {
        declared.name: {"type": "array", "items": ref(name(declared.entity, version))}
        for api in APIS
        if version in api.versions
        for declared in api.types
        if not declared.is_catalogue
    }
    known = {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "description": "How many records of a type there are; the latest are shown",
    }
    head = {attribute: {"type": "string"} for attribute in ("id", "href", "@type")}
    customer = ref(name("Customer", version))
    properties = {**head, **parts, "customer": customer, "known": known}
    schema = {"type": "object", "required": ["id", "href", "@type"], "properties": properties}
    return {name("Customer360", version): schema}


def _in_part(node: Any) -> Any:
    """Return the schema of what may be shown in part: `fields` and masks leave out what they like.

    Only what a property is called `required` stays.
    """
    if isinstance(node, list):
        return [_in_part(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: _in_part(part)
        for name, part in node.items()
        if not (name == "required" and isinstance(part, list))
    }


def _plain(node: Any) -> Any:
    """Return a schema without the keywords that OpenAPI 3.0 does not know."""
    if isinstance(node, dict):
        return {name: _plain(part) for name, part in node.items() if name not in _NOT_IN_OPENAPI}
    return [_plain(item) for item in node] if isinstance(node, list) else node
