"""Who listens to events and how that goes; events that were given up, to be tried again."""

from typing import Any

from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.record.event import progress, subscription
from customer_inventory.web.parameters import number

_LIMIT = 50
_LARGEST = 2**63 - 1

COLUMNS = (
    Column("process", mark("Process"), "name"),
    Column("api", mark("API")),
    Column("callback", mark("Told at"), "name"),
    Column("health", mark("Health"), "state"),
    Column("behind", mark("Behind"), "number"),
    Column("waiting", mark("Waiting"), "number"),
    Column("dead", mark("Given up"), "number"),
    Column("lastDeliveredAt", mark("Last told"), "time"),
    Column("reason", mark("Problem"), "name"),
    Column("id", mark("Id"), "code"),
)
DEAD_COLUMNS = (
    Column("seq", mark("Number"), "number"),
    Column("subscription", mark("Subscription"), "code"),
    Column("record_type", mark("Record type")),
    Column("event", mark("Event")),
    Column("attempts", mark("Attempts"), "number"),
    Column("recordedAt", mark("Happened"), "time"),
    Column("reason", mark("Given up since"), "name"),
    Column("record_id", mark("Record"), "code"),
)


async def show(view: View) -> Shown:
    """Return how it goes with every subscription."""
    rows = await subscription.standing(view.rooms.database)
    listing = Listing(
        COLUMNS,
        [_row(row) for row in rows],
        view.say("Who listens to events"),
        empty=view.say("Nobody listens."),
        empty_hint=view.say("Programs register themselves at the hub of each API."),
    )
    amiss = [row for row in rows if row["health"] != "healthy" or row["dead"]]
    return Shown(
        listing=listing, aside={"amiss": amiss, "may_change": view.may(Operation.MODIFY, ACCESS)}
    )


async def show_dead(view: View) -> Shown:
    """Return events that were given up, oldest first."""
    rows = await progress.dead_letters(
        view.rooms.database,
        subscription=view.query.get("subscription") or None,
        after=number(view.query.get("after", "0"), "after", _LARGEST),
        limit=_LIMIT + 1,
    )
    page = [{**dict(row), "recordedAt": row["recorded_at"]} for row in rows[:_LIMIT]]
    listing = Listing(
        DEAD_COLUMNS,
        page,
        view.say("Dead letters"),
        str(page[-1]["seq"]) if len(rows) > _LIMIT else None,
        empty=view.say("Nothing was given up."),
        empty_hint=view.say("An event that nobody takes for days comes here, with the reason."),
    )
    ids = dict.fromkeys(row["record_id"] for row in page)
    return Shown(listing=listing, ids=tuple(ids))


async def resume(view: View, form: Form) -> Done:
    """Tell a suspended or failing subscription again, from where it was, at once."""
    await subscription.resume(view.rooms.database, form.get("subscription", ""))
    return Done(view.here, view.say("It is told again at once."))


async def revive(view: View, form: Form) -> Done:
    """Try the dead letters of a subscription again."""
    identifier = form.get("subscription", "")
    await subscription.get(view.rooms.database, identifier)
    count = await progress.revive(view.rooms.database, identifier)
    return Done(view.here, view.say("%(count)d dead letters are tried again.", count=count))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "lastDeliveredAt": row["last_delivered_at"]}


WORDS = (mark("healthy"), mark("failing"), mark("suspended"))

SCREENS = (
    Screen(
        "/administration/subscribers", mark("Event subscribers"), "administration",
        Operation.READ, ACCESS, show, "administration/subscribers", "subscription", is_list=True,
        navigation=mark("Event subscribers"),
        actions=(
            Action("resume", Operation.MODIFY, ACCESS, resume),
            Action("revive", Operation.MODIFY, ACCESS, revive),
        ),
    ),
    Screen(
        "/administration/dead-letters", mark("Dead letters"), "administration", Operation.READ,
        ACCESS, show_dead, "administration/dead", "deadLetter", is_list=True,
        navigation=mark("Dead letters"),
    ),
)  # fmt: skip
