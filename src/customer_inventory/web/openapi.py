"""Parts of an OpenAPI 3.0 document that every door uses."""

from typing import Any

Schema = dict[str, Any]

ERRORS = {
    "400": "The request is not understood or breaks the declaration",
    "401": "The bearer token is missing, unknown, expired or revoked",
    "403": "The process may not do this",
    "404": "There is no such record",
    "409": "The request contradicts the present state",
    "410": "It was there, and is not any more",
    "412": "The record has been changed since the revision named",
    "413": "The body is too large",
    "414": "The query is too long",
    "415": "The media type is not served",
    "416": "The range lies outside",
    "422": "What stands for a masked value was sent as a value",
    "429": "A quota of the process is used up until its window ends (Retry-After)",
    "500": "The service failed for a reason that nobody foresaw",
    "503": "The database or the ledger cannot be reached; try again",
}
"""What each status of a failure means."""


def responses(answers: dict[str, Any], errors: tuple[str, ...]) -> dict[str, Any]:
    """Return the responses of an operation: its answers, and the errors by status."""
    failures = {status: answer(ERRORS[status], content(ref("Error"))) for status in errors}
    return {**answers, **dict(sorted(failures.items()))}


def body(content: dict[str, Any]) -> dict[str, Any]:
    """Return a request body of media types by name."""
    return {"required": True, "content": content}


def parameter(
    name: str, where: str, schema: Schema, description: str, *, required: bool = False
) -> dict[str, Any]:
    """Return a parameter; `where` is query, path or header."""
    return {
        "name": name,
        "in": where,
        "schema": schema,
        "description": description,
        "required": required,
    }


def answer(description: str, content: dict[str, Any], *headers: str) -> dict[str, Any]:
    """Return a response that carries these headers."""
    response: dict[str, Any] = {"description": description, "content": content}
    if headers:
        response["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    return response


def content(schema: Schema, media: str = "application/json") -> dict[str, Any]:
    """Return content of `schema`, JSON unless told."""
    return {media: {"schema": schema}}


def ref(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def error() -> Schema:
    """Return the schema of the TM Forum's Error."""
    text = {"type": "string"}
    problem = {"type": "object", "properties": {"path": text, "reason": text}}
    return {
        "type": "object",
        "required": ["code", "reason"],
        "properties": {
            "@type": text,
            "code": {**text, "description": "A stable word for programs"},
            "reason": {**text, "description": "What was wrong, and at which attribute"},
            "message": {**text, "description": "What to do"},
            "status": {**text, "description": "The HTTP status"},
            "path": {**text, "description": "The attribute concerned, by dotted path"},
            "problem": {"type": "array", "items": problem},
        },
    }
