"""One item of a sample that was read: its readings, deciding between them, putting it right."""

from customer_inventory.access.operation import AUDIT_CAMPAIGN, Operation
from customer_inventory.audit.campaign import told
from customer_inventory.console.audit.desk import (
    COMPARED,
    ENTRY,
    by,
    elements_of,
    evidence_of,
    item_of,
    verdicts_of,
)
from customer_inventory.console.listing import flat
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark


async def show(view: View) -> Shown:
    """Show an item that was read: record and readings side by side."""
    campaign = await view.rooms.campaigns.get(view.path["id"])
    number = item_of(view.path["item"])
    task = await view.rooms.campaigns.look(campaign.id, number, session=view.session)
    readers = {each.auditor for each in task.readings}
    kind = campaign.declared.record_type
    is_wrong = task.item.outcome == "nonconforming" and not task.item.corrected_by
    return Shown(
        told.task(task, campaign.declared.compared_with),
        aside={
            "campaign": campaign,
            "compared": COMPARED,
            "elements": elements_of(campaign, task),
            "record": flat(task.record),
            "may_decide": task.item.state == "disputed"
            and view.who.person not in readers
            and view.may(Operation.UPDATE, AUDIT_CAMPAIGN),
            "may_correct": is_wrong
            and view.who.person not in readers
            and view.may(Operation.UPDATE, kind),
        },
        ids=(task.item.record_id,) if task.item.record_id else (),
        groups=view.sight.groups(kind),
        title=view.say("Item %(number)s", number=number),
    )


async def adjudicate(view: View, form: Form) -> Done:
    """Decide between two readings."""
    campaign = await view.rooms.campaigns.get(view.path["id"])
    done = await view.rooms.campaigns.adjudicate(
        campaign.id,
        item_of(view.path["item"]),
        verdicts_of(campaign, form),
        evidence_of(campaign, form),
        session=view.session,
        by=by(view),
    )
    ids = (done.record_id,) if done.record_id else ()
    return Done(view.here, view.say("Decided."), ids=ids)


async def correct(view: View, _: Form) -> Done:
    """Set the right values that the audit found."""
    number = item_of(view.path["item"])
    done = await view.rooms.campaigns.correct(
        view.path["id"], number, None, session=view.session, by=by(view)
    )
    return Done(view.here, view.say("The record says what is right."), ids=(done[1].id,))


SCREENS = (
    Screen(
        "/audit/campaigns/{id}/items/{item}", mark("Item"), "audit", Operation.READ,
        AUDIT_CAMPAIGN, show, "audit/item", ENTRY,
        actions=(
            Action("adjudicate", Operation.UPDATE, AUDIT_CAMPAIGN, adjudicate),
            Action("correct", Operation.UPDATE, AUDIT_CAMPAIGN, correct),
        ),
    ),
)  # fmt: skip
