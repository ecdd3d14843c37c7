"""Which JSON Schema may be registered: well formed, complete in itself, and cheap to check by."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import encode
from customer_inventory.record.schema import Schema

LARGEST = 65_536
"""So many bytes a schema may have."""
_DEEPEST = 40
_MOST_PARTS = 10_000
"""So many parts a schema may have once each reference in it is written out."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCES = ("$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor")
_LITERAL = ("const", "enum", "default", "examples")
"""Keywords whose value is data and no schema."""

Validator = jsonschema_rs.Draft202012Validator


class UnfitSchema(Invalid):
    """A schema cannot be registered: it is malformed, too large, or leads elsewhere."""

    code = "invalidSchema"


def compiled(schema: Schema) -> Validator:
    """Return what checks documents by `schema`.

    Nothing is fetched; patterns are matched in linear time; values are masked in errors.
    """
    return Validator(
        schema,
        validate_formats=True,
        mask="the value",
        offline=True,
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def check_schema(schema: Any) -> Schema:
    """Return `schema` if it may be registered; raise UnfitSchema, saying why not.

    It is JSON Schema 2020-12, at most 64 KiB, refers only to parts of itself and never round in
    a circle, and its patterns have no look-around or back-references.
    """
    if not isinstance(schema, dict):
        raise UnfitSchema("A schema is a JSON object.", path="schema")
    if schema.get("$schema", _DIALECT) != _DIALECT:
        raise UnfitSchema("is not served.", path="schema.$schema", hint=f"Write {_DIALECT}.")
    if len(encode(schema)) > LARGEST:
        raise UnfitSchema(f"is larger than {LARGEST} bytes.", path="schema")
    _Parts(schema).count(schema, "#", ())
    try:
        compiled(schema)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise UnfitSchema(
            f"is no JSON Schema 2020-12 that can be checked by: {_said(error)}", path="schema"
        ) from None
    return schema


def attributes(schema: Schema) -> frozenset[str]:
    """Return the attributes that `schema` declares at its top."""
    named = schema.get("properties")
    return frozenset(named) if isinstance(named, dict) else frozenset()


def _said(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error)
    return f"{message.splitlines()[0][:300]}"


class _Parts:
    """Counts the parts of a schema, as many times as references lead to them."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._counted: dict[str, int] = {}

    def count(self, node: Any, place: str, above: tuple[str, ...], depth: int = 0) -> int:
        """Return the number of parts at `place`; `above` are the references that led there."""
        if depth > _DEEPEST:
            raise UnfitSchema(f"is nested more than {_DEEPEST} levels deep.", path="schema")
        if not isinstance(node, dict | list):
            return 1
        total = 1 + sum(
            self.count(part, f"{place}/{name}", above, depth + 1) for name, part in _inner(node)
        )
        if isinstance(node, dict):
            total += self._referred(node, place, above, depth)
        if total > _MOST_PARTS:
            raise UnfitSchema(f"amounts to more than {_MOST_PARTS} parts.", path="schema")
        return total

    def _referred(self, node: Schema, place: str, above: tuple[str, ...], depth: int) -> int:
        unserved = [name for name in _REFERENCES if name in node]
        if "$id" in node and place != "#":
            unserved.append("$id")
        if unserved:
            raise UnfitSchema(f"{unserved[0]} is not served at {place}.", path="schema")
        if "$ref" not in node:
            return 0
        target = node["$ref"]
        if not isinstance(target, str) or not (target == "#" or target.startswith("#/")):
            raise UnfitSchema(
                f"$ref at {place} leads out of the schema.",
                path="schema",
                hint="Write what it refers to under $defs, and #/$defs/name.",
            )
        if target in above or target == "#":
            raise UnfitSchema(f"$ref at {place} leads round in a circle.", path="schema")
        if target not in self._counted:
            part = self._at(target, place)
            self._counted[target] = self.count(part, target, (*above, target), depth + 1)
        return self._counted[target]

    def _at(self, target: str, place: str) -> Any:
        node: Any = self._schema
        for step in target[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            node = node.get(name) if isinstance(node, dict) else None
        if node is None:
            raise UnfitSchema(f"$ref at {place} leads nowhere.", path="schema")
        return node


def _inner(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, list):
        return ((str(number), part) for number, part in enumerate(node))
    return ((name, part) for name, part in node.items() if name not in _LITERAL)
