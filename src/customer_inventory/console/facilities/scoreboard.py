"""The scoreboard: what came of shortcomings, the gain that was promised and what was achieved."""

from typing import Any

from customer_inventory.access.operation import SHORTCOMING, Operation
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.every import check_of
from customer_inventory.shortcomings.handover.option import share_gained
from customer_inventory.store.database import Row

_ENTRY = "shortcomingScore"
_PAGE = 100
_COUNTED = {
    "found": mark("found"),
    "raised": mark("raised"),
    "accepted": mark("accepted"),
    "verified": mark("verified"),
    "closed": mark("closed"),
    "rejected": mark("rejected"),
    "reopened": mark("reopened"),
    "false_fixes": mark("false fixes"),
}
_COLUMNS = (
    Column("title", mark("What was wrong"), "ours"),
    Column("object", mark("Where"), "code"),
    Column("before", mark("Measured before"), "number"),
    Column("after", mark("Now"), "number"),
    Column("unit", mark("Unit"), "ours"),
    Column("promised", mark("Promised"), "share"),
    Column("achieved", mark("Achieved"), "share"),
    Column("falseFixes", mark("False fixes"), "number"),
    Column("verifiedAt", mark("Verified"), "time"),
)


async def show(view: View) -> Shown:
    """Return counts and mean gains, and each that was verified, was none, or was not mended."""
    database = view.rooms.database
    whole = await held.scoreboard(database)
    every = await held.scores(database)
    names = [row["fingerprint"] for row in every]
    after = view.query.get("after", "")
    begin = names.index(after) + 1 if after in names else 0
    rows = every[begin : begin + _PAGE]
    listing = Listing(
        _COLUMNS,
        [_row(row) for row in rows],
        view.say("What was promised and achieved"),
        rows[-1]["fingerprint"] if len(every) > begin + _PAGE else None,
        empty=view.say("Nothing was verified yet."),
        empty_hint=view.say("What is said to be mended is measured again, and is here then."),
    )
    content = {
        **{_KEYS.get(name, name): int(whole[name]) for name in _COUNTED},
        "promised": whole["promised"],
        "achieved": whole["achieved"],
    }
    counts = [(word, int(whole[name])) for name, word in _COUNTED.items()]
    return Shown(content, listing, {"counts": counts})


_KEYS = {"false_fixes": "falseFixes"}


def _row(row: Row) -> dict[str, Any]:
    is_verified = row["verified_at"] is not None
    before, now = row["before_value"], row["last_value"]
    return {
        "title": check_of(row["checked"]).title,
        "object": row["object"],
        "before": before,
        "after": now,
        "unit": row["unit"],
        "promised": share_gained(before, row["promised_value"]) if is_verified else None,
        "achieved": share_gained(before, now) if is_verified else None,
        "falseFixes": row["false_fixes"],
        "verifiedAt": row["verified_at"],
        "_href": f"/facilities/shortcomings/{row['fingerprint']}",
    }


SCREENS = (
    Screen(
        "/facilities/scoreboard", mark("Scoreboard"), "facilities", Operation.READ, SHORTCOMING,
        show, "facilities/scoreboard", _ENTRY, is_list=True, navigation=mark("Scoreboard"),
    ),
)  # fmt: skip
