"""Interactions: years of contact over many channels (TMF683), read from `data/topics.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from customer_inventory.demo.agreements import Signed
from customer_inventory.demo.customers import Customer
from customer_inventory.demo.dates import instant
from customer_inventory.demo.draw import Draw, uniform, weighted
from customer_inventory.demo.parts import Document, reference, related_party_or_role

CHANNELS = {
    "callCentre": "Call centre",
    "webChat": "Web chat",
    "email": "E-mail",
    "shop": "Shop",
    "app": "App",
    "letter": "Letter",
    "social": "Social media",
    "sms": "Text message",
    "accountManager": "Account manager",
}

_AUDIENCES = {"home": ("home", "any"), "business": ("business", "any")}
_COUNTS = {
    "home": weighted(
        {0: 12, 1: 24, 2: 21, 3: 14, 4: 9, 5: 6, 6: 4, 8: 4, 11: 3, 16: 2, 36: 1}.items()
    ),
    "business": weighted(
        {1: 14, 2: 18, 3: 18, 4: 14, 6: 12, 8: 10, 12: 7, 18: 4, 30: 2, 60: 1}.items()
    ),
}
_OPENING, _CLOSING = 7 * 60, 21 * 60
_DAYS_OPEN = 9
_AGENTS = 400
_UNATTENDED = {"app": "Self-service", "sms": "Message service"}


class Topic(NamedTuple):
    """What an interaction is about; `minutes` is how long it takes at most.

    `channels` are names with the value of relatedChannel, `talks` notes with their outcome.
    """

    reason: str
    summary: str
    direction: str
    about: str
    minutes: int
    channels: tuple[tuple[str, list[Document]], ...]
    talks: tuple[tuple[str, str], ...]


class _Occasion(NamedTuple):
    """The day of an interaction, the tariff spoken of, the record it is about, and with whom."""

    day: int
    tariff: str
    about: Document
    parties: list[Document]


@cache
def topics(audience: str) -> tuple[Topic, ...]:
    """Return the table of topics of `audience` (home or business)."""
    text = (files("customer_inventory.demo") / "data" / "topics.toml").read_text("utf-8")
    return weighted(
        (_topic(raw), raw["weight"])
        for raw in tomllib.loads(text)["topic"]
        if raw["audience"] in _AUDIENCES[audience]
    )


def interactions(
    draw: Draw, customer: Customer, accounts: list[Document], agreements: list[Signed]
) -> list[Document]:
    """Return the customer's interactions by date, each about an account or an agreement."""
    standing = customer.standing
    table, parties = topics(customer.audience), _parties(customer)
    count = draw.pick(_COUNTS[customer.audience])
    days = sorted(draw.between(standing.since, standing.last) for _ in range(count))
    found = []
    for day in days:
        topic = draw.pick(table)
        signed = draw.one_of(agreements)
        if signed.span.start > day:  # the first one began with the customer
            signed = agreements[0]
        about = draw.one_of(accounts) if topic.about == "account" else signed.document
        occasion = _Occasion(day, signed.tariff, about, draw.one_of(parties))
        found.append(_interaction(draw, topic, occasion))
    return found


def _interaction(draw: Draw, topic: Topic, occasion: _Occasion) -> Document:
    channel, related_channel = draw.pick(topic.channels)
    minute = draw.between(_OPENING, _CLOSING)
    start = instant(occasion.day, minute)
    end = instant(occasion.day, minute + 1 + draw.below(topic.minutes))
    status = _status(draw, occasion.day)
    text, resolution = draw.pick(topic.talks)
    item: Document = {
        "@type": "InteractionItem",
        "id": "1",
        "reason": topic.reason,
        "item": _item(occasion.about),
    }
    if status == "completed":
        item["resolution"] = resolution
    return {
        "id": draw.new_id(),
        "@type": "PartyInteraction",
        "direction": topic.direction,
        "reason": topic.reason,
        "description": topic.summary,
        "status": status,
        "statusChangeDate": end,
        "creationDate": start,
        "interactionDate": {"startDateTime": start, "endDateTime": end},
        "relatedChannel": related_channel,
        "relatedParty": occasion.parties,
        "note": [_note(draw, channel, end, text.replace("{tariff}", occasion.tariff))],
        "interactionItem": [item],
    }


def _status(draw: Draw, day: int) -> str:
    """Return completed, unless the interaction is so recent that work may remain."""
    if day < -_DAYS_OPEN or draw.chance(45):
        return "completed"
    return "inProgress" if draw.chance(60) else "opened"


def _parties(customer: Customer) -> list[list[Document]]:
    """Return, for each who may speak for the customer, the customer with that person."""
    role = related_party_or_role("customer", customer.role)
    speakers = customer.subject.people if customer.business else [("user", customer.subject.ref)]
    return [[role, related_party_or_role(*speaker)] for speaker in speakers]


def _note(draw: Draw, channel: str, date: str, text: str) -> Document:
    author = _UNATTENDED.get(channel) or f"Agent {draw.below(_AGENTS) + 100}"
    return {"@type": "Note", "id": "1", "author": author, "date": date, "text": text}


def _item(document: Document) -> Document:
    entity = reference("EntityRef", document["id"], document["name"], document["@type"])
    return {"@type": "RelatedEntityRefOrValue", "role": "subject", "entity": entity}


def _topic(raw: dict[str, Any]) -> Topic:
    return Topic(
        raw["reason"],
        raw["summary"],
        raw["direction"],
        raw["about"],
        raw["minutes"],
        weighted(((name, _channel(name)), weight) for name, weight in raw["channels"].items()),
        uniform((text, resolution) for text, resolution in raw["talks"]),
    )


def _channel(name: str) -> list[Document]:
    channel = reference("ChannelRef", name, CHANNELS[name], "Channel")
    return [{"@type": "RelatedChannel", "role": "interactionChannel", "channel": channel}]
