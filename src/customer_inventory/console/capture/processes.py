"""Sources and processes of capture: how each stands, and how its runs went."""

from typing import Any, get_args

import msgspec

from customer_inventory.access.decision import Decision
from customer_inventory.access.operation import CAPTURE_PROCESS, Operation
from customer_inventory.capture.process import register, running, scheduling
from customer_inventory.capture.process.declared import Kind
from customer_inventory.capture.process.register import Standing
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse

_RUNS = 20

COLUMNS = (
    Column("id", mark("Process"), "name"),
    Column("name", mark("Name"), "name"),
    Column("kind", mark("Kind")),
    Column("owner", mark("Owner"), "name"),
    Column("state", mark("State"), "state"),
    Column("objective", mark("Objective met"), "share"),
    Column("runs", mark("Runs"), "number"),
    Column("failed", mark("Failed"), "number"),
    Column("lastEndedAt", mark("Last run"), "time"),
    Column("fresh", mark("What it brought")),
)
_STEPS: dict[str, tuple[str, ...]] = {
    "proposed": ("review", "reject"),
    "reviewed": ("approve", "reject"),
    "approved": ("enforce", "retire"),
    "enforced": ("suspend", "retire"),
    "suspended": ("resume", "retire"),
}
_ALONE = {"review": register.review, "approve": register.approve, "reject": register.reject}
_FOLLOWED = {
    "enforce": register.enforce,
    "suspend": register.suspend,
    "resume": register.resume,
    "retire": register.retire,
}


async def show(view: View) -> Shown:
    """Return the processes of a kind, and what of each source was loaded and waits."""
    kind = view.query.get("kind")
    found = [
        each
        for each in await register.processes(view.rooms.database)
        if not kind or kind == each.declared.kind
    ]
    kinds = tuple((word, view.say(word)) for word in get_args(Kind))
    listing = Listing(
        COLUMNS,
        [_row(view, each) for each in found],
        view.say("Processes of capture and of management"),
        filters=(Filter("kind", view.say("Kind"), kinds),),
        empty=view.say("No process is declared."),
        empty_hint=view.say("Files declare processes: `cinv capture processes`."),
    )
    sources = [dict(row) for row in await running.sources(view.rooms.database)]
    ids = tuple(each.declared.id for each in found)
    return Shown(listing=listing, aside={"sources": sources}, ids=ids)


async def show_one(view: View) -> Shown:
    """Return one process: what it says, its latest runs, and what was decided of it."""
    database, identifier = view.rooms.database, view.path["id"]
    each = await register.one(database, identifier)
    versions = await register.versions(database, identifier)
    runs = await running.runs(database, identifier, limit=_RUNS)
    said: dict[str, Any] = msgspec.to_builtins(each.declared)
    latest = versions[0]["state"]
    may_decide = view.may(Operation.MODIFY, CAPTURE_PROCESS)
    return Shown(
        {
            **{name: value for name, value in said.items() if value is not None},
            "version": each.version,
            "state": each.state,
            "latestState": latest,
            "isFresh": each.is_fresh,
            "run": [{**dict(row), "figures": parse(row["figures"])} for row in runs],
        },
        aside={
            "steps": _STEPS.get(latest, ()) if may_decide else (),
            "can_start": each.state == "enforced"
            and each.declared.is_of_house
            and view.may(Operation.UPDATE, CAPTURE_PROCESS),
            "history": [_told(dict(row)) for row in await register.decisions(database, identifier)],
        },
        ids=(identifier,),
        title=each.declared.name,
    )


async def decide(view: View, form: Form) -> Done:
    """Take a step of the life of a process, as whoever is signed in."""
    step, identifier, database = form.get("step", ""), view.path["id"], view.rooms.database
    by = Decision(view.who.person, view.actor.process, form.get("reason", "").strip())
    if step in _ALONE:
        await _ALONE[step](database, identifier, by=by)
    elif step in _FOLLOWED:
        await _FOLLOWED[step](database, identifier, by=by, actor=view.actor)
    else:
        raise Invalid(f"must be one of {', '.join((*_ALONE, *_FOLLOWED))}.", path="step")
    return Done(view.here, view.say("Decided."), ids=(identifier,))


async def start(view: View, form: Form) -> Done:  # noqa: ARG001 - the path says which
    """Run the process now, in the background."""
    identifier = view.path["id"]
    (one,) = await register.active(view.rooms.database, identifier)
    if not one.declared.is_of_house:
        raise Invalid(f"{identifier} is done by people.", hint="They record that it was.")
    await scheduling.start(view.rooms.database, identifier, actor=view.actor)
    return Done(view.here, view.say("It runs in the background."), ids=(identifier,))


def _row(view: View, each: Standing) -> dict[str, Any]:
    judged = each.met + each.missed
    return {
        "id": each.declared.id,
        "name": each.declared.name,
        "kind": view.say(each.declared.kind),
        "owner": each.declared.owner,
        "state": each.state,
        "objective": each.met / judged if judged else None,
        "runs": each.runs,
        "failed": each.failed,
        "lastEndedAt": each.last_ended_at,
        "fresh": view.say("fresh") if each.is_fresh else view.say("too old"),
        "_href": f"/capture/processes/{each.declared.id}",
    }


def _told(step: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": step["decided_at"],
        "kind": step["state"],
        "title": f"{step['person']}, version {step['version']}",
        "text": step["reason"],
        "who": "",
        "href": "",
    }


WORDS = (mark("capture"), mark("management"), mark("done"), mark("failed"), mark("outOfControl"))

SCREENS = (
    Screen(
        "/capture/processes", mark("Sources and processes"), "capture", Operation.READ,
        CAPTURE_PROCESS, show, "capture/processes", "captureProcess", is_list=True,
        navigation=mark("Sources and processes"),
    ),
    Screen(
        "/capture/processes/{id}", mark("Process"), "capture", Operation.READ, CAPTURE_PROCESS,
        show_one, "capture/process", "captureProcess",
        actions=(
            Action("decide", Operation.MODIFY, CAPTURE_PROCESS, decide),
            Action("start", Operation.UPDATE, CAPTURE_PROCESS, start),
        ),
    ),
)  # fmt: skip
