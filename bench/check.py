"""Checks, before anything is measured, that a service answers each operation rightly."""

import asyncio
import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any

from bench.kinds import FILTER, LIST, PATH
from bench.server import Service
from bench.tables import Document
from customer_inventory.kit.errors import Unavailable

_MERGE = "application/merge-patch+json"


async def answers(service: Service, known_id: str, document: Document) -> None:
    """Walk through all operations once, against one record that is removed again.

    Raises Unavailable for a wrong status or a wrong document.
    """
    await asyncio.to_thread(_walk, service, known_id, document)


def _walk(service: Service, known_id: str, document: Document) -> None:
    _expect("GET by id", _call(service, "GET", f"/{known_id}", HTTPStatus.OK).get("id") == known_id)
    _expect(
        "a list holds 20",
        len(_call(service, "GET", LIST.query, HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT)) == 20,
    )
    filtered = _call(service, "GET", FILTER.query, HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT)
    _expect("a filter holds", len(filtered) == 20 and _all_validated(filtered))
    made = _call(service, "POST", "", HTTPStatus.CREATED, body=document)
    where = f"/{made['id']}"
    _expect("POST keeps the document", document.items() <= _plain(made, document).items())
    _call(service, "PATCH", where, HTTPStatus.OK, body={"location": "here"})
    _expect("PATCH is seen", _call(service, "GET", where, HTTPStatus.OK).get("location") == "here")
    _call(service, "DELETE", where, HTTPStatus.NO_CONTENT)
    _call(service, "GET", where, HTTPStatus.NOT_FOUND)


def _all_validated(documents: list[Document]) -> bool:
    return all(document.get("status") == "validated" for document in documents)


def _plain(made: Document, document: Document) -> Document:
    """Return the attributes of `made` that `document` has, dates without their zone's spelling."""
    text = json.dumps({name: made.get(name) for name in document}).replace("+00:00", "Z")
    plain: Document = json.loads(text)
    return plain


def _call(
    service: Service, method: str, where: str, *expected: HTTPStatus, body: Any = None
) -> Any:
    headers = {"Content-Type": _MERGE if method == "PATCH" else "application/json"}
    if service.token:
        headers["Authorization"] = f"Bearer {service.token}"
    request = urllib.request.Request(
        f"{service.base}{PATH}{where}",
        method=method,
        headers=headers,
        data=None if body is None else json.dumps(body).encode(),
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            status, text = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    if status not in expected:
        said = text[:500].decode("utf-8", "replace")
        raise Unavailable(f"{method} {service.base}{PATH}{where} was answered {status}: {said}")
    return json.loads(text) if text else None


def _expect(what: str, is_so: bool) -> None:
    if not is_so:
        raise Unavailable(f"The service did not pass: {what}.")
