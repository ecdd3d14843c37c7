"""The search: one box for everything that whoever works here may read."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.record.search.candidate import SEARCHED
from customer_inventory.record.search.find import Hit, Hits, find
from customer_inventory.record.search.position import position_of, text_of

_LIMIT = 20
_SHORTEST = 2
"""Below so many letters nothing is looked for while somebody types."""

COLUMNS = (
    Column("name", mark("Name"), "name"),
    Column("type", mark("Type")),
    Column("matched", mark("Found by"), "name"),
    Column("customerName", mark("Customer"), "name"),
    Column("id", mark("Id"), "code"),
)


async def show(view: View) -> Shown:
    """Return what answers `q`, best first."""
    asked = view.query.get("q", "").strip()
    if len(asked) < _SHORTEST:
        return Shown({"q": asked}, _listing(view, None))
    after = view.query.get("after")
    found = await find(
        view.rooms.database,
        asked,
        types=[name for name in SEARCHED if view.may(Operation.READ, name)],
        sight=view.sight,
        as_of=None,
        limit=_LIMIT,
        after=position_of(after) if after else None,
    )
    ids = {hit.id: None for hit in found.hits}
    ids |= {hit.customer_id: None for hit in found.hits if hit.customer_id}
    kinds = {hit.type for hit in found.hits}
    kinds |= {"customer" for hit in found.hits if hit.customer_id}
    return Shown(
        {"q": asked, "isComplete": found.is_complete},
        _listing(view, found),
        ids=tuple(ids),
        groups=view.sight.groups(*sorted(kinds)) if kinds else (),
    )


def _listing(view: View, found: Hits | None) -> Listing:
    hits = found.hits if found else ()
    return Listing(
        COLUMNS,
        [_row(hit) for hit in hits],
        view.say("What was found"),
        text_of(found.after) if found and found.after is not None else None,
        empty=view.say("Nothing answers.") if found else view.say("Type a name, or a number."),
        empty_hint=view.say("Fewer letters find more; three letters of a name are enough."),
    )


def _row(hit: Hit) -> dict[str, Any]:
    return {
        "name": hit.name or hit.id,
        "type": hit.type,
        "matched": ", ".join(dict.fromkeys(match.value for match in hit.matched if match.value)),
        "customerName": hit.customer_name,
        "id": hit.id,
        "_href": address_of(hit),
    }


def address_of(hit: Hit) -> str:
    """Return where a hit is shown: at its customer, if it has one."""
    customer = hit.id if hit.type == "customer" else hit.customer_id
    return f"/customers/{customer}" if customer else f"/records/{hit.type}/{hit.id}"


SCREENS = (
    Screen(
        "/search",
        mark("Search"),
        "customers",
        Operation.READ,
        None,
        show,
        "search",
        "search",
        is_list=True,
        navigation=mark("Search"),
    ),
)
