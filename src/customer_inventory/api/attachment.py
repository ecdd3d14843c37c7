"""Attachments: files of records, sent, listed, fetched whole or in ranges, and removed."""

from typing import Any
from urllib.parse import quote

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import ROOT, Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.attachment.attachment import Attachment
from customer_inventory.record.types import named
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known
from customer_inventory.web.ranges import span_of


async def keep(call: Call) -> Answer:
    """POST a file of a record: the body is the file, Content-Type what it is."""
    asked = known(call.request.query, "recordType", "recordId", "name")
    missing = [name for name in ("recordType", "recordId", "name") if not asked.get(name)]
    if missing:
        raise Invalid("is missing.", path=missing[0], hint="Name record and file in the query.")
    declared = named(asked["recordType"])
    call.session.demand(Operation.UPDATE, declared.name)
    media_type = call.request.header(b"content-type").partition(";")[0].strip().lower()
    kept = await call.rooms.attachments.keep(
        declared,
        asked["recordId"],
        call.request.body,
        name=asked["name"],
        media_type=media_type,
        actor=call.actor,
        sight=call.sight,
    )
    answer = told(_shown(call, kept), ids=(kept.record_id,), status=201)
    return answer._replace(headers=((b"location", _href(call, kept).encode()),))


async def find(call: Call) -> Answer:
    """GET the files of a record."""
    record_id = known(call.request.query, "recordId").get("recordId", "")
    if not record_id:
        raise Invalid("is missing.", path="recordId", hint="Name the record in the query.")
    seen = [
        each
        for each in await call.rooms.attachments.of_record(record_id, sight=call.sight)
        if call.session.may(Operation.READ, each.record_type)
    ]
    ids = (record_id,) if seen else ()
    return told([_shown(call, each) for each in seen], ids=ids)


async def fetch(call: Call) -> Answer:
    """GET the content of a file, whole or one range of it (RFC 9110 section 14)."""
    kept = await _permitted(call, Operation.READ)
    headers = [
        (b"content-type", kept.media_type.encode()),
        (b"content-disposition", b"attachment; filename*=UTF-8''" + quote(kept.name).encode()),
        (b"content-security-policy", b"sandbox; default-src 'none'"),
        (b"cache-control", b"no-store"),
        (b"accept-ranges", b"bytes"),
        (b"etag", f'"{kept.sha256}"'.encode()),
    ]
    span = span_of(call.request.header(b"range"), kept.size)
    if span is None:
        start, stop, status = 0, kept.size, 200
    else:
        (start, stop), status = span, 206
        headers.append((b"content-range", b"bytes %d-%d/%d" % (start, stop - 1, kept.size)))
    content = call.rooms.attachments.content(kept.id, start, stop)
    body = b"".join([part async for part in content])
    return Answer(status, body, tuple(headers), ids=(kept.record_id,), told=1)


async def remove(call: Call) -> Answer:
    """DELETE a file, for good."""
    kept = await _permitted(call, Operation.UPDATE)
    await call.rooms.attachments.remove(kept.id)
    return Answer(204, ids=(kept.record_id,), told=1)


async def _permitted(call: Call, operation: Operation) -> Attachment:
    """Return the file asked for if the caller may do that to records of its type."""
    kept = await call.rooms.attachments.get(call.path["id"], sight=call.sight)
    call.session.demand(operation, kept.record_type)
    return kept


def _href(call: Call, kept: Attachment) -> str:
    return f"{call.rooms.public_url}{ROOT}/attachment/{kept.id}"


def _shown(call: Call, kept: Attachment) -> dict[str, Any]:
    """Return a file as a reference that fits into a record's document (AttachmentRef)."""
    return {
        "@type": "AttachmentRef",
        "@referredType": "Attachment",
        "id": kept.id,
        "href": _href(call, kept),
        "name": kept.name,
        "mimeType": kept.media_type,
        "size": {"amount": kept.size, "units": "byte"},
        "sha256": kept.sha256,
        "recordType": kept.record_type,
        "recordId": kept.record_id,
        "recordedAt": kept.recorded_at.isoformat(),
    }


_TEXT = {"type": "string"}
_ATTACHMENT = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("@type", "@referredType", "id", "href", "name", "mimeType"), _TEXT),
        **dict.fromkeys(("sha256", "recordType", "recordId", "recordedAt"), _TEXT),
        "size": {
            "type": "object",
            "properties": {"amount": {"type": "integer"}, "units": _TEXT},
        },
    },
}
_ENTRY = "attachment"


def _wanted(name: str, description: str) -> dict[str, Any]:
    return parameter(name, "query", _TEXT, description, required=True)


ROUTES = (
    Route(
        "POST",
        "/attachment",
        Operation.UPDATE,
        keep,
        "Keep a file of a record",
        _ENTRY,
        parameters=(
            _wanted("recordType", "The type of the record"),
            _wanted("recordId", "The record it belongs to"),
            _wanted("name", "The name of the file"),
        ),
        body={"type": "string", "format": "binary"},
        body_media="application/octet-stream",
        is_large=True,
        answer=_ATTACHMENT,
        status=201,
    ),
    Route(
        "GET",
        "/attachment",
        Operation.READ,
        find,
        "The files of a record",
        _ENTRY,
        parameters=(_wanted("recordId", "The record"),),
        answer={"type": "array", "items": _ATTACHMENT},
    ),
    Route(
        "GET",
        "/attachment/{id}",
        Operation.READ,
        fetch,
        "The content of a file",
        _ENTRY,
        parameters=(parameter("Range", "header", _TEXT, "Bytes wanted, such as bytes=0-99"),),
        answer={"type": "string", "format": "binary"},
        answer_media="*/*",
        is_ranged=True,
    ),
    Route(
        "DELETE",
        "/attachment/{id}",
        Operation.UPDATE,
        remove,
        "Remove a file for good",
        _ENTRY,
        status=204,
    ),
)
