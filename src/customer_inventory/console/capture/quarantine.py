"""Quarantine: rows that were refused, corrected and loaded again, one or all that a filter finds.

A process sees and loads what it brought itself, for the purpose it did so for. Whoever may do so to
every record, none left out and nothing masked, looks after the rows of every process.
"""

from dataclasses import replace
from typing import Any, get_args

from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.capture.quarantine import held
from customer_inventory.capture.quarantine.held import Chosen, State, Whose
from customer_inventory.capture.quarantine.job import REPLAY
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.job import enqueue
from customer_inventory.web.parameters import number

_LIMIT = 50
_MOST = 1000
"""So many rows are corrected or loaded again at once."""
_LARGEST = 2**63 - 1

COLUMNS = (
    Column("id", mark("Row"), "number"),
    Column("reason", mark("Reason"), "ours"),
    Column("path", mark("Attribute"), "code"),
    Column("requirement", mark("Requirement"), "code"),
    Column("source", mark("Source")),
    Column("file", mark("File"), "name"),
    Column("line", mark("Line"), "number"),
    Column("process", mark("Brought by")),
    Column("state", mark("State"), "state"),
    Column("refusedAt", mark("Refused"), "time"),
)
_BY = ("source", "code", "requirement", "path")


async def show(view: View) -> Shown:
    """Return a page of the rows that a filter finds."""
    rows = await held.find(
        view.rooms.database,
        _chosen(view),
        whose(view, Operation.READ),
        after=number(view.query.get("after", "0"), "after", _LARGEST),
        limit=_LIMIT + 1,
    )
    states = tuple((state, view.say(state)) for state in get_args(State) if state != "waiting")
    listing = Listing(
        COLUMNS,
        [_row(dict(row)) for row in rows[:_LIMIT]],
        view.say("Rows in quarantine"),
        str(rows[_LIMIT - 1]["id"]) if len(rows) > _LIMIT else None,
        filters=(
            Filter("state", view.say("State"), states, every=view.say("waiting")),
            Filter("source", view.say("Source")),
            Filter("requirement", view.say("Requirement")),
            Filter("path", view.say("Attribute")),
            Filter("code", view.say("Code")),
        ),
        empty=view.say("No such row is in quarantine."),
        empty_hint=view.say("What an import refuses comes here, until it loads or is dropped."),
    )
    is_waiting = _chosen(view).state == "waiting" and bool(rows)
    return Shown(listing=listing, aside={"can_act": is_waiting and view.may("modify", None)})


async def fix(view: View, form: Form) -> Done:
    """Correct every row that the filter finds by the value of a column, and load them again."""
    view.session.demand(Operation.CREATE, None)
    column, reason = form.get("column", "").strip(), form.get("reason", "").strip()
    if not column:
        raise Invalid("says which column is corrected.", path="column")
    await _demand_few(view)
    ids = await held.fix_every(
        view.rooms.database,
        _chosen(view),
        whose(view),
        values={column: form.get("value", "")},
        actor=view.actor,
        reason=reason,
    )
    await load_again(view, ids)
    return Done(view.link(), view.say("%(count)d rows are corrected and loaded.", count=len(ids)))


async def replay(view: View, form: Form) -> Done:  # noqa: ARG001 - the filter says which
    """Load every row that the filter finds again."""
    await _demand_few(view)
    chosen, own = _chosen(view), whose(view)
    ids = [each async for each in held.every(view.rooms.database, chosen, own)]
    await load_again(view, ids)
    return Done(view.link(), view.say("%(count)d rows are loaded again.", count=len(ids)))


async def load_again(view: View, ids: list[int]) -> None:
    """Have rows loaded again in the background, as who asks for it."""
    is_of_all = whose(view) == Whose()
    told = {"id": ids, "isOfAll": is_of_all}
    await enqueue(view.rooms.database, REPLAY, told, actor=view.actor)


def whose(view: View, operation: Operation = Operation.MODIFY) -> Whose:
    """Return whose rows are looked at, or worked on: what one brought oneself, or everybody's."""
    is_whole = not (view.sight.masks or view.sight.rows.by_type)
    if is_whole and view.may(operation, EVERY_TYPE):
        return Whose()
    return Whose(view.actor.process, view.actor.purpose)


async def _demand_few(view: View) -> None:
    """Raise Conflict for more rows than are worked on at once, or none."""
    chosen = replace(_chosen(view), state="waiting")
    rows = await held.find(view.rooms.database, chosen, whose(view), limit=_MOST + 1)
    if not rows:
        raise Conflict("No row that waits is found by this filter.")
    if len(rows) > _MOST:
        raise Conflict(
            f"More than {_MOST} rows are found.", hint="Narrow the filter, or use `cinv capture`."
        )


def _chosen(view: View) -> Chosen:
    by: dict[str, Any] = {name: view.query.get(name) or None for name in _BY}
    word = view.query.get("state") or "waiting"
    for state in get_args(State):
        if state == word:
            return Chosen(state, **by)
    raise Invalid(f"must be one of {', '.join(get_args(State))}.", path="state")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "refusedAt": row["refused_at"], "_href": f"/capture/quarantine/{row['id']}"}


WORDS = (mark("waiting"), mark("loaded"), mark("dropped"), mark("fixed"), mark("refused"))

SCREENS = (
    Screen(
        "/capture/quarantine",
        mark("Quarantine"),
        "capture",
        Operation.READ,
        None,
        show,
        "capture/quarantine",
        "quarantine",
        is_list=True,
        navigation=mark("Quarantine"),
        actions=(
            Action("fix", Operation.MODIFY, None, fix),
            Action("replay", Operation.CREATE, None, replay),
        ),
    ),
)
