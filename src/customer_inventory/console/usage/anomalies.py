"""Anomalies: use out of the habit of a process, on which evidence, and what people decide of it."""

from typing import Any

from customer_inventory.access.operation import USAGE, Operation
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.usage.kinds import BASELINE, KINDS
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.usage.anomaly import held
from customer_inventory.usage.anomaly.deciding import Verdict, decide
from customer_inventory.usage.anomaly.declared import SEVERITIES
from customer_inventory.usage.anomaly.held import STATES, UNDECIDED, Chosen, NoSuchAnomaly

_ENTRY = "usageAnomaly"
_PAGE = 100
_LARGEST = 2**63 - 1
_WAITING = "waiting"
_COLUMNS = (
    Column("what", mark("What stood out")),
    Column("state", mark("State"), "state"),
    Column("severity", mark("Severity"), "state"),
    Column("process", mark("Process"), "name"),
    Column("about", mark("About"), "name"),
    Column("observed", mark("Seen"), "number"),
    Column("beganAt", mark("Begun"), "time"),
    Column("endedAt", mark("Ended"), "time"),
    Column("reason", mark("Reason"), "name"),
)
_STATES = (
    (_WAITING, mark("waits for a decision")),
    *((each, each) for each in STATES),
    ("every", mark("in every state")),
)
_WORDS = (
    mark("open"), mark("lookedInto"), mark("confirmed"), mark("explained"), mark("falseAlarm"),
    mark("low"), mark("medium"), mark("high"),
)  # fmt: skip
"""States and severities, as the list, its filters and the form say them."""
_ENTRIES = (
    Column("at", mark("At"), "time"),
    Column("purpose", mark("Purpose"), "name"),
    Column("operation", mark("Operation")),
    Column("recordType", mark("Type"), "code"),
    Column("records", mark("Records"), "number"),
    Column("decision", mark("Decision"), "state"),
    Column("rule", mark("Rule"), "code"),
    Column("place", mark("Place in the ledger"), "number"),
)


async def find(view: View) -> Shown:
    """Show anomalies, the latest first: those that wait for a decision, unless told."""
    asked = view.query
    chosen = Chosen(
        states=_states(asked.get("state") or _WAITING),
        kind=asked.get("kind") or None,
        process=asked.get("process", "").strip() or None,
        severity=asked.get("severity") or None,
    )
    before = _number(asked["after"]) if asked.get("after") else None
    rows = await held.anomalies(view.rooms.database, chosen, before=before, limit=_PAGE + 1)
    shown = rows[:_PAGE]
    listing = Listing(
        _COLUMNS,
        [{**_told(view, row), "_href": f"/usage/anomalies/{row['id']}"} for row in shown],
        view.say("Anomalies, the latest first"),
        str(shown[-1]["id"]) if len(rows) > _PAGE else None,
        (
            Filter("state", mark("State"), _STATES, every=view.say("waits for a decision")),
            Filter("severity", mark("Severity"), tuple((word, word) for word in SEVERITIES)),
            Filter("kind", mark("Kind"), tuple(KINDS.items())),
            Filter("process", mark("Process")),
        ),
        empty=view.say("No such anomaly."),
        empty_hint=view.say("What a process does out of its habit is here within the hour."),
    )
    return Shown({"lookedAt": await held.last_look(view.rooms.database)}, listing)


async def show(view: View) -> Shown:
    """Show an anomaly: what was usual, what was seen, its entries, what became of it."""
    row = await held.anomaly(view.rooms.database, _number(view.path["id"]))
    evidence = row["evidence"]
    steps = [
        {
            "at": each["taken_at"],
            "state": each["state"],
            "by": each["person"] or each["process"],
            "reason": each["reason"],
        }
        for each in row["step"]
    ]
    entries = Listing(
        _ENTRIES,
        [_entry(view, each) for each in row["entries"]],
        view.say("Entries of the ledger that it rests on"),
        empty=view.say("Its entries were retired."),
    )
    content = {
        "id": row["id"],
        "kind": row["kind"],
        **_told(view, row),
        "baseline": evidence["baseline"],
        "of": evidence["of"],
        "people": evidence["people"],
        "entry": entries.told()["rows"],
        "step": steps,
    }
    aside = {
        "usual": [
            (view.say(BASELINE[name]) if name in BASELINE else name, _plain(value))
            for name, value in evidence["baseline"].items()
        ],
        "entries": entries,
        "may_decide": view.may(Operation.MODIFY, USAGE),
        "states": [(each, view.say(each)) for each in STATES if each != row["state"]],
        "history": [
            {**each, "kind": each["state"], "title": each["reason"] or view.say(each["state"]),
             "who": each["by"]}
            for each in reversed(steps)
        ],
    }  # fmt: skip
    return Shown(content, aside=aside, title=f"{row['process']}: {view.say(KINDS[row['kind']])}")


async def decided(view: View, form: Form) -> Done:
    """Decide what it is, and why."""
    state: Any = form.get("state", "")
    verdict = Verdict(state, form.get("reason", "").strip() or None)
    number = _number(view.path["id"])
    await decide(view.rooms.database, number, verdict, actor=view.actor)
    return Done(view.here, view.say("Decided."))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len(str(_LARGEST))):
        raise NoSuchAnomaly(text[:100])
    return int(text)


def _states(word: str) -> Any:
    if word == _WAITING:
        return UNDECIDED
    if word == "every":
        return None
    if word not in STATES:
        raise Invalid(f"must be one of {', '.join(STATES)}.", path="state")
    return (word,)


def _told(view: View, row: dict[str, Any]) -> dict[str, Any]:
    names = ("state", "severity", "process", "about", "observed", "reason")
    told = {name: row[name] for name in names}
    dates = {"beganAt": row["began_at"], "endedAt": row["ended_at"]}
    return {"what": view.say(KINDS[row["kind"]]), **told, **dates}


def _entry(view: View, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": row["at"],
        "purpose": row["purpose"],
        "operation": ", ".join(view.say(word) for word in row["operation"].split(",")),
        "recordType": row["record_type"],
        "records": row["record_count"],
        "decision": row["decision"],
        "rule": row["rule"],
        "place": row["place"],
    }


def _plain(value: object) -> str:
    """Return a figure, or a list of words, as people read it."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:.3g}" if isinstance(value, float) else str(value)


SCREENS = (
    Screen(
        "/usage/anomalies", mark("Anomalies"), "usage", Operation.READ, USAGE,
        find, "usage/anomalies", _ENTRY, is_list=True, navigation=mark("Anomalies"),
    ),
    Screen(
        "/usage/anomalies/{id}", mark("Anomaly"), "usage", Operation.READ, USAGE,
        show, "usage/anomaly", _ENTRY,
        actions=(Action("decide", Operation.MODIFY, USAGE, decided),),
    ),
)  # fmt: skip
