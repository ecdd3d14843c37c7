"""The authorization server in the OpenAPI document (RFC 6749, 7009, 7662, 7517, 8414)."""

from typing import Any

from customer_inventory.api import oauth
from customer_inventory.web import openapi
from customer_inventory.web.form import MEDIA

TAG = "OAuth"
_TEXT = {"type": "string"}
_WORDS = {"type": "array", "items": _TEXT}
_CLIENT = {
    "client_id": _TEXT,
    "client_secret": {**_TEXT, "description": "Not here: by HTTP Basic"},
    "client_assertion": {**_TEXT, "description": "A JWT signed with the key of the client"},
    "client_assertion_type": _TEXT,
}
_FIELDS = {
    "grant_type": {**_TEXT, "enum": ["client_credentials"]},
    "scope": {**_TEXT, "description": "dpv: and the purpose that the token is for"},
    "token": {**_TEXT, "description": "The token concerned"},
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": _TEXT, "error_description": _TEXT},
}
_ERRORS = {
    "400": "The request or the scope is not understood (RFC 6749 section 5.2)",
    "401": "The client did not show who it is",
    "429": "Too many failed from this address; wait (Retry-After)",
    "503": "The database cannot be reached; try again",
}
_ISSUED = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": _TEXT,
        "token_type": {**_TEXT, "enum": ["Bearer", "DPoP"]},
        "expires_in": {"type": "integer", "description": "Seconds"},
        "scope": _TEXT,
    },
}
_ACTIVE = {
    "type": "object",
    "required": ["active"],
    "properties": {"active": {"type": "boolean"}},
}
_KEYS = {
    "type": "object",
    "required": ["keys"],
    "properties": {"keys": {"type": "array", "items": {"type": "object"}}},
}
_METADATA = {
    "type": "object",
    "required": ["issuer", "token_endpoint", "jwks_uri"],
    "properties": {
        **dict.fromkeys(("issuer", "token_endpoint", "jwks_uri"), _TEXT),
        **dict.fromkeys(("grant_types_supported", "token_endpoint_auth_methods_supported"), _WORDS),
    },
}


def described(document: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI `document` with the endpoints of the authorization server."""
    tag = {"name": TAG, "description": "Access tokens for registered clients"}
    return {
        **document,
        "tags": [*document["tags"], tag],
        "paths": {
            **document["paths"],
            oauth.TOKEN: {"post": _asked("Get an access token", _ISSUED, ("grant_type", "scope"))},
            oauth.REVOKE: {"post": _asked("End a token", None, ("token",))},
            oauth.INTROSPECT: {"post": _asked("Ask what a token is", _ACTIVE, ("token",))},
            oauth.KEYS: {"get": _told("Keys that tokens are signed with", _KEYS)},
            oauth.METADATA: {"get": _told("What this server serves", _METADATA)},
        },
    }


def _asked(summary: str, answer: dict[str, Any] | None, fields: tuple[str, ...]) -> dict[str, Any]:
    """Return an operation that clients call with a form; the first of `fields` is mandatory."""
    form = {
        "type": "object",
        "required": [fields[0]],
        "properties": {**_CLIENT, **{name: _FIELDS[name] for name in fields}},
    }
    operation = _told(summary, answer)
    failures = {
        status: openapi.answer(meaning, openapi.content(_ERROR))
        for status, meaning in _ERRORS.items()
    }
    return {
        **operation,
        "requestBody": openapi.body(openapi.content(form, MEDIA)),
        "responses": {**operation["responses"], **failures},
    }


def _told(summary: str, answer: dict[str, Any] | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"description": summary}
    if answer is not None:
        shown["content"] = openapi.content(answer)
    name = "".join(word.capitalize() for word in summary.split())
    return {
        "operationId": f"oauth{name}",
        "summary": summary,
        "tags": [TAG],
        "security": [],
        "responses": {"200": shown},
    }
