"""Processes: who answers for each, what it may do, when it was used last; and their steps."""

from typing import Any

from customer_inventory.access import registration
from customer_inventory.access.depending import dependence, last_uses
from customer_inventory.access.grant import granting
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.access.right import rights
from customer_inventory.console.access.told import PAGE, decided, shown
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Row

_ENTRY = "process"
_ONE = "/access/processes/{id}"
_COLUMNS = (
    Column("id", mark("Process"), "code"),
    Column("name", mark("Name"), "name"),
    Column("state", mark("State"), "state"),
    Column("owner", mark("Owner"), "name"),
    Column("rights", mark("May touch")),
    Column("tokens", mark("Live tokens"), "number"),
    Column("lastUsedAt", mark("Last used"), "time"),
)
_RIGHTS = (
    Column("recordType", mark("On"), "code"),
    Column("operations", mark("Operations")),
    Column("purpose", mark("Purpose"), "code"),
    Column("validTo", mark("Until"), "time"),
    Column("grant", mark("Grant"), "code"),
)
_GRANTS = (
    Column("purpose", mark("Purpose"), "code"),
    Column("state", mark("State"), "state"),
    Column("requestedBy", mark("Asked for by"), "name"),
    Column("requestedAt", mark("Asked for"), "time"),
    Column("validTo", mark("Until"), "time"),
)


async def find(view: View) -> Shown:
    """Show registered processes by id, with what they may touch and when they last did."""
    rows = await registration.processes(
        view.rooms.database, after=view.query.get("after", ""), limit=PAGE
    )
    used = await last_uses(view.rooms.database, [row["id"] for row in rows])
    listing = Listing(
        _COLUMNS,
        [
            {
                **_told(row),
                "rights": _touched(view, row["permissions"]),
                "tokens": row["live_tokens"],
                "lastUsedAt": used.get(row["id"]),
                "_href": f"/access/processes/{row['id']}",
            }
            for row in rows
        ],
        view.say("Registered processes"),
        rows[-1]["id"] if len(rows) == PAGE else None,
        empty=view.say("No process is registered."),
        empty_hint=view.say("Nothing touches customer data unless it is registered here."),
    )
    return Shown(listing=listing)


async def show(view: View) -> Shown:
    """Show a process: who answers for it, what it may, what it does, what became of it."""
    database, process = view.rooms.database, view.path["id"]
    row = await registration.one(database, process)
    held = await rights(database, process)
    asked = await granting.grants(database, process=process, limit=PAGE)
    depends = await dependence(database, process)
    past = await registration.history(database, process)
    content: dict[str, Any] = {
        **_told(row),
        "ownerPerson": row["owner_person"],
        "contact": row["contact"],
        "etomId": row["etom_id"],
        "registeredAt": row["registered_at"],
        "registeredBy": row["registered_by"],
        "right": [
            {
                "recordType": each.record_type,
                "operations": ", ".join(each.operations),
                "purpose": each.purpose,
                "validTo": each.valid_to,
                "grant": each.grant_id,
            }
            for each in held
        ],
        "grant": [
            {
                "id": each["id"],
                "purpose": each["purpose"],
                "state": each["state"],
                "requestedBy": each["requested_by"],
                "requestedAt": each["requested_at"],
                "validTo": each["valid_to"],
            }
            for each in asked
        ],
        "dependence": shown(depends),
        "history": [_past(each) for each in past],
    }
    grants = [{**each, "_href": f"/access/grants/{each['id']}"} for each in content["grant"]]
    aside = {
        "rights": Listing(_RIGHTS, content["right"], view.say("What it may do")),
        "grants": Listing(_GRANTS, grants, view.say("Grants")),
        "history": [_event(each) for each in reversed(past)],
        "is_house": process == registration.HOUSE,
        "steps": _STEPS_FROM.get(row["state"], ()),
    }
    return Shown(content, aside=aside, title=row["name"])


def _told(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "kind", "state", "owner")}


def _touched(view: View, permissions: str) -> str:
    """Return the types that the words of permissions are about, each once."""
    kinds = (each.partition(":")[0] for each in permissions.split("; ") if each)
    told = (view.say("every record") if each == "*" else each for each in dict.fromkeys(kinds))
    return ", ".join(told)


def _past(row: Row) -> dict[str, Any]:
    return {
        "at": row["changed_at"],
        "state": row["state"],
        "by": row["changed_by"],
        "reason": row["reason"],
    }


def _event(row: Row) -> dict[str, Any]:
    return {
        "at": row["changed_at"],
        "kind": row["state"],
        "title": row["reason"] or row["name"],
        "who": row["changed_by"],
    }


_STEPS_FROM = {
    "active": ("suspend", "revoke"),
    "suspended": ("resume", "revoke"),
}
"""What can be done with a process by its state; a revoked one stays as it is."""
_AFTER = {"suspend": "suspended", "resume": "active", "revoke": "revoked"}


async def _step(view: View, form: Form, step: str) -> Done:
    by = decided(view, form)
    if not by.reason:
        raise Invalid("is mandatory: why.", path=f"{step}-reason")
    await registration.set_state(view.rooms.database, view.path["id"], _AFTER[step], by=by)
    told = {
        "suspend": view.say("Suspended: its tokens are refused from now on."),
        "resume": view.say("Active again."),
        "revoke": view.say("Revoked for good."),
    }
    return Done(view.here, told[step])


async def suspend(view: View, form: Form) -> Done:
    """Suspend a process; its tokens obey at once."""
    return await _step(view, _reason(form, "suspend"), "suspend")


async def resume(view: View, form: Form) -> Done:
    """Let a suspended process act again."""
    return await _step(view, _reason(form, "resume"), "resume")


async def revoke(view: View, form: Form) -> Done:
    """Revoke a process for good."""
    return await _step(view, _reason(form, "revoke"), "revoke")


def _reason(form: Form, step: str) -> Form:
    """Return a form whose reason is that of one step: each has a field of its own."""
    return {**form, "reason": form.get(f"{step}-reason", "")}


async def new(_: View) -> Shown:
    """Show the form by which a process is registered."""
    return Shown({"kind": list(registration.KINDS)})


async def register(view: View, form: Form) -> Done:
    """Register a process; nothing is permitted by that."""
    process = form.get("id", "").strip()
    registration.demand_not_house(process)
    if not process:
        raise Invalid("is mandatory and missing.", path="id")
    for name in ("name", "owner"):
        if not form.get(name, "").strip():
            raise Invalid("is mandatory and missing.", path=name)
    await registration.register(
        view.rooms.database,
        process,
        name=form["name"].strip(),
        owner=form["owner"].strip(),
        owner_person=form.get("owner_person", "").strip() or None,
        contact=form.get("contact", "").strip() or None,
        kind=form.get("kind") or "process",
        etom_id=form.get("etom_id", "").strip() or None,
        reason=form.get("reason", "").strip(),
        registered_by=view.who.person,
    )
    told = view.say("Registered. It may do nothing yet: ask for what it needs.")
    return Done(f"/access/processes/{process}", told)


SCREENS = (
    Screen(
        "/access/processes", mark("Processes"), "access", Operation.READ, ACCESS,
        find, "access/processes", _ENTRY, is_list=True, navigation=mark("Processes"),
    ),
    Screen(
        "/access/processes/new", mark("Register a process"), "access", Operation.READ, ACCESS,
        new, "access/process_new", _ENTRY,
        actions=(Action("register", Operation.CREATE, ACCESS, register),),
    ),
    Screen(
        _ONE, mark("Process"), "access", Operation.READ, ACCESS, show, "access/process", _ENTRY,
        actions=tuple(
            Action(name, Operation.MODIFY, ACCESS, act)
            for name, act in (("suspend", suspend), ("resume", resume), ("revoke", revoke))
        ),
    ),
)  # fmt: skip
