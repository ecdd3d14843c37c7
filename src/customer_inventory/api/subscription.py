"""Subscriptions as their owners and operators see them: health, dead letters, replay.

A process sees and steers its own subscriptions. One that may read every type, whole, sees all of
them, the broker's too; to steer those of others it must be permitted to modify every type.
"""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse_object
from customer_inventory.record.event import outbox, progress
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.event.subscription import NoSuchSubscription, Subscription
from customer_inventory.web.exchange import Answer
from customer_inventory.web.parameters import known, number

_LARGEST = 2**63 - 1
_DEFAULT = 100


async def find(call: Call) -> Answer:
    """GET how it goes with every subscription that the caller may see."""
    rows = await subscriptions.standing(call.rooms.database, process=_whose(call))
    return told([_camel(row) for row in rows])


async def retrieve(call: Call) -> Answer:
    """GET how it goes with one subscription."""
    rows = await subscriptions.standing(call.rooms.database, process=_whose(call))
    for row in rows:
        if row["id"] == call.path["id"]:
            return told(_camel(row))
    raise NoSuchSubscription


async def find_dead(call: Call) -> Answer:
    """GET dead letters of a subscription, oldest first; `after` goes on from a number."""
    asked = known(call.request.query, "after", "limit")
    one = await _seen(call)
    rows = await progress.dead_letters(
        call.rooms.database,
        subscription=one.id,
        after=number(asked.get("after", "0"), "after", _LARGEST),
        limit=number(asked.get("limit", str(_DEFAULT)), "limit", call.rooms.max_page, least=1),
    )
    ids = tuple(row["record_id"] for row in rows)
    return told([_camel(dict(row)) for row in rows], ids=ids)


async def revive(call: Call) -> Answer:
    """POST: let dead letters be tried again, those of `seq` or all."""
    one = await _steered(call)
    given = parse_object(call.request.body) if call.request.body else {}
    seqs = given.get("seq")
    if seqs is not None and not (isinstance(seqs, list) and all(map(_is_number, seqs))):
        raise Invalid("must be a list of numbers.", path="seq")
    return told({"revived": await progress.revive(call.rooms.database, one.id, seqs=seqs)})


async def replay(call: Call) -> Answer:
    """POST: tell everything again after the number `after`, or from the instant `from`."""
    one = await _steered(call)
    given = parse_object(call.request.body)
    after = given.get("after")
    if after is None:
        instant = parse_instant(given.get("from"))
        if instant is None:
            raise Invalid("is no date-time.", path="from", hint="Give `after` or `from`.")
        after = await outbox.seq_at(call.rooms.database, instant)
    elif not _is_number(after):
        raise Invalid("must be a number of the outbox.", path="after")
    await subscriptions.replay(call.rooms.database, one.id, after=after)
    return told({"after": after})


async def resume(call: Call) -> Answer:
    """POST: tell a suspended or failing subscription again, at once."""
    one = await _steered(call)
    await subscriptions.resume(call.rooms.database, one.id)
    return Answer(204)


async def renew_secret(call: Call) -> Answer:
    """POST: sign from now on with a new secret, which is shown this once."""
    one = await _steered(call)
    return told({"secret": await subscriptions.renew_secret(call.rooms.database, one.id)})


def _whose(call: Call) -> str | None:
    """Return whose subscriptions the caller sees: its own, or (None) everybody's."""
    sees_all = call.session.may(Operation.READ, EVERY_TYPE) and not call.sight.rows.by_type
    return None if sees_all else call.actor.process


async def _seen(call: Call) -> Subscription:
    one = await subscriptions.get(call.rooms.database, call.path["id"])
    if _whose(call) not in (None, one.actor.process):
        raise NoSuchSubscription
    return one


async def _steered(call: Call) -> Subscription:
    one = await _seen(call)
    if one.actor.process != call.actor.process:
        call.session.demand(Operation.MODIFY, EVERY_TYPE)
    return one


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _camel(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row under the names that JSON has here, without what is not known."""
    return {_word(name): value for name, value in row.items() if value is not None}


def _word(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_STANDING = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "api", "callback", "query", "process", "health", "reason"), _TEXT),
        **dict.fromkeys(("seq", "behind", "waiting", "dead", "delivered", "attempts"), _NUMBER),
    },
}
_DEAD = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("recordType", "recordId", "event", "recordedAt", "reason"), _TEXT),
        **dict.fromkeys(("seq", "revision", "attempts"), _NUMBER),
    },
}
_HERE = "/subscription"
_READ = Operation.READ

ROUTES = (
    Route(
        "GET", _HERE, _READ, find, "How it goes with subscriptions", "subscription",
        answer={"type": "array", "items": _STANDING},
    ),
    Route(
        "GET", f"{_HERE}/{{id}}", _READ, retrieve, "How it goes with one", "subscription",
        answer=_STANDING,
    ),
    Route(
        "GET", f"{_HERE}/{{id}}/deadLetter", _READ, find_dead, "What was given up", "deadLetter",
        answer={"type": "array", "items": _DEAD},
    ),
    Route(
        "POST", f"{_HERE}/{{id}}/deadLetter/replay", _READ, revive, "Try dead letters again",
        "deadLetter",
        body={"type": "object", "properties": {"seq": {"type": "array", "items": _NUMBER}}},
        answer={"type": "object", "properties": {"revived": _NUMBER}},
    ),
    Route(
        "POST", f"{_HERE}/{{id}}/replay", _READ, replay, "Tell again from a point", "subscription",
        body={"type": "object", "properties": {"after": _NUMBER, "from": _TEXT}},
        answer={"type": "object", "properties": {"after": _NUMBER}},
    ),
    Route(
        "POST", f"{_HERE}/{{id}}/resume", _READ, resume, "Tell again at once", "subscription",
        status=204,
    ),
    Route(
        "POST", f"{_HERE}/{{id}}/secret", _READ, renew_secret, "Sign with a new secret",
        "subscription",
        answer={"type": "object", "properties": {"secret": _TEXT}},
    ),
)  # fmt: skip
