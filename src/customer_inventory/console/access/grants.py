"""Grants: what processes ask for, who decides on it, and how it ends."""

from collections.abc import Awaitable, Callable
from typing import Any

from customer_inventory.access.depending import dependence
from customer_inventory.access.grant import granting
from customer_inventory.access.grant.people import REVIEWER
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.access.person import account as accounts
from customer_inventory.console.access.told import PAGE, decided, shown, words
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.record.document import parse
from customer_inventory.store.database import Row

_ENTRY = "grant"
_COLUMNS = (
    Column("process", mark("Process"), "code"),
    Column("purpose", mark("Purpose"), "code"),
    Column("state", mark("State"), "state"),
    Column("asks", mark("For")),
    Column("requestedBy", mark("Asked for by"), "name"),
    Column("requestedAt", mark("Asked for"), "time"),
    Column("missing", mark("Approvals missing")),
)
_STATES = (
    "requested", "reviewed", "approved", "active", "suspended", "revoked", "rejected", "withdrawn",
    "expired", "superseded",
)  # fmt: skip
_UNDER_WAY = ("requested", "reviewed", "approved")
_FILTERS = (
    Filter("state", mark("State"), tuple((each, each) for each in _STATES)),
    Filter("process", mark("Process")),
)


async def find(view: View) -> Shown:
    """Show grants, latest first: of a state, of a process, or all."""
    state, process = view.query.get("state") or None, view.query.get("process", "").strip() or None
    after = view.query.get("after") or None
    rows = await granting.grants(
        view.rooms.database, process=process, state=state, after=after, limit=PAGE
    )
    listing = Listing(
        _COLUMNS,
        [
            {
                **_told(row),
                "asks": words(parse(row["permissions"].encode())),
                "missing": row["approvals_missing"] if row["state"] in _UNDER_WAY else "",
                "_href": f"/access/grants/{row['id']}",
            }
            for row in rows
        ],
        view.say("Grants, latest first"),
        rows[-1]["id"] if len(rows) == PAGE else None,
        _FILTERS,
        empty=view.say("There is no such grant."),
        empty_hint=view.say("What a process may do is asked for, reviewed and approved here."),
    )
    return Shown(listing=listing, ids=tuple(row["id"] for row in rows))


async def show(view: View) -> Shown:
    """Show a grant: what is asked for, whose agreement is missing, what depends on it."""
    database, grant = view.rooms.database, view.path["id"]
    (row,) = await granting.grants(database, grant=grant)
    past = await granting.history(database, grant)
    depends = await dependence(database, row["process"], grant=grant, purpose=row["purpose"])
    missing = [each for each in row["approvals_missing"].split(", ") if each]
    content: dict[str, Any] = {
        **_told(row),
        "part": row["part"],
        "version": row["version"],
        "permissions": parse(row["permissions"].encode()),
        "terms": parse(row["terms"].encode()),
        "reason": row["reason"],
        "validFrom": row["valid_from"],
        "validTo": row["valid_to"],
        "sha256": row["sha256"],
        "approvalsMissing": missing,
        "dependence": shown(depends),
        "history": [
            {
                "at": each["changed_at"],
                "state": each["state"],
                "by": each["changed_by"],
                "reason": each["reason"],
            }
            for each in past
        ],
    }
    aside = {
        "steps": await _steps(view, row, missing),
        "history": [
            {
                "at": each["changed_at"],
                "kind": each["state"],
                "title": each["reason"] or each["state"],
                "who": each["changed_by"],
            }
            for each in reversed(past)
        ],
        "is_own": row["requested_by"] == view.who.person,
    }
    title = view.say("%(process)s for %(purpose)s", process=row["process"], purpose=row["purpose"])
    return Shown(content, aside=aside, ids=(grant,), title=title)


def _told(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "process": row["process"],
        "purpose": row["purpose"],
        "state": row["state"],
        "requestedBy": row["requested_by"],
        "requestedAt": row["requested_at"],
    }


async def _steps(view: View, row: Row, missing: list[str]) -> list[str]:
    """Return what whoever works here can do with a grant, as far as it can be told before."""
    if not view.may(Operation.MODIFY, ACCESS):
        return []
    is_own = row["requested_by"] == view.who.person
    held = {
        each["capacity"]
        for each in await accounts.capacities_of(view.rooms.database, view.who.person)
    }
    steps = {
        "requested": ["review", "reject", "withdraw"],
        "reviewed": ["approve", "reject", "withdraw"],
        "approved": ["activate", "revoke", "withdraw"],
        "active": ["suspend", "revoke"],
        "suspended": [],
    }.get(row["state"], [])
    able = {
        "review": not is_own and REVIEWER in held,
        "approve": not is_own and bool(held & set(missing)),
        "withdraw": is_own,
    }
    return [step for step in steps if able.get(step, True)]


async def approve(view: View, form: Form) -> Done:
    """Approve what was seen, in every capacity that whoever works here has."""
    missing = await granting.approve(
        view.rooms.database,
        view.path["id"],
        by=decided(view, _of(form, "approve")),
        seen=form.get("seen", ""),
    )
    if missing:
        told = view.say("You agreed. Still missing: %(missing)s.", missing=", ".join(missing))
        return Done(view.here, told, ids=(view.path["id"],))
    return Done(view.here, view.say("Approved by all who must."), ids=(view.path["id"],))


def _of(form: Form, step: str) -> Form:
    """Return a form whose reason is that of one step: each has a field of its own."""
    return {**form, "reason": form.get(f"{step}-reason", "")}


def _taking(
    step: str, work: Callable[..., Awaitable[None]], told: str
) -> Callable[[View, Form], Awaitable[Done]]:
    """Return the act that takes one step of a grant's life."""

    async def act(view: View, form: Form) -> Done:
        grant = view.path["id"]
        await work(view.rooms.database, grant, by=decided(view, _of(form, step)))
        return Done(view.here, view.say(told), ids=(grant,))

    return act


_ACTS = {
    "review": _taking("review", granting.review, mark("Found in order.")),
    "approve": approve,
    "activate": _taking("activate", granting.activate, mark("In force from now on.")),
    "reject": _taking("reject", granting.reject, mark("Rejected.")),
    "withdraw": _taking("withdraw", granting.withdraw, mark("Taken back.")),
    "suspend": _taking("suspend", granting.suspend, mark("Suspended: nothing of it is permitted.")),
    "revoke": _taking("revoke", granting.revoke, mark("Revoked: nothing of it is permitted.")),
}

SCREENS = (
    Screen(
        "/access/grants", mark("Grants"), "access", Operation.READ, ACCESS,
        find, "access/grants", _ENTRY, is_list=True, navigation=mark("Grants"),
    ),
    Screen(
        "/access/grants/{id}", mark("Grant"), "access", Operation.READ, ACCESS,
        show, "access/grant", _ENTRY,
        actions=tuple(
            Action(name, Operation.MODIFY, ACCESS, act) for name, act in _ACTS.items()
        ),
    ),
)  # fmt: skip
