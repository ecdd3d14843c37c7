"""Broken glass: access in emergencies, and its review by somebody else."""

from typing import Any

from customer_inventory.access.grant import breaking_glass, watching
from customer_inventory.access.operation import BREAK_GLASS, Operation
from customer_inventory.console.access.told import PAGE, decided, words
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse
from customer_inventory.store.database import Row
from customer_inventory.store.together import together

_ENTRY = "breakGlass"
_COLUMNS = (
    Column("person", mark("Person"), "name"),
    Column("state", mark("State"), "state"),
    Column("process", mark("Process"), "code"),
    Column("asks", mark("For")),
    Column("ticket", mark("Ticket"), "code"),
    Column("openedAt", mark("Opened"), "time"),
    Column("reviewDueAt", mark("Review due"), "time"),
    Column("reviewedBy", mark("Reviewed by"), "name"),
)
_STATES = (mark("in use"), mark("waits for review"), mark("justified"), mark("unjustified"))


async def find(view: View) -> Shown:
    """Show every time the glass was broken, or what waits for its review, the due first."""
    waiting = view.query.get("state") == "unreviewed"
    rows = await breaking_glass.openings(
        view.rooms.database,
        unreviewed=waiting,
        after=view.query.get("after") or None,
        limit=PAGE,
    )
    listing = Listing(
        _COLUMNS,
        [{**_told(row), "_href": f"/access/break-glass/{row['id']}"} for row in rows],
        view.say("Access in emergencies"),
        rows[-1]["id"] if len(rows) == PAGE and not waiting else None,
        (Filter("state", mark("State"), (("unreviewed", mark("waits for review")),)),),
        empty=view.say("The glass was never broken."),
        empty_hint=view.say("In an emergency a person acts at once, and is answered for later."),
    )
    return Shown(listing=listing, ids=tuple(row["id"] for row in rows))


async def show(view: View) -> Shown:
    """Show one time the glass was broken, and what is to be done about it."""
    row = await breaking_glass.one_opening(view.rooms.database, view.path["id"])
    may = view.may(Operation.MODIFY, BREAK_GLASS)
    is_own = view.who.person in (row["person"], row["entered_by"])
    content = {
        **_told(row),
        "purpose": row["purpose"],
        "code": row["code"],
        "reason": row["reason"],
        "validTo": row["valid_to"],
        "endedAt": row["ended_at"],
        "endedBy": row["ended_by"],
        "review": row["review"],
    }
    aside = {
        "may_end": may and row["ended_at"] is None,
        "may_review": may and row["ended_at"] is not None and not row["reviewed_at"] and not is_own,
        "is_own": is_own and not row["reviewed_at"],
    }
    title = view.say("Broken by %(person)s", person=row["person"])
    return Shown(content, aside=aside, ids=(row["id"],), title=title)


async def end(view: View, _: Form) -> Done:
    """End it before its time."""
    opening = view.path["id"]
    await breaking_glass.end(view.rooms.database, opening, by=view.who.person)
    return Done(view.here, view.say("Ended. It waits for its review."), ids=(opening,))


async def review(view: View, form: Form) -> Done:
    """Say whether it was justified."""
    opening, by = view.path["id"], decided(view, form)
    if not by.reason:
        raise Invalid("is mandatory: what was found.", path="reason")
    async with together(view.rooms.database) as database:
        await breaking_glass.review(database, opening, form.get("verdict", ""), by=by)
        await watching.look_for_unreviewed(database)
    return Done(view.here, view.say("Reviewed."), ids=(opening,))


def _told(row: Row) -> dict[str, Any]:
    state = row["verdict"] or ("in use" if row["ended_at"] is None else "waits for review")
    return {
        "id": row["id"],
        "person": row["person"],
        "state": state,
        "process": row["process"],
        "asks": words(parse(row["permissions"].encode())),
        "ticket": row["ticket"],
        "openedAt": row["opened_at"],
        "reviewDueAt": row["review_due_at"],
        "isOverdue": row["is_overdue"],
        "reviewedBy": row["reviewed_by"],
        "reviewedAt": row["reviewed_at"],
    }


SCREENS = (
    Screen(
        "/access/break-glass", mark("Break-glass"), "access", Operation.READ, BREAK_GLASS,
        find, "access/emergencies", _ENTRY, is_list=True, navigation=mark("Break-glass"),
    ),
    Screen(
        "/access/break-glass/{id}", mark("Break-glass"), "access", Operation.READ, BREAK_GLASS,
        show, "access/emergency", _ENTRY,
        actions=(
            Action("end", Operation.MODIFY, BREAK_GLASS, end),
            Action("review", Operation.MODIFY, BREAK_GLASS, review),
        ),
    ),
)  # fmt: skip
