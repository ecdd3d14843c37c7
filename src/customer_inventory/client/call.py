"""Calls as values, and what their answers mean: what both clients share; nothing is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from customer_inventory.client.error import failure
from customer_inventory.client.place import CUSTOMER_360, place_of
from customer_inventory.client.record import Document, Hit, Record, Version

Query = Mapping[str, str | int]
_MERGE = "application/merge-patch+json"
_REFUSED = 400
TOKEN, SEARCH, CHECK = "/oauth2/token", "/inventory/v1/search", "/inventory/v1/check"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `query` are its parameters, or the query string as a link has it."""

    method: str
    path: str
    query: Query | str = ""
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sent(self) -> dict[str, Any]:
        """What httpx is told besides method and path."""
        told: dict[str, Any] = {"headers": dict(self.headers)}
        if self.query:
            told["params"] = self.query if isinstance(self.query, str) else dict(self.query)
        if self.body is not None:
            told["json"] = self.body
        return told


def item(kind: str, identifier: str) -> str:
    """Return the path of a record."""
    return f"{place_of(kind)}/{quote(identifier, safe='')}"


def moments(as_of: str | None, known_at: str | None) -> dict[str, str]:
    """Return what asks for a moment, on both axes of time (ISO 8601)."""
    asked = {"asOf": as_of, "knownAt": known_at}
    return {name: value for name, value in asked.items() if value is not None}


def get(
    kind: str, identifier: str, fields: Iterable[str], as_of: str | None, known_at: str | None
) -> Call:
    """Read a record."""
    chosen = ",".join(fields)
    query = {**({"fields": chosen} if chosen else {}), **moments(as_of, known_at)}
    return Call("GET", item(kind, identifier), query)


def page(kind: str, where: Mapping[str, Any], fields: Iterable[str], sort: str, size: int) -> Call:
    """Read the first page of a list; the following ones are where it leads."""
    query = {name: str(value) for name, value in where.items()}
    chosen = ",".join(fields)
    query |= {"fields": chosen} if chosen else {}
    query |= {"sort": sort} if sort else {}
    return Call("GET", place_of(kind), {**query, "limit": size, "after": ""})


def following(call: Call, answer: httpx.Response) -> Call | None:
    """Return the call of the page after this one, None after the last."""
    there = answer.links.get("next", {}).get("url")
    # Where it leads is in its query: the address is that of the service as others reach it.
    return Call("GET", call.path, urlsplit(there).query) if there else None


def create(kind: str, document: Document) -> Call:
    """Make a record."""
    return Call("POST", place_of(kind), body=document)


def change(record: Record, patch: Document, *, is_forced: bool) -> Call:
    """Change a record by a merge patch (RFC 7396), if it is still at its revision."""
    headers = {"Content-Type": _MERGE, **_condition(record, is_forced=is_forced)}
    return Call("PATCH", item(record.type, record.id), body=patch, headers=headers)


def delete(record: Record, *, is_forced: bool) -> Call:
    """Remove a record, if it is still at its revision."""
    return Call(
        "DELETE", item(record.type, record.id), headers=_condition(record, is_forced=is_forced)
    )


def _condition(record: Record, *, is_forced: bool) -> dict[str, str]:
    if is_forced:
        return {}
    if not record.etag:
        raise ValueError("The revision is not known: read the record alone, or say is_forced=True.")
    return {"If-Match": record.etag}


def customer360(identifier: str, limit: int, as_of: str | None, known_at: str | None) -> Call:
    """Read a customer with all that hangs on it."""
    path = f"{CUSTOMER_360}/{quote(identifier, safe='')}"
    return Call("GET", path, {"limit": limit, **moments(as_of, known_at)})


def history(kind: str, identifier: str, limit: int) -> Call:
    """Read the versions of a record, newest first."""
    return Call("GET", f"{item(kind, identifier)}/history", {"limit": limit})


def search(text: str, as_of: str | None, size: int, after: str = "") -> Call:
    """Read a page of hits."""
    more = {"after": after} if after else {}
    return Call("GET", SEARCH, {"q": text, "limit": size, **moments(as_of, None), **more})


def check(kind: str, document: Document) -> Call:
    """Ask which records are likely of the subject of a document."""
    return Call("POST", CHECK, body={"type": kind, "document": document})


def answered(answer: httpx.Response) -> httpx.Response:
    """Return an answer that did what was asked; raise the failure that another tells of."""
    if answer.status_code >= _REFUSED:
        raise failure(answer)
    return answer


def record(kind: str, answer: httpx.Response) -> Record:
    """Return the record that an answer has."""
    return Record(kind, answer.json(), answer.headers.get("etag", ""))


def records(kind: str, answer: httpx.Response) -> list[Record]:
    """Return the records of a page."""
    return [Record(kind, document) for document in answer.json()]


def hits(answer: httpx.Response) -> tuple[list[Hit], str]:
    """Return the hits of a page, and after what the next one begins; empty after the last."""
    told = answer.json()
    return [Hit.of(each) for each in told["hit"]], told.get("after", "")


def versions(answer: httpx.Response) -> list[Version]:
    """Return the versions that an answer has."""
    return [Version.of(each) for each in answer.json()]
