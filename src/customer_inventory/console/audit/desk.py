"""The desk of an auditor: one record of a sample after another, a verdict on each element.

Made for speed: single keys, and the next record is there when one is done. The room says which one
is next; what it turns out to be void on the way it replaces itself.
"""

from collections.abc import Mapping
from typing import Any

from customer_inventory.access.operation import AUDIT_CAMPAIGN, Operation
from customer_inventory.audit.campaign import told
from customer_inventory.audit.campaign.campaign import Campaign
from customer_inventory.audit.campaign.campaigns import By
from customer_inventory.audit.campaign.reading import Task
from customer_inventory.audit.campaign.verdict import Evidence, Verdicts
from customer_inventory.console.listing import flat
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse

ENTRY = "auditCampaign"
VERDICTS = (mark("agrees"), mark("differs"), mark("cannotTell"))
COMPARED = {
    "contractScan": mark("a scan of the contract"),
    "customerCall": mark("a call to the customer"),
    "sourceSystem": mark("the source system"),
    "confirmation": mark("a confirmation"),
}
"""What records are compared with, in words."""
_OUTCOMES = {
    "conforming": mark("Item %(number)s: in order."),
    "nonconforming": mark("Item %(number)s: not in order."),
    "untold": mark("Item %(number)s: nobody can tell."),
}
_KEPT = mark("Item %(number)s: kept.")


async def show(view: View) -> Shown:
    """Show the next record on the worklist of whoever works here."""
    campaign = await view.rooms.campaigns.get(view.path["id"])
    task = await view.rooms.campaigns.next(campaign.id, session=view.session, by=by(view))
    title = campaign.declared.name
    if task is None:
        return Shown({"item": None}, aside={"campaign": campaign}, title=title)
    return Shown(
        told.task(task, campaign.declared.compared_with),
        aside={
            "campaign": campaign,
            "compared": COMPARED,
            "elements": elements_of(campaign, task),
            "record": flat(task.record),
        },
        ids=(task.item.record_id,) if task.item.record_id else (),
        groups=view.sight.groups(campaign.declared.record_type),
        title=title,
    )


def elements_of(campaign: Campaign, task: Task) -> list[dict[str, Any]]:
    """Return what is to be compared, in the order of the campaign, as a form shows it."""
    return [
        {"path": path, "value": task.elements[path], "text": _text(task.elements[path])}
        for path in campaign.declared.elements
    ]


async def record(view: View, form: Form) -> Done:
    """Keep what was found of an item; the next one is shown."""
    campaign = await view.rooms.campaigns.get(view.path["id"])
    number = item_of(form.get("item", ""))
    done = await view.rooms.campaigns.record(
        campaign.id,
        number,
        verdicts_of(campaign, form),
        evidence_of(campaign, form),
        session=view.session,
        by=by(view),
    )
    said = _OUTCOMES.get(done.outcome or "", _KEPT)
    ids = (done.record_id,) if done.record_id else ()
    return Done(view.here, view.say(said, number=number), ids=ids)


def verdicts_of(campaign: Campaign, form: Form) -> Verdicts:
    """Return the verdicts that a form gives, element by element; raise Invalid for none."""
    words: dict[str, Any] = {}
    right: dict[str, Any] = {}
    for place, path in enumerate(campaign.declared.elements):
        word = form.get(f"verdict-{place}", "")
        if not word:
            raise Invalid(f"{path} has no verdict.", path=f"verdict-{place}")
        words[path] = word
        if word == "differs":
            right[path] = _value(form.get(f"right-{place}", ""), form.get(f"kind-{place}", ""))
    return Verdicts(words, right)


def evidence_of(campaign: Campaign, form: Form) -> Evidence:
    """Return what the verdicts are based on; raise Invalid where nothing is said of it."""
    reference = form.get("reference", "").strip()
    if not reference:
        raise Invalid("is mandatory: what was seen, or who was called.", path="reference")
    return Evidence(campaign.declared.compared_with, reference)


def by(view: View, reason: str = "") -> By:
    """Return whoever works here, as who does something in a campaign."""
    return By(view.who.person, view.actor.process, view.actor, reason)


def item_of(text: str) -> int:
    """Return the number of an item; 0, which no sample has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0  # noqa: PLR2004


def _value(text: str, kind: str) -> Any:
    """Return the right value as it was typed: of the kind that the record has; None for nothing."""
    if not text.strip():
        return None
    if kind == "text":
        return text.strip()
    try:
        return parse(text.encode())
    except (ValueError, Invalid):
        return text.strip()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{path}: {_text(part)}" for path, part in flat(value))
    return str(value)


SCREENS = (
    Screen(
        "/audit/campaigns/{id}/desk", mark("Desk"), "audit", Operation.UPDATE, AUDIT_CAMPAIGN,
        show, "audit/desk", ENTRY,
        actions=(Action("record", Operation.UPDATE, AUDIT_CAMPAIGN, record),),
    ),
)  # fmt: skip
