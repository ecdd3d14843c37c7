"""Residential customers: people living alone, couples and families under one roof."""

from typing import NamedTuple

from customer_inventory.demo.contacts import (
    Address,
    draw_address,
    draw_landline,
    draw_mobile,
    email,
    phone,
    postal,
)
from customer_inventory.demo.countries import Country
from customer_inventory.demo.dates import YEAR, instant
from customer_inventory.demo.draw import SLOT_BITS, Draw, uniform, weighted
from customer_inventory.demo.parts import Document, characteristic, related_party_or_role
from customer_inventory.demo.people import (
    OTHER_GENDER,
    Person,
    draw_naming,
    identity_document,
    individual,
    mailbox,
    preferences,
)
from customer_inventory.demo.standing import Standing
from customer_inventory.demo.subject import Subject

ADULT = 18

_AGES = weighted((age, max(1, 11 - max(0, age - 60) // 3)) for age in range(19, 95))
_CHILD_AGES = uniform(range(14, 25))
_OLDEST_ONLINE = 80
_PARENT_AGES = (34, 68)
_HOUSEHOLDS = weighted([("single", 40), ("couple", 30), ("family", 22), ("oneParent", 8)])
_SMALLEST = {"single": 1, "couple": 2, "family": 3, "oneParent": 2}
_ALONE = weighted([("single", 62), ("divorced", 22), ("widowed", 16)])
_TOGETHER = weighted([("married", 70), ("single", 20), ("registeredPartnership", 10)])


class _Home(NamedTuple):
    """What those under one roof share; `family` is the slot of the family's name."""

    draw: Draw
    country: Country
    since: int
    kind: str
    family: int
    address: Address


def household(draw: Draw, country: Country, standing: Standing) -> Subject:
    """Return the individual who is the customer, after those they live with."""
    kind, family = draw.pick(_HOUSEHOLDS), draw.bits(SLOT_BITS)
    home = _Home(draw, country, standing.since, kind, family, draw_address(draw, country))
    age = max(draw.pick(_AGES), ADULT + 1 - standing.since // YEAR)
    head = _resident(home, age=age, family=family)
    others = _others(home, head, age)
    _complete(home, head, others)
    _mark_standing(head.document, standing)
    return Subject(
        country,
        "Individual",
        head.id,
        head.name,
        head.ref(),
        head.document["contactMedium"],
        [("householdMember", other.ref()) for other in others],
        [other.document for other in others] + [head.document],
    )


def _resident(home: _Home, *, age: int, family: int | None, gender: str | None = None) -> Person:
    draw, country, since = home.draw, home.country, home.since
    naming = draw_naming(draw, country, gender, family)
    media = [
        phone(draw_mobile(draw, country), "mobilePhone", since, preferred=True),
        postal(home.address, "homeAddress", since),
    ]
    if age < _OLDEST_ONLINE or draw.chance(40):
        media.insert(0, email(mailbox(draw, naming), "privateEmail", since))
    return individual(draw, country, naming, age=age, media=media)


def _others(home: _Home, head: Person, age: int) -> list[Person]:
    """Return those who live with the head and are known by name, which not all are."""
    others: list[Person] = []
    if home.kind in ("couple", "family") and home.draw.chance(78):
        others.append(_partner(home, head, age))
    if (
        home.kind in ("family", "oneParent")
        and _PARENT_AGES[0] <= age <= _PARENT_AGES[1]
        and home.draw.chance(46)
    ):
        years = min(home.draw.pick(_CHILD_AGES), age - ADULT)
        others.append(_resident(home, age=years, family=home.family))
    return others


def _partner(home: _Home, head: Person, age: int) -> Person:
    draw = home.draw
    family = home.family if draw.chance(home.country.shared_name_percent) else None
    gender: str = head.document["gender"]
    gender = OTHER_GENDER[gender] if draw.chance(95) else gender
    age = max(ADULT + 1, age + draw.between(-7, 7))
    return _resident(home, age=age, family=family, gender=gender)


def _complete(home: _Home, head: Person, others: list[Person]) -> None:
    """Add to the head's document what only a customer's own individual carries."""
    draw, document, city = home.draw, head.document, home.address.place.city
    with_children = home.kind in ("family", "oneParent")
    size = _SMALLEST[home.kind] + (draw.bits(1) if with_children else 0)
    document["maritalStatus"] = draw.pick(
        _ALONE if home.kind in ("single", "oneParent") else _TOGETHER
    )
    document["partyCharacteristic"] = [
        *preferences(draw),
        characteristic("householdSize", max(size, len(others) + 1)),
    ]
    if others:
        document["relatedParty"] = [
            related_party_or_role("householdMember", other.ref()) for other in others
        ]
    if draw.chance(38):
        document["individualIdentification"] = [identity_document(draw, home.country, city)]
    if home.address.place.landline and draw.chance(36):
        number = draw_landline(draw, home.country, home.address.place)
        document["contactMedium"].append(phone(number, "homePhone", home.since))


def _mark_standing(document: Document, standing: Standing) -> None:
    if standing.reason == "deceased":
        document["status"] = "deceased"
        document["deathDate"] = instant(standing.last)
    elif standing.status == "initialized":
        document["status"] = "initialized"
