"""What the OpenAPI document says of TMF672, whose resources are grants in other words."""

from typing import Any

from customer_inventory.tmf.openapi_schema import name as named
from customer_inventory.tmf.query import DEFAULT_LIMIT, LARGEST_OFFSET
from customer_inventory.tmf.roles import API, Resource, Roles
from customer_inventory.web.openapi import answer, body, content, parameter, ref, responses

_ERRORS = ("400", "401", "403", "414", "500", "503")
_TEXT = {"type": "string"}
_INSTANT = {**_TEXT, "format": "date-time"}
_FIELDS = parameter("fields", "query", _TEXT, "Attributes wanted, by commas")
_HEAD = {"id": _TEXT, "href": _TEXT, "@type": _TEXT}
_REF = {"type": "object", "properties": {"id": _TEXT, "role": _TEXT, "@referredType": _TEXT}}
_PRIVILEGE = {
    "type": "object",
    "required": ["action", "function"],
    "properties": {"action": _TEXT, "function": _TEXT, "manageableAsset": _REF},
}
_ASKED = {
    "user": {**_REF, "description": "The registered process"},
    "validFor": {
        "type": "object",
        "properties": {"startDateTime": _INSTANT, "endDateTime": _INSTANT},
    },
    "privilege": {"type": "array", "items": _PRIVILEGE},
    "description": {**_TEXT, "description": "What it is needed for"},
    "purpose": {**_TEXT, "description": "A registered purpose; else that of the caller"},
}
_ENTITLEMENT = {"type": "object", "properties": {"action": _TEXT, "function": _TEXT}}
_CHOSEN = ["id", "href"]
"""What is in every answer: of all else `fields` chooses."""
SCHEMAS: dict[str, Any] = {
    "Permission_v4_FVO": {
        "type": "object",
        "required": ["user", "validFor", "privilege", "description"],
        "properties": _ASKED,
    },
    "Permission_v4": {
        "type": "object",
        "required": _CHOSEN,
        "properties": {
            **_HEAD,
            **_ASKED,
            "creationDate": _INSTANT,
            "granter": _REF,
            "state": _TEXT,
            "terms": {"type": "object"},
        },
    },
    "UserRole_v4": {
        "type": "object",
        "required": _CHOSEN,
        "properties": {
            **_HEAD,
            "involvementRole": _TEXT,
            "entitlement": {"type": "array", "items": _ENTITLEMENT},
        },
    },
    "PermissionSpecificationSet": {
        "type": "object",
        "required": _CHOSEN,
        "properties": {
            **_HEAD,
            "name": _TEXT,
            "description": _TEXT,
            "involvementRole": _TEXT,
            "permissionSpecification": {"type": "array", "items": _ENTITLEMENT},
        },
    },
}


def paths(roles: Roles, max_page: int) -> dict[str, Any]:
    """Return the paths of every resource, under its canonical address."""
    found: dict[str, Any] = {}
    for path, resource in roles.resources.items():
        if path == f"{API.base_of(resource.version)}/{resource.name}":
            found[path] = _collection(resource, max_page)
            found[f"{path}/{{id}}"] = _item(resource)
    return found


def _collection(resource: Resource, max_page: int) -> dict[str, Any]:
    page = {"type": "integer", "minimum": 0, "maximum": max_page, "default": DEFAULT_LIMIT}
    offset = {"type": "integer", "minimum": 0, "maximum": LARGEST_OFFSET, "default": 0}
    shown = content({"type": "array", "items": ref(_schema(resource))})
    told = answer("A page", shown, "X-Total-Count", "X-Result-Count")
    operations = {
        "get": {
            **_operation(resource, "list", f"Find {resource.name}s"),
            "parameters": [
                _FIELDS,
                parameter("limit", "query", page, "Most to answer with"),
                parameter("offset", "query", offset, "So many to pass over first"),
                parameter("id", "query", _TEXT, "That one alone"),
                parameter("user.id", "query", _TEXT, "Of this process alone"),
                parameter("state", "query", _TEXT, "Permissions of this state alone"),
            ],
            "responses": responses({"200": told, "206": told}, _ERRORS),
        }
    }
    if resource.is_made:
        made = answer("Asked for", content(ref(_schema(resource))), "Location")
        operations["post"] = {
            **_operation(resource, "create", "Ask for a permission; others decide"),
            "requestBody": body(content(ref(f"{_schema(resource)}_FVO"))),
            "responses": responses({"201": made}, (*_ERRORS, "404", "409", "413")),
        }
    return operations


def _item(resource: Resource) -> dict[str, Any]:
    shown = answer("It", content(ref(_schema(resource))))
    return {
        "parameters": [parameter("id", "path", _TEXT, "Its id", required=True)],
        "get": {
            **_operation(resource, "retrieve", f"Read one {resource.name}"),
            "parameters": [_FIELDS],
            "responses": responses({"200": shown}, (*_ERRORS, "404")),
        },
    }


def _schema(resource: Resource) -> str:
    return named(resource.name[0].upper() + resource.name[1:], resource.version)


def _operation(resource: Resource, verb: str, summary: str) -> dict[str, Any]:
    tag = named(API.number, resource.version)
    return {"operationId": f"{verb}{_schema(resource)}", "summary": summary, "tags": [tag]}
