"""The OpenAPI document of what is served, made from the declarations that serve it."""

from typing import Any, NamedTuple

from customer_inventory import __version__
from customer_inventory.capture.matching.normal import MATCHED
from customer_inventory.record.declare import ApiVersion, RecordType
from customer_inventory.tmf import (
    customer360,
    history,
    openapi_history,
    openapi_hub,
    openapi_roles,
    openapi_schema,
)
from customer_inventory.tmf.api import Api
from customer_inventory.tmf.apis import APIS
from customer_inventory.tmf.entry import HEADER, LIKELY, WAYS
from customer_inventory.tmf.query import DEFAULT_LIMIT, LARGEST_OFFSET
from customer_inventory.tmf.resource import PATCHES
from customer_inventory.tmf.roles import API as ROLES_API
from customer_inventory.tmf.roles import Roles
from customer_inventory.web.openapi import answer, body, content, error, parameter, ref, responses

_ALWAYS = ("400", "401", "403", "414", "429", "500", "503")
_OF_ITEM = (*_ALWAYS, "404")
_OF_BODY = ("409", "413", "415", "422")
_DESCRIPTION = (
    "One inventory of customers, over TM Forum Open APIs in version 5 and version 4. HEAD answers "
    "as GET does, without the body. Other base paths that lead to the same are with each tag."
)


def document(public_url: str, max_page: int, roles: Roles) -> dict[str, Any]:
    """Return the OpenAPI 3.0 document; `public_url` is where callers reach the service."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Error": error(), **openapi_hub.SCHEMAS}
    for api in APIS:
        for version in api.versions:
            paths.update(openapi_hub.paths(api, version, _tag(api, version)))
            for declared in api.types:
                paths.update(_paths(_Served(api, version, declared), max_page))
                schemas.update(openapi_schema.of_type(declared, version))
    for version in customer360.API.versions:
        paths.update(_customer360(version))
        schemas.update(openapi_schema.of_customer360(version))
    paths.update(openapi_roles.paths(roles, max_page))
    schemas.update(openapi_roles.SCHEMAS)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Customer Inventory",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": public_url or "/"}],
        "security": [{"token": []}],
        "tags": [
            {"name": _tag(api, version), "description": _described(api, version)}
            for api in (*APIS, customer360.API, ROLES_API)
            for version in api.versions
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Served(NamedTuple):
    """A record type as one API serves it in one version."""

    api: Api
    version: ApiVersion
    declared: RecordType

    @property
    def path(self) -> str:
        """The path of its collection."""
        return f"{self.api.base_of(self.version)}/{self.declared.name}"

    @property
    def schema(self) -> str:
        """The name of its schema."""
        return openapi_schema.name(self.declared.entity, self.version)

    def operation(self, verb: str, summary: str, suffix: str = "") -> dict[str, Any]:
        """Return what names an operation on it."""
        name = openapi_schema.name(f"{verb}{self.declared.entity}{suffix}", self.version)
        return _operation(name, summary, _tag(self.api, self.version))


def _paths(served: _Served, max_page: int) -> dict[str, Any]:
    identifier = parameter("id", "path", {"type": "string"}, "Id of the record", required=True)
    return {
        served.path: _collection(served, max_page),
        f"{served.path}/{{id}}": {"parameters": [identifier], **_item(served)},
        f"{served.path}/{{id}}/{history.NAME}": {
            "parameters": [identifier],
            "get": {
                **served.operation("list", "Read the versions of a record", "History"),
                "parameters": list(openapi_history.of_history(max_page)),
                "responses": responses(openapi_history.answers(), _OF_ITEM),
            },
        },
    }


def _collection(served: _Served, max_page: int) -> dict[str, Any]:
    name, schema = served.declared.name, served.schema
    headers = ("Location", "ETag", *((LIKELY,) if name in MATCHED else ()))
    made = answer("Made", content(ref(schema)), *headers)
    return {
        "get": {
            **served.operation("list", f"Find {name} records"),
            "parameters": list(_of_list(max_page, served.version)),
            "responses": responses({"200": _page(schema), "206": _page(schema)}, _ALWAYS),
        },
        "post": {
            **served.operation("create", f"Make a {name}"),
            "parameters": [_FIELDS, *((_MATCH,) if name in MATCHED else ())],
            "requestBody": body(content(ref(f"{schema}_FVO"))),
            "responses": responses({"201": made}, (*_ALWAYS, *_OF_BODY)),
        },
    }


def _item(served: _Served) -> dict[str, Any]:
    name, schema = served.declared.name, served.schema
    shown = content(ref(schema))
    patches = {media: {"schema": openapi_schema.of_patch(media, schema)} for media in PATCHES}
    return {
        "get": {
            **served.operation("retrieve", f"Read one {name}"),
            "parameters": [_FIELDS, _IF_NONE_MATCH, *openapi_history.MOMENT],
            "responses": responses(
                {"200": answer("The record", shown, "ETag"), "304": {"description": "As known"}},
                _OF_ITEM,
            ),
        },
        "patch": {
            **served.operation("patch", f"Change a {name}"),
            "parameters": [_FIELDS, _IF_MATCH],
            "requestBody": body(patches),
            "responses": responses(
                {"200": answer("Changed", shown, "ETag")}, (*_OF_ITEM, *_OF_BODY, "412")
            ),
        },
        "delete": {
            **served.operation("delete", f"Remove a {name}"),
            "parameters": [_IF_MATCH],
            "responses": responses({"204": {"description": "Removed"}}, (*_OF_ITEM, "409", "412")),
        },
    }


def _operation(identifier: str, summary: str, tag: str) -> dict[str, Any]:
    return {"operationId": identifier, "summary": summary, "tags": [tag]}


def _tag(api: Api, version: str) -> str:
    return openapi_schema.name(api.number, version)


def _described(api: Api, version: str) -> str:
    _, *aliases = api.bases_of(version)
    also = f". Also under {', '.join(aliases)}" if aliases else ""
    return f"{api.title}, version {version.removeprefix('v')}{also}"


def _of_list(max_page: int, version: str) -> tuple[dict[str, Any], ...]:
    page = {
        "type": "integer",
        "minimum": 0,
        "maximum": max_page,
        "default": min(DEFAULT_LIMIT, max_page),
    }
    offset = {"type": "integer", "minimum": 0, "maximum": LARGEST_OFFSET, "default": 0}
    filters = {"type": "object", "additionalProperties": {"type": "string"}}
    in_v5 = (
        parameter(
            "filter",
            "query",
            {"type": "string"},
            "A JSON path that must find something: note[?(@.author=='A' && @.text=~/x/)]",
        ),
    )
    return (
        _FIELDS,
        parameter("limit", "query", page, "Most records to answer with"),
        parameter("offset", "query", offset, "Records to pass over first"),
        parameter(
            "after", "query", _TEXT, "Begin after this cursor of a Link; empty: at the start"
        ),
        parameter("before", "query", _TEXT, "End before this cursor of a Link; empty: at the end"),
        openapi_history.MOMENT[0],
        parameter("sort", "query", {"type": "string"}, "Attributes to order by; - descends"),
        *(in_v5 if version == "v5" else ()),
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
_MATCH = parameter(
    HEADER,
    "header",
    {"type": "string", "enum": list(WAYS)},
    "Warn of records that are likely of the same subject, or refuse to make another",
)
_FIELDS = parameter("fields", "query", {"type": "string"}, "Attributes wanted, by dotted path")
_IF_NONE_MATCH = parameter(
    "If-None-Match", "header", {"type": "string"}, "Answer 304 if the record is at this revision"
)


def _page(entity: str) -> dict[str, Any]:
    shown = content({"type": "array", "items": ref(entity)})
    headers = ("X-Total-Count", "X-Result-Count", "X-Total-Count-Exact", "Link")
    return answer("A page", shown, *headers)


def _customer360(version: str) -> dict[str, Any]:
    api = customer360.API
    identifier = parameter("id", "path", {"type": "string"}, "Id of the customer", required=True)
    limit = {"type": "integer", "minimum": 1, "maximum": customer360.LARGEST_PART}
    schema = openapi_schema.name("Customer360", version)
    shown = answer("The customer, seen whole", content(ref(schema)))
    summary = "See a customer whole: party, accounts, agreements, interactions"
    return {
        f"{api.base_of(version)}/{customer360.RESOURCE}/{{id}}": {
            "parameters": [identifier],
            "get": {
                **_operation(f"retrieve{schema}", summary, _tag(api, version)),
                "parameters": [
                    parameter("limit", "query", limit, "Most records of a type"),
                    *openapi_history.MOMENT,
                ],
                "responses": responses({"200": shown}, _OF_ITEM),
            },
        }
    }
