"""Gaps of the register, and the matrix of requirements and processes."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from customer_inventory.access.operation import REQUIREMENT, Operation
from customer_inventory.console.listing import Column, Filter, Key, Listing, page_of
from customer_inventory.console.requirements.register import place
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import coverage, gaps

_MOST = 1000
"""So many records of the type are looked at for its gaps."""
PAGE = 50
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
    Column("evidence", mark("What shows it"), "ours"),
    Column("requirement", mark("Requirement"), "code"),
)


async def show_gaps(view: View) -> Shown:
    """Return a page of the gaps of a record type, all kinds or one."""
    kind, gap = _type(view), view.query.get("kind")
    found = await gaps.gaps(view.rooms.database, [kind], most=_MOST)
    page, after = page_of(
        [(_order(each), each) for each in found if not gap or gap == each.kind],
        view.query.get("after"),
        PAGE,
    )
    listing = Listing(
        GAP_COLUMNS,
        [_gap_row(view, kind, each) for each in page],
        view.say("Gaps between what is required and what is so"),
        after,
        filters=(
            _types(view),
            Filter("kind", view.say("Gap"), tuple((k, view.say(v)) for k, v in KINDS.items())),
        ),
        empty=view.say("Nothing is amiss with this record type."),
        empty_hint=view.say("What nobody holds, and nobody requires, has no gap."),
    )
    return Shown({"type": kind}, listing)


def _order(gap: gaps.Gap) -> Key:
    return list(KINDS).index(gap.kind), gap.path, gap.evidence


def _gap_row(view: View, kind: str, gap: gaps.Gap) -> dict[str, Any]:
    return {
        "path": gap.path,
        "gap": view.say(KINDS[gap.kind]),
        "share": None if gap.kind == "readNotDeclared" else gap.share,
        "evidence": gap.evidence,
        "requirement": gap.requirement,
        "_href": _place(kind, gap),
    }


def _place(kind: str, gap: gaps.Gap) -> str:
    """Return where a gap is closed: at its requirement, or at a new one on the attribute."""
    if gap.requirement:
        return f"/requirements/{gap.requirement}"
    return f"/requirements/new?{urlencode({'type': kind, 'path': gap.path})}"


async def show_matrix(view: View) -> Shown:
    """Return which process has what to do with which requirement of a type, a page of these."""
    kind = _type(view)
    cells = await coverage.matrix(view.rooms.database, [kind])
    processes = sorted({cell.process for cell in cells})
    found: dict[str, list[coverage.Cell]] = {}
    for cell in cells:
        found.setdefault(cell.requirement.id, []).append(cell)
    page, after = page_of(
        [(place(identifier), own) for identifier, own in found.items()],
        view.query.get("after"),
        PAGE,
    )
    columns = (
        Column("id", mark("Id"), "code"),
        Column("name", mark("Name"), "name"),
        *(Column(process, process) for process in processes),
    )
    listing = Listing(
        columns,
        [_matrix_row(view, own) for own in page],
        view.say("Requirements and processes"),
        after,
        filters=(_types(view),),
        empty=view.say("No requirement on this record type is approved or in force."),
        empty_hint=view.say("The matrix has what is approved or enforced."),
    )
    return Shown({"type": kind}, listing, ids=tuple(own[0].requirement.id for own in page))


def _matrix_row(view: View, cells: Sequence[coverage.Cell]) -> dict[str, Any]:
    said = cells[0].requirement
    letters = {cell.process: _letters(view, cell) for cell in cells}
    return {"id": said.id, "name": said.name, "_href": f"/requirements/{said.id}", **letters}


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
