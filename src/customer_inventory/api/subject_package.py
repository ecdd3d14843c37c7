"""The package of a subject: everything held of it, as one archive."""

from customer_inventory.access.masking import demand_unmasked
from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route
from customer_inventory.record.subject import request
from customer_inventory.record.subject.package.package import MEDIA_TYPE
from customer_inventory.record.subject.reason import check_case
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known

_EVERY = "*"


async def fetch(call: Call) -> Answer:
    """GET the package of a subject, named by the id of any of its records."""
    reason = known(call.request.query, "reason").get("reason")
    if reason is not None:
        check_case(reason)
    return await _package(call, call.path["id"], reason)


async def fetch_for_request(call: Call) -> Answer:
    """GET the package that answers a request for access or portability."""
    known(call.request.query)
    asked = await request.answerable_by_package(call.rooms.database, call.path["id"])
    return await _package(call, asked.subject_id, asked.id)


async def _package(call: Call, identifier: str, reason: str | None) -> Answer:
    demand_unmasked(call.sight.masks)
    packer = call.rooms.packer
    subject = await packer.subject(identifier)
    name = f"subject-{subject.id}.zip"
    return Answer(
        200,
        headers=(
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-disposition", b'attachment; filename="%b"' % name.encode()),
            (b"cache-control", b"no-store"),
        ),
        ids=tuple(subject.ids),
        told=len(subject.ids),
        reason=reason,
        stream=packer.package(subject, actor=call.actor, reason=reason),
    )


ROUTES = (
    Route(
        "GET",
        "/subject/{id}/package",
        Operation.DOWNLOAD,
        fetch,
        "Everything held of a subject, to read and to carry elsewhere",
        "subject",
        _EVERY,
        parameters=(parameter("reason", "query", {"type": "string"}, "The case it is done for"),),
        answer={"type": "string", "format": "binary"},
        answer_media=MEDIA_TYPE,
    ),
    Route(
        "GET",
        "/subjectRequest/{id}/package",
        Operation.DOWNLOAD,
        fetch_for_request,
        "The package that answers a request for access or portability",
        "subject",
        _EVERY,
        answer={"type": "string", "format": "binary"},
        answer_media=MEDIA_TYPE,
        errors=("409",),
    ),
)
