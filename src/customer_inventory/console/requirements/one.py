"""One requirement: what it says, where it is used, how well it is kept, what is decided of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from customer_inventory.access.decision import Decision
from customer_inventory.access.operation import REQUIREMENT, Operation
from customer_inventory.audit import scoring
from customer_inventory.audit.compiling import rules_of
from customer_inventory.console.requirements.impact import impact
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.job import enqueue
from customer_inventory.requirements import applying, coverage, register
from customer_inventory.requirements.following import FOLLOW
from customer_inventory.requirements.register import Versioned
from customer_inventory.requirements.requirement import Requirement, plain
from customer_inventory.store.database import Database

_STEPS: dict[str, tuple[str, ...]] = {
    "proposed": ("review", "reject"),
    "reviewed": ("approve", "reject"),
    "approved": ("enforce", "retire"),
    "enforced": ("retire",),
}
"""By the state of the latest version, what can be decided of it."""
_ALONE: dict[str, Callable[..., Awaitable[None]]] = {
    "review": register.review,
    "approve": register.approve,
    "reject": register.reject,
}
_NOTICES = {
    "review": mark("Found in order: who owns the data approves it now."),
    "approve": mark("Approved: it can be put in force."),
    "reject": mark("Rejected."),
    "enforce": mark("In force everywhere. What is held and falls short becomes findings."),
    "retire": mark("Retired: it holds no more."),
}
_WORDS = (
    mark("path"), mark("data"), mark("obligation"), mark("when"), mark("classification"),
    mark("group"), mark("purposes"), mark("requestedBy"), mark("usedBy"), mark("owner"),
    mark("steward"), mark("sources"), mark("survivorship"), mark("freshness"), mark("quality"),
    mark("searchable"), mark("declares"), mark("pattern"), mark("minimum"), mark("maximum"),
    mark("minLength"), mark("maxLength"), mark("values"), mark("format"), mark("text"),
    mark("date"), mark("dateTime"), mark("number"), mark("integer"), mark("boolean"),
    mark("object"), mark("list"), mark("undeclared"), mark("consent"), mark("contract"),
    mark("legalObligation"), mark("vitalInterests"), mark("publicTask"),
    mark("legitimateInterests"), mark("mandatory"), mark("conditional"), mark("optional"),
)  # fmt: skip
"""What a requirement has, and the codes of it."""
_SHOWN_FIRST = ("name", "definition")


async def show(view: View) -> Shown:
    """Return a requirement in its latest version; with `impact` what it would mean."""
    database, identifier = view.rooms.database, view.path["id"]
    versions = await register.versions(database, identifier)
    latest = versions[0]
    said = latest.requirement
    in_force = next((each.version for each in versions if each.state == "enforced"), None)
    cells = [
        cell
        for cell in await coverage.matrix(database, [said.type])
        if cell.requirement.id == identifier
    ]
    content: dict[str, Any] = {
        **plain(said),
        "version": latest.version,
        "state": latest.state,
        "proposedBy": latest.proposed_by,
        "enforcedVersion": in_force,
        "use": [
            {
                "process": cell.process, "asks": cell.asks, "uses": cell.uses,
                "granted": cell.granted, "read": cell.read,
            }
            for cell in cells
        ],
        "kept": await _kept(database, said),
    }  # fmt: skip
    if view.query.get("impact"):
        content["impact"] = await impact(database, said)
    steps = await register.decisions(database, identifier)
    return Shown(
        content,
        aside={
            "facts": [
                (name, value)
                for name, value in plain(said).items()
                if name not in _SHOWN_FIRST and value not in (None, "", {}, [])
            ],
            "steps": _steps(view, latest),
            "history": [_told(dict(step)) for step in steps],
            "may_propose": view.may(Operation.CREATE, REQUIREMENT),
            "differences": _differences(versions),
        },
        ids=(identifier,),
        title=f"{identifier} {said.name}",
    )


async def decide(view: View, form: Form) -> Done:
    """Take a step of the requirement's life, as whoever is signed in."""
    step, identifier, database = form.get("step", ""), view.path["id"], view.rooms.database
    by = Decision(view.who.person, view.actor.process, form.get("reason", "").strip())
    if step in ("reject", "retire") and not by.reason:
        raise Invalid("says why.", path="reason")
    if step in _ALONE:
        await _ALONE[step](database, identifier, by=by)
    elif step == "enforce":
        await applying.apply(database, [identifier], by=by, actor=view.actor)
    elif step == "retire":
        await applying.retire(database, identifier, by=by, actor=view.actor)
    else:
        raise Invalid(f"must be one of {', '.join(_NOTICES)}.", path="step")
    if step in ("enforce", "retire"):
        await enqueue(database, FOLLOW, {}, actor=view.actor, once=FOLLOW)
    return Done(view.here, view.say(_NOTICES[step]), ids=(identifier,))


def _steps(view: View, latest: Versioned) -> tuple[str, ...]:
    """Return what of the requirement this person can decide on now, as far as rights tell."""
    if not view.may(Operation.MODIFY, REQUIREMENT):
        return ()
    return _STEPS.get(latest.state, ())


async def _kept(database: Database, said: Requirement) -> list[dict[str, Any]]:
    """Return how what is held stands to it, as audits counted it last."""
    rules = {rule.id: rule for rule in rules_of(said)}
    return [
        {
            "rule": score.name,
            "dimension": rules[score.name].dimension,
            "score": score.score,
            "threshold": score.threshold,
            "failed": score.failed,
            "population": score.population,
            "isBreached": score.is_breached,
        }
        for score in await scoring.scores(database, "rule", rules=list(rules))
    ]


def _differences(versions: list[Versioned]) -> list[dict[str, Any]]:
    """Return in what the latest version says something else than the one before."""
    if len(versions) < 2:  # noqa: PLR2004 - a version and the one before
        return []
    new, old = (plain(each.requirement) for each in versions[:2])
    return [
        {"key": name, "old": old.get(name), "new": new.get(name)}
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def _told(step: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": step["decided_at"],
        "kind": step["state"],
        "title": f"{step['person']}, version {step['version']}",
        "text": step["reason"],
        "who": "",
        "href": "",
    }


SCREENS = (
    Screen(
        "/requirements/{id}",
        mark("Requirement"),
        "requirements",
        Operation.READ,
        REQUIREMENT,
        show,
        "requirements/one",
        "requirement",
        actions=(Action("decide", Operation.MODIFY, REQUIREMENT, decide),),
    ),
)
