"""A requirement changed or begun: what it would say is looked at first, then proposed."""

from collections.abc import Mapping
from typing import Any

from customer_inventory.access.decision import Decision
from customer_inventory.access.operation import REQUIREMENT, Operation
from customer_inventory.console.requirements.impact import impact
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.facet import Classification
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.requirements.drafting import begun, drafted
from customer_inventory.requirements.requirement import Requirement, plain

_TEXTS = ("name", "definition", "owner", "steward", "freshness", "retention")
_CHOICES = ("obligation", "classification")
_LISTS = ("usedBy", "requestedBy", "sources")
_DATA = ("pattern", "minLength", "maxLength", "values")
FIELDS = (*_TEXTS, *_CHOICES, *_LISTS, *_DATA)


async def show(view: View) -> Shown:
    """Return the form as the latest version fills it; with `preview` what its draft would mean."""
    base = await _base(view)
    asked = view.query if view.query.get("preview") else view.typed
    values = {name: asked[name] if name in asked else _said(base, name) for name in FIELDS}
    content: dict[str, Any] = {"id": base.id, "type": base.type, "path": base.path}
    wrong: Invalid | None = None
    if view.query.get("preview"):
        try:
            draft = _draft(base, view.query)
            content |= {"draft": plain(draft)}
            content |= {"impact": await impact(view.rooms.database, draft)}
        except Invalid as error:
            wrong = error
    return Shown(
        content,
        aside={
            "values": values,
            "wrong": wrong,
            "classifications": [(each.value, view.say(each.value)) for each in Classification],
            "obligations": [(word, view.say(word)) for word in _obligations(base)],
            "may_propose": view.may(Operation.CREATE, REQUIREMENT),
        },
        ids=(base.id,),
        title=view.say("Change %(id)s", id=base.id) if "id" in view.path else "",
    )


async def propose(view: View, form: Form) -> Done:
    """Propose the draft, as whoever is signed in."""
    base = await _base(view)
    draft = _draft(base, form)
    reason = form.get("reason", "").strip()
    if not reason:
        raise Invalid("says why it is needed.", path="reason")
    by = Decision(view.who.person, view.actor.process, reason)
    made = await register.propose(view.rooms.database, [draft], by=by)
    if made[draft.id] == "unchanged":
        raise Invalid("The register says the same already.", hint="Change something of it.")
    notice = view.say("Proposed: somebody else reviews it, and who owns the data approves it.")
    return Done(f"/requirements/{draft.id}", notice, ids=(draft.id,))


async def _base(view: View) -> Requirement:
    """Return what is changed: the latest version, or the beginning for an attribute."""
    database = view.rooms.database
    if "id" in view.path:
        return (await register.versions(database, view.path["id"]))[0].requirement
    kind = view.query.get("type") or "individual"
    if kind not in TYPES:
        raise Invalid("is no record type.", path="type")
    path = view.query.get("path", "").strip() or "nickname"
    for each in await register.latest(database):
        if (each.requirement.type, each.requirement.path) == (kind, path):
            return each.requirement
    return begun(kind, path, await register.next_id(database))


def _draft(base: Requirement, asked: Mapping[str, str]) -> Requirement:
    content = dict(plain(base))
    data = dict(content.get("data", {}))
    for name in FIELDS:
        if name not in asked:
            continue
        target = data if name in _DATA else content
        value = _value(name, asked[name].strip())
        if value in ("", None, []):
            target.pop(name, None)
        else:
            target[name] = value
    content["data"] = data
    if content.get("obligation") != "conditional":
        content.pop("when", None)
    try:
        return drafted(content)
    except Invalid as error:
        # The form has the keys of `data` among the others.
        error.path = error.path.removeprefix("data.") if error.path else None
        raise


def _value(name: str, text: str) -> Any:
    if name in _LISTS or name == "values":
        return [part for each in text.split(",") if (part := each.strip())]
    if name in ("minLength", "maxLength") and text:
        if not text.isdecimal():
            raise Invalid("is a number.", path=name)
        return int(text)
    return text


def _said(base: Requirement, name: str) -> str:
    content = plain(base)
    source = content.get("data", {}) if name in _DATA else content
    value = source.get(name, base.obligation if name == "obligation" else "")
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _obligations(base: Requirement) -> tuple[str, ...]:
    always = ("optional", "mandatory")
    return (*always, "conditional") if base.when is not None else always


SCREENS = (
    Screen(
        "/requirements/new",
        mark("New requirement"),
        "requirements",
        Operation.READ,
        REQUIREMENT,
        show,
        "requirements/new",
        "requirement",
        actions=(Action("propose", Operation.CREATE, REQUIREMENT, propose),),
    ),
    Screen(
        "/requirements/{id}/change",
        mark("Change a requirement"),
        "requirements",
        Operation.READ,
        REQUIREMENT,
        show,
        "requirements/change",
        "requirement",
        actions=(Action("propose", Operation.CREATE, REQUIREMENT, propose),),
    ),
)
