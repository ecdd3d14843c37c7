"""The queue of pairs: records that may be of one subject, the likest first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.capture.matching import beside, deciding, pair
from customer_inventory.capture.matching.normal import MATCHED
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document

_LIMIT = 20

COLUMNS = (
    Column("oneName", mark("One"), "name"),
    Column("otherName", mark("The other"), "name"),
    Column("type", mark("Type")),
    Column("probability", mark("Likely"), "share"),
    Column("for", mark("What speaks for it")),
    Column("conflict", mark("Contradicts")),
    Column("state", mark("State"), "state"),
    Column("foundAt", mark("Found"), "time"),
    Column("one", mark("Id of one"), "code"),
    Column("other", mark("Id of the other"), "code"),
)
_WITHOUT_IDS = 8
"""So many of the columns are shown on the page; ids are for programs."""


async def show(view: View) -> Shown:
    """Return the pairs in a state, a page of them."""
    kinds = (view.query["type"],) if view.query.get("type") else MATCHED
    state = view.query.get("state") or pair.OPEN
    if state not in pair.STATES:
        raise Invalid(f"must be one of {', '.join(pair.STATES)}.", path="state")
    after = view.query.get("after")
    found, following = await deciding.shown_pairs(
        view.rooms.database,
        [name for name in MATCHED if name in kinds and view.may(Operation.READ, name)],
        sight=view.sight,
        state=state,
        after=deciding.position_of(after) if after else None,
        limit=_LIMIT,
    )
    said = await beside.documents(view.rooms.database, found, view.sight)
    listing = Listing(
        COLUMNS,
        [_row(view, each, said) for each in found],
        view.say("Pairs, the likest first"),
        deciding.text_of(following) if following else None,
        filters=_filters(view),
        empty=view.say("No pair waits.") if state == pair.OPEN else view.say("There is none."),
        empty_hint=view.say(
            "Pairs come in when somebody enters what is there already, and from `cinv capture"
            " pairs find`, which compares all records."
        ),
    )
    ids = dict.fromkeys(side for each in found for side in (each.one, each.other))
    told = sorted({each.row["record_type"] for each in found})
    return Shown(
        listing=listing,
        aside={
            "decided": await decided(view),
            "page": replace(listing, columns=COLUMNS[:_WITHOUT_IDS]),
        },
        ids=tuple(ids),
        groups=view.sight.groups(*told) if told else (),
    )


async def decided(view: View) -> Mapping[str, str] | None:
    """Return the pair that was decided just before, with where that is taken back."""
    one, _, other = view.query.get("decided", "").partition(":")
    if not other:
        return None
    row = await pair.pair_of(view.rooms.database, one, other)
    if row["state"] == pair.OPEN or not view.may(Operation.MODIFY, row["record_type"]):
        return None
    return {"state": row["state"], "href": address_of(one, other)}


def address_of(one: str, other: str) -> str:
    """Return where a pair is looked at."""
    return f"/capture/pairs/{one}/{other}"


def _row(view: View, each: deciding.Met, said: Mapping[str, Document]) -> dict[str, Any]:
    told = deciding.told(each, view.sight.masks.get(each.row["record_type"]))
    speaks = [reason["comparison"] for reason in told["reason"] if reason["weight"] > 0]
    return {
        **told,
        "oneName": beside.called(said.get(each.one, {})) or each.one,
        "otherName": beside.called(said.get(each.other, {})) or each.other,
        "for": ", ".join(view.say(name) for name in speaks),
        "conflict": ", ".join(view.say(name) for name in told["conflict"]),
        "_href": address_of(each.row["one_id"], each.row["other_id"]),
    }


def _filters(view: View) -> tuple[Filter, ...]:
    states = tuple((state, view.say(state)) for state in pair.STATES if state != pair.OPEN)
    kinds = tuple((name, view.say(name)) for name in MATCHED)
    return Filter("type", view.say("Type"), kinds), Filter(
        "state", view.say("State"), states, every=view.say(pair.OPEN)
    )


WORDS = (
    mark("individual"), mark("organization"), mark("given"), mark("family"), mark("birth"),
    mark("gender"), mark("generation"), mark("email"), mark("phone"), mark("identifier"),
    mark("address"), mark("name"), mark("branch"),
)  # fmt: skip
"""What is compared, as it is said."""

SCREENS = (
    Screen(
        "/capture/pairs",
        mark("Pairs to review"),
        "capture",
        Operation.READ,
        None,
        show,
        "capture/pairs",
        "pair",
        is_list=True,
        navigation=mark("Pairs"),
    ),
)
