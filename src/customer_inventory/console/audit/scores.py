"""Scores: how much of what is asked holds, now and after each audit; runs, and beginning one."""

from typing import Any

from customer_inventory.access.operation import AUDIT, Operation
from customer_inventory.audit import job, running, scoring
from customer_inventory.audit.scoring import BY, By, Score
from customer_inventory.console.figure import Figure
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.report.chart import lines
from customer_inventory.record.job import enqueue

_ENTRY = "qualityScore"
_LAST = 24
_LEAST_DRAWN = 2
_DRAWN = 3
"""So many lines one chart has: the lowest. Its table has all."""
_PERCENT = 100
_WORDS = (
    mark("dimension"), mark("aspect"), mark("type"), mark("rule"), mark("segment"),
    mark("source"), mark("captureProcess"),
)  # fmt: skip
"""By what scores are told; `process` is marked where it stands in access."""
_DIMENSIONS = (
    mark("completeness"), mark("validity"), mark("accuracy"), mark("consistency"),
    mark("uniqueness"), mark("timeliness"),
)  # fmt: skip
_COLUMNS = (
    Column("name", mark("Of"), "name"),
    Column("score", mark("Holds"), "share"),
    Column("state", mark("State"), "state"),
    Column("threshold", mark("Declared"), "share"),
    Column("population", mark("Asked"), "number"),
    Column("failed", mark("Fail"), "number"),
)
_RUNS = (
    Column("id", mark("Audit"), "number"),
    Column("state", mark("State"), "state"),
    Column("beganAt", mark("Begun"), "time"),
    Column("endedAt", mark("Ended"), "time"),
    Column("lookedAt", mark("Records"), "number"),
    Column("opened", mark("Opened"), "number"),
    Column("passed", mark("Verified"), "number"),
)
_STATES = (mark("breached"), mark("holds"), mark("not measured"), mark("brokenOff"))


async def show(view: View) -> Shown:
    """Show the scores by something: as last asked, and after each of the last audits."""
    by, database = _by(view.query.get("by", "") or "dimension"), view.rooms.database
    in_force = await running.asked_in_force(database)
    found = await scoring.scores(database, by, rules=in_force)
    past = await scoring.over_time(database, by, last=_LAST)
    runs = await running.runs(database, limit=5)
    listing = Listing(
        _COLUMNS,
        [_row(view, each) for each in sorted(found, key=_lowest_first)],
        view.say("Scores, the lowest first"),
        empty=view.say("Nothing was audited yet."),
        empty_hint=view.say("What requirements in force ask is audited every night, or now."),
    )
    history = [
        {
            "auditRun": run,
            "endedAt": at,
            "score": [{"name": each.name, "score": each.score} for each in scores],
        }
        for (run, at), scores in past.items()
    ]
    aside = {
        "by": [(word, view.link(by=word)) for word in BY],
        "figure": _figure(view, past),
        "runs": Listing(_RUNS, [_run(row) for row in runs], view.say("The last audits")),
    }
    return Shown({"by": by, "history": history}, listing, aside)


def _figure(view: View, past: Any) -> Figure | None:
    """Return the chart of what fails, in percent: of the lowest lines, with a table of all."""
    if len(past) < _LEAST_DRAWN:
        return None
    labels = [at.date().isoformat() for _, at in past]
    names = list(dict.fromkeys(each.name for scores in past.values() for each in scores))
    failing: dict[str, list[float | None]] = {
        name: [_failing(scores, name) for scores in past.values()] for name in names
    }
    known = [name for name in names if any(value is not None for value in failing[name])]
    worst = sorted(known, key=lambda name: failing[name][-1] or 0, reverse=True)[:_DRAWN]
    title = view.say("What fails, in percent")
    drawn = lines(labels, [(view.say(name), failing[name]) for name in worst], title)
    told = [(view.say(name), place) for place, name in enumerate(worst)]
    heads = [view.say("After the audit of"), *(view.say(name) for name in names)]
    rows = [
        [label, *(_shown(failing[name][at]) for name in names)] for at, label in enumerate(labels)
    ]
    return Figure(title, drawn, told, heads, rows)


def _failing(scores: list[Score], name: str) -> float | None:
    for each in scores:
        if each.name == name and each.score is not None:
            return round((1 - each.score) * _PERCENT, 4)
    return None


def _shown(value: float | None) -> float | str:
    return "–" if value is None else value  # noqa: RUF001 - the dash of an empty cell


def _row(view: View, each: Score) -> dict[str, Any]:
    state = "breached" if each.is_breached else "holds" if each.threshold is not None else None
    return {
        "name": view.say(each.name) if each.name else view.say("none"),
        "score": each.score,
        "state": state if each.is_measured else "not measured",
        "threshold": each.threshold,
        "population": each.population,
        "failed": each.failed if each.is_measured else None,
    }


def _lowest_first(each: Score) -> tuple[bool, float]:
    return each.score is None, 1.0 if each.score is None else each.score


def _run(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "state": row["state"],
        "beganAt": row["began_at"],
        "endedAt": row["ended_at"],
        "lookedAt": row["looked_at"],
        "opened": row["opened"],
        "passed": row["passed"],
    }


def _by(word: str) -> By:
    for by in BY:
        if by == word:
            return by
    raise Invalid(f"must be one of {', '.join(BY)}.", path="by")


async def begin(view: View, form: Form) -> Done:
    """Audit in the background what changed, or everything."""
    payload = {"types": [], "full": bool(form.get("full"))}
    await enqueue(view.rooms.database, job.AUDIT, payload, actor=view.actor)
    return Done(view.here, view.say("Asked for: the audit begins when a worker is free."))


SCREENS = (
    Screen(
        "/audit/scores", mark("Scores"), "audit", Operation.READ, AUDIT, show, "audit/scores",
        _ENTRY, is_list=True, navigation=mark("Scores"),
        actions=(Action("begin", Operation.CREATE, AUDIT, begin, "auditRun"),),
    ),
)  # fmt: skip
