"""The desk of the house over HTTP: tickets about the repository in the form of TMF621 v5.

A client of that API that is given `/inventory/v1/desk` as its base works on them. Listeners of a
desk outside are here too: what they say wakes us, and we ask the desk itself what is so.
"""

from contextlib import suppress
from typing import Any

from customer_inventory.access.operation import SHORTCOMING, Operation
from customer_inventory.api.given import given, text, text_or_none
from customer_inventory.api.route import ROOT, Call, Route, told
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.document import parse_object
from customer_inventory.shortcomings.handover import desk, ticket
from customer_inventory.shortcomings.handover.document import as_document
from customer_inventory.shortcomings.handover.specification import specification
from customer_inventory.shortcomings.handover.ticket import (
    STATUSES,
    Chosen,
    Kind,
    NoSuchTicket,
    Status,
)
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_PLACES: dict[Kind, str] = {"ticket": "troubleTicket", "problem": "serviceProblem"}
_DEFAULT = 100
_NO_CONTENT = 204


async def find(call: Call) -> Answer:
    """GET tickets, the one raised last first."""
    return await _found(call, "ticket")


async def find_problems(call: Call) -> Answer:
    """GET problems of the service, the one found last first."""
    return await _found(call, "problem")


async def retrieve(call: Call) -> Answer:
    """GET a ticket, with its dossier."""
    return told(await _one(call, "ticket"))


async def retrieve_problem(call: Call) -> Answer:
    """GET a problem of the service."""
    return told(await _one(call, "problem"))


async def change(call: Call) -> Answer:
    """PATCH the status of a ticket; what is resolved is measured again before this answers.

    What cannot be measured just now stays resolved, and is measured later.
    """
    asked = given(call, "status", "statusChangeReason", "@type")
    status = _status(text(asked, "status"))
    reason = text_or_none(asked, "statusChangeReason")
    name = await desk.bring(
        call.rooms.database, call.path["id"], status, reason=reason, actor=call.actor
    )
    if status == "resolved":
        with suppress(Conflict):
            await call.rooms.measuring.verify(name, reason=reason or "", actor=call.actor)
    return await retrieve(call)


async def specifications(_: Call) -> Answer:
    """GET the ticket specifications: there is one."""
    return told([_placed_specification("")])


async def retrieve_specification(call: Call) -> Answer:
    """GET a ticket specification: what tickets say, name by name, with units."""
    return told(_placed_specification(call.path["id"]))


async def listen(call: Call) -> Answer:
    """POST an event about a ticket at a desk outside: what became of it is looked up there.

    What is none of ours is taken and left: 204 as well, for who tells everybody everything.
    """
    event = parse_object(call.request.body).get("event")
    about = event.get("troubleTicket") if isinstance(event, dict) else None
    called = about.get("id") if isinstance(about, dict) else None
    if not isinstance(called, str):
        raise Invalid("is mandatory and missing.", path="event.troubleTicket.id",
                      code="missingAttribute")  # fmt: skip
    await call.rooms.measuring.wake(called, actor=call.actor)
    return Answer(_NO_CONTENT)


async def _found(call: Call, kind: Kind) -> Answer:
    asked = known(call.request.query, "status", "externalIdentifier.id", "before", "limit")
    most = call.rooms.max_page
    limit = number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)
    words = asked.get("status")
    statuses = None if words is None else [_status(word) for word in words.split(",")]
    chosen = Chosen(asked.get("externalIdentifier.id"), statuses, kind)
    database = call.rooms.database
    rows = await ticket.listed(database, chosen, before=asked.get("before"), limit=limit)
    steps = await ticket.steps_of(database, rows)
    return told([_placed(call, row, steps[row["id"]]) for row in rows])


async def _one(call: Call, kind: Kind) -> dict[str, Any]:
    row, steps = await ticket.one(call.rooms.database, call.path["id"])
    if row["kind"] != kind:
        raise NoSuchTicket
    return _placed(call, row, steps)


def _placed(call: Call, row: Row, steps: Any) -> dict[str, Any]:
    href = f"{call.rooms.public_url}{ROOT}/desk/{_PLACES[row['kind']]}/{row['id']}"
    return {**as_document(row, steps), "href": href}


def _placed_specification(identifier: str) -> dict[str, Any]:
    return specification(identifier) if identifier else specification()


def _status(word: str) -> Status:
    for status in STATUSES:
        if status == word:
            return status
    raise Invalid(f"must be one of {', '.join(STATUSES)}.", path="status")


_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_THINGS = {"type": "array", "items": {"type": "object"}}
_STATUS = {**_TEXT, "enum": list(STATUSES)}
_BOTH = {
    **dict.fromkeys(("id", "href", "@type", "name", "description", "statusChangeReason"), _TEXT),
    **dict.fromkeys(("creationDate", "lastUpdate", "statusChangeDate", "resolutionDate"), _TIME),
    **dict.fromkeys(("externalIdentifier", "relatedEntity", "note"), _THINGS),
    "status": _STATUS,
}
_TICKET = {
    "type": "object",
    "properties": {
        **_BOTH,
        **dict.fromkeys(("severity", "priority", "ticketType"), _TEXT),
        **dict.fromkeys(("attachment", "statusChangeHistory", "troubleTicketCharacteristic",
                         "troubleTicketRelationship"), _THINGS),
        "troubleTicketSpecification": {"type": "object"},
    },
}  # fmt: skip
_PROBLEM = {
    "type": "object",
    "properties": {
        **_BOTH,
        **dict.fromkeys(("category", "reason", "originatingSystem"), _TEXT),
        "priority": {"type": "integer"},
        "originatorParty": {"type": "object"},
        "affectedService": _THINGS,
    },
}
_SPECIFICATION = {
    "type": "object",
    "properties": {
        **dict.fromkeys(
            ("id", "@type", "name", "description", "version", "lifecycleStatus"), _TEXT
        ),
        "specCharacteristic": _THINGS,
    },
}
_EVENT = {
    "type": "object",
    "required": ["event"],
    "properties": {"eventId": _TEXT, "eventType": _TEXT, "event": {"type": "object"}},
}
_QUERY = (
    parameter("status", "query", _TEXT, "In these statuses, with commas between"),
    parameter("externalIdentifier.id", "query", _TEXT, "Of this shortcoming"),
    parameter("before", "query", _TEXT, "Raised before this one"),
    parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
)
_EVENTS = (
    "troubleTicketStatusChangeEvent", "troubleTicketResolvedEvent",
    "troubleTicketAttributeValueChangeEvent",
)  # fmt: skip

ROUTES = (
    Route("GET", "/desk/troubleTicket", Operation.READ, find, "Tickets about the repository",
          "repositoryTicket", SHORTCOMING, parameters=_QUERY,
          answer={"type": "array", "items": _TICKET}),
    Route("GET", "/desk/troubleTicket/{id}", Operation.READ, retrieve,
          "A ticket about the repository", "repositoryTicket", SHORTCOMING, answer=_TICKET),
    Route("PATCH", "/desk/troubleTicket/{id}", Operation.MODIFY, change,
          "Take a ticket, hold, reject or resolve it", "repositoryTicket", SHORTCOMING,
          answer=_TICKET, errors=("409",),
          body={"type": "object", "required": ["status"],
                "properties": {"status": _STATUS, "statusChangeReason": _TEXT, "@type": _TEXT}}),
    Route("GET", "/desk/troubleTicketSpecification", Operation.READ, specifications,
          "What tickets about the repository say", "repositoryTicket", SHORTCOMING,
          answer={"type": "array", "items": _SPECIFICATION}),
    Route("GET", "/desk/troubleTicketSpecification/{id}", Operation.READ, retrieve_specification,
          "A ticket specification", "repositoryTicket", SHORTCOMING, answer=_SPECIFICATION),
    Route("GET", "/desk/serviceProblem", Operation.READ, find_problems,
          "Problems of the service that were handed over", "repositoryProblem", SHORTCOMING,
          parameters=_QUERY, answer={"type": "array", "items": _PROBLEM}),
    Route("GET", "/desk/serviceProblem/{id}", Operation.READ, retrieve_problem,
          "A problem of the service", "repositoryProblem", SHORTCOMING, answer=_PROBLEM),
    *(
        Route("POST", f"/desk/listener/{each}", Operation.MODIFY, listen,
              "Hear of a ticket at a desk outside", "repositoryTicket", SHORTCOMING, body=_EVENT,
              status=204)
        for each in _EVENTS
    ),
)  # fmt: skip
