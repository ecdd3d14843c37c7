"""The management API in the OpenAPI document, made from the routes that serve it."""

import re
from typing import Any

from customer_inventory.api.route import ROOT, Route
from customer_inventory.api.routes import ROUTES
from customer_inventory.web import openapi

TAG = "Inventory"
_ALWAYS = ("400", "401", "403", "404", "414", "429", "500", "503")
_OF_CHANGE = ("409", "413", "415")
_PARAMETER = re.compile(r"\{(\w+)\}")


def described(document: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI `document` with the routes of the management API."""
    paths: dict[str, Any] = dict(document["paths"])
    for route in ROUTES:
        path = f"{ROOT}{route.path}"
        paths[path] = {**paths.get(path, {}), route.method.lower(): _operation(route)}
    tag = {"name": TAG, "description": "What the inventory does beyond the TM Forum Open APIs"}
    return {**document, "tags": [*document["tags"], tag], "paths": paths}


def _operation(route: Route) -> dict[str, Any]:
    words = re.findall(r"\w+", f"{route.method.lower()} {route.path}")
    usual = _ALWAYS if route.method == "GET" else (*_ALWAYS, *_OF_CHANGE)
    ranged = ("416",) if route.is_ranged else ()
    content = openapi.content(route.answer, route.answer_media) if route.answer else None
    statuses = (route.status, *route.other_statuses, *((206,) if route.is_ranged else ()))
    operation: dict[str, Any] = {
        "operationId": "".join((words[0], *(word[0].upper() + word[1:] for word in words[1:]))),
        "summary": route.summary,
        "tags": [TAG],
        "parameters": [*_of_path(route), *route.parameters],
        "responses": openapi.responses(
            {
                str(status): openapi.answer(route.summary, content)
                if content
                else {"description": route.summary}
                for status in statuses
            },
            (*usual, *ranged, *route.errors),
        ),
    }
    if route.body is not None:
        operation["requestBody"] = openapi.body(openapi.content(route.body, route.body_media))
    return operation


def _of_path(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    told = {each["name"] for each in route.parameters if each["in"] == "path"}
    return [
        openapi.parameter(name, "path", text, f"The {name}", required=True)
        for name in _PARAMETER.findall(route.path)
        if name not in told
    ]
