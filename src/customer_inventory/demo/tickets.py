"""Trouble tickets: what customers reported to be wrong with what they hold (TMF621)."""

from customer_inventory.demo.customers import Customer
from customer_inventory.demo.dates import MINUTES, instant
from customer_inventory.demo.draw import Draw, uniform, weighted
from customer_inventory.demo.parts import Document, reference, related_party_or_role

_PERCENT = {"home": 22, "business": 45}
_FAULTS = uniform(
    [
        ("No connection", "Since the morning nothing works; the device was restarted.", "major"),
        ("Slow in the evening", "Much slower between seven and ten than agreed.", "minor"),
        ("Connection drops", "Every few minutes the line is lost and comes back.", "major"),
        ("No reception indoors", "Calls break off in the house, outside all is well.", "minor"),
        ("Number cannot be called", "Callers hear that the number is not in use.", "critical"),
        ("Device is broken", "A red light, and it does not start.", "major"),
    ]
)
_FOUND = uniform(
    [
        "Line measured, port changed.",
        "A profile was wrong, set anew.",
        "Device exchanged.",
        "An outage in the area, over by now.",
        "Nothing found, to be watched.",
    ]
)
_OPEN = weighted([("inProgress", 50), ("acknowledged", 30), ("pending", 20)])
_PRIORITY = {"critical": "1", "major": "2", "minor": "3"}
_DAYS_OPEN = 6


def tickets(draw: Draw, customer: Customer, products: list[Document]) -> list[Document]:
    """Return the customer's trouble tickets, each about one of its products."""
    if not draw.chance(_PERCENT[customer.audience]):
        return []
    standing = customer.standing
    reporter = [related_party_or_role("customer", customer.role)]
    days = sorted(draw.between(standing.since, standing.last) for _ in range(1 + draw.below(2)))
    return [_ticket(draw, day, draw.one_of(products), reporter) for day in days]


def _ticket(draw: Draw, day: int, product: Document, reporter: list[Document]) -> Document:
    name, description, severity = draw.pick(_FAULTS)
    minute = draw.below(MINUTES)
    is_done = day < -_DAYS_OPEN
    solved = instant(min(day + draw.below(_DAYS_OPEN), 0), minute)
    about = reference("EntityRef", product["id"], product["name"], "Product")
    document: Document = {
        "id": draw.new_id(),
        "@type": "TroubleTicket",
        "name": name,
        "description": description,
        "severity": severity,
        "priority": _PRIORITY[severity],
        "ticketType": "fault",
        "status": "closed" if is_done else draw.pick(_OPEN),
        "creationDate": instant(day, minute),
        "relatedParty": reporter,
        "relatedEntity": [{"@type": "RelatedEntity", "role": "subject", "entity": about}],
    }
    if is_done:
        note = {"@type": "Note", "id": "1", "author": "Fault desk", "date": solved}
        document["resolutionDate"] = solved
        document["note"] = [note | {"text": draw.pick(_FOUND)}]
    return document
