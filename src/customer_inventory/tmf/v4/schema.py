"""Schemas in version 4, made of those of what is kept by the same rules as documents."""

from collections.abc import Mapping, Sequence
from functools import singledispatch
from types import MappingProxyType
from typing import Any

from customer_inventory.record.schema import Schema
from customer_inventory.tmf.v4.medium import LIFTED, Medium
from customer_inventory.tmf.v4.rule import (
    Attribute,
    Either,
    Nested,
    Rule,
    Rules,
    Spelled,
    Turned,
    Written,
    rules_of,
)

_DEEPEST = 3
"""Objects that hold objects of their own kind are described to this depth."""


def described(
    rules: Rules,
    schema: Schema,
    depth: int = 0,
    demanded: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Schema:
    """Return the schema of version 4 for `schema`, of an object or of a list of such.

    `demanded` is what is mandatory in the objects of an attribute.
    """
    if "items" in schema:
        return {**schema, "items": described(rules, schema["items"], depth)}
    if "properties" in schema and depth < _DEEPEST:
        for rule in rules_of(rules):
            schema = _ruled(rule, schema, depth)
    for name, words in demanded.items():
        part = schema["properties"][name]
        if "items" in part:
            schema = _changed(schema, name, items={**part["items"], "required": list(words)})
    return schema


@singledispatch
def _ruled(_: Rule, schema: Schema, depth: int) -> Schema:  # noqa: ARG001 - others need it
    return schema


@_ruled.register
def _renamed(rule: Attribute, schema: Schema, depth: int) -> Schema:
    properties = {
        rule.older if at == rule.name else at: described(rule.rules, part, depth + 1)
        if at == rule.name
        else part
        for at, part in schema["properties"].items()
    }
    demanded = [rule.older if at == rule.name else at for at in schema.get("required", [])]
    return {**schema, "properties": properties, **({"required": demanded} if demanded else {})}


@_ruled.register
def _demanded(rule: Either, schema: Schema, _: int) -> Schema:
    demanded = [rule.v4 if at == rule.v5 else at for at in schema.get("required", [])]
    return {**schema, "required": demanded} if demanded else schema


@_ruled.register
def _flat(rule: Nested, schema: Schema, _: int) -> Schema:
    inner = schema["properties"].get(rule.inner, {})
    outer = {at: part for at, part in schema["properties"].items() if at != rule.inner}
    demanded = [at for at in schema.get("required", []) if at != rule.inner]
    demanded += inner.get("required", [])
    flat = {at: part for at, part in schema.items() if at != "required"}
    flat["properties"] = {**inner.get("properties", {}), **outer}
    return {**flat, "required": demanded} if demanded else flat


@_ruled.register
def _deep(turned: Turned, schema: Schema, _: int) -> Schema:
    rule, properties = turned.rule, schema["properties"]
    outer = {at: properties[at] for at in rule.outside if at in properties}
    inner = {at: part for at, part in properties.items() if at not in rule.outside}
    deep = {at: part for at, part in schema.items() if at != "required"}
    return {**deep, "properties": {**outer, rule.inner: {"type": "object", "properties": inner}}}


@_ruled.register
def _spelled(rule: Spelled, schema: Schema, _: int) -> Schema:
    older = {word: v4 for v4, word in rule.words.items()}
    kept = schema["properties"].get(rule.name, {}).get("enum", [])
    return _changed(schema, rule.name, enum=[older.get(word, word) for word in kept])


@_ruled.register
def _written(rule: Written, schema: Schema, _: int) -> Schema:
    return _changed(schema, rule.name, type="string")


@_ruled.register
def _characterised(_: Medium, schema: Schema, __: int) -> Schema:
    properties = schema["properties"]
    lifted = {at: part for at, part in properties.items() if at in LIFTED}
    rest = {at: part for at, part in properties.items() if at not in LIFTED}
    own = {
        "mediumType": {"type": "string", "description": "email, phone, postalAddress and the like"},
        "characteristic": {"type": "object", "properties": lifted},
    }
    return {**schema, "properties": {**rest, **own}}


def _changed(schema: Schema, name: str, **keywords: Any) -> Schema:
    properties = schema["properties"]
    if name not in properties:
        return schema
    return {**schema, "properties": {**properties, name: {**properties[name], **keywords}}}
