"""Checks, before anything is measured, that a service answers each operation rightly."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from bench.dialects import Call, Unasked
from bench.kinds import FILTER, LIST
from bench.tables import Document
from bench.targets import Http
from customer_inventory.kit.errors import Unavailable

_CHANGED = "here"


async def answers(target: Http, document: Document) -> None:
    """Walk through all operations once, against one record that is removed again.

    Raises Unavailable for a wrong status or a wrong document.
    """
    await asyncio.to_thread(_Walk(target).through, document)


class _Walk:
    def __init__(self, target: Http) -> None:
        self._target = target
        self._speech = target.dialect

    def through(self, document: Document) -> None:
        known_id = self._target.values.known_id
        found = self._asked(lambda: self._speech.get(known_id))
        self._expect("GET by id", [record["id"] for record in found] == [known_id])
        listed = self._asked(lambda: self._speech.find(LIST.size, None))
        self._expect("a list holds 20", len(listed) == LIST.size)
        filtered = self._asked(lambda: self._speech.find(FILTER.size, FILTER.status))
        self._expect("a filter holds", len(filtered) == FILTER.size)
        self._expect(
            "all fulfil it", all(_body(r).get("status") == FILTER.status for r in filtered)
        )
        self._searched()
        made = self._asked(lambda: self._speech.create(document), HTTPStatus.CREATED)[0]
        self._expect(
            "POST keeps the document", document.items() <= _plain(_body(made), document).items()
        )
        self._patched(made["id"])
        gone = self._speech.delete(made["id"])
        self._call(gone, HTTPStatus.NO_CONTENT, HTTPStatus.OK)
        again = (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.OK)
        self._expect("DELETE is seen", not self._records(self._speech.get(made["id"]), *again))

    def _searched(self) -> None:
        values = self._target.values
        try:
            answer = self._call(self._speech.search(values.names[0]), HTTPStatus.OK)
        except Unasked:
            return
        self._expect(
            "a search finds the name", values.names[0] in json.dumps(answer, ensure_ascii=False)
        )
        try:
            whole = self._call(self._speech.around(values.customers[0]), HTTPStatus.OK)
        except Unasked:
            return
        self._expect("360 holds the customer", whole["customer"]["id"] == values.customers[0])
        self._expect("360 knows its parts", sum(whole["known"].values()) > 0)
        self._target.told["360"] = whole["known"]

    def _patched(self, identifier: str) -> None:
        patch = self._speech.patch(identifier, _CHANGED)
        self._call(patch, HTTPStatus.OK, media=self._speech.patch_media)
        seen = self._call(self._speech.get(identifier), HTTPStatus.OK)
        if self._speech.versions or "location" in json.dumps(seen):
            self._expect("PATCH is seen", f'"{_CHANGED}"' in json.dumps(seen))

    def _asked(self, asked: Callable[[], Call], *expected: HTTPStatus) -> list[Any]:
        return self._records(asked(), HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, *expected)

    def _records(self, call: Call, *expected: HTTPStatus) -> list[Any]:
        answer = self._call(call, *expected)
        if not answer or (isinstance(answer, dict) and _is_failure(answer)):
            return []
        return self._speech.records(answer)

    def _call(self, call: Call, *expected: HTTPStatus, media: str | None = None) -> Any:
        service = self._target.service
        headers = {"Content-Type": media or self._speech.media}
        if service.token:
            headers["Authorization"] = f"Bearer {service.token}"
        request = urllib.request.Request(
            f"{service.base}{call.path.replace('[', '%5B').replace(']', '%5D')}",
            method=call.method,
            headers=headers,
            data=call.body.encode() or None,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                status, text = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        if status not in expected:
            said = text[:500].decode("utf-8", "replace")
            raise Unavailable(
                f"{call.method} {service.base}{call.path} was answered {status}: {said}"
            )
        return json.loads(text) if text else None

    def _expect(self, what: str, is_so: bool) -> None:
        if not is_so:
            raise Unavailable(f"The {self._target.name} did not pass: {what}.")


def _is_failure(answer: dict[str, Any]) -> bool:
    """Tell whether an answer says that something is not there, in any of the ways there are."""
    return "errors" in answer or answer.get("status") in ("404", 404) or set(answer) == {"detail"}


def _body(record: Any) -> Document:
    """Return the document of a record, which some show in a column of its own."""
    body: Document = record.get("body", record)
    return body


def _plain(made: Document, document: Document) -> Document:
    """Return the attributes of `made` that `document` has, dates without their zone's spelling."""
    text = json.dumps({name: made.get(name) for name in document}).replace("+00:00", "Z")
    plain: Document = json.loads(text)
    return plain
