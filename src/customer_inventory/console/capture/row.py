"""A row of quarantine: what it says by column, what is wrong with it, and what was done to it."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.capture.quarantine import held
from customer_inventory.capture.quarantine.fixing import cells_of
from customer_inventory.console.capture.quarantine import load_again, whose
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Row

_COLUMN = "set."
_DIGITS = 18


async def show(view: View) -> Shown:
    """Return a row, whole."""
    database, identifier = view.rooms.database, _identifier(view)
    row = await held.one(database, identifier, whose(view, Operation.READ))
    problems = [dict(each) for each in await held.problems(database, identifier)]
    steps = [dict(each) for each in await held.steps(database, identifier)]
    text = row["row_text"]
    content = {
        **{name: value for name, value in row.items() if name not in ("yaml", "header")},
        "problem": problems,
        "step": steps,
    }
    is_waiting = row["state"] == "waiting" and text is not None
    cells = cells_of(text, held.mapping_of(row), row["header"]) if text is not None else None
    return Shown(
        content,
        aside={
            "cells": cells,
            "can_change": is_waiting and view.may("modify", None) and _is_theirs(view, row),
            "is_loading": is_waiting and view.query.get("replayed") == str(len(steps)),
            "history": [_told(each) for each in reversed(steps)],
        },
        title=view.say("Row %(id)d of %(file)s", id=row["line"], file=row["file"]),
    )


async def fix(view: View, form: Form) -> Done:
    """Correct the row, and load it again if that was asked for."""
    database, identifier = view.rooms.database, _identifier(view)
    row = await held.one(database, identifier, whose(view))
    then = form.get("then", "")
    if then:
        view.session.demand(Operation.CREATE, None)
    reason, text = form.get("reason", ""), form.get("text")
    changes = None if text is not None else _changes(row, form)
    if changes or (text is not None and text != row["row_text"]):
        await held.fix(
            database, identifier, whose(view), text=text, values=changes, actor=view.actor,
            reason=reason,
        )  # fmt: skip
    elif not then:
        raise Invalid("Nothing of the row was changed.", hint="Change a value, or load it again.")
    if not then:
        return Done(view.here, view.say("Corrected."))
    steps = await held.steps(database, identifier)
    await load_again(view, [identifier])
    return Done(f"{view.here}?replayed={len(steps)}", view.say("The row is loaded again."))


async def drop(view: View, form: Form) -> Done:
    """Let the row go for good."""
    await held.drop(
        view.rooms.database, _identifier(view), whose(view), actor=view.actor,
        reason=form.get("reason", ""),
    )  # fmt: skip
    return Done("/capture/quarantine", view.say("Dropped: what the row said is gone."))


def _is_theirs(view: View, row: Row) -> bool:
    own = whose(view)
    return own == held.Whose() or own == held.Whose(row["process"], row["purpose"])


def _changes(row: Row, form: Form) -> dict[str, str]:
    """Return the columns of which something else is said than before."""
    cells = cells_of(row["row_text"] or "", held.mapping_of(row), row["header"]) or {}
    return {
        name: form[f"{_COLUMN}{name}"]
        for name, value in cells.items()
        if form.get(f"{_COLUMN}{name}", value) != value
    }


def _identifier(view: View) -> int:
    text = view.path["row"]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def _told(step: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": step["taken_at"],
        "kind": step["step"],
        "title": step["reason"] or "",
        "text": step["row_text"],
        "who": " · ".join(filter(None, (step["person"], step["process"]))),
        "href": "",
    }


SCREENS = (
    Screen(
        "/capture/quarantine/{row}",
        mark("Row in quarantine"),
        "capture",
        Operation.READ,
        None,
        show,
        "capture/row",
        "quarantine",
        actions=(
            Action("fix", Operation.MODIFY, None, fix),
            Action("drop", Operation.MODIFY, None, drop),
        ),
    ),
)
