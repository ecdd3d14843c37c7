"""Export jobs: downloads in the shape of the TM Forum's ExportJob, with manifest and decision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customer_inventory.access.download.asking import Asked
from customer_inventory.access.download.encoding import MEDIA, SUFFIX, Format
from customer_inventory.access.download.job import TMF_STATUS, Download, downloads
from customer_inventory.access.operation import Operation
from customer_inventory.api.route import ROOT, Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse_object
from customer_inventory.web.download import answer_with
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_ENTRY = "exportJob"
_FORMATS: dict[str, Format] = {media: name for name, media in MEDIA.items()}
_ALONE = (
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"cache-control", b"no-store"),
)
"""A file is no page, and nobody keeps it on the way."""
_GIVEN: dict[str, type] = {
    "@type": str, "path": str, "query": str, "contentType": str, "compression": str,
    "spreadsheet": bool, "canaries": int, "pseudonymFor": str, "reason": str,
}  # fmt: skip


async def request(call: Call) -> Answer:
    """POST a job: the list of `path` and `query` as a file."""
    given = _given(parse_object(call.request.body))
    if "path" not in given:
        raise Invalid("is mandatory and missing.", path="path", code="missingAttribute")
    media = given.get("contentType", MEDIA["ndjson"])
    compression = given.get("compression", "none")
    if media not in _FORMATS:
        raise Invalid(f"must be one of {', '.join(_FORMATS)}.", path="contentType")
    if compression not in SUFFIX:
        raise Invalid(f"must be one of {', '.join(SUFFIX)}.", path="compression")
    asked = Asked(
        query=given.get("query", ""),
        format=_FORMATS[media],
        compression=compression,
        for_people=given.get("spreadsheet", False),
        canaries=given.get("canaries", 0),
        pseudonym_domain=given.get("pseudonymFor"),
        reason=given.get("reason"),
    )
    kept = await call.rooms.downloads.request(given["path"], asked, call.session)
    answer = told(_shown(call, kept), status=201)
    return answer._replace(
        headers=((b"location", _href(call, kept).encode()),), reason=asked.reason
    )


async def find(call: Call) -> Answer:
    """GET the jobs of the caller's process and purpose, latest first."""
    limit = number(known(call.request.query, "limit").get("limit", "100"), "limit", 1000)
    found = await downloads(call.rooms.database, actor=call.actor, limit=limit)
    may = call.session.may
    return told([_shown(call, job) for job in found if may(Operation.DOWNLOAD, job.record_type)])


async def retrieve(call: Call) -> Answer:
    """GET one job."""
    return told(_shown(call, await call.rooms.downloads.status(call.path["id"], call.session)))


async def manifest(call: Call) -> Answer:
    """GET the manifest of a file: counts and hashes."""
    return told(await call.rooms.downloads.manifest(call.path["id"], call.session))


async def fetch(call: Call) -> Answer:
    """GET the file, whole or one range of it; with If-Range a range only of the file it names."""
    found = await call.rooms.downloads.status(call.path["id"], call.session)
    answer = await answer_with(call.rooms.downloads, found, call.session, call.request)
    return answer.with_headers(_ALONE)


async def cancel(call: Call) -> Answer:
    """DELETE what a job makes or made: it is cancelled, its file destroyed."""
    await call.rooms.downloads.cancel(call.path["id"], call.session)
    return Answer(204)


async def approve(call: Call) -> Answer:
    """POST the approval of the person behind the token, who owns data of the type."""
    approved = await call.rooms.downloads.approve(call.path["id"], call.session)
    return told(_shown(call, approved))


async def reject(call: Call) -> Answer:
    """POST the refusal of the person behind the token, with a reason."""
    reason = _given(parse_object(call.request.body)).get("reason", "")
    rejected = await call.rooms.downloads.reject(call.path["id"], call.session, reason=reason)
    return told(_shown(call, rejected))


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a body that were given, each of its type; raise Invalid for others."""
    for name, value in members.items():
        if name not in _GIVEN:
            hint = f"Known: {', '.join(_GIVEN)}."
            raise Invalid("is not known here.", path=name[:100], hint=hint)
        # A bool is an int too.
        if type(value) is not _GIVEN[name]:
            raise Invalid(f"must be a {_WORDS[_GIVEN[name]]}.", path=name, code="wrongType")
    return dict(members)


_WORDS = {str: "string", bool: "boolean", int: "whole number"}


def _href(call: Call, found: Download) -> str:
    return f"{call.rooms.public_url}{ROOT}/exportJob/{found.id}"


def _shown(call: Call, found: Download) -> dict[str, Any]:
    """Return a job as the TM Forum's ExportJob, with what is ours beside it."""
    href = _href(call, found)
    shown = {
        "@type": "ExportJob",
        "id": found.id,
        "href": href,
        "path": f"{call.rooms.public_url}{found.path}",
        "query": found.query,
        "contentType": MEDIA[found.format],
        "status": TMF_STATUS[found.state],
        "creationDate": _text(found.requested_at),
        "completionDate": _text(found.finished_at),
        "errorLog": found.state_reason or None,
        "url": f"{href}/file" if found.state == "succeeded" else None,
        "state": found.state,
        "recordType": found.record_type,
        "compression": found.compression,
        "spreadsheet": found.is_for_people,
        "canaries": found.canaries,
        "pseudonymFor": found.pseudonym_domain,
        "reason": found.reason,
        "requestedBy": found.requested_by,
        "needsApproval": found.needs_approval,
        "approvedBy": found.approved_by,
        "expiresAt": _text(found.expires_at),
        "rows": found.row_count,
        "size": {"amount": found.size, "units": "byte"},
        "sha256": found.sha256.hex() if found.sha256 else None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


_TEXT: dict[str, Any] = {"type": "string"}
_FLAG = {"type": "boolean"}
_ASKED = {
    "path": {**_TEXT, "description": "The list, such as /tmf-api/customerManagement/v5/customer"},
    "query": {**_TEXT, "description": "Filters, sort and fields, as the list has them"},
    "contentType": {**_TEXT, "enum": list(_FORMATS)},
    "compression": {**_TEXT, "enum": list(SUFFIX)},
    "spreadsheet": {**_FLAG, "description": "Guard cells that a spreadsheet would run"},
    "canaries": {"type": "integer", "description": "Records to plant, by which a leak is traced"},
    "pseudonymFor": {**_TEXT, "description": "The recipient whose pseudonyms replace ids"},
    "reason": {**_TEXT, "description": "A reference to a case"},
}
_BODY = {"type": "object", "required": ["path"], "properties": {"@type": _TEXT, **_ASKED}}
_JOB = {
    "type": "object",
    "properties": {
        **dict.fromkeys(
            ("@type", "id", "href", "creationDate", "completionDate", "errorLog", "url", "state",
             "recordType", "requestedBy", "approvedBy", "expiresAt", "sha256"),
            _TEXT,
        ),
        **_ASKED,
        "status": {**_TEXT, "enum": ["Not Started", "Running", "Succeeded", "Failed"]},
        "needsApproval": _FLAG,
        "rows": {"type": "integer"},
        "size": {"type": "object"},
    },
}  # fmt: skip
_RANGE = parameter("Range", "header", _TEXT, "Bytes wanted, such as bytes=0-99")
_IF_RANGE = parameter("If-Range", "header", _TEXT, "The ETag of the file that a range is wanted of")
_LIMIT = parameter("limit", "query", {"type": "integer"}, "Most jobs to show")
_ONE = "/exportJob/{id}"


def _route(
    method: str, path: str, operation: Operation, handler: Any, summary: str, **more: Any
) -> Route:
    return Route(method, path, operation, handler, summary, _ENTRY, **more)


ROUTES = (
    _route("POST", "/exportJob", Operation.DOWNLOAD, request, "Ask for a download",
           body=_BODY, answer=_JOB, status=201),
    _route("GET", "/exportJob", Operation.DOWNLOAD, find, "One's own downloads",
           parameters=(_LIMIT,), answer={"type": "array", "items": _JOB}),
    _route("GET", _ONE, Operation.DOWNLOAD, retrieve, "One download", answer=_JOB),
    _route("DELETE", _ONE, Operation.DOWNLOAD, cancel, "Cancel it, destroy its file", status=204),
    _route("GET", f"{_ONE}/file", Operation.DOWNLOAD, fetch, "The file, whole or a range of it",
           parameters=(_RANGE, _IF_RANGE), answer={"type": "string", "format": "binary"},
           answer_media="*/*", is_ranged=True, errors=("409", "410")),
    _route("GET", f"{_ONE}/manifest", Operation.DOWNLOAD, manifest, "Counts and hashes of the file",
           answer={"type": "object"}, errors=("409", "410")),
    _route("POST", f"{_ONE}/approve", Operation.READ, approve, "Approve a large download",
           answer=_JOB),
    _route("POST", f"{_ONE}/reject", Operation.READ, reject, "Refuse a large download",
           body={"type": "object", "required": ["reason"], "properties": {"reason": _TEXT}},
           answer=_JOB),
)  # fmt: skip
