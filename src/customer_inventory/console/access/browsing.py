"""The ledger browsed: who did what, with what, when and for what, and whether it is as sealed."""

from datetime import timedelta
from typing import Any

from customer_inventory.access.log.browsing import LAST, Browsed, Looked, browse, stand
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.console.access.told import PAGE, instant_of
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import InventoryError

_AROUND = 10_000
_LONGEST_LOOK = timedelta(days=31)
"""By person alone no more is looked through, unless told: there is no index by them."""
_COLUMNS = (
    Column("at", mark("When"), "time"),
    Column("sealed", mark("Log"), "state"),
    Column("process", mark("Process"), "code"),
    Column("person", mark("Person"), "name"),
    Column("purpose", mark("Purpose"), "code"),
    Column("operation", mark("Operation")),
    Column("type", mark("Type"), "code"),
    Column("records", mark("Records"), "number"),
    Column("decision", mark("Decision"), "state"),
    Column("rule", mark("By"), "name"),
    Column("source", mark("From"), "code"),
    Column("place", mark("Place"), "number"),
)
_STATES = (mark("sealed"), mark("altered"))
_FILTERS = (
    Filter("record", mark("Customer or record")),
    Filter("process", mark("Process")),
    Filter("person", mark("Person")),
    Filter("since", mark("From"), kind="date"),
    Filter("until", mark("Before"), kind="date"),
)


async def show(view: View) -> Shown:
    """Show entries of the ledger, latest first, and how far it is sealed."""
    asked = view.query
    record, person = asked.get("record", "").strip(), asked.get("person", "").strip()
    process, since = asked.get("process", "").strip(), instant_of(view, "since")
    if person and not (process or record or since):
        since = now() - _LONGEST_LOOK
    looked = Looked(
        await _around(view, record) if record else None,
        process or None,
        asked.get("purpose", "").strip() or None,
        person or None,
        since,
        instant_of(view, "until"),
    )
    after = asked.get("after", "")
    before = int(after) if after.isascii() and after.isdigit() and int(after) < LAST else LAST
    entries, further = await browse(view.rooms.database, looked, before=before, limit=PAGE)
    log = await stand(view.rooms.database)
    listing = Listing(
        _COLUMNS,
        [_row(view, each) for each in entries],
        view.say("Entries of the ledger, latest first"),
        None if further is None else str(further),
        _FILTERS,
        empty=view.say("The ledger has no such entry."),
        empty_hint=view.say("Every access is in it, permitted or refused."),
    )
    content = {
        "log": {
            "size": log.size,
            "signedAt": log.signed_at,
            "anchored": log.anchored,
            "waitingSince": log.waiting_since,
            "isAsSealed": all(each.sealed != "altered" for each in entries),
            "looked": sum(each.place is not None for each in entries),
        }
    }
    return Shown(content, listing, ids=(record,) if record else ())


async def _around(view: View, record: str) -> list[str]:
    """Return the ids around a customer, to whoever may read customers; else that id alone."""
    if view.may(Operation.READ, "customer"):
        try:
            whole = await view.rooms.inventory.around(record, most=_AROUND, sight=view.sight)
        except InventoryError:
            return [record]
        return list(whole.record_ids)
    return [record]


def _row(view: View, entry: Browsed) -> dict[str, Any]:
    told = entry.told
    return {
        "at": told["at"],
        "sealed": entry.sealed,
        "process": told["process"],
        "person": told["person"],
        "purpose": told["purpose"],
        "operation": ", ".join(view.say(word) for word in told["operation"].split(",")),
        "type": told["record_type"],
        "records": told["record_count"],
        "decision": told["decision"],
        "rule": told["rule"],
        "source": told["source"],
        "place": entry.place,
    }


SCREENS = (
    Screen(
        "/access/ledger", mark("Ledger"), "access", Operation.READ, ACCESS, show,
        "access/ledger", "ledger", is_list=True, navigation=mark("Ledger"),
    ),
)  # fmt: skip
