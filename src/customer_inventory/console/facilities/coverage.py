"""Which repository is the system of record of what is required, and what is left open."""

from typing import Any

from customer_inventory.access.operation import FACILITY, REQUIREMENT, Operation
from customer_inventory.capture.process.running import sources
from customer_inventory.console.listing import Column, Filter, Listing, page_of
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.facilities.repository.coverage import Coverage, Covered, Unknown, coverage

_ENTRY = "repository"
_PAGE = 50
CONFLICTS = ("several", "otherSource")
"""Verdicts by which repositories contradict each other."""
VERDICTS = {
    "one": mark("one system"),
    "none": mark("no system"),
    "several": mark("several"),
    "otherSource": mark("other source trusted"),
}
_WORST_FIRST = ("several", "otherSource", "none", "one")
_TONES = {"several": "bad", "otherSource": "bad", "none": "wait", "one": "good"}
_COLUMNS = (
    Column("requirement", mark("Requirement"), "code"),
    Column("recordType", mark("Type"), "code"),
    Column("path", mark("Attribute"), "code"),
    Column("verdict", mark("Verdict"), "state"),
    Column("systemOfRecord", mark("System of record"), "name"),
    Column("systemOfReference", mark("System of reference"), "name"),
    Column("copy", mark("Copies"), "name"),
    Column("trusted", mark("Trusted most"), "name"),
)


async def found(view: View) -> Coverage:
    """Return how the catalogue covers what is required."""
    database = view.rooms.database
    return await coverage(database, [row["source"] for row in await sources(database)])


async def show(view: View) -> Shown:
    """Return requirements with the repositories that hold them, of every verdict or of one."""
    whole = await found(view)
    verdict = view.query.get("verdict", "")
    keyed = [
        ((_WORST_FIRST.index(each.verdict), each.requirement.id), each)
        for each in whole.covered
        if verdict in ("", each.verdict)
    ]
    page, after = page_of(keyed, view.query.get("after"), _PAGE)
    listing = Listing(
        _COLUMNS,
        [_row(view, each) for each in page],
        view.say("What is required, and where it is kept: what is open first"),
        after,
        (Filter("verdict", mark("Verdict"), tuple(VERDICTS.items())),),
        empty=view.say("No such requirement is approved or in force."),
        empty_hint=view.say("What is required of an attribute is here as soon as it is approved."),
    )
    counted = whole.counted()
    content = {
        "count": {name: counted[name] for name in VERDICTS if counted[name]},
        "unknownSource": [_unknown(each) for each in whole.sources],
        "unknownDependant": [_unknown(each) for each in whole.dependants],
    }
    return Shown(content, listing, {"verdicts": VERDICTS})


def _row(view: View, covered: Covered) -> dict[str, Any]:
    asked = covered.requirement
    row = {
        "requirement": asked.id,
        "recordType": asked.type,
        "path": asked.path,
        "verdict": view.say(VERDICTS[covered.verdict]),
        "systemOfRecord": ", ".join(covered.records),
        "systemOfReference": ", ".join(covered.references),
        "copy": ", ".join(covered.copies),
        "trusted": covered.trusted,
        "_tone": _TONES[covered.verdict],
    }
    if view.may(Operation.READ, REQUIREMENT):
        row["_href"] = f"/requirements/{asked.id}"
    return row


def _unknown(each: Unknown) -> dict[str, Any]:
    return {
        "name": each.name,
        "repository": each.repository,
        "requirements": each.requirements,
        "example": list(each.examples),
        "isLoaded": each.is_loaded,
    }


SCREENS = (
    Screen(
        "/facilities/coverage", mark("Coverage"), "facilities", Operation.READ, FACILITY, show,
        "facilities/coverage", _ENTRY, is_list=True, navigation=mark("Coverage"),
    ),
)  # fmt: skip
