"""GET …/{id}/history: the versions of a record, newest first, a page at a time. Read only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.read import Page, Query
from customer_inventory.record.time.difference import differences
from customer_inventory.record.version import PastVersion, Version
from customer_inventory.tmf.paging import links
from customer_inventory.tmf.query import DEFAULT_LIMIT, LARGEST_OFFSET
from customer_inventory.tmf.resource import Call, Handler, shown
from customer_inventory.web.exchange import Answer
from customer_inventory.web.parameters import known, number

NAME = "history"
"""What the path ends with."""

VIEWS = ("document", "change", "none")
"""What is told of a version besides who recorded it: the document, what it changed, nothing."""


async def retrieve(call: Call) -> Answer:
    """GET versions of a record: when, by whom, for what purpose, and what it was then."""
    asked = known(call.request.query, "limit", "offset", "view")
    limit = number(asked.get("limit", str(DEFAULT_LIMIT)), "limit", call.most, least=1)
    offset = number(asked.get("offset", "0"), "offset", LARGEST_OFFSET)
    view = _view(asked.get("view", VIEWS[0]))
    # One more than is told: what the oldest of the page changed shows beside the one before it.
    inventory = call.inventory
    found = await inventory.versions(
        call.declared, call.id, limit=limit + 1, offset=offset, sight=call.sight
    )
    total = await inventory.number_of_versions(call.declared, call.id, sight=call.sight)
    told = found[:limit]
    before = [*found[1:], None][: len(told)]
    body = b"[%b]" % b",".join(
        _entry(call, version, earlier, view) for version, earlier in zip(told, before, strict=True)
    )
    location = b"%b/%b/%b" % (call.location, call.id.encode(), NAME.encode())
    part = Query(limit=limit, offset=offset)
    pages = links(location, call.request.query, Page((), total), part)
    headers = (
        (b"x-total-count", b"%d" % total),
        (b"x-result-count", b"%d" % len(told)),
        (b"link", pages),
    )
    is_part = "limit" in asked and len(told) < total
    status = 206 if is_part and told else 200
    groups = () if view == "none" else call.sight.groups(call.declared.name)
    return Answer(status, body, headers, (call.id,), len(told), groups=groups)


ITEM: dict[str, tuple[Operation, Handler]] = {
    "GET": (Operation.READ, retrieve),
    "HEAD": (Operation.READ, retrieve),
}
"""What the history of a record serves: by method, the permission and the handler."""


def _view(text: str) -> str:
    if text not in VIEWS:
        raise Invalid("is not served.", path="view", hint=f"Known: {', '.join(VIEWS)}.")
    return text


def _entry(call: Call, version: PastVersion, earlier: PastVersion | None, view: str) -> bytes:
    """Return one version as JSON; the document goes in as the bytes it is shown as."""
    facts: dict[str, Any] = {
        "@type": "RecordVersion",
        "revision": version.revision,
        "operation": version.operation,
        "recordedFrom": _instant(version.recorded_from),
        "recordedTo": _instant(version.recorded_to),
        "process": version.process,
        "purpose": version.purpose,
        "person": version.person,
        "mergedInto": version.merged_into,
    }
    if view == "change":
        facts["change"] = _changes(call, earlier, version)
    body = encode({name: value for name, value in facts.items() if value is not None})
    if view != "document" or version.body is None:
        return body
    document = shown(call, Version(call.id, version.revision, version.body), None)
    return b'%b,"document":%b}' % (body[:-1], document)


def _changes(
    call: Call, earlier: PastVersion | None, version: PastVersion
) -> Sequence[dict[str, Any]]:
    before, after = (
        call.shape.seen(parse_object(side.body)) if side is not None and side.body else {}
        for side in (earlier, version)
    )
    return [
        {
            "path": path,
            **({} if old is None else {"before": old}),
            **({} if new is None else {"after": new}),
        }
        for path, old, new in differences(before, after)
    ]


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
