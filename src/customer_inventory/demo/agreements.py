"""Agreements: the tariffs a customer signed for, one after another (TMF651)."""

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
    "closed": "terminated",
}
_DISCOUNTS = weighted([(0, 60), (5, 14), (10, 18), (20, 8)])
_SECTORS = {"home": "Consumer contract", "business": "Business contract"}


class Signed(NamedTuple):
    """An agreement with the day it began and the name of its tariff."""

    start: int
    tariff: str
    document: Document


def agreements(draw: Draw, customer: Customer) -> list[Signed]:
    """Return the customer's agreements; one that replaces another comes after it."""
    standing = customer.standing
    table = tariffs(customer.audience)
    signed: list[Signed] = []
    start = standing.since
    for number in range(1, draw.pick(_COUNTS[customer.segment]) + 1):
        name, tariff = f"contract {number}", draw.pick(table)
        change = start + tariff.months * MONTH + draw.below(YEAR)
        if change < standing.last and draw.chance(_CHANGED_PERCENT):
            old = _sign(draw, customer, tariff, name, start, change)
            new = _sign(draw, customer, draw.pick(table), name, change, standing.until)
            _replace(old.document, new.document)
            signed += [old, new]
        else:
            signed.append(_sign(draw, customer, tariff, name, start, standing.until))
        start = draw.between(standing.since, standing.last)
    return signed


def _sign(
    draw: Draw, customer: Customer, tariff: Tariff, name: str, *days: *tuple[int, int | None]
) -> Signed:
    """Return the agreement on `tariff` from the first of `days` to the second, if it ended."""
    start, end = days
    return Signed(start, tariff.name, _agreement(draw, customer, tariff, name, start, end))
def _terms(tariff: Tariff, start: int, end: int) -> list[Document]:
    if not tariff.months:
        return [_term("1", "No minimum term, notice of one month at any time", start, None)]
    return [
        _term("1", f"Minimum term {tariff.months} months", start, end),
        _term("2", "Notice of one month to the end of the minimum term", start, None),
    ]


def _term(number: str, text: str, start: int, end: int | None) -> Document:
    return {
        "@type": "AgreementTermOrCondition",
        "id": number,
        "description": text,
        "validFor": period(start, end),
    }
