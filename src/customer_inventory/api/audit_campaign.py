"""Audit campaigns over HTTP: declared, sampled, read, decided, closed, certified.

They are permitted under the name `auditCampaign`, which `*` does not cover: read them, create and
modify (run) them, update (audit in) them. What is drawn, shown or corrected of records needs the
permission on their type besides, and is what the caller's sight shows. People act here: a token has
to name one.
"""

from collections.abc import Awaitable, Callable
from typing import Any, get_args

from customer_inventory.access.operation import AUDIT_CAMPAIGN, Operation
from customer_inventory.api.audit_campaign_schema import (
    BODY,
    CAMPAIGN,
    CERTIFICATE,
    ITEM,
    PLAN,
    READING,
    STEP,
    TASK,
)
from customer_inventory.api.given import decided, given, text, texts
from customer_inventory.api.route import Call, Route
from customer_inventory.api.route import told as answered
from customer_inventory.audit.campaign import told
from customer_inventory.audit.campaign.campaign import Campaign
from customer_inventory.audit.campaign.campaigns import By, Campaigns
from customer_inventory.audit.campaign.certificate import MEDIA, Form, written
from customer_inventory.kit.errors import Invalid
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_MOST, _USUAL = 1000, 100
_LARGEST_ITEM = 10**6
_NONE_LEFT = 204
ENTRY = "auditCampaign"


async def find(call: Call) -> Answer:
    """GET the campaigns, latest first."""
    asked = known(call.request.query, "limit")
    limit = number(asked.get("limit", str(_USUAL)), "limit", _MOST, least=1)
    return answered([told.campaign(each) for each in await _rooms(call).list(limit=limit)])


async def retrieve(call: Call) -> Answer:
    """GET a campaign, with how many of its items are in which state."""
    found = await _rooms(call).get(call.path["id"])
    progress = await _rooms(call).progress(found.id)
    return answered({**told.campaign(found), "progress": progress})


async def new(call: Call) -> Answer:
    """POST a campaign: it is planned."""
    declared = told.declared(given(call, *told.MEMBERS))
    made = await _rooms(call).new(declared, session=call.session, by=by(call))
    return answered(told.campaign(made), status=201)


async def plan(call: Call) -> Answer:
    """GET the plan of a campaign for what there is now."""
    found, strata = await _rooms(call).plan(call.path["id"], session=call.session)
    return answered(told.plan(found, strata))


async def history(call: Call) -> Answer:
    """GET every step of a campaign."""
    return answered(told.steps(await _rooms(call).history(call.path["id"])))


async def items(call: Call) -> Answer:
    """GET the items of a sample."""
    found = await _rooms(call).items(call.path["id"])
    ids = tuple(each.record_id for each in found if each.record_id)
    return answered([told.item(each) for each in found], ids=ids)


async def item(call: Call) -> Answer:
    """GET an item that was read, with its record and readings."""
    campaign = await _rooms(call).get(call.path["id"])
    found = await _rooms(call).look(campaign.id, item_of(call), session=call.session)
    return _task(call, campaign, found)


async def following(call: Call) -> Answer:
    """POST: the next record of the caller's worklist; 204 when there is none."""
    given(call)
    campaign = await _rooms(call).get(call.path["id"])
    found = await _rooms(call).next(campaign.id, session=call.session, by=by(call))
    return Answer(_NONE_LEFT) if found is None else _task(call, campaign, found)


async def record(call: Call) -> Answer:
    """POST what the caller found of an item on their worklist."""
    return await _judged(call, _rooms(call).record)


async def adjudicate(call: Call) -> Answer:
    """POST what is decided between two readings of an item."""
    return await _judged(call, _rooms(call).adjudicate)


async def correct(call: Call) -> Answer:
    """POST: put right what was found wrong, by the right values or a merge patch."""
    asked = given(call, "patch")
    patch = asked.get("patch")
    if patch is not None and not isinstance(patch, dict):
        raise Invalid("must be a JSON object.", path="patch")
    done, version = await _rooms(call).correct(
        call.path["id"], item_of(call), patch, session=call.session, by=by(call)
    )
    answer = answered(told.item(done), ids=(version.id,))
    return answer._replace(operations=version.operations)


async def sample(call: Call) -> Answer:
    """POST: draw the sample of a campaign and freeze it."""
    given(call)
    done = await _rooms(call).sample(call.path["id"], session=call.session, by=by(call))
    found = await _rooms(call).items(done.id)
    ids = tuple(each.record_id for each in found if each.record_id)
    return answered(told.campaign(done), ids=ids)


async def assign(call: Call) -> Answer:
    """POST: hand out what is not read yet, to these auditors or those declared."""
    people = texts(given(call, "auditor"), "auditor")
    return _done(await _rooms(call).assign(call.path["id"], people, by=by(call)))


async def hand_over(call: Call) -> Answer:
    """POST: give what one auditor has not read to another."""
    asked = given(call, "from", "to", "reason")
    who = by(call, text(asked, "reason"))
    leaver, to = text(asked, "from"), text(asked, "to")
    return _done(await _rooms(call).hand_over(call.path["id"], leaver, to, by=who))


async def pause(call: Call) -> Answer:
    """POST: nobody reads until it is gone on with."""
    who = by(call, text(given(call, "reason"), "reason"))
    return _done(await _rooms(call).pause(call.path["id"], by=who))


async def resume(call: Call) -> Answer:
    """POST: go on with a paused campaign."""
    given(call)
    return _done(await _rooms(call).resume(call.path["id"], by=by(call)))


async def abandon(call: Call) -> Answer:
    """POST the end of a campaign, without a statement."""
    who = by(call, text(given(call, "reason"), "reason"))
    return _done(await _rooms(call).abandon(call.path["id"], by=who))


async def close(call: Call) -> Answer:
    """POST: close a campaign whose sample is decided."""
    given(call)
    return _done(await _rooms(call).close(call.path["id"], by=by(call)))


async def certificate(call: Call) -> Answer:
    """GET the signed statement of a closed campaign: as JSON, HTML or PDF."""
    form: Form = known(call.request.query, "form").get("form", "json")  # type: ignore[assignment]
    if form not in get_args(Form):
        raise Invalid(f"must be one of {', '.join(get_args(Form))}.", path="form")
    content = written(await _rooms(call).certificate(call.path["id"]), form)
    headers = (
        (b"content-type", MEDIA[form].encode()),
        (b"content-security-policy", b"sandbox; default-src 'none'; style-src 'unsafe-inline'"),
    )
    return Answer(200, content, headers)


async def _judged(call: Call, work: Callable[..., Awaitable[Any]]) -> Answer:
    asked = given(call, "verdict", "evidence")
    done = await work(
        call.path["id"],
        item_of(call),
        told.verdicts(asked),
        told.evidence(asked),
        session=call.session,
        by=by(call),
    )
    return answered(told.item(done), ids=(done.record_id,) if done.record_id else ())


def _task(call: Call, campaign: Campaign, found: Any) -> Answer:
    declared = campaign.declared
    return answered(
        told.task(found, declared.compared_with),
        ids=(found.item.record_id,),
        groups=call.sight.groups(declared.record_type),
    )


def _done(campaign: Campaign) -> Answer:
    return answered(told.campaign(campaign))


def _rooms(call: Call) -> Campaigns:
    return call.rooms.campaigns


def by(call: Call, reason: str = "") -> By:
    """Return the person who calls; raise Refused for a token that names none."""
    decision = decided(call, reason)
    return By(decision.person, decision.entered_by, call.actor, reason)


def item_of(call: Call) -> int:
    """Return the number of the item that the path names."""
    return number(call.path["item"], "item", _LARGEST_ITEM, least=1)


_ONE = "/auditCampaign/{id}"
ITEM_PATH = f"{_ONE}/item/{{item}}"
_REASON = {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}}
_NOTHING: dict[str, Any] = {"type": "object", "additionalProperties": False}


def step(
    path: str, operation: Operation, handler: Any, summary: str, body: Any = _NOTHING, **more: Any
) -> Route:
    """Return a route of a step in a campaign, which answers with the campaign unless told."""
    return Route(
        "POST", path, operation, handler, summary, ENTRY, AUDIT_CAMPAIGN,
        body=body, **{"answer": CAMPAIGN, "errors": ("410",), **more},
    )  # fmt: skip


def read(path: str, handler: Any, summary: str, answer: Any, **more: Any) -> Route:
    """Return a route that tells of campaigns."""
    return Route(
        "GET", path, Operation.READ, handler, summary, ENTRY, AUDIT_CAMPAIGN,
        **{"answer": answer, "errors": ("409", "410"), **more},
    )  # fmt: skip


ROUTES = (
    read(
        "/auditCampaign", find, "Audit campaigns, latest first",
        {"type": "array", "items": CAMPAIGN},
        parameters=(
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
        ),
    ),
    step("/auditCampaign", Operation.CREATE, new, "Declare an audit campaign", BODY, status=201),
    read(_ONE, retrieve, "An audit campaign, and how far it is", CAMPAIGN),
    read(f"{_ONE}/plan", plan, "Its plan, for what there is now", PLAN),
    read(f"{_ONE}/history", history, "Every step of it", {"type": "array", "items": STEP}),
    read(f"{_ONE}/item", items, "The items of its sample", {"type": "array", "items": ITEM}),
    read(ITEM_PATH, item, "An item that was read, with its record and readings", TASK),
    read(f"{_ONE}/certificate", certificate, "Its signed statement", CERTIFICATE, parameters=(
        parameter("form", "query", {"type": "string", "enum": list(get_args(Form))}, "As what"),
    )),
    step(f"{_ONE}/sample", Operation.MODIFY, sample, "Draw its sample and freeze it"),
    step(f"{_ONE}/assign", Operation.MODIFY, assign, "Hand out what is not read yet", {
        "type": "object",
        "properties": {"auditor": {"type": "array", "items": {"type": "string"}}},
    }),
    step(f"{_ONE}/handOver", Operation.MODIFY, hand_over, "Hand one auditor's work over", {
        "type": "object",
        "required": ["from", "to", "reason"],
        "properties": {name: {"type": "string"} for name in ("from", "to", "reason")},
    }),
    step(f"{_ONE}/pause", Operation.MODIFY, pause, "Pause it", _REASON),
    step(f"{_ONE}/resume", Operation.MODIFY, resume, "Go on with it"),
    step(f"{_ONE}/abandon", Operation.MODIFY, abandon, "End it without a statement", _REASON),
    step(f"{_ONE}/close", Operation.MODIFY, close, "Close it; its statement is signed"),
    step(f"{_ONE}/next", Operation.UPDATE, following, "The next record on your worklist",
          answer=TASK, other_statuses=(204,)),
    step(f"{ITEM_PATH}/record", Operation.UPDATE, record, "Say what you found", READING,
          answer=ITEM),
    step(f"{ITEM_PATH}/adjudicate", Operation.UPDATE, adjudicate, "Decide between two readings",
          READING, answer=ITEM),
    step(f"{ITEM_PATH}/correct", Operation.UPDATE, correct, "Put right what was found wrong",
          {"type": "object", "properties": {"patch": {"type": "object"}}}, answer=ITEM),
)  # fmt: skip
