"""Accounts: where a customer's bills go and how they stand (TMF666)."""

from customer_inventory.demo.customers import Customer
from customer_inventory.demo.dates import MINUTES, MONTH, instant, period
from customer_inventory.demo.draw import Draw, weighted
from customer_inventory.demo.parts import Document, money, reference, related_party

_UMBRELLA_PERCENT = {"consumer": 5, "soho": 10, "smallBusiness": 30, "corporate": 80}
_BILLING_COUNTS = {
    "consumer": weighted([(1, 90), (2, 10)]),
    "soho": weighted([(1, 85), (2, 15)]),
    "smallBusiness": weighted([(1, 70), (2, 25), (3, 5)]),
    "corporate": weighted([(1, 30), (2, 35), (3, 20), (5, 15)]),
}
_LABELS = {
    "home": ("Main account", "Second home"),
    "business": ("Main account", "Mobile", "Network", "Branches", "Projects"),
}
_STATES = {
    "initialized": "defined",
    "validated": "defined",
    "active": "active",
    "suspended": "suspended",
    "closed": "closed",
}
_CYCLE_DAYS = weighted([(1, 34), (8, 22), (15, 26), (22, 18)])
_FORMATS = weighted([("summary", 38), ("itemised", 62)])
_MEDIA = weighted([("email", 58), ("portal", 30), ("paper", 12)])
_RATINGS = weighted([("postpaid", 88), ("prepaid", 12)])
_CENTS_BITS = 13


def accounts(draw: Draw, customer: Customer) -> list[Document]:
    """Return the billing accounts, after the party account that gathers them if there is one."""
    count = draw.pick(_BILLING_COUNTS[customer.segment])
    umbrella = _umbrella(draw, customer) if draw.chance(_UMBRELLA_PERCENT[customer.segment]) else []
    labels = _LABELS[customer.audience][:count]
    return umbrella + [_billing(draw, customer, label, umbrella) for label in labels]


def _umbrella(draw: Draw, customer: Customer) -> list[Document]:
    account = _account(draw, customer, "PartyAccount", "All accounts")
    account["accountType"] = "umbrella"
    return [account]


def _billing(draw: Draw, customer: Customer, label: str, umbrella: list[Document]) -> Document:
    account = _account(draw, customer, "BillingAccount", label)
    account["accountType"] = "business" if customer.business else "individual"
    account["ratingType"] = "postpaid" if customer.business else draw.pick(_RATINGS)
    account["billStructure"] = _bill_structure(draw)
    if umbrella:
        account["accountRelationship"] = [_part_of(umbrella[0])]
    return account


def _account(draw: Draw, customer: Customer, kind: str, label: str) -> Document:
    standing = customer.standing
    in_arrears = standing.reason == "nonPayment" or draw.chance(4)
    status = "inArrears" if in_arrears else ("due" if draw.chance(30) else "paid")
    changed = max(standing.since, standing.last - draw.below(MONTH))
    scale = 20 if customer.segment == "corporate" else 1
    owed = 0 if status == "paid" else scale * (500 + draw.bits(_CENTS_BITS))
    return {
        "id": draw.new_id(),
        "@type": kind,
        "name": f"{customer.subject.name}, {label}",
        "state": _STATES[standing.status],
        "paymentStatus": status,
        "lastUpdate": instant(changed, draw.below(MINUTES)),
        "relatedParty": _parties(customer),
        "accountBalance": [_balance(customer, owed)],
        "creditLimit": _credit_limit(customer, scale * (1 + draw.below(20))),
        "defaultPaymentMethod": customer.payment,
    }


def _parties(customer: Customer) -> list[Document]:
    """Return the customer and, of a company, the person who receives the bills."""
    parties = [customer.related]
    for role, person in customer.subject.people:
        if role in ("owner", "billingContact"):
            parties.append(related_party("billReceiver", person))
    return parties


def _credit_limit(customer: Customer, hundreds: int) -> Document:
    """Return a limit of about `hundreds` hundred euros, rounded to tens of the currency."""
    cents = _local(customer, hundreds * 10_000)
    return money(cents - cents % 1000, customer.country.currency)


def _balance(customer: Customer, cents: int) -> Document:
    return {
        "@type": "AccountBalance",
        "balanceType": "ReceivableBalance",
        "amount": money(_local(customer, cents), customer.country.currency),
        "validFor": period(customer.standing.last - 1),
    }


def _local(customer: Customer, cents: int) -> int:
    """Return euro cents in hundredths of the customer's currency."""
    return cents * customer.country.price_level // 100


def _bill_structure(draw: Draw) -> Document:
    day, form, medium = draw.pick(_CYCLE_DAYS), draw.pick(_FORMATS), draw.pick(_MEDIA)
    return {
        "@type": "BillStructure",
        "cycleSpecification": reference(
            "BillingCycleSpecificationRef",
            f"monthly-{day:02d}",
            f"Monthly on day {day}",
            "BillingCycleSpecification",
        ),
        "format": reference("BillFormatRef", form, f"{form.capitalize()} bill", "BillFormat"),
        "presentationMedia": [
            reference(
                "BillPresentationMediaRef", medium, f"Bill by {medium}", "BillPresentationMedia"
            )
        ],
    }


def _part_of(umbrella: Document) -> Document:
    return {
        "@type": "AccountRelationship",
        "relationshipType": "partOf",
        "account": reference("AccountRef", umbrella["id"], umbrella["name"], "PartyAccount"),
    }
