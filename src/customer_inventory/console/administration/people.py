"""People who can sign in: by what, as what they work, and in which capacities they decide."""

from typing import Any

from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.access.person import account as accounts
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid

COLUMNS = (
    Column("person", mark("Person"), "name"),
    Column("name", mark("Name"), "name"),
    Column("state", mark("State"), "state"),
    Column("administrator", mark("Administrator")),
    Column("signsIn", mark("Signs in by")),
    Column("sessions", mark("Sessions now"), "number"),
    Column("processes", mark("Works as")),
    Column("registeredAt", mark("Registered"), "time"),
)


async def show(view: View) -> Shown:
    """Return every account, without secrets."""
    rows = [dict(row) for row in await accounts.accounts(view.rooms.database)]
    listing = Listing(
        COLUMNS,
        [_row(view, row) for row in rows],
        view.say("People who can sign in"),
        empty=view.say("Nobody can sign in yet."),
        empty_hint=view.say("`cinv access bootstrap` makes the first administrator."),
    )
    return Shown(listing=listing, aside={"may_add": view.may(Operation.CREATE, ACCESS)})


async def show_one(view: View) -> Shown:
    """Return an account, as what its person works, and in which capacities they decide."""
    database, person = view.rooms.database, view.path["person"]
    rows = [dict(row) for row in await accounts.accounts(database)]
    found = next((row for row in rows if row["person"] == person), None)
    if found is None:
        raise accounts.NoSuchAccount(person)
    capacities = [dict(row) for row in await accounts.capacities_of(database, person)]
    return Shown(
        {**_row(view, found), "processes": found["processes"], "capacities": capacities},
        aside={"may_change": view.may(Operation.MODIFY, ACCESS)},
        title=found["name"],
    )


async def add(view: View, form: Form) -> Done:
    """Give a person an account; they enrol by a link."""
    person, name = accounts.word_of(form.get("person", "")), form.get("name", "").strip()
    if not person:
        raise Invalid("is a short word of small letters and digits.", path="person")
    if not name:
        raise Invalid("is what people call them.", path="name")
    if await accounts.find(view.rooms.database, person) is not None:
        raise Invalid("has an account already.", path="person")
    await accounts.register(view.rooms.database, person, name=name, registered_by=view.who.person)
    notice = view.say("Registered. `cinv access account invite` makes the link to enrol by.")
    return Done(f"/administration/people/{person}", notice)


async def disable(view: View, form: Form) -> Done:  # noqa: ARG001 - the path says who
    """Let a person sign in no more."""
    await accounts.disable(view.rooms.database, view.path["person"])
    return Done(view.here, view.say("Disabled: their sessions and tokens have ended."))


async def enable(view: View, form: Form) -> Done:  # noqa: ARG001 - the path says who
    """Let a person sign in again."""
    await accounts.enable(view.rooms.database, view.path["person"])
    return Done(view.here, view.say("They can sign in again."))


async def admit(view: View, form: Form) -> Done:
    """Let a person work as a process."""
    process = form.get("process", "").strip()
    if not process:
        raise Invalid("names a registered process.", path="process")
    person = view.path["person"]
    await accounts.admit(view.rooms.database, person, process, admitted_by=view.who.person)
    return Done(view.here, view.say("They can work as %(process)s.", process=process))


async def dismiss(view: View, form: Form) -> Done:
    """Let a person work as a process no more."""
    process = form.get("process", "")
    await accounts.dismiss(view.rooms.database, view.path["person"], process)
    return Done(view.here, view.say("They work as %(process)s no more.", process=process))


def _row(view: View, row: dict[str, Any]) -> dict[str, Any]:
    signs_in = view.say("password and second factor") if row["has_password"] else ""
    return {
        **row,
        "administrator": view.say("yes") if row["is_administrator"] else "",
        "signsIn": signs_in or view.say("a provider, or not yet"),
        "processes": ", ".join(row["processes"]),
        "registeredAt": row["registered_at"],
        "_href": f"/administration/people/{row['person']}",
    }


SCREENS = (
    Screen(
        "/administration/people", mark("People and roles"), "administration", Operation.READ,
        ACCESS, show, "administration/people", "account", is_list=True,
        navigation=mark("People and roles"),
        actions=(Action("add", Operation.CREATE, ACCESS, add),),
    ),
    Screen(
        "/administration/people/{person}", mark("Person"), "administration", Operation.READ,
        ACCESS, show_one, "administration/person", "account",
        actions=(
            Action("disable", Operation.MODIFY, ACCESS, disable),
            Action("enable", Operation.MODIFY, ACCESS, enable),
            Action("admit", Operation.MODIFY, ACCESS, admit),
            Action("dismiss", Operation.MODIFY, ACCESS, dismiss),
        ),
    ),
)  # fmt: skip
