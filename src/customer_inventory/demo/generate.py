"""Made-up telecom customers as TM Forum v5 documents, the same for the same seed.

Customer number n of a seed is the same whatever range it is asked for in, so that ranges
can be made side by side. A record follows those it refers to and lies in the bucket of
the party it concerns.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from customer_inventory.demo.accounts import accounts
from customer_inventory.demo.agreements import agreements
from customer_inventory.demo.business import company
from customer_inventory.demo.countries import countries
from customer_inventory.demo.customers import SEGMENTS, customer
from customer_inventory.demo.draw import Draw
from customer_inventory.demo.interactions import interactions
from customer_inventory.demo.parts import Document
from customer_inventory.demo.products import products
from customer_inventory.demo.residential import household
from customer_inventory.demo.roles import privacy, privacy_specification, roles
from customer_inventory.demo.standing import draw_standing
from customer_inventory.demo.tickets import tickets
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.types import TYPES

_OFFERED = (1 << 64) - 1
"""The number under which the offer is drawn: that of no customer."""


class Record(NamedTuple):
    """A record's type name, id and whole document (UTF-8 JSON that begins with id and @type)."""

    type: str
    id: str
    body: bytes


def generate(customers: int, *, seed: int, first: int = 0) -> Iterator[Record]:
    """Yield the records of customers number `first` to `first + customers - 1` of `seed`.

    Raises Invalid when `customers` or `first` is negative.
    """
    if customers < 0 or first < 0:
        raise Invalid("customers and first must not be negative", code="outOfRange")
    return _records(range(first, first + customers), seed)


def lines(customers: int, *, seed: int, first: int = 0) -> Iterator[bytes]:
    """Yield the documents of `generate` as NDJSON, one line with its newline each."""
    return (record.body + b"\n" for record in generate(customers, seed=seed, first=first))


def _records(indexes: range, seed: int) -> Iterator[Record]:
    types = {declared.entity: name for name, declared in TYPES.items()}
    encode = msgspec.json.Encoder().encode
    if 0 in indexes:
        # What is described once, for all customers, comes before the first of them.
        told = privacy_specification(Draw(seed, _OFFERED))
        yield Record(types[told["@type"]], told["id"], encode(told))
    for index in indexes:
        for document in _documents(Draw(seed, index)):
            yield Record(types[document["@type"]], document["id"], encode(document))


def _documents(draw: Draw) -> list[Document]:
    """Return all documents about one customer, each after those it refers to."""
    segment = draw.pick(SEGMENTS)
    country = draw.pick(countries())
    business = segment != "consumer"
    standing = draw_standing(draw, business=business)
    if business:
        subject = company(draw, country, standing, segment)
    else:
        subject = household(draw, country, standing)
    who = customer(draw, segment, standing, subject)
    held = accounts(draw, who)
    signed = agreements(draw, who)
    talks = interactions(draw, who, held, signed)
    deals = [contract.document for contract in signed]
    goods = products(draw, who, held, signed)
    faults = tickets(draw, who, goods)
    others = [*roles(draw, who), privacy(draw, who)]
    return [*subject.documents, who.document, *held, *deals, *talks, *goods, *faults, *others]
