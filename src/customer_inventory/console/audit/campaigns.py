"""Audit campaigns: listed, declared, one with its sample, its steps, its statement."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, get_args

from customer_inventory.access.operation import AUDIT_CAMPAIGN, Operation
from customer_inventory.audit.campaign import told
from customer_inventory.audit.campaign.campaign import Campaign, Compared
from customer_inventory.audit.campaign.item import Item
from customer_inventory.console.audit.desk import COMPARED, ENTRY, by
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.record.types import TYPES

_MOST = 200
_COLUMNS = (
    Column("name", mark("Campaign"), "name"),
    Column("state", mark("State"), "state"),
    Column("type", mark("Type"), "code"),
    Column("size", mark("Sample"), "number"),
    Column("dueAt", mark("Due"), "time"),
    Column("owner", mark("Owner"), "name"),
    Column("words", mark("Result")),
)
_ITEMS = (
    Column("item", mark("Item"), "number"),
    Column("state", mark("State"), "state"),
    Column("outcome", mark("Result"), "state"),
    Column("stratum", mark("Stratum"), "name"),
    Column("recordId", mark("Record"), "code"),
    Column("correctedBy", mark("Corrected by"), "name"),
)
_STATES = (
    mark("underWay"), mark("sampled"), mark("abandoned"), mark("decided"), mark("disputed"),
    mark("void"), mark("conforming"), mark("nonconforming"), mark("untold"),
)  # fmt: skip
"""States of campaigns, items and results beside those that other screens have."""
STEPS = (
    mark("new"), mark("sample"), mark("assign"), mark("handOver"), mark("record"),
    mark("adjudicate"), mark("correct"), mark("pause"), mark("resume"), mark("abandon"),
    mark("close"), mark("replace"),
)  # fmt: skip
_STEPS_FROM: dict[str, tuple[str, ...]] = {
    "planned": ("sample", "abandon"),
    "sampled": ("assign", "abandon"),
    "underWay": ("assign", "handover", "pause", "close", "abandon"),
    "paused": ("resume", "handover", "abandon"),
}


async def find(view: View) -> Shown:
    """Show the campaigns, latest first."""
    found = await view.rooms.campaigns.list(limit=_MOST)
    rows = [{**told.campaign(each), "_href": f"/audit/campaigns/{each.id}"} for each in found]
    listing = Listing(
        _COLUMNS,
        rows,
        view.say("Audit campaigns, latest first"),
        empty=view.say("No campaign was declared yet."),
        empty_hint=view.say("A campaign compares a sample of records with the world outside."),
    )
    return Shown(listing=listing)


async def show(view: View) -> Shown:
    """Show a campaign: how far it is, its plan, its sample, its steps."""
    rooms = view.rooms.campaigns
    campaign = await rooms.get(view.path["id"])
    items = await rooms.items(campaign.id)
    steps = told.steps(await rooms.history(campaign.id))
    progress = Counter(each.state for each in items)
    plan = await _plan(view, campaign)
    content: dict[str, Any] = {
        **told.campaign(campaign),
        "progress": dict(progress),
        **({"plan": plan} if plan else {}),
        "item": [told.item(each) for each in items],
        "step": steps,
    }
    is_auditor = view.who.person in campaign.declared.auditors
    may_run = view.may(Operation.MODIFY, AUDIT_CAMPAIGN)
    aside = {
        "items": Listing(_ITEMS, [_row(campaign, each) for each in items], view.say("The sample")),
        "history": [_event(view, each) for each in reversed(steps)],
        "steps": _STEPS_FROM.get(campaign.state, ()) if may_run else (),
        "compared": COMPARED,
        "is_mine": is_auditor and campaign.state == "underWay",
        "decided": progress["decided"] + progress["void"],
        "is_closable": bool(items) and not (progress["open"] or progress["disputed"]),
    }
    ids = tuple(each.record_id for each in items if each.record_id)
    return Shown(content, aside=aside, ids=ids, title=campaign.declared.name)


async def _plan(view: View, campaign: Campaign) -> dict[str, Any] | None:
    """Return the plan of a campaign that is not sampled yet, where one can be told."""
    if campaign.state != "planned":
        return None
    try:
        return told.plan(*await view.rooms.campaigns.plan(campaign.id, session=view.session))
    except InventoryError as error:
        return {"problem": str(error)}


def _row(campaign: Campaign, item: Item) -> dict[str, Any]:
    shown = told.item(item)
    if item.state in ("disputed", "decided"):
        shown["_href"] = f"/audit/campaigns/{campaign.id}/items/{item.number}"
    return shown


def _event(view: View, step: dict[str, Any]) -> dict[str, Any]:
    item = step.get("item")
    title = view.say("Item %(number)s", number=item) if item else step["reason"]
    return {
        "at": step["takenAt"],
        "kind": step["step"],
        "title": title or view.say(step["step"]),
        "text": step["reason"] if item else "",
        "who": step["person"],
    }


async def new(_: View) -> Shown:
    """Show the form by which a campaign is declared."""
    return Shown(aside={"types": [(each, each) for each in sorted(TYPES)], "compared": COMPARED})


async def declare(view: View, form: Form) -> Done:
    """Keep a campaign that is planned."""
    said: dict[str, Any] = {name: text.strip() for name, text in form.items() if text.strip()}
    said["element"] = _lines(form.get("element", ""))
    said["auditor"] = _lines(form.get("auditor", ""))
    if said.get("comparedWith") not in get_args(Compared):
        raise Invalid("is mandatory: with what.", path="comparedWith")
    if day := said.get("dueAt"):
        said["dueAt"] = f"{day}T23:59:59Z"
    made = await view.rooms.campaigns.new(told.declared(said), session=view.session, by=by(view))
    return Done(f"/audit/campaigns/{made.id}", view.say("Planned. Look at the plan, then draw."))


def _lines(text: str) -> list[str]:
    """Return the words of a field, separated by lines or commas."""
    return [each.strip() for each in text.replace(",", "\n").split("\n") if each.strip()]


async def sample(view: View, _: Form) -> Done:
    """Draw and freeze the sample."""
    rooms = view.rooms.campaigns
    done = await rooms.sample(view.path["id"], session=view.session, by=by(view))
    ids = tuple(each.record_id for each in await rooms.items(done.id) if each.record_id)
    return Done(view.here, view.say("Drawn and frozen: hand it out next."), ids=ids)


async def assign(view: View, form: Form) -> Done:
    """Hand out what is not read yet."""
    people = _lines(form.get("auditor", ""))
    if not people:
        raise Invalid("is mandatory: to whom.", path="auditor")
    try:
        await view.rooms.campaigns.assign(view.path["id"], people, by=by(view))
    except Invalid as error:
        error.path = "auditor"
        raise
    return Done(view.here, view.say("Handed out: the auditors have it on their desks."))


async def hand_over(view: View, form: Form) -> Done:
    """Give what one auditor has not read to another."""
    who = by(view, form.get("handover-reason", "").strip())
    leaver, to = form.get("from", "").strip(), form.get("to", "").strip()
    await view.rooms.campaigns.hand_over(view.path["id"], leaver, to, by=who)
    return Done(view.here, view.say("Handed over."))


def _ending(step: str, said: str) -> Callable[[View, Form], Awaitable[Done]]:
    """Return the act of a step that is taken with a reason of its own field."""

    async def act(view: View, form: Form) -> Done:
        who = by(view, form.get(f"{step}-reason", "").strip())
        try:
            await getattr(view.rooms.campaigns, step)(view.path["id"], by=who)
        except Invalid as error:
            error.path = f"{step}-reason"
            raise
        return Done(view.here, view.say(said))

    return act


_STEPS = {
    "sample": sample,
    "assign": assign,
    "handover": hand_over,
    "pause": _ending("pause", mark("Paused: nobody reads until it goes on.")),
    "resume": _ending("resume", mark("It goes on.")),
    "abandon": _ending("abandon", mark("Abandoned, without a statement.")),
    "close": _ending("close", mark("Closed: its statement is signed.")),
}


async def certificate(view: View) -> Shown:
    """Show the signed statement of a closed campaign; its JSON twin is what was signed."""
    statement = await view.rooms.campaigns.certificate(view.path["id"])
    return Shown(statement, title=statement["campaign"]["name"])


SCREENS = (
    Screen(
        "/audit/campaigns", mark("Campaigns"), "audit", Operation.READ, AUDIT_CAMPAIGN,
        find, "audit/campaigns", ENTRY, is_list=True, navigation=mark("Campaigns"),
    ),
    Screen(
        "/audit/campaigns/new", mark("Declare a campaign"), "audit", Operation.READ,
        AUDIT_CAMPAIGN, new, "audit/campaign_new", ENTRY,
        actions=(Action("declare", Operation.CREATE, AUDIT_CAMPAIGN, declare),),
    ),
    Screen(
        "/audit/campaigns/{id}", mark("Campaign"), "audit", Operation.READ, AUDIT_CAMPAIGN,
        show, "audit/campaign", ENTRY,
        actions=tuple(
            Action(name, Operation.MODIFY, AUDIT_CAMPAIGN, act) for name, act in _STEPS.items()
        ),
    ),
    Screen(
        "/audit/campaigns/{id}/certificate", mark("Certificate"), "audit", Operation.READ,
        AUDIT_CAMPAIGN, certificate, "audit/certificate", ENTRY,
    ),
)  # fmt: skip
