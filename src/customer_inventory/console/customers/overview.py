"""Customer 360: who it is, what it has, what is wrong with it, and what happened."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.console.customers.around import PARTIES, Around, around
from customer_inventory.console.customers.document import facts, in_short
from customer_inventory.console.customers.timeline import (
    CHANGE,
    CONTRACT,
    INTERACTION,
    Entry,
    entries,
    flags,
    line,
)
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.console.written import Written
from customer_inventory.kit.clock import now
from customer_inventory.record.declare import Document
from customer_inventory.record.hierarchy.tree import IN_TREES, KINDS, Span, Tree, tree
from customer_inventory.record.version import NoSuchRecord

_SHOWN = 10
"""So many of a kind stand on the page; the rest is a click away."""

TITLES = {
    "billingAccount": mark("Billing accounts"),
    "partyAccount": mark("Party accounts"),
    "agreement": mark("Agreements"),
    "product": mark("Products"),
    "partyInteraction": mark("Interactions"),
    "troubleTicket": mark("Trouble tickets"),
    "partyRole": mark("Roles around it"),
    "partyPrivacyProfile": mark("Privacy"),
    "individual": mark("Other persons"),
    "organization": mark("Other organisations"),
}
"""What stands on the page below the customer and its party, in this order; any other follows."""


async def show(view: View) -> Shown:
    """Return the customer whole, with what is wrong and the latest that happened."""
    whole = await around(view)
    wrong, family, happened = await asyncio.gather(
        flags(view, whole),
        _family(view, whole),
        entries(
            view,
            whole,
            (INTERACTION, CONTRACT, CHANGE),
            before=whole.moment.as_of or now(),
            most=_SHOWN,
            is_glance=True,
        ),
    )
    party = whole.party
    nodes = [family.node, *family.above, *family.below] if family else []
    ids = tuple(dict.fromkeys((*whole.ids, *(node.id for node in nodes))))
    content: dict[str, Any] = {
        "customer": whole.customer,
        **whole.parts,
        "known": whole.known,
        "finding": [
            {name: row[name] for name in ("id", "what", "severity", "record_id", "path")}
            for row in wrong
        ],
    }
    return Shown(
        content,
        aside={
            "whole": whole,
            "party": party,
            "facts": facts,
            "line": line,
            "highlights": _highlights(whole, happened, Written(view.language)),
            "flags": wrong,
            "family": family,
            "entries": happened,
            "sections": _sections(whole, party),
            "may_change": [kind for kind in ("customer", *PARTIES) if _may_change(view, kind)],
        },
        ids=ids,
        groups=view.sight.groups("customer", *whole.parts),
        title=whole.name,
    )


def _may_change(view: View, kind: str) -> bool:
    return view.may(Operation.UPDATE, kind) or view.may(Operation.MODIFY, kind)


def _highlights(
    whole: Around, happened: Sequence[Entry], written: Written
) -> list[tuple[str, Any, str]]:
    """Return the five to seven things to know first: label, value, and how it is shown."""
    told: dict[str, Any] = {
        str(each.get("name")): each.get("value")
        for each in whole.customer.get("characteristic") or ()
        if isinstance(each, dict)
    }
    period = whole.customer.get("validFor") or {}
    running = [each for each in whole.parts.get("product", ()) if each.get("status") == "active"]
    last = next((each.at for each in happened if each.kind == INTERACTION), None)
    found = [
        (mark("Status"), whole.customer.get("status"), "state"),
        (mark("Segment"), in_short(told.get("segment")), "text"),
        (mark("Customer since"), in_short(period.get("startDateTime")), "day"),
        (mark("Products in use"), len(running), "number"),
        (mark("Balance"), _balance(whole, written), "text"),
        (mark("Open tickets"), _open_tickets(whole), "number"),
        (mark("Last contact"), last, "time"),
    ]
    return [each for each in found if each[1] not in (None, "")]


def _balance(whole: Around, written: Written) -> str:
    """Return what is owed over all billing accounts, by currency."""
    sums: dict[str, Decimal] = {}
    for account in whole.parts.get("billingAccount", ()):
        for balance in account.get("accountBalance") or ():
            amount = balance.get("amount") if isinstance(balance, dict) else None
            if isinstance(amount, dict) and isinstance(amount.get("value"), int | float | Decimal):
                unit = str(amount.get("unit") or "")
                sums[unit] = sums.get(unit, Decimal(0)) + Decimal(str(amount["value"]))
    told = {unit: written.money(round(value, 2)) for unit, value in sorted(sums.items())}
    return ", ".join(f"{value} {unit}".strip() for unit, value in told.items())


def _open_tickets(whole: Around) -> int | None:
    tickets = whole.parts.get("troubleTicket")
    if tickets is None:
        return None
    return sum(each.get("status") not in ("closed", "cancelled", "resolved") for each in tickets)


def _sections(
    whole: Around, party: tuple[str, Document] | None
) -> list[tuple[str, str, list[Document], int]]:
    """Return what else there is: type, title, the first records, how many are known."""
    own = party[1]["id"] if party else ""
    found = []
    for kind in dict.fromkeys((*TITLES, *whole.parts)):
        records = [each for each in whole.parts.get(kind, ()) if each["id"] != own]
        if records:
            known = whole.known[kind] - (len(whole.parts[kind]) - len(records))
            found.append((kind, TITLES.get(kind, kind), records[:_SHOWN], known))
    return found


async def _family(view: View, whole: Around) -> Tree | None:
    """Return the household or corporate tree around the party; None where there is none."""
    party = whole.party
    types = [name for name in IN_TREES if view.may(Operation.READ, name)]
    if party is None or party[0] not in types:
        return None
    span = Span(whole.moment.as_of or now(), types, KINDS)
    try:
        found = await tree(
            view.rooms.database, party[1]["id"], span, depth=3, limit=30, sight=view.sight
        )
    except NoSuchRecord:
        return None
    return found if found.above or found.below else None


SCREENS = (
    Screen(
        "/customers/{id}",
        mark("Customer"),
        "customers",
        Operation.READ,
        "customer",
        show,
        "customers/overview",
        "customer360",
    ),
)
