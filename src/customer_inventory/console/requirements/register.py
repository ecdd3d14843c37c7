"""The register of requirements: each in its latest version, by id."""

from typing import Any, get_args

from customer_inventory.access.operation import REQUIREMENT, Operation
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.requirements.register import State, Versioned

_LIMIT = 50
_STATES: tuple[State, ...] = get_args(State)

COLUMNS = (
    Column("id", mark("Id"), "code"),
    Column("name", mark("Name"), "name"),
    Column("type", mark("Record type")),
    Column("path", mark("Attribute"), "code"),
    Column("obligation", mark("Obligation")),
    Column("classification", mark("Classified")),
    Column("state", mark("State"), "state"),
    Column("version", mark("Version"), "number"),
    Column("usedBy", mark("Used by")),
)


async def show(view: View) -> Shown:
    """Return a page of the requirements that a filter finds."""
    asked, states = view.query, _states(view.query.get("state"))
    words = asked.get("q", "").casefold().split()
    found = [
        each
        for each in await register.latest(view.rooms.database, states)
        if (not asked.get("type") or asked["type"] == each.requirement.type)
        and place(each.requirement.id) > place(asked.get("after", ""))
        and all(word in _text(each) for word in words)
    ]
    page = found[:_LIMIT]
    listing = Listing(
        COLUMNS,
        [_row(view, each) for each in page],
        view.say("Requirements"),
        page[-1].requirement.id if len(found) > _LIMIT else None,
        filters=(
            Filter("q", view.say("Words"), kind="search"),
            Filter("type", view.say("Record type"), tuple((name, name) for name in TYPES)),
            Filter("state", view.say("State"), tuple((s, view.say(s)) for s in _STATES)),
        ),
        empty=view.say("The register has no such requirement."),
        empty_hint=view.say("Propose one, or let files say it: `cinv req import`."),
    )
    return Shown(
        listing=listing,
        aside={
            "may_propose": view.may(Operation.CREATE, REQUIREMENT),
            "types": [(name, name) for name in TYPES],
        },
        ids=tuple(each.requirement.id for each in page),
    )


def place(identifier: str) -> tuple[int, str]:
    """Return the place of an id in the order of numbers."""
    return len(identifier), identifier


def _text(each: Versioned) -> str:
    said = each.requirement
    parts = (said.id, said.name, said.definition, said.type, said.path, *said.used_by)
    return " ".join(parts).casefold()


def _states(asked: str | None) -> tuple[State, ...]:
    found = tuple(each for each in _STATES if each == asked)
    if asked and not found:
        raise Invalid(f"must be one of {', '.join(_STATES)}.", path="state")
    return found


def _row(view: View, each: Versioned) -> dict[str, Any]:
    said = each.requirement
    return {
        "id": said.id,
        "name": said.name,
        "type": said.type,
        "path": said.path,
        "obligation": view.say(said.obligation),
        "classification": view.say(said.facet.classification.value),
        "state": each.state,
        "version": each.version,
        "usedBy": ", ".join(said.used_by),
        "_href": f"/requirements/{said.id}",
    }


WORDS = (
    mark("mandatory"), mark("conditional"), mark("optional"), mark("public"), mark("internal"),
    mark("personal"), mark("sensitive"), mark("secret"), mark("rejected"), mark("enforced"),
    mark("proposed"), mark("reviewed"), mark("approved"), mark("suspended"), mark("superseded"),
    mark("retired"),
)  # fmt: skip

SCREENS = (
    Screen(
        "/requirements",
        mark("Requirements"),
        "requirements",
        Operation.READ,
        REQUIREMENT,
        show,
        "requirements/register",
        "requirement",
        is_list=True,
        navigation=mark("Requirements"),
    ),
)
