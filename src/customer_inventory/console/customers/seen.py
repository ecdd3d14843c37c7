"""Who saw a customer, and why."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.console.customers.around import around, groups_in_words
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.clock import parse_instant
from customer_inventory.usage.seen_by import Sighting, check_reason, seen_by

_PAGE, _AROUND = 50, 1000


async def show(view: View) -> Shown:
    """Return the accesses to a customer's records, latest first; people are named for a case."""
    because = view.query.get("staffBecause") or None
    reason = check_reason(because) if because else None
    whole = await around(view, most=_AROUND)
    after = view.query.get("after", "")
    found = await seen_by(
        view.rooms.database,
        whole.ids,
        until=parse_instant(after) if after else None,
        limit=_PAGE + 1,
        with_staff=reason is not None,
    )
    listing = Listing(
        COLUMNS,
        [_row(view, each) for each in found[:_PAGE]],
        view.say("Accesses"),
        found[_PAGE - 1].at.isoformat() if len(found) > _PAGE else None,
        filters=(Filter("staffBecause", view.say("Case, to see people too")),),
        empty=view.say("Nobody has looked yet."),
    )
    return Shown(
        {"customer": whole.id},
        listing,
        ids=(whole.id,),
        title=view.say("Who saw %(name)s", name=whole.name),
        reason=reason,
    )


COLUMNS = (
    Column("process", mark("Process")),
    Column("purpose", mark("Purpose")),
    Column("at", mark("When"), "time"),
    Column("operation", mark("What"), "ours"),
    Column("recordType", mark("Of type")),
    Column("decision", mark("Decision"), "state"),
    Column("groups", mark("Attributes")),
    Column("person", mark("Person"), "name"),
    Column("records", mark("Records"), "number"),
)


def _row(view: View, each: Sighting) -> dict[str, Any]:
    return {
        "process": each.process,
        "purpose": each.purpose,
        "at": each.at,
        "operation": each.operation,
        "recordType": each.record_type,
        "decision": each.decision,
        "groups": groups_in_words(view, each.groups) or None,
        "person": each.person,
        "records": len(each.ids),
    }


SCREENS = (
    Screen(
        "/customers/{id}/seen-by",
        mark("Who saw it"),
        "customers",
        Operation.READ,
        "customer",
        show,
        "customers/seen",
        "seenBy",
        is_list=True,
    ),
)
