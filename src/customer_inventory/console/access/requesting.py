"""Asking for a grant: what a process needs, for one purpose, until when."""

import yaml

from customer_inventory.access.grant import granting, people
from customer_inventory.access.operation import ACCESS, FUNCTIONS, Operation
from customer_inventory.access.registration import EVERY_TYPE, permissions_of
from customer_inventory.console.access.told import decided, end_of
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.types import TYPES

_ROWS = 5
"""So many types one request is about, as the form has it; more are asked for by parts."""


async def new(view: View) -> Shown:
    """Show the form by which something is asked for."""
    rows = await people.purposes(view.rooms.database)
    purposes = [
        {"code": row["code"], "title": row["title"]} for row in rows if row["state"] == "active"
    ]
    return Shown(
        {"purpose": purposes},
        aside={
            "purposes": [(each["code"], each["title"]) for each in purposes],
            "types": [EVERY_TYPE, *sorted(TYPES), *sorted(FUNCTIONS)],
            "operations": list(Operation),
            "rows": range(_ROWS),
            "process": view.query.get("process", ""),
        },
    )


async def request(view: View, form: Form) -> Done:
    """Ask for what the form says; nothing is permitted by that."""
    purpose = form.get("purpose", "")
    if not purpose:
        raise Invalid("is mandatory: for what.", path="purpose")
    operations = {
        kind: [each for each in Operation if form.get(f"row-{row}-{each}")]
        for row in range(_ROWS)
        if (kind := form.get(f"row-{row}-type", ""))
    }
    for kind, told in operations.items():
        if not told:
            raise Invalid(f"Nothing is ticked for {kind}.", path="permissions")
    grant = await granting.request(
        view.rooms.database,
        form.get("process", "").strip(),
        permissions=permissions_of(operations, terms_of(form.get("terms", "")), purpose),
        valid_until=end_of(form, "valid_to"),
        by=decided(view, form),
        part=form.get("part", "").strip(),
    )
    return Done(f"/access/grants/{grant}", view.say("Asked for. A reviewer looks at it next."))


def terms_of(text: str) -> object:
    """Return the terms that a field says in YAML, None for none; raise Invalid for what is none."""
    try:
        return yaml.safe_load(text) if text.strip() else None
    except (yaml.YAMLError, RecursionError) as error:
        raise Invalid(f"cannot be read: {error}.", path="terms") from None


SCREENS = (
    Screen(
        "/access/grants/new", mark("Ask for a grant"), "access", Operation.READ, ACCESS,
        new, "access/grant_new", "grant",
        actions=(Action("request", Operation.CREATE, ACCESS, request),),
    ),
)  # fmt: skip
