"""Gaps of the register, and the matrix of requirements and processes."""

from typing import Any
from urllib.parse import urlencode

from customer_inventory.access.operation import REQUIREMENT, Operation
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import coverage, gaps

_MOST = 1000
"""So many records of the type are looked at for its gaps."""
_FIRST = "individual"

KINDS = {
    "requiredButEmpty": mark("required, and (nearly) empty"),
    "heldNotRequired": mark("held, and not required"),
    "neverRead": mark("held, and not read for 90 days"),
    "readNotDeclared": mark("read, and not declared"),
}
GAP_COLUMNS = (
    Column("path", mark("Attribute"), "code"),
    Column("gap", mark("Gap")),
    Column("share", mark("Have it"), "share"),
    Column("evidence", mark("What shows it"), "name"),
    Column("requirement", mark("Requirement"), "code"),
)


async def show_gaps(view: View) -> Shown:
    """Return the gaps of a record type, all kinds or one."""
    kind, gap = _type(view), view.query.get("kind")
    found = await gaps.gaps(view.rooms.database, [kind], most=_MOST)
    rows = [
        {
            "path": each.path,
            "gap": view.say(KINDS[each.kind]),
            "share": None if each.kind == "readNotDeclared" else each.share,
            "evidence": each.evidence,
            "requirement": each.requirement,
            "_href": _place(kind, each),
        }
        for each in found
        if not gap or gap == each.kind
    ]
    listing = Listing(
        GAP_COLUMNS,
        rows,
        view.say("Gaps between what is required and what is so"),
        filters=(
            _types(view),
            Filter("kind", view.say("Gap"), tuple((k, view.say(v)) for k, v in KINDS.items())),
        ),
        empty=view.say("Nothing is amiss with this record type."),
        empty_hint=view.say("What nobody holds, and nobody requires, has no gap."),
    )
    return Shown({"type": kind}, listing)


def _place(kind: str, gap: gaps.Gap) -> str:
    """Return where a gap is closed: at its requirement, or at a new one on the attribute."""
    if gap.requirement:
        return f"/requirements/{gap.requirement}"
    return f"/requirements/new?{urlencode({'type': kind, 'path': gap.path})}"


async def show_matrix(view: View) -> Shown:
    """Return which process has what to do with which requirement of a record type."""
    kind = _type(view)
    cells = await coverage.matrix(view.rooms.database, [kind])
    processes = sorted({cell.process for cell in cells})
    rows: dict[str, dict[str, Any]] = {}
    for cell in cells:
        said = cell.requirement
        row = rows.setdefault(
            said.id,
            {"id": said.id, "name": said.name, "_href": f"/requirements/{said.id}"},
        )
        row[cell.process] = _letters(view, cell)
    columns = (
        Column("id", mark("Id"), "code"),
        Column("name", mark("Name"), "name"),
        *(Column(process, process) for process in processes),
    )
    listing = Listing(
        columns,
        list(rows.values()),
        view.say("Requirements and processes"),
        filters=(_types(view),),
        empty=view.say("No requirement on this record type is approved or in force."),
        empty_hint=view.say("The matrix has what is approved or enforced."),
    )
    return Shown({"type": kind}, listing, ids=tuple(rows))


def _letters(view: View, cell: coverage.Cell) -> str:
    said = (
        (cell.asks, view.say("asks")),
        (cell.uses, view.say("uses")),
        (bool(cell.granted), view.say("granted")),
        (bool(cell.read), view.say("read")),
    )
    return ", ".join(word for is_so, word in said if is_so)


def _type(view: View) -> str:
    kind = view.query.get("type") or _FIRST
    if kind not in TYPES:
        raise Invalid("is no record type.", path="type")
    return kind


def _types(view: View) -> Filter:
    names = tuple((name, name) for name in TYPES if name != _FIRST)
    return Filter("type", view.say("Record type"), names, every=_FIRST)


SCREENS = (
    Screen(
        "/requirements/gaps", mark("Gaps"), "requirements", Operation.READ, REQUIREMENT, show_gaps,
        "requirements/gaps", "requirement", is_list=True, navigation=mark("Gaps"),
    ),
    Screen(
        "/requirements/matrix", mark("Requirements and processes"), "requirements",
        Operation.READ, REQUIREMENT, show_matrix, "requirements/matrix", "requirement",
        is_list=True, navigation=mark("Matrix"),
    ),
)  # fmt: skip
