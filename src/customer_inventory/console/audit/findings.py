"""Findings of audits: which records fail which rules; and what people decide of one."""

from collections.abc import Sequence
from datetime import date
from typing import Any, get_args

from customer_inventory.access.operation import Operation
from customer_inventory.audit.finding import correcting, held
from customer_inventory.audit.finding.correcting import Corrected, Correction
from customer_inventory.audit.finding.deciding import Step, decide_one
from customer_inventory.audit.finding.held import STATES, WAITING, Chosen, NoSuchFinding
from customer_inventory.audit.rule import Severity
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import DIMENSIONS
from customer_inventory.store.database import Row

_ENTRY = "finding"
_PAGE = 100
_LARGEST = 2**63 - 1
_WAITING = "waiting"
_COLUMNS = (
    Column("what", mark("What fails"), "ours"),
    Column("state", mark("State"), "state"),
    Column("severity", mark("Severity"), "state"),
    Column("recordType", mark("Type"), "code"),
    Column("path", mark("Attribute"), "code"),
    Column("dimension", mark("Dimension"), "ours"),
    Column("since", mark("Since"), "time"),
    Column("assignee", mark("Seen to by"), "name"),
    Column("dueOn", mark("Due"), "date"),
    Column("reason", mark("Reason"), "name"),
)
_STATES = (
    (_WAITING, mark("waits for somebody")),
    *((each, each) for each in STATES),
    ("every", mark("in every state")),
)


def _filters() -> tuple[Filter, ...]:
    def each(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
        return tuple((word, word) for word in words)

    return (
        Filter("state", mark("State"), _STATES),
        Filter("severity", mark("Severity"), each(get_args(Severity))),
        Filter("dimension", mark("Dimension"), each(DIMENSIONS)),
        Filter("type", mark("Type"), each(sorted(TYPES))),
        Filter("assignee", mark("Seen to by")),
        Filter("overdue", mark("Due"), (("true", mark("past their day")),)),
    )


async def find(view: View) -> Shown:
    """Show findings by number: those that wait for somebody, unless told."""
    asked = view.query
    chosen = Chosen(
        types=_types(view, Operation.READ, asked.get("type", "")),
        states=_states(asked.get("state") or _WAITING),
        dimension=asked.get("dimension") or None,
        severity=asked.get("severity") or None,
        assignee=asked.get("assignee", "").strip() or None,
        rule=asked.get("rule") or None,
        record=asked.get("record") or None,
        is_overdue=asked.get("overdue") == "true",
    )
    after = asked.get("after", "0")
    rows, further = await held.find(
        view.rooms.database, chosen, after=_number(after), limit=_PAGE, sight=view.sight
    )
    listing = Listing(
        _COLUMNS,
        [{**_told(row), "_href": f"/audit/findings/{row['id']}"} for row in rows],
        view.say("Findings"),
        None if further is None else str(further),
        _filters(),
        empty=view.say("No such finding."),
        empty_hint=view.say("What fails a rule at the next audit is here, until it is put right."),
    )
    return Shown(listing=listing, ids=_ids(rows))


async def show(view: View) -> Shown:
    """Show a finding: what the record says there, and what became of it; what it would be."""
    row = await _one(view, Operation.READ)
    database = view.rooms.database
    said = await held.values(database, [row], sight=view.sight)
    steps = await held.steps(database, row["id"])
    kind = row["record_type"]
    preview = await _preview(view, row)
    content: dict[str, Any] = {
        **_told(row),
        "id": row["id"],
        "recordId": row["record_id"],
        "rule": row["rule"],
        "requirement": row["requirement"],
        "source": row["source"],
        "process": row["process"],
        "captureProcess": row["capture_process"],
        "owner": row["owner"],
        "acceptedUntil": row["accepted_until"],
        "value": list(said[row["id"]]),
        "step": [
            {
                "at": each["taken_at"],
                "state": each["state"],
                "by": each["person"] or each["process"],
                "reason": each["reason"],
            }
            for each in steps
        ],
    }
    aside = {
        "may_decide": view.may(Operation.MODIFY, kind) and row["state"] != "verified",
        "may_correct": view.may(Operation.UPDATE, kind) and row["state"] in WAITING,
        "preview": preview,
        "customer": f"/customers/{row['record_id']}" if kind == "customer" else "",
        "history": [
            {
                "at": each["taken_at"],
                "kind": each["state"],
                "title": each["reason"] or each["state"],
                "who": each["person"] or each["process"],
            }
            for each in reversed(steps)
        ],
    }
    groups = view.sight.groups(kind)
    return Shown(content, aside=aside, ids=_ids([row]), groups=groups, title=view.ours(row["what"]))


async def _preview(view: View, row: Row) -> Corrected | None:
    """Return what a correction would make of the record, where one is tried (`set`, `remove`)."""
    correction = _correction(view.query)
    if correction is None or not view.may(Operation.UPDATE, row["record_type"]):
        return None
    database = view.rooms.database
    (found,) = await correcting.preview(database, [row], correction, sight=view.sight)
    return found


def _correction(said: Form) -> Correction | None:
    if said.get("remove"):
        return Correction(is_removed=True)
    return Correction(said["set"]) if said.get("set") else None


async def correct(view: View, form: Form) -> Done:
    """Correct the record of a finding, as it was shown before."""
    row = await _one(view, Operation.UPDATE)
    correction = _correction(form)
    if correction is None:
        raise Invalid("is mandatory: the right value.", path="set")
    reason = form.get("correct-reason", "").strip()
    if not reason:
        raise Invalid("is mandatory: why.", path="correct-reason")
    (done,) = await correcting.correct(
        view.rooms.database, [row], correction, reason=reason, actor=view.actor, sight=view.sight
    )
    if done.problem is not None:
        raise Conflict(done.problem)
    told = view.say("Corrected. The next audit verifies it.")
    return Done(view.here, told, ids=_ids([row]))


async def _decided(view: View, name: str, form: Form, step: Any, told: str) -> Done:
    row = await _one(view, Operation.MODIFY)
    try:
        await decide_one(view.rooms.database, row["id"], step(form), actor=view.actor)
    except Invalid as error:
        # Each form has fields of its own.
        error.path = f"{name}-{error.path}"
        raise
    return Done(view.here, view.say(told), ids=_ids([row]))


async def assign(view: View, form: Form) -> Done:
    """Have somebody see to it, until a day."""
    told = mark("Given to somebody to see to.")
    return await _decided(view, "assign", form, _assigned, told)


async def accept(view: View, form: Form) -> Done:
    """Bear with it until a day, for a reason."""
    return await _decided(view, "accept", form, _accepted, mark("Accepted until that day."))


async def dismiss(view: View, form: Form) -> Done:
    """Say that it is none."""
    told = mark("Kept as a false alarm: the rule is told of it.")
    return await _decided(view, "dismiss", form, _dismissed, told)


async def reopen(view: View, form: Form) -> Done:
    """Let it be open again."""
    return await _decided(view, "reopen", form, _reopened, mark("Open again."))


def _assigned(form: Form) -> Step:
    due = _day(form, "assign-due_on", "due_on")
    return Step("assigned", form.get("assign-assignee", "").strip(), due)


def _accepted(form: Form) -> Step:
    reason, until = form.get("accept-reason", "").strip(), _day(form, "accept-until", "until")
    if until is None:
        raise Invalid("is mandatory: until when.", path="until")
    return Step("accepted", reason=reason, until=until)


def _dismissed(form: Form) -> Step:
    return Step("falseAlarm", reason=form.get("dismiss-reason", "").strip())


def _reopened(form: Form) -> Step:
    return Step("open", reason=form.get("reopen-reason", "").strip() or None)


def _day(form: Form, name: str, path: str) -> date | None:
    said = form.get(name, "").strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid("is no day.", path=path, hint="Write 2027-01-31.") from None


async def _one(view: View, operation: Operation) -> Row:
    number = _number(view.path["id"])
    types = _types(view, operation)
    return await held.one(view.rooms.database, number, types=types, sight=view.sight)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len(str(_LARGEST))):
        raise NoSuchFinding(0)
    return int(text)


def _types(view: View, operation: Operation, name: str = "") -> list[str]:
    may = [each for each in TYPES if view.may(operation, each)]
    return [each for each in may if each == name] if name else may


def _states(word: str) -> Sequence[held.State] | None:
    if word == _WAITING:
        return WAITING
    return [each for each in STATES if each == word] or None


def _told(row: Row) -> dict[str, Any]:
    names = ("what", "state", "severity", "path", "dimension", "since", "assignee", "reason")
    told = {name: row[name] for name in names}
    return {**told, "recordType": row["record_type"], "dueOn": row["due_on"]}


def _ids(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["record_id"] for row in rows))


_DECISIONS = {"assign": assign, "accept": accept, "dismiss": dismiss, "reopen": reopen}

SCREENS = (
    Screen(
        "/audit/findings", mark("Findings"), "audit", Operation.READ, None,
        find, "audit/findings", _ENTRY, is_list=True, navigation=mark("Findings"),
    ),
    Screen(
        "/audit/findings/{id}", mark("Finding"), "audit", Operation.READ, None,
        show, "audit/finding", _ENTRY,
        actions=(
            *(Action(name, Operation.MODIFY, None, act) for name, act in _DECISIONS.items()),
            Action("correct", Operation.UPDATE, None, correct),
        ),
    ),
)  # fmt: skip
