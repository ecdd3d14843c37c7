"""What is served, described for programs: the OpenAPI document, a Postman collection."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from customer_inventory.api import openapi as api_openapi
from customer_inventory.api import openapi_oauth
from customer_inventory.store.database import Database
from customer_inventory.tmf import openapi
from customer_inventory.tmf.roles import Roles

_FORM = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_METHODS = ("get", "post", "patch", "delete")
_DEEP = 4
"""So many levels of a body are shown as an example; what lies deeper is left out."""


def openapi_document(public_url: str, max_page: int, roles: Roles | None = None) -> dict[str, Any]:
    """Return the OpenAPI document of every door; callers reach the service at `public_url`."""
    # Without a service nobody asks the database: the paths of roles alone are told.
    roles = roles or Roles(Database(""), public_url, max_page)
    document = openapi.document(public_url, max_page, roles)
    return openapi_oauth.described(api_openapi.described(document))


def postman(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document as a Postman collection (form 2.1), a folder a tag.

    The variables are `baseUrl` and `token`; parameters of queries are there and switched off.
    """
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, served in document["paths"].items():
        for method in _METHODS:
            if method in served:
                told = served[method]
                item = _item(document, path, method, told, served.get("parameters", ()))
                folders.setdefault(next(iter(told.get("tags", ())), "Others"), []).append(item)
    base = str(document["servers"][0]["url"]).rstrip("/")
    return {
        "info": {
            "name": document["info"]["title"],
            "description": document["info"]["description"],
            "version": document["info"]["version"],
            "schema": _FORM,
        },
        "auth": {"type": "bearer", "bearer": [_value("token", "{{token}}")]},
        "variable": [_value("baseUrl", base or "http://127.0.0.1:8080"), _value("token", "")],
        "item": [{"name": name, "item": items} for name, items in folders.items()],
    }


def _value(key: str, value: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "value": value, "type": "string", **more}


def _item(
    document: Mapping[str, Any],
    path: str,
    method: str,
    told: Mapping[str, Any],
    shared: Any,
) -> dict[str, Any]:
    parameters = [_led(document, each) for each in (*shared, *told.get("parameters", ()))]
    query = [each for each in parameters if each["in"] == "query"]
    parts = path.strip("/").replace("{", ":").replace("}", "").split("/")
    request: dict[str, Any] = {
        "method": method.upper(),
        "url": {
            "raw": "{{baseUrl}}/" + "/".join(parts),
            "host": ["{{baseUrl}}"],
            "path": parts,
            "query": [
                {"key": each["name"], "value": "", "disabled": True, **_described(each)}
                for each in query
            ],
            "variable": [{"key": part[1:], "value": ""} for part in parts if part.startswith(":")],
        },
        "header": [
            {"key": each["name"], "value": "", "disabled": True, **_described(each)}
            for each in parameters
            if each["in"] == "header"
        ],
    }
    if "security" in told and not told["security"]:
        request["auth"] = {"type": "noauth"}
    for media, content in _led(document, told.get("requestBody", {})).get("content", {}).items():
        request["header"].insert(0, {"key": "Content-Type", "value": media})
        request["body"] = _body(document, media, content.get("schema", {}))
        break
    return {"name": told.get("summary") or f"{method.upper()} {path}", "request": request}


def _described(parameter: Mapping[str, Any]) -> dict[str, str]:
    return {"description": parameter["description"]} if "description" in parameter else {}


def _body(document: Mapping[str, Any], media: str, schema: Any) -> dict[str, Any]:
    if media == "application/x-www-form-urlencoded":
        names = _led(document, schema).get("properties", {})
        return {
            "mode": "urlencoded",
            "urlencoded": [_value(name, "", disabled=True) for name in names],
        }
    if "json" not in media:
        return {"mode": "file", "file": {}}
    text = msgspec.json.format(msgspec.json.encode(_example(document, schema)), indent=2).decode()
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}


def _led(document: Mapping[str, Any], told: Any) -> Mapping[str, Any]:
    """Return what is told, or what it refers to."""
    while "$ref" in told:
        found: Any = document
        for part in told["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        told = found
    return dict(told)


def _example(document: Mapping[str, Any], schema: Any, deep: int = _DEEP) -> Any:
    """Return the least that a schema demands, with empty texts and zeros."""
    schema = _led(document, schema)
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    for way in ("oneOf", "anyOf"):
        if way in schema:
            return _example(document, schema[way][0], deep)
    if "properties" in schema or "allOf" in schema or schema.get("type") == "object":
        return dict(_members(document, schema, deep))
    if schema.get("type") == "array":
        return [_example(document, schema.get("items", {}), deep - 1)] if deep else []
    return {"integer": 0, "number": 0, "boolean": False}.get(schema.get("type", ""), "")


def _members(
    document: Mapping[str, Any], schema: Mapping[str, Any], deep: int
) -> Iterator[tuple[str, Any]]:
    for part in schema.get("allOf", ()):
        yield from _members(document, _led(document, part), deep)
    for name in schema.get("required", ()) if deep else ():
        if name in schema.get("properties", {}):
            yield name, _example(document, schema["properties"][name], deep - 1)
