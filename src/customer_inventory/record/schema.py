"""A small vocabulary in which record types declare their attributes, as JSON Schema.

Each function returns a schema (JSON Schema 2020-12, as a dictionary). Objects declared here
keep attributes they do not know; `closed` makes the twin that does not, by which
undeclared attributes are found and strict types refuse them.
"""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

_ALWAYS = {
    "@type": {"type": "string"},
    "@baseType": {"type": "string"},
    "@schemaLocation": {"type": "string"},
    "href": {"type": "string"},
    "id": {"type": "string"},
}
_OPEN = "x-open"
LONGEST_NAME = 300
"""Characters of a name that is indexed: two of them, four bytes each, fit an index row."""
LONGEST_ROLE = 200
"""Characters of a role or relationship: it is part of a link's key."""
_LONGEST_ID = 200
_REFERRED: Schema = {"type": "string", "minLength": 1, "maxLength": _LONGEST_ID}


def text(description: str = "", *, most: int = 4000) -> Schema:
    """Return a string of at most `most` characters."""
    return _described({"type": "string", "maxLength": most}, description)


def choice(*values: str, description: str = "") -> Schema:
    """Return a string that is one of `values`."""
    return _described({"type": "string", "enum": list(values)}, description)


def moment(description: str = "") -> Schema:
    """Return a date-time (RFC 3339) or a date."""
    formats: Schema = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}
    return _described(formats, description)


def flag(description: str = "") -> Schema:
    """Return a boolean."""
    return _described({"type": "boolean"}, description)


def number(description: str = "") -> Schema:
    """Return any number."""
    return _described({"type": "number"}, description)


def whole(description: str = "") -> Schema:
    """Return a whole number."""
    return _described({"type": "integer"}, description)


def anything(description: str = "") -> Schema:
    """Return a schema that takes any value (the value of a characteristic)."""
    return _described({_OPEN: True}, description)


def many(item: Schema, *, at_least: int = 0, description: str = "") -> Schema:
    """Return a list of `item`."""
    schema: Schema = {"type": "array", "items": item}
    if at_least:
        schema["minItems"] = at_least
    return _described(schema, description)


def thing(description: str = "", /, **attributes: Schema) -> Schema:
    """Return an object of `attributes`."""
    schema: Schema = {"type": "object", "properties": {**_ALWAYS, **attributes}}
    return _described(schema, description)


def demanding(schema: Schema, *names: str) -> Schema:
    """Return the object `schema` with the attributes `names` mandatory."""
    rest = {name: part for name, part in schema.items() if name != "required"}
    return {**rest, "required": list(names)} if names else rest


def reference(description: str = "", /, **attributes: Schema) -> Schema:
    """Return a reference to another record: its id, and what the sender knew of it."""
    own = {"name": text(), "@referredType": text(most=200), "id": _REFERRED, **attributes}
    return demanding(thing(description, **own), "id")


def reference_or_value(description: str = "", /, **attributes: Schema) -> Schema:
    """Return a reference, or the whole thing itself (`@type` not ending in Ref), embedded.

    What is embedded may hold any attribute.
    """
    own = {"name": text(), "@referredType": text(most=200), "id": text(most=_LONGEST_ID)}
    schema = thing(description, **own, **attributes)
    schema[_OPEN] = True
    schema["if"] = {"properties": {"@type": {"pattern": "Ref$"}}}
    schema["then"] = {"required": ["id"], "properties": {"id": _REFERRED}}
    return schema


def closed(schema: Schema) -> Schema:
    """Return the twin of `schema` that refuses attributes it does not declare."""
    if schema.get(_OPEN):
        return schema
    twin = dict(schema)
    if "properties" in schema:
        twin["properties"] = {name: closed(part) for name, part in schema["properties"].items()}
        twin["additionalProperties"] = False
    if "items" in schema:
        twin["items"] = closed(schema["items"])
    return twin


def paths(schema: Schema, prefix: str = "") -> Mapping[str, Schema]:
    """Return every declared attribute of `schema` by dotted path, lists walked through."""
    found: dict[str, Schema] = {}
    body = schema.get("items", schema)
    for name, part in body.get("properties", {}).items():
        path = f"{prefix}{name}"
        found[path] = part
        found.update(paths(part, f"{path}."))
    return found


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema
