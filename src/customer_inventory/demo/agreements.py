"""Agreements: the tariffs a customer signed for, one after another (TMF651)."""

from typing import NamedTuple

from customer_inventory.demo.catalogue import Tariff, tariffs
from customer_inventory.demo.customers import Customer
from customer_inventory.demo.dates import MONTH, YEAR, instant, period
from customer_inventory.demo.draw import Draw, weighted
from customer_inventory.demo.parts import Document, characteristic, reference

_COUNTS = {
    "consumer": weighted([(1, 56), (2, 30), (3, 12), (4, 2)]),
    "soho": weighted([(1, 40), (2, 40), (3, 20)]),
    "smallBusiness": weighted([(1, 20), (2, 35), (3, 30), (4, 15)]),
    "corporate": weighted([(2, 2), (3, 3), (4, 3), (6, 2)]),
}
_STATUSES = {
    "initialized": "inProcess",
    "validated": "inProcess",
    "active": "approved",
    "suspended": "approved",
}
_DISCOUNTS = weighted([(0, 60), (5, 14), (10, 18), (20, 8)])
_SECTORS = {"home": "Consumer contract", "business": "Business contract"}
_REPLACED_PERCENT = 30
_OPENING, _OPEN_MINUTES = 8 * 60, 10 * 60


class Span(NamedTuple):
    """The first day of an agreement and its last, None while it lasts."""

    start: int
    end: int | None


class Signed(NamedTuple):
    """An agreement with its time, the name of its tariff and the line that the tariff is on."""

    span: Span
    tariff: str
    line: str
    document: Document


def agreements(draw: Draw, customer: Customer) -> list[Signed]:
    """Return the customer's agreements; one that replaces another comes after it."""
    standing = customer.standing
    signed: list[Signed] = []
    start = standing.since
    for number in range(1, draw.pick(_COUNTS[customer.segment]) + 1):
        signed += _contract(draw, customer, f"contract {number}", Span(start, standing.until))
        start = draw.between(standing.since, standing.last)
    return signed


def _contract(draw: Draw, customer: Customer, name: str, span: Span) -> list[Signed]:
    """Return the agreement of `span`, or two of which the second replaced the first."""
    table = tariffs(customer.audience)
    tariff = draw.pick(table)
    change = span.start + tariff.months * MONTH + draw.below(YEAR)
    if change >= customer.standing.last or not draw.chance(_REPLACED_PERCENT):
        return [_sign(draw, customer, tariff, name, span)]
    old = _sign(draw, customer, tariff, name, Span(span.start, change))
    new = _sign(draw, customer, draw.pick(table), name, Span(change, span.end))
    new.document["version"] = "2.0"
    new.document["agreementRelationship"] = [_replaces(old.document)]
    return [old, new]


def _sign(draw: Draw, customer: Customer, tariff: Tariff, name: str, span: Span) -> Signed:
    status = customer.standing.status
    document: Document = {
        "id": draw.new_id(),
        "@type": "Agreement",
        "name": f"{tariff.name}, {name}",
        "agreementType": "commercial",
        "description": f"{_SECTORS[customer.audience]} on {tariff.line}",
        "status": _STATUSES[status] if span.end is None else "terminated",
        "version": "1.0",
        "initialDate": instant(span.start, _OPENING + draw.below(_OPEN_MINUTES)),
        "agreementPeriod": period(span.start, span.end),
        "engagedParty": [customer.role],
        "agreementItem": [_item(tariff, span.start)],
        "characteristic": [
            *_price(customer, tariff, draw.pick(_DISCOUNTS)),
            *tariff.traits,
        ],
    }
    return Signed(span, tariff.name, tariff.line, document)


def _replaces(ended: Document) -> Document:
    relationship = reference("AgreementRelationship", ended["id"], ended["name"], "Agreement")
    return relationship | {"relationshipType": "replaces"}


def _price(customer: Customer, tariff: Tariff, discount: int) -> list[Document]:
    """Return the price a month: of the form 12.99 in the country's money, less the discount."""
    country = customer.country
    whole = tariff.cents * country.price_level // 10_000
    cents = (whole * 100 + 99) * (100 - discount) // 100
    price = f"{cents // 100}.{cents % 100:02d} {country.currency}"
    return [
        characteristic("monthlyPrice", price),
        characteristic("discountPercent", discount),
    ]


def _item(tariff: Tariff, start: int) -> Document:
    return {
        "@type": "ProductAgreementItem",
        "id": "1",
        "productOffering": [tariff.offering],
        "termOrCondition": _terms(tariff.months, start),
    }


def _terms(months: int, start: int) -> list[Document]:
    if not months:
        return [_term("1", "No minimum term, notice of one month at any time", Span(start, None))]
    minimum = Span(start, start + months * MONTH)
    return [
        _term("1", f"Minimum term {months} months", minimum),
        _term("2", "Notice of one month to the end of the minimum term", Span(start, None)),
    ]


def _term(number: str, text: str, span: Span) -> Document:
    return {
        "@type": "AgreementTermOrCondition",
        "id": number,
        "description": text,
        "validFor": period(*span),
    }
