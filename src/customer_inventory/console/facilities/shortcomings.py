"""Shortcomings of the repository: what is wrong, how well that is founded, what mending gains."""

from collections.abc import Sequence
from typing import Any, get_args

from customer_inventory.access.operation import SHORTCOMING, Operation
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.check import Severity
from customer_inventory.shortcomings.every import check_of
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.option import expected_of
from customer_inventory.shortcomings.handover.ticket import Chosen
from customer_inventory.store.database import Row

_ENTRY = "shortcoming"
_PAGE = 100
_EVERY = "every"
_COLUMNS = (
    Column("title", mark("What is wrong"), "ours"),
    Column("object", mark("Where"), "code"),
    Column("severity", mark("Severity"), "state"),
    Column("state", mark("State"), "state"),
    Column("evidence", mark("Evidence"), "ours"),
    Column("value", mark("Measured"), "number"),
    Column("gain", mark("Gain at least"), "number"),
    Column("unit", mark("Unit"), "ours"),
    Column("ticket", mark("Ticket"), "state"),
    Column("firstSeen", mark("Since"), "time"),
)
_OTHERS = ("snoozed", "rejected", "closed")
_STATES = (
    *((each, each) for each in (*held.UNDECIDED, *_OTHERS)),
    (_EVERY, mark("in every state")),
)
_WORDS = (
    mark("rule of thumb"), mark("measured over a week"), mark("simulated"),
    mark("tried on a restored backup"), mark("acknowledged"), mark("inProgress"), mark("pending"),
    mark("resolved"), mark("re-measured after the fix"),
)  # fmt: skip
"""Levels of evidence, and statuses of tickets (TMF621)."""


async def find(view: View) -> Shown:
    """Return shortcomings, the worst first: those that wait for somebody, unless told."""
    database, asked = view.rooms.database, view.query
    severity = asked.get("severity", "")
    every = await held.listed(database, _states(asked.get("state", "")))
    chosen = [row for row in every if severity in ("", row["severity"])]
    rows, after = page(chosen, asked.get("after", ""))
    tickets: dict[str, Row] = {}
    for each in await ticket.listed(database, Chosen(kind="ticket")):
        tickets.setdefault(each["fingerprint"], each)
    listing = Listing(
        _COLUMNS,
        [_row(row, tickets.get(row["fingerprint"])) for row in rows],
        view.say("Shortcomings, the worst first"),
        after,
        (
            Filter("state", mark("State"), _STATES, every=view.say("waits for somebody")),
            Filter("severity", mark("Severity"), tuple((s, s) for s in get_args(Severity))),
        ),
        empty=view.say("No such shortcoming."),
        empty_hint=view.say("The repository is assessed every day; cinv shortcomings assess now."),
    )
    return Shown(listing=listing)


def page(rows: Sequence[Row], after: str) -> tuple[Sequence[Row], str | None]:
    """Return the rows behind the one of a fingerprint, all where it is gone; and what is next."""
    names = [row["fingerprint"] for row in rows]
    begin = names.index(after) + 1 if after in names else 0
    found = rows[begin : begin + _PAGE]
    return found, found[-1]["fingerprint"] if len(rows) > begin + _PAGE else None


def _states(word: str) -> Sequence[str] | None:
    if word == _EVERY:
        return None
    return [word] if word in (*held.UNDECIDED, *_OTHERS) else held.UNDECIDED


def _row(row: Row, handed: Row | None) -> dict[str, Any]:
    check = check_of(row["checked"])
    return {
        "title": check.title,
        "object": row["object"],
        "severity": row["severity"],
        "state": row["state"],
        "evidence": row["evidence"],
        "value": row["value"],
        "gain": row["value"] - expected_of(check, row["value"]),
        "unit": row["unit"],
        "ticket": handed["status"] if handed else None,
        "firstSeen": row["first_seen"],
        "_href": f"/facilities/shortcomings/{row['fingerprint']}",
    }


SCREENS = (
    Screen(
        "/facilities/shortcomings", mark("Shortcomings"), "facilities", Operation.READ,
        SHORTCOMING, find, "facilities/shortcomings", _ENTRY, is_list=True,
        navigation=mark("Shortcomings"),
    ),
)  # fmt: skip
