"""The OpenAPI document of what is served, made from the declarations that serve it."""

from typing import Any

from customer_inventory import __version__
from customer_inventory.record.declare import RecordType
from customer_inventory.record.schema import Schema
from customer_inventory.tmf import customer360, history, openapi_history
from customer_inventory.tmf.api import Api
from customer_inventory.tmf.apis import APIS
from customer_inventory.tmf.query import DEFAULT_LIMIT, LARGEST_OFFSET
from customer_inventory.tmf.resource import MERGE, PATCHES
from customer_inventory.web.openapi import answer, body, content, error, parameter, ref, responses

_NOT_IN_OPENAPI = ("if", "then", "x-open")
_ALWAYS = ("400", "401", "403", "414", "500", "503")
_OF_ITEM = (*_ALWAYS, "404")
_OF_BODY = ("409", "413", "415")


def document(public_url: str, max_page: int) -> dict[str, Any]:
    """Return the OpenAPI 3.0 document; `public_url` is where callers reach the service."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Error": error()}
    for api in APIS:
        for declared in api.types:
            paths.update(_paths(api, declared, max_page))
            schemas.update(_schemas(declared))
    paths.update(_customer360())
    schemas["Customer360"] = _customer360_schema()
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Customer Inventory",
            "version": __version__,
            "description": "One inventory of customers, over TM Forum Open APIs (version 5).",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": public_url or "/"}],
        "security": [{"token": []}],
        "tags": [
            {"name": api.number, "description": api.title} for api in (*APIS, customer360.API)
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths(api: Api, declared: RecordType, max_page: int) -> dict[str, Any]:
    identifier = parameter("id", "path", {"type": "string"}, "Id of the record", required=True)
    return {
        f"{api.base}/{declared.name}": _collection(api, declared, max_page),
        f"{api.base}/{declared.name}/{{id}}": {"parameters": [identifier], **_item(api, declared)},
        f"{api.base}/{declared.name}/{{id}}/{history.NAME}": {
            "parameters": [identifier],
            "get": {
                **_operation(api, f"list{declared.entity}History", "Read the versions of a record"),
                "parameters": list(openapi_history.of_history(max_page)),
                "responses": responses(openapi_history.answers(), _OF_ITEM),
            },
        },
    }


def _collection(api: Api, declared: RecordType, max_page: int) -> dict[str, Any]:
    entity = declared.entity
    return {
        "get": {
            **_operation(api, f"list{entity}", f"Find {declared.name} records"),
            "parameters": list(_of_list(max_page)),
            "responses": responses({"200": _page(entity), "206": _page(entity)}, _ALWAYS),
        },
        "post": {
            **_operation(api, f"create{entity}", f"Make a {declared.name}"),
            "parameters": [_FIELDS],
            "requestBody": body(content(ref(f"{entity}_FVO"))),
            "responses": responses(
                {"201": answer("Made", content(ref(entity)), "Location", "ETag")},
                (*_ALWAYS, *_OF_BODY),
            ),
        },
    }


def _item(api: Api, declared: RecordType) -> dict[str, Any]:
    name, entity = declared.name, declared.entity
    shown = content(ref(entity))
    patches = {media: {"schema": _patch(media, entity)} for media in PATCHES}
    return {
        "get": {
            **_operation(api, f"retrieve{entity}", f"Read one {name}"),
            "parameters": [_FIELDS, _IF_NONE_MATCH, *openapi_history.MOMENT],
            "responses": responses(
                {"200": answer("The record", shown, "ETag"), "304": {"description": "As known"}},
                _OF_ITEM,
            ),
        },
        "patch": {
            **_operation(api, f"patch{entity}", f"Change a {name}"),
            "parameters": [_FIELDS, _IF_MATCH],
            "requestBody": body(patches),
            "responses": responses(
                {"200": answer("Changed", shown, "ETag")}, (*_OF_ITEM, *_OF_BODY, "412")
            ),
        },
        "delete": {
            **_operation(api, f"delete{entity}", f"Remove a {name}"),
            "parameters": [_IF_MATCH],
            "responses": responses({"204": {"description": "Removed"}}, (*_OF_ITEM, "409", "412")),
        },
    }


def _operation(api: Api, identifier: str, summary: str) -> dict[str, Any]:
    return {"operationId": identifier, "summary": summary, "tags": [api.number]}


def _of_list(max_page: int) -> tuple[dict[str, Any], ...]:
    page = {
        "type": "integer",
        "minimum": 0,
        "maximum": max_page,
        "default": min(DEFAULT_LIMIT, max_page),
    }
    offset = {"type": "integer", "minimum": 0, "maximum": LARGEST_OFFSET, "default": 0}
    filters = {"type": "object", "additionalProperties": {"type": "string"}}
    return (
        _FIELDS,
        parameter("limit", "query", page, "Most records to answer with"),
        parameter("offset", "query", offset, "Records to pass over first"),
        parameter(
            "after", "query", _TEXT, "Begin after this cursor of a Link; empty: at the start"
        ),
        parameter("before", "query", _TEXT, "End before this cursor of a Link; empty: at the end"),
        parameter("sort", "query", {"type": "string"}, "Attributes to order by; - descends"),
        parameter(
            "filter",
            "query",
            {"type": "string"},
            "A JSON path that must find something: note[?(@.author=='A' && @.text=~/x/)]",
        ),
        parameter(
            "filters",
            "query",
            filters,
            "Conditions by dotted attribute path: status=active, name.regex=^A, a.b.gte=5. "
            "Operators: eq, ne, gt, gte, lt, lte, regex.",
        ),
    )


_TEXT = {"type": "string"}
_IF_MATCH = parameter("If-Match", "header", {"type": "string"}, "Change only this revision")
_FIELDS = parameter("fields", "query", {"type": "string"}, "Attributes wanted, by dotted path")
_IF_NONE_MATCH = parameter(
    "If-None-Match", "header", {"type": "string"}, "Answer 304 if the record is at this revision"
)


def _page(entity: str) -> dict[str, Any]:
    shown = content({"type": "array", "items": ref(entity)})
    headers = ("X-Total-Count", "X-Result-Count", "X-Total-Count-Exact", "Link")
    return answer("A page", shown, *headers)


def _patch(media: str, entity: str) -> Schema:
    if media in MERGE:
        return ref(f"{entity}_MVO")
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


def _schemas(declared: RecordType) -> dict[str, Schema]:
    """Return the schemas of a type: as read, as made (_FVO) and as patched (_MVO)."""
    whole = _plain(declared.schema)
    given = {name: part for name, part in whole["properties"].items() if name not in ("id", "href")}
    made = {**whole, "properties": given}
    patched = {name: part for name, part in made.items() if name != "required"}
    shown = {**whole, "required": ["id", "href", "@type"]}
    entity = declared.entity
    return {entity: shown, f"{entity}_FVO": made, f"{entity}_MVO": patched}


def _plain(node: Any) -> Any:
    """Return a schema without the keywords that OpenAPI 3.0 does not know."""
    if isinstance(node, dict):
        return {name: _plain(part) for name, part in node.items() if name not in _NOT_IN_OPENAPI}
    return [_plain(item) for item in node] if isinstance(node, list) else node


def _customer360() -> dict[str, Any]:
    api = customer360.API
    identifier = parameter("id", "path", {"type": "string"}, "Id of the customer", required=True)
    limit = {"type": "integer", "minimum": 1, "maximum": customer360.LARGEST_PART}
    shown = answer("The customer, seen whole", content(ref("Customer360")))
    summary = "See a customer whole: party, accounts, agreements, interactions"
    return {
        f"{api.base}/{customer360.RESOURCE}/{{id}}": {
            "parameters": [identifier],
            "get": {
                **_operation(api, "retrieveCustomer360", summary),
                "parameters": [parameter("limit", "query", limit, "Most records of a type")],
                "responses": responses({"200": shown}, _OF_ITEM),
            },
        }
    }


def _customer360_schema() -> Schema:
    parts = {
        declared.name: {"type": "array", "items": ref(declared.entity)}
        for api in APIS
        for declared in api.types
    }
    known = {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "description": "How many records of a type there are; the latest are shown",
    }
    head = {name: {"type": "string"} for name in ("id", "href", "@type")}
    properties = {**head, **parts, "customer": ref("Customer"), "known": known}
    return {"type": "object", "required": ["id", "href", "@type"], "properties": properties}
