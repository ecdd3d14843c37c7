"""One shortcoming: its evidence, what may be done, its dossier; and what people decide of it."""

from datetime import date
from typing import Any

from customer_inventory.access.operation import SHORTCOMING, Operation
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse_object
from customer_inventory.shortcomings import deciding, held
from customer_inventory.shortcomings.handover import raising, ticket
from customer_inventory.shortcomings.handover.ticket import Chosen
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer

_ENTRY = "shortcoming"
_MARKDOWN = b"text/markdown; charset=utf-8"


async def show(view: View) -> Shown:
    """Return a shortcoming with its dossier, its ticket, and what became of it."""
    database, name = view.rooms.database, view.path["id"]
    row, steps = await held.one(database, name)
    made = await raising.dossier_of(database, name)
    handed = next(iter(await ticket.listed(database, Chosen(name, kind="ticket"), limit=1)), None)
    dossier = parse_object(made.as_json())
    content: dict[str, Any] = {
        **{each: value for each, value in dossier.items() if each not in ("history", "made_at")},
        "state": row["state"],
        "gain": made.gain,
        "snoozedUntil": row["snoozed_until"],
        "ticket": _ticket(handed),
        "step": [_step(each) for each in steps],
    }
    aside = {
        "may_decide": view.may(Operation.MODIFY, SHORTCOMING) and row["state"] not in held.OVER,
        "may_raise": row["state"] in ("open", "reopened"),
        "first_seen": row["first_seen"],
        "last_seen": row["last_seen"],
        "history": [
            {
                "at": each["at"],
                "kind": each["state"],
                "title": each["reason"] or each["state"],
                "who": each["person"] or each["process"],
            }
            for each in reversed(steps)
        ],
    }
    return Shown(content, aside=aside, title=view.ours(made.title))


async def dossier(view: View) -> Shown:
    """Return the dossier of a shortcoming as Markdown, for whoever mends it."""
    made = await raising.dossier_of(view.rooms.database, view.path["id"])
    headers = (
        (b"content-type", _MARKDOWN),
        (b"content-disposition", f'attachment; filename="{made.fingerprint}.md"'.encode()),
    )
    return Shown(file=Answer(200, made.as_markdown().encode(), headers))


async def hand_over(view: View, _form: Form) -> Done:
    """Hand it over, as a ticket with its dossier."""
    rooms = view.rooms
    done = await raising.raise_one(
        rooms.database, view.path["id"], place=rooms.measuring.place, actor=view.actor
    )
    return Done(view.here, view.say("Handed over as ticket %(ticket)s.", ticket=done.ticket))


async def snooze(view: View, form: Form) -> Done:
    """Leave it be until a day, for a reason."""
    said = form.get("snooze-until", "").strip()
    try:
        until = date.fromisoformat(said)
    except ValueError:
        raise Invalid("is no day.", path="snooze-until", hint="Write 2027-01-31.") from None
    await _decided(view, "snooze", "snoozed", form, until)
    return Done(view.here, view.say("Left be until that day."))


async def reject(view: View, form: Form) -> Done:
    """Say that it is none."""
    await _decided(view, "reject", "rejected", form)
    return Done(view.here, view.say("Kept as none: nobody has to see to it."))


async def verify(view: View, form: Form) -> Done:
    """Measure again what is said to be mended."""
    reason = form.get("verify-reason", "")
    if not reason.strip():
        raise Invalid("A reason is needed.", path="verify-reason")
    found = await view.rooms.measuring.verify(view.path["id"], reason=reason, actor=view.actor)
    if found.is_gone:
        return Done(view.here, view.say("Measured again: it is mended."))
    return Done(view.here, view.say("Measured again: it is not mended, and open again."))


async def _decided(
    view: View, name: str, state: str, form: Form, until: date | None = None
) -> None:
    reason = form.get(f"{name}-reason", "")
    try:
        await deciding.decide(
            view.rooms.database, view.path["id"], state, reason=reason, until=until,
            actor=view.actor,
        )  # fmt: skip
    except Invalid as error:
        # Each form has fields of its own.
        error.path = f"{name}-{error.path}"
        raise


def _ticket(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "id": row["id"],
        "status": row["status"],
        "place": row["place"],
        "raisedAt": row["raised_at"],
        "remoteId": row["remote_id"],
        "href": row["remote_href"],
    }


def _step(row: Row) -> dict[str, Any]:
    return {
        "at": row["at"],
        "state": row["state"],
        "value": row["value"],
        "reason": row["reason"],
        "by": row["person"] or row["process"],
    }


_DECISIONS = {"raise": hand_over, "snooze": snooze, "reject": reject, "verify": verify}

SCREENS = (
    Screen(
        "/facilities/shortcomings/{id}", mark("Shortcoming"), "facilities", Operation.READ,
        SHORTCOMING, show, "facilities/shortcoming", _ENTRY,
        actions=tuple(
            Action(name, Operation.MODIFY, SHORTCOMING, act) for name, act in _DECISIONS.items()
        ),
    ),
    Screen(
        "/facilities/shortcomings/{id}/dossier", mark("Dossier"), "facilities", Operation.READ,
        SHORTCOMING, dossier, "", _ENTRY, is_file=True,
    ),
)  # fmt: skip
