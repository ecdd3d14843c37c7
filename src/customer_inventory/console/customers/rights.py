"""The rights of a subject: what is held of it to take away, and its erasure, with their guards."""

from typing import Any

from customer_inventory.access.masking import demand_unmasked
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.console.customers.around import around
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Conflict, Invalid, InventoryError, NotFound
from customer_inventory.record.job import enqueue
from customer_inventory.record.subject.hold import holds
from customer_inventory.record.subject.job import ERASE_ONE
from customer_inventory.record.subject.package.package import MEDIA_TYPE
from customer_inventory.record.subject.reason import check_case
from customer_inventory.web.exchange import Answer


async def show(view: View) -> Shown:
    """Return what can be done for a subject, what keeps it from being done, and what would go."""
    whole = await around(view)
    may_erase = view.may(Operation.DELETE, EVERY_TYPE)
    plan: dict[str, Any] = {}
    kept: InventoryError | None = None
    if may_erase:
        try:
            plan = await view.rooms.eraser.plan(whole.id)
        except (Conflict, NotFound) as error:
            kept = error
    theirs = [each for each in await holds(view.rooms.database) if each.subject_id in whole.ids]
    content = {
        "customer": whole.id,
        "wouldBeRemoved": plan.get("removed", []),
        "wouldBeAnonymised": plan.get("anonymised", []),
        "keptBecause": str(kept) if kept else None,
        "legalHold": [{"reason": each.reason, "until": each.until} for each in theirs],
    }
    return Shown(
        content,
        aside={
            "name": whole.name,
            "may_erase": may_erase,
            "may_take": view.may(Operation.DOWNLOAD, EVERY_TYPE),
            "kept": kept,
        },
        ids=(whole.id,),
        groups=view.sight.groups("customer"),
        title=view.say("Rights of %(name)s", name=whole.name),
    )


async def erase(view: View, form: Form) -> Done:
    """Erase the subject for a case, after its name was typed as it is shown."""
    whole = await around(view)
    if form.get("name", "").strip() != whole.name.strip():
        raise Invalid("is not the name of the customer.", path="name", hint="Type it as shown.")
    done = await view.rooms.eraser.begin(
        whole.id, reason=form.get("reason", "").strip(), actor=view.actor
    )
    if "sha256" not in done:
        await enqueue(view.rooms.database, ERASE_ONE, {"id": done["id"]}, actor=view.actor)
        told = view.say("The erasure %(id)s has begun.", id=done["id"])
    else:
        told = view.say("Erased. The certificate is %(id)s.", id=done["id"])
    return Done("/search", told)


async def package(view: View) -> Shown:
    """Return everything held of the subject, as one archive."""
    reason = view.query.get("reason", "").strip()
    check_case(reason)
    demand_unmasked(view.sight.masks)
    subject = await view.rooms.packer.subject(view.path["id"])
    name = f'attachment; filename="subject-{subject.id}.zip"'
    answer = Answer(
        200,
        headers=((b"content-type", MEDIA_TYPE.encode()), (b"content-disposition", name.encode())),
        reason=reason,
        stream=view.rooms.packer.package(subject, actor=view.actor, reason=reason),
    )
    return Shown(ids=tuple(subject.ids), file=answer)


SCREENS = (
    Screen(
        "/customers/{id}/rights",
        mark("Rights"),
        "customers",
        Operation.READ,
        "customer",
        show,
        "customers/rights",
        "subject",
        actions=(Action("erase", Operation.DELETE, EVERY_TYPE, erase, "erasure"),),
    ),
    Screen(
        "/customers/{id}/package",
        mark("Everything held"),
        "customers",
        Operation.DOWNLOAD,
        EVERY_TYPE,
        package,
        "",
        "subject",
        is_file=True,
    ),
)
