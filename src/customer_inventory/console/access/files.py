"""Downloads: lists asked for as files, decided on by the owners of the data, fetched by page."""

from typing import Any

from customer_inventory.access.download import job
from customer_inventory.access.download.asking import Asked
from customer_inventory.access.download.encoding import MEDIA
from customer_inventory.access.download.job import Download, NoSuchDownload
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.access.person import account as accounts
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.web.download import answer_with

_ENTRY = "exportJob"
_MOST = 200
_OWNS_ALL = "dataOwner:*"
_COLUMNS = (
    Column("type", mark("Type"), "code"),
    Column("state", mark("State"), "state"),
    Column("process", mark("Process"), "code"),
    Column("requestedBy", mark("Asked for by"), "name"),
    Column("requestedAt", mark("Asked for"), "time"),
    Column("rows", mark("Records"), "number"),
    Column("expiresAt", mark("Until"), "time"),
)
_STATES = (mark("notStarted"), mark("destroyed"))


async def find(view: View) -> Shown:
    """Show downloads: those that wait for a decision here, one's own, and what one watches."""
    held = await _held(view)
    every = await job.downloads(view.rooms.database, limit=_MOST)
    own = await job.downloads(view.rooms.database, actor=view.actor, limit=_MOST)
    known = {each.id: each for each in (*every, *own) if _is_shown(view, each, held)}
    found = sorted(known.values(), key=lambda each: not _may_decide(view, each, held))
    listing = Listing(
        _COLUMNS,
        [{**_told(each), "_href": f"/access/downloads/{each.id}"} for each in found],
        view.say("Downloads, those to decide on first"),
        empty=view.say("There is no download."),
        empty_hint=view.say("A list is asked for as a file; a large one waits for the owner."),
    )
    return Shown(listing=listing)


async def _held(view: View) -> set[str]:
    """Return the capacities that whoever works here has."""
    rows = await accounts.capacities_of(view.rooms.database, view.who.person)
    return {row["capacity"] for row in rows}


def _is_own(view: View, found: Download) -> bool:
    is_of = (found.process, found.purpose) == (view.actor.process, view.actor.purpose)
    return is_of and view.may(Operation.DOWNLOAD, found.record_type)


def _may_decide(view: View, found: Download, held: set[str]) -> bool:
    return (
        found.state == "waiting"
        and found.requested_by != view.who.person
        and bool(held & {_OWNS_ALL, f"dataOwner:{found.record_type}"})
        and view.may(Operation.READ, found.record_type)
    )


def _is_shown(view: View, found: Download, held: set[str]) -> bool:
    """Tell whether whoever works here sees a download: their own, to decide on, or to watch."""
    watches = view.may(Operation.READ, ACCESS) and view.may(Operation.READ, found.record_type)
    return watches or _is_own(view, found) or _may_decide(view, found, held)


async def show(view: View) -> Shown:
    """Show a download, and what can be done about it."""
    found, held = await job.get(view.rooms.database, view.path["id"]), await _held(view)
    if not _is_shown(view, found, held):
        raise NoSuchDownload
    is_own = _is_own(view, found)
    content = {
        **_told(found),
        "path": found.path,
        "query": found.query,
        "format": found.format,
        "compression": found.compression,
        "reason": found.reason,
        "stateReason": found.state_reason,
        "approvedBy": found.approved_by,
        "expected": found.expected_rows,
        "size": found.size,
        "sha256": found.sha256.hex() if found.sha256 else None,
        "fileName": found.file_name,
    }
    aside = {
        "may_decide": _may_decide(view, found, held),
        "may_fetch": is_own and found.state == "succeeded",
        "may_end": is_own and found.state in ("waiting", "notStarted", "running", "succeeded"),
    }
    return Shown(
        content, aside=aside, title=view.say("Download of %(type)s", type=found.record_type)
    )


async def fetch(view: View) -> Shown:
    """Return the file itself, to whoever asked for it, for the same purpose."""
    downloads = view.rooms.downloads
    found = await downloads.status(view.path["id"], view.session)
    return Shown(file=await answer_with(downloads, found, view.session, view.request))


async def request(view: View, form: Form) -> Done:
    """Ask for a list as a file; a large one waits for the owner of the data."""
    form_of: Any = form.get("format", "")
    if form_of not in MEDIA:
        raise Invalid(f"must be one of {', '.join(MEDIA)}.", path="format")
    asked = Asked(
        query=form.get("query", "").strip(),
        format=form_of,
        for_people=bool(form.get("spreadsheet")),
        reason=form.get("case", "").strip() or None,
    )
    path = form.get("path", "").strip()
    kept = await view.rooms.downloads.request(path, asked, view.session)
    waits = kept.state == "waiting"
    told = mark("Asked for: it waits for the owner.") if waits else mark("Asked for: it is made.")
    return Done(f"/access/downloads/{kept.id}", view.say(told))


async def approve(view: View, _: Form) -> Done:
    """Let a large download go on."""
    await view.rooms.downloads.approve(view.path["id"], view.session)
    return Done("/access/downloads", view.say("Approved: the file is made."))


async def reject(view: View, form: Form) -> Done:
    """Refuse a large download."""
    reason = form.get("reason", "").strip()
    if not reason:
        raise Invalid("is mandatory: why.", path="reason")
    await view.rooms.downloads.reject(view.path["id"], view.session, reason=reason)
    return Done("/access/downloads", view.say("Rejected."))


async def cancel(view: View, _: Form) -> Done:
    """End a download of one's own, and its file."""
    await view.rooms.downloads.cancel(view.path["id"], view.session)
    return Done(view.here, view.say("Cancelled; there is no file any more."))


def _told(found: Download) -> dict[str, Any]:
    is_done = found.state in ("succeeded", "expired", "destroyed")
    return {
        "id": found.id,
        "type": found.record_type,
        "state": found.state,
        "process": found.process,
        "purpose": found.purpose,
        "requestedBy": found.requested_by,
        "requestedAt": found.requested_at,
        "rows": found.row_count if is_done else found.expected_rows,
        "expiresAt": found.expires_at,
    }


SCREENS = (
    Screen(
        "/access/downloads", mark("Downloads"), "access", Operation.READ, None, find,
        "access/downloads", _ENTRY, is_list=True, navigation=mark("Downloads"),
        actions=(Action("request", Operation.DOWNLOAD, None, request),),
    ),
    Screen(
        "/access/downloads/{id}", mark("Download"), "access", Operation.READ, None, show,
        "access/download", _ENTRY,
        actions=(
            Action("approve", Operation.READ, None, approve),
            Action("reject", Operation.READ, None, reject),
            Action("cancel", Operation.DOWNLOAD, None, cancel),
        ),
    ),
    Screen(
        "/access/downloads/{id}/file", mark("The file"), "access", Operation.DOWNLOAD, None, fetch,
        "", _ENTRY, is_file=True,
    ),
)  # fmt: skip
