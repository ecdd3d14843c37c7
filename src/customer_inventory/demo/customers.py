"""Customers: the role that a party takes on towards the operator (TMF629)."""

from typing import NamedTuple

from customer_inventory.demo.countries import Country
from customer_inventory.demo.dates import YEAR, instant, period
from customer_inventory.demo.draw import Draw, weighted
from customer_inventory.demo.parts import (
    Document,
    characteristic,
    reference,
    related_party,
    related_party_or_role,
)
from customer_inventory.demo.standing import Standing
from customer_inventory.demo.subject import Subject

SEGMENTS = weighted([("consumer", 830), ("soho", 85), ("smallBusiness", 68), ("corporate", 17)])

_BRANDS = {
    "consumer": weighted([("Meridon", 68), ("Pikko", 32)]),
    "business": weighted([("Meridon Business", 100)]),
}
_PAYMENTS = weighted(
    [
        ("BankAccountDebit", 52),
        ("BankCard", 26),
        ("BankAccountTransfer", 15),
        ("DigitalWallet", 7),
    ]
)
_PAYMENT_NAMES = {
    "BankAccountDebit": "Direct debit, account ending {}",
    "BankCard": "Card ending {}",
    "BankAccountTransfer": "Bank transfer, account ending {}",
    "DigitalWallet": "Digital wallet {}",
}
_RISK_STEP = 140


class Customer(NamedTuple):
    """A customer as accounts, agreements and interactions need to know it.

    `role` refers to the customer, `related` wraps it in the role customer; `payment`
    refers to the way it pays.
    """

    segment: str
    country: Country
    standing: Standing
    subject: Subject
    role: Document
    related: Document
    payment: Document
    document: Document

    @property
    def business(self) -> bool:
        """Whether it is a company."""
        return self.segment != "consumer"

    @property
    def audience(self) -> str:
        """For whom the tariffs and topics are that concern it."""
        return "business" if self.business else "home"


def customer(draw: Draw, segment: str, standing: Standing, subject: Subject) -> Customer:
    """Return the customer that `subject` is."""
    role = reference("PartyRoleRef", draw.new_id(), subject.name, "Customer")
    payment = _payment(draw)
    document: Document = {
        "id": role["id"],
        "@type": "Customer",
        "name": subject.name,
        "role": "customer",
        "status": standing.status,
        "engagedParty": subject.ref,
        "validFor": period(standing.since, standing.until),
        "characteristic": _characteristics(draw, segment, subject.country),
        "contactMedium": subject.media[:2],
        "paymentMethod": [payment],
    }
    if standing.reason:
        document["statusReason"] = standing.reason
    if not standing.prospective:
        document["creditProfile"] = [_credit_profile(draw, standing)]
    if subject.people and segment != "consumer":
        document["relatedParty"] = [related_party_or_role(*person) for person in subject.people]
    related = related_party("customer", role)
    return Customer(segment, subject.country, standing, subject, role, related, payment, document)


def _characteristics(draw: Draw, segment: str, country: Country) -> list[Document]:
    brand = draw.pick(_BRANDS["consumer" if segment == "consumer" else "business"])
    return [
        characteristic("segment", segment),
        characteristic("market", country.code),
        characteristic("brand", brand),
    ]


def _payment(draw: Draw) -> Document:
    kind = draw.pick(_PAYMENTS)
    number = draw.below(10_000)
    name = _PAYMENT_NAMES[kind].format(f"{number:04d}")
    return reference("PaymentMethodRef", f"pm-{draw.bits(40):010x}", name, kind)


def _credit_profile(draw: Draw, standing: Standing) -> Document:
    """Return the score (300 to 850) and the risk it means (1 to 4, 4 the gravest)."""
    low = 300 if standing.reason in ("nonPayment", "insolvency") else 520
    score = (draw.between(low, 850) + draw.between(low, 850)) // 2
    day = max(standing.since, standing.last - draw.below(2 * YEAR))
    return {
        "@type": "CreditProfile",
        "creditProfileDate": instant(day),
        "creditScore": score,
        "creditRiskRating": 1 + (850 - score) // _RISK_STEP,
        "validFor": period(day, day + YEAR),
    }
