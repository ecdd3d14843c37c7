"""Alerts of audits over HTTP, and the hub where who wants to be told of them registers.

They tell of no record, and are permitted under the name `audit`.
"""

from typing import Any

from customer_inventory.access.operation import AUDIT, Operation
from customer_inventory.api.given import given, text
from customer_inventory.api.route import ROOT, Call, Route, told
from customer_inventory.audit import alerting
from customer_inventory.audit.alerting import STATES, AlertState
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import encode
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.event.announcing import BULLETINS, QUALITY_ALERT
from customer_inventory.record.event.callback import check_callback
from customer_inventory.record.event.subscription import NoSuchSubscription, Subscription
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_API, _VERSION = "inventory", 5


async def find(call: Call) -> Answer:
    """GET alerts, those raised last first."""
    asked, most = known(call.request.query, "state", "limit"), call.rooms.max_page
    limit = number(asked.get("limit", str(min(20, most))), "limit", most, least=1)
    state = _state(asked["state"]) if "state" in asked else None
    rows = await alerting.alerts(call.rooms.database, state=state, limit=limit)
    return told([_alert(call, row) for row in rows])


async def retrieve(call: Call) -> Answer:
    """GET one alert."""
    return told(_alert(call, await alerting.one(call.rooms.database, call.path["id"])))


async def register(call: Call) -> Answer:
    """POST a listener: 201 with its subscription, which is told of alerts from now on.

    Raises CallbackRefused for an address that may not be told, Conflict for a listener that is
    registered already.
    """
    callback = text(given(call, "callback"), "callback")
    await check_callback(callback, call.rooms.allowed)
    database, location = call.rooms.database, f"{call.rooms.public_url}{ROOT}"
    await subscriptions.demand_new(
        database, process=call.actor.process, api=_API, version=_VERSION, callback=callback
    )
    made = await subscriptions.subscribe(
        database,
        actor=call.actor,
        api=_API,
        version=_VERSION,
        location=location,
        record_types=tuple(BULLETINS),
        callback=callback,
        query=None,
        conditions=(),
        at=now(),
    )
    header = (b"location", f"{location}/hub/{made.id}".encode())
    return Answer(201, encode(_hub(made)), (header,))


async def find_listeners(call: Call) -> Answer:
    """GET the listeners of the caller's process."""
    own = await subscriptions.of_process(call.rooms.database, call.actor.process)
    return told([_hub(one) for one in own if one.api == _API])


async def retrieve_listener(call: Call) -> Answer:
    """GET a listener of the caller's process."""
    return told(_hub(await _own(call)))


async def end(call: Call) -> Answer:
    """DELETE a listener of the caller's process: it is told nothing more."""
    one = await _own(call)
    await subscriptions.unsubscribe(call.rooms.database, one.id, actor=call.actor)
    return Answer(204)


async def _own(call: Call) -> Subscription:
    found = await subscriptions.get(call.rooms.database, call.path["id"])
    if found.actor.process != call.actor.process or found.api != _API:
        raise NoSuchSubscription
    return found


def _hub(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.id,
        "href": f"{one.location}/hub/{one.id}",
        "@type": "Hub",
        "callback": one.callback,
    }


def _alert(call: Call, row: Row) -> dict[str, Any]:
    href = f"{call.rooms.public_url}{ROOT}/{QUALITY_ALERT.name}/{row['id']}"
    return {"id": row["id"], "href": href, "@type": QUALITY_ALERT.entity, **alerting.told(row)}


def _state(word: str) -> AlertState:
    for state in STATES:
        if state == word:
            return state
    raise Invalid(f"must be one of {', '.join(STATES)}.", path="state")


_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}
_SHARE = {"type": "number"}
_TIME = {"type": "string", "format": "date-time"}
_ALERT = {
    "type": "object",
    "properties": {
        **dict.fromkeys(
            ("id", "href", "@type", "rule", "name", "type", "requirement", "dimension", "aspect"),
            _TEXT,
        ),
        "state": {**_TEXT, "enum": list(STATES)},
        **dict.fromkeys(("threshold", "score"), _SHARE),
        **dict.fromkeys(("failed", "population"), _COUNT),
        **dict.fromkeys(("raisedAt", "lastSeenAt", "clearedAt"), _TIME),
        "whyCleared": {**_TEXT, "enum": ["met", "notAsked"]},
    },
}
_HUB = {
    "type": "object",
    "properties": dict.fromkeys(("id", "href", "@type", "callback"), _TEXT),
}
_CALLBACK = {
    "type": "object",
    "required": ["callback"],
    "properties": {"callback": {**_TEXT, "format": "uri"}},
}

ROUTES = (
    Route(
        "GET", "/qualityAlert", Operation.READ, find, "Thresholds that are not met, or were not",
        QUALITY_ALERT.name, AUDIT,
        parameters=(
            parameter("state", "query", {**_TEXT, "enum": list(STATES)}, "In this state alone"),
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
        ),
        answer={"type": "array", "items": _ALERT},
    ),
    Route(
        "GET", "/qualityAlert/{id}", Operation.READ, retrieve, "One alert", QUALITY_ALERT.name,
        AUDIT, answer=_ALERT,
    ),
    Route(
        "POST", "/hub", Operation.READ, register, "Be told of alerts", "hub", AUDIT, status=201,
        body=_CALLBACK, answer=_HUB,
    ),
    Route(
        "GET", "/hub", Operation.READ, find_listeners, "Who of yours is told of alerts", "hub",
        AUDIT, answer={"type": "array", "items": _HUB},
    ),
    Route(
        "GET", "/hub/{id}", Operation.READ, retrieve_listener, "One who is told of alerts", "hub",
        AUDIT, answer=_HUB,
    ),
    Route(
        "DELETE", "/hub/{id}", Operation.READ, end, "Be told of alerts no more", "hub", AUDIT,
        status=204,
    ),
)  # fmt: skip
