"""One record of any type: what it says, its versions, and the last change undone."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.console.customers.document import LABELS, facts, in_short, in_words, leaves
from customer_inventory.console.customers.gone import told_when_gone
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.time.difference import differences
from customer_inventory.record.types import named
from customer_inventory.record.undoing import last_change, undo
from customer_inventory.record.version import PastVersion

_PAGE = 20
PATH = "/records/{type}/{id}"


async def show(view: View) -> Shown:
    """Return what a record says, and what undoing its last change would alter."""
    declared = named(view.path["type"])
    async with told_when_gone(view, declared, view.path["id"]):
        found = await view.rooms.inventory.get(declared, view.path["id"], sight=view.sight)
    document = parse_object(found.body)
    last = await last_change(view.rooms.inventory, declared, found.id, sight=view.sight)
    by_path = [(leaf.path, leaf.text) for leaf in leaves(document)]
    return Shown(
        {"type": declared.name, "revision": found.revision, "document": document},
        aside={
            "facts": facts(document),
            "leaves": by_path,
            "last": last[0] if last else None,
            "undone": [_told(each) for each in last[1]] if last else [],
            "may_change": view.may(Operation.UPDATE, declared.name)
            or view.may(Operation.MODIFY, declared.name),
            "customer": _customer(document) if declared.name != "customer" else found.id,
        },
        ids=(found.id,),
        groups=view.sight.groups(declared.name),
        title=str(document.get("name") or document.get("reason") or found.id),
    )


def _told(difference: Any) -> dict[str, str]:
    path, before, after = difference
    return {"path": path, "before": in_short(before), "after": in_short(after)}


def _customer(document: Any) -> str | None:
    """Return the id of the customer that a document names first, if it names one."""
    if isinstance(document, dict):
        if document.get("@referredType") == "Customer" and isinstance(document.get("id"), str):
            return str(document["id"])
        inner = list(document.values())
    else:
        inner = document if isinstance(document, list) else []
    return next((found for each in inner if (found := _customer(each))), None)


async def take_back(view: View, form: Form) -> Done:
    """Undo the last change, if it is the one that was looked at."""
    declared, revision = named(view.path["type"]), revision_of(form)
    made = await undo(
        view.rooms.inventory,
        declared,
        view.path["id"],
        revision=revision,
        actor=view.actor,
        sight=view.sight,
    )
    return Done(back_of(form, view.here), view.say("The last change is undone."), (made.id,))


def revision_of(form: Form) -> int:
    """Return the revision that a form was made for; raise Invalid where it says none."""
    text = form.get("_revision", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 - of a bigint
        raise Invalid("The form does not say which revision it changes.", hint="Open it again.")
    return int(text)


def back_of(form: Form, otherwise: str) -> str:
    """Return where a form came from: a screen of a customer or record, never another place."""
    told = form.get("_back", "")
    path = told.partition("#")[0]
    is_ours = path.startswith(("/customers/", "/records/")) and ".." not in path
    return told if is_ours and told.isascii() and told.isprintable() else otherwise


async def versions(view: View) -> Shown:
    """Return the versions of a record, newest first, each with what it altered."""
    declared = named(view.path["type"])
    offset = _offset(view.query.get("after", ""))
    found = await view.rooms.inventory.versions(
        declared, view.path["id"], limit=_PAGE + 1, offset=offset, sight=view.sight
    )
    older: list[PastVersion | None] = [*found[1:], None]
    rows = [
        _row(declared, version, before)
        for version, before in zip(found[:_PAGE], older, strict=False)
    ]
    listing = Listing(
        VERSIONS,
        rows,
        view.say("Versions"),
        str(offset + _PAGE) if len(found) > _PAGE else None,
    )
    return Shown(
        {"type": declared.name, "id": view.path["id"]},
        listing,
        ids=(view.path["id"],),
        groups=view.sight.groups(declared.name),
    )


VERSIONS = (
    Column("revision", mark("Revision"), "code"),
    Column("recordedAt", mark("When"), "time"),
    Column("operation", mark("What")),
    Column("altered", mark("Altered"), "name"),
    Column("person", mark("Person"), "name"),
    Column("process", mark("Process")),
    Column("purpose", mark("Purpose")),
)


def _row(declared: RecordType, version: PastVersion, before: PastVersion | None) -> dict[str, Any]:
    old = parse_object(before.body) if before and before.body else {}
    new = parse_object(version.body) if version.body else {}
    altered = [each.path for each in differences(old, new)] if before and version.body else []
    return {
        "revision": version.revision,
        "recordedAt": version.recorded_from,
        "operation": version.operation,
        "altered": ", ".join(altered[:_PAGE]) or None,
        "person": version.person,
        "process": version.process,
        "purpose": version.purpose,
        "type": declared.name,
    }


def _offset(text: str) -> int:
    """Return how many of the newest are passed over: versions of one record, not of a table."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0  # noqa: PLR2004


def label(path: str) -> str:
    """Return what the attribute at a path is called in English."""
    first = path.partition(".")[0].partition("[")[0]
    return LABELS.get(first, in_words(first))


SCREENS = (
    Screen(
        PATH,
        mark("Record"),
        "customers",
        Operation.READ,
        "{type}",
        show,
        "customers/record",
        "record",
        actions=(Action("undo", Operation.UPDATE, "{type}", take_back, either=Operation.MODIFY),),
    ),
    Screen(
        f"{PATH}/versions",
        mark("Versions"),
        "customers",
        Operation.READ,
        "{type}",
        versions,
        "customers/versions",
        "record",
        is_list=True,
    ),
)
