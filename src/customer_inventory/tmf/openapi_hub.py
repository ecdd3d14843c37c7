"""What the OpenAPI document says of the hubs, where listeners register for events."""

from typing import Any

from customer_inventory.tmf.api import Api
from customer_inventory.tmf.hub import RESOURCE
from customer_inventory.web.openapi import answer, body, content, parameter, ref, responses

_ERRORS = ("400", "401", "403", "404", "414", "429", "500", "503")
_TEXT = {"type": "string"}
_GIVEN = {
    "type": "object",
    "required": ["callback"],
    "properties": {"callback": _TEXT, "query": _TEXT},
}

SCHEMAS: dict[str, Any] = {
    "Hub_FVO": _GIVEN,
    "Hub": {
        "type": "object",
        "required": ["id", "callback"],
        "properties": {**dict.fromkeys(("id", "href", "@type"), _TEXT), **_GIVEN["properties"]},  # type: ignore[dict-item]
    },
}


def paths(api: Api, version: str, tag: str) -> dict[str, Any]:
    """Return the paths of the hub of an API in one version."""
    base = f"{api.base_of(version)}/{RESOURCE}"
    name = f"{api.number}{version}Hub"
    shown = answer("The subscription", content(ref("Hub")))
    listed = answer("Those of your process", content({"type": "array", "items": ref("Hub")}))
    made = answer("Registered", content(ref("Hub")), "Location")
    identifier = parameter("id", "path", _TEXT, "Id of the subscription", required=True)

    def operation(verb: str, summary: str) -> dict[str, Any]:
        return {"operationId": f"{verb}{name}", "summary": summary, "tags": [tag]}

    return {
        base: {
            "get": {
                **operation("list", "List your subscriptions"),
                "responses": responses({"200": listed}, _ERRORS),
            },
            "post": {
                **operation("register", "Register a listener for events"),
                "requestBody": body(content(ref("Hub_FVO"))),
                "responses": responses({"201": made}, (*_ERRORS, "409", "413")),
            },
        },
        f"{base}/{{id}}": {
            "parameters": [identifier],
            "get": {
                **operation("retrieve", "Read a subscription"),
                "responses": responses({"200": shown}, _ERRORS),
            },
            "delete": {
                **operation("end", "End a subscription"),
                "responses": responses({"204": {"description": "Ended"}}, _ERRORS),
            },
        },
    }
