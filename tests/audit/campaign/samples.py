"""A campaign that was read, without a database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.statement import AUDIT, signing
from customer_inventory.audit.campaign.campaign import Campaign, Declared
from customer_inventory.audit.campaign.certificate import signed
from customer_inventory.audit.campaign.item import Item, Reading
from customer_inventory.audit.campaign.plan import Demand
from customer_inventory.audit.campaign.statement import statement
from customer_inventory.audit.campaign.verdict import Verdicts

ELEMENT = "familyName"
WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
VERDICTS = {
    "conforming": Verdicts({ELEMENT: "agrees"}),
    "nonconforming": Verdicts({ELEMENT: "differs"}, {ELEMENT: "Byron"}),
    "untold": Verdicts({ELEMENT: "cannotTell"}),
}
EXAMPLE = Campaign(
    "qa06h0q9x2mrs6kz4c8v1tdw3e",
    Declared(
        name="Names <2026> Łódź",
        owner="Data office",
        record_type="individual",
        filter="status=active",
        elements=(ELEMENT,),
        compared_with="contractScan",
        demand=Demand(Fraction(65, 10_000)),
        due_at=WHEN,
        auditors=("ada", "grace"),
        stratum="source",
        seed="2026",
        second_share=Fraction(1, 10),
    ),
    "underWay",
    WHEN,
    10_000,
    127,
    2,
    {"crm": 6_000, "web": 4_000},
    WHEN,
    None,
    None,
)


def told(
    outcomes: Sequence[str], *, second: Sequence[str] = (), earlier: Sequence[Campaign] = ()
) -> dict[str, Any]:
    """Return the statement of the example whose items came to these, the first ones read twice."""
    items = [_item(number, outcome) for number, outcome in enumerate(outcomes, 1)]
    readings = []
    for each in items:
        if each.outcome:
            readings.append(Reading(each.number, 1, "ada", VERDICTS[each.outcome], {}))
        if each.number <= len(second):
            verdicts = VERDICTS[second[each.number - 1]]
            readings.append(Reading(each.number, 2, "grace", verdicts, {}))
    return statement(EXAMPLE, items, readings, earlier)


def closed(outcomes: Sequence[str], name: str) -> Campaign:
    """Return an earlier campaign over the same."""
    return replace(
        EXAMPLE,
        declared=replace(EXAMPLE.declared, name=name),
        state="closed",
        closed_at=WHEN,
        statement=told(outcomes),
    )


def certificate(home: Path, outcomes: Sequence[str] = ()) -> dict[str, Any]:
    """Return a certificate of the example signed with the key in `home`: 2 of 127 by default."""
    found = outcomes or ["nonconforming"] * 2 + ["conforming"] * 125
    told_of = told(found, second=found[:13], earlier=[closed(found[:60], "Last year's")])
    return signed(told_of, signing(AUDIT, lambda: Signer.kept_in(home)))


def _item(number: int, outcome: str) -> Item:
    is_void = outcome == "void"
    return Item(
        number, f"id-{number}", 1, "crm" if number % 5 else "web", "void" if is_void else "decided",
        False, None if is_void else outcome, None, "The record is gone." if is_void else None,
        None, None,
    )  # fmt: skip
