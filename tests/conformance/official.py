"""What the official OpenAPI documents say, read from the folder named by CINV_TMF_SPECS.

Nothing of them is kept here: resources, operations, statuses, mandatory attributes, bodies and
events are derived when the tests run.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from customer_inventory.record.types import TYPES
from customer_inventory.tmf.api import Api
from customer_inventory.tmf.apis import APIS

SPECS = os.environ.get("CINV_TMF_SPECS", "")
NEEDS_SPECS = pytest.mark.skipif(not SPECS, reason="CINV_TMF_SPECS names no folder")

METHODS = ("get", "post", "patch", "put", "delete")
SUFFIX = re.compile("_(FVO|MVO|RES|Create|Update)$")
Document = dict[str, Any]


class Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):
    """Reads dates as text: one of the documents holds a date that is none."""


Loader.yaml_implicit_resolvers = {
    first: [resolver for resolver in resolvers if "timestamp" not in resolver[0]]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Official(NamedTuple):
    """A resource as the official document of one API version has it."""

    api: Api
    version: str
    name: str

    def __str__(self) -> str:
        return f"{self.api.number}-{self.version}-{self.name}"

    @property
    def path(self) -> str:
        """Where we serve it."""
        return f"{self.api.base_of(self.version)}/{self.name}"

    @property
    def document(self) -> Document:
        return documents()[self.api.number, self.version]

    def operations(self) -> dict[tuple[str, str], Document]:
        """Every documented operation, by method and what follows the resource in the path."""
        found = {}
        for path, operations in self.document["paths"].items():
            head, _, rest = path.strip("/").partition("/")
            if head == self.name:
                suffix = f"/{rest}" if rest else ""
                for method in METHODS:
                    if method in operations:
                        found[method, suffix] = operations[method]
        return found

    def statuses(self, method: str, suffix: str) -> set[str]:
        """The documented statuses of success."""
        responses = self.operations()[method, suffix]["responses"]
        return {str(status) for status in responses if str(status).startswith("2")}

    def body_schema(self, method: str = "post", suffix: str = "") -> Document:
        """The schema of what is sent."""
        operation = self.operations()[method, suffix]
        if "requestBody" in operation:
            body = resolved(self.document, operation["requestBody"])
            return next(iter(body["content"].values()))["schema"]
        return next(one for one in operation["parameters"] if one["in"] == "body")["schema"]

    def media(self) -> list[str]:
        """The documented media types of a patch."""
        operation = self.operations()["patch", "/{id}"]
        if "requestBody" not in operation:
            return list(operation.get("consumes") or self.document["consumes"])
        return list(resolved(self.document, operation["requestBody"])["content"])

    def attributes(self) -> dict[str, Any]:
        """The first-level attributes of what is created."""
        properties, _ = members(self.document, self.body_schema())
        return {at: part for at, part in properties.items() if at not in NOT_SENT}

    def mandatory(self) -> set[str]:
        """The attributes that are mandatory on create."""
        return members(self.document, self.body_schema())[1]


DEEPEST = 3
NOT_SENT = ("id", "href", "@type", "@baseType", "@schemaLocation")


@cache
def documents() -> dict[tuple[str, str], Document]:
    """The documents of the APIs that we serve, by number and version."""
    found: dict[tuple[str, str], Document] = {}
    for api in APIS:
        for version, pattern in (
            ("v5", f"{api.number}-*v5*.yaml"),
            ("v4", f"{api.number}_*v4*.json"),
        ):
            for path in Path(SPECS).glob(pattern):
                text = path.read_text("utf-8")
                read = yaml.load(text, Loader) if path.suffix == ".yaml" else json.loads(text)
                found[api.number, version] = read
    return found


def resources() -> list[Official]:
    """Every resource of every document whose API we serve."""
    if not SPECS:
        return []
    return [
        Official(api, version, name)
        for api in APIS
        for version in api.versions
        if (api.number, version) in documents()
        for name in dict.fromkeys(_heads(documents()[api.number, version]))
    ]


def events(document: Document) -> set[str]:
    """The names of the events that listeners are told of: `customerCreateEvent`."""
    return {
        path.rsplit("/", maxsplit=1)[-1]
        for path in document["paths"]
        if path.startswith("/listener/")
    }


def _heads(document: Document) -> Iterator[str]:
    for path in document["paths"]:
        head = path.strip("/").split("/")[0]
        if head not in ("hub", "listener"):
            yield head


def resolved(document: Document, schema: Document) -> Document:
    """Return what a reference leads to."""
    while "$ref" in schema:
        node: Any = document
        for step in schema["$ref"].split("/")[1:]:
            node = node[step]
        schema = node
    return schema


def named(schema: Document) -> str:
    """The name of the schema that is referred to, without the suffix of its use."""
    return SUFFIX.sub("", schema.get("$ref", "").rsplit("/", maxsplit=1)[-1])


def members(document: Document, schema: Document) -> tuple[dict[str, Any], set[str]]:
    """The attributes of an object and which of them are mandatory, allOf joined."""
    plain = resolved(document, schema)
    properties: dict[str, Any] = {}
    mandatory = set(plain.get("required", []))
    for part in plain.get("allOf", []):
        more, needed = members(document, part)
        properties |= more
        mandatory |= needed
    return {**properties, **plain.get("properties", {})}, mandatory


def example(
    document: Document, schema: Document, name: str = "", seen: tuple[str, ...] = ()
) -> Any:
    """A value that fulfils `schema`: every attribute to some depth, then the mandatory ones."""
    plain = resolved(document, schema)
    if plain.get("type") == "array":
        return [example(document, plain["items"], name, seen)]
    options = plain.get("oneOf") or plain.get("anyOf")
    if options:
        reference = [one for one in options if named(one).endswith("Ref")]
        return example(document, (reference or options)[0], name, seen)
    properties, mandatory = members(document, plain)
    if not properties:
        return _scalar(plain, name)
    kind = named(schema)
    body = {
        at: example(document, part, at, (*seen, kind))
        for at, part in properties.items()
        if at not in ("@baseType", "@schemaLocation", "@type")
        and (at in ("id", "@referredType") or at in mandatory or len(seen) < DEEPEST)
        and named(_item(document, part)) not in (*seen, kind)
    }
    return {"@type": kind, **body} if "openapi" in document and "@type" in properties else body


def _item(document: Document, schema: Document) -> Document:
    plain = resolved(document, schema)
    return plain["items"] if plain.get("type") == "array" else schema


def _scalar(schema: Document, name: str) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    if kind == "string":
        return _text(schema.get("format"), name)
    return {"integer": 7, "number": 1.5, "boolean": True}.get(kind, f"any {name}")


def _text(form: str | None, name: str) -> str:
    if form in ("date-time", "date") or name.lower().endswith(("datetime", "date")):
        day = "2027-01-31" if "end" in name.lower() else "2026-01-31"
        return day if form == "date" else f"{day}T12:00:00Z"
    if form in ("uri", "url"):
        return "https://example.com/thing"
    if name == "@referredType":
        return "Individual"
    # A number where version 5 has one; a currency is a word of three letters.
    return {"valueFrom": "12", "valueTo": "15", "unit": "EUR"}.get(name, f"some {name}")


def sent(resource: Official) -> Document:
    """A body with every attribute that the document has."""
    document, schema = resource.document, resource.body_schema()
    entity = TYPES[resource.name].entity
    properties, _ = members(document, schema)
    body = {
        at: example(document, part, at, (entity,))
        for at, part in properties.items()
        if at not in NOT_SENT
    }
    return {"@type": entity, **body}
