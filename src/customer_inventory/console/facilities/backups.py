"""Base copies that there are, and drills that were held: what came back, in which time."""

import asyncio
from collections.abc import Sequence
from typing import Any

from customer_inventory.access.operation import FACILITY, Operation
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.facilities.backup import catalogue, drilled
from customer_inventory.facilities.backup.catalogue import Backup, Folder
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Row

_ENTRY = "backup"
_PAGE = 50
_DRILLS = 20
_COLUMNS = (
    Column("id", mark("Backup"), "code"),
    Column("kind", mark("Kind")),
    Column("startedAt", mark("Begun"), "time"),
    Column("endedAt", mark("Whole since"), "time"),
    Column("size", mark("Size of the database"), "size"),
    Column("stored", mark("Stored"), "size"),
    Column("follows", mark("Follows"), "code"),
)
_DRILLED = (
    Column("endedAt", mark("Held"), "time"),
    Column("state", mark("State"), "state"),
    Column("backup", mark("Brought back"), "code"),
    Column("recoverySeconds", mark("Recovery time (s)"), "number"),
    Column("pointSeconds", mark("Recovery point (s)"), "number"),
    Column("tables", mark("Tables"), "number"),
    Column("rows", mark("Rows"), "number"),
    Column("different", mark("Not alike"), "code"),
    Column("by", mark("Held by"), "name"),
)
_KINDS = (mark("full"), mark("incremental"))


async def show(view: View) -> Shown:
    """Return base copies, the latest first, and the last drills."""
    every = await asyncio.to_thread(held, view.rooms.settings)
    rows, after = page(every, view.query.get("after", ""))
    drills = [_drill(row) for row in await drilled.held(view.rooms.database, limit=_DRILLS)]
    listing = Listing(
        _COLUMNS,
        [{**_told(each), "kind": view.say(each.kind)} for each in rows],
        view.say("Backups, the latest first"),
        after,
        empty=view.say("There is no backup here."),
        empty_hint=_hint(view),
    )
    held_drills = Listing(
        _DRILLED,
        drills,
        view.say("Drills, the last first"),
        empty=view.say("No drill was held: nobody knows that a backup comes back."),
        empty_hint=view.say("cinv db drill holds one, best by the management process drill."),
    )
    return Shown({"drill": drills}, listing, {"drills": held_drills})


def held(settings: Settings) -> Sequence[Backup]:
    """Return the base copies in the folder of backups, oldest first; none where none is named."""
    if settings.backup is None or settings.database_url:
        return []
    return catalogue.backups(Folder(settings.backup))


def page(every: Sequence[Backup], before: str) -> tuple[list[Backup], str | None]:
    """Return base copies made before the one of an id, the latest first, and where it goes on."""
    found = [each for each in reversed(every) if not before or each.id < before]
    rows = found[:_PAGE]
    return rows, rows[-1].id if len(found) > _PAGE else None


def _hint(view: View) -> str:
    settings = view.rooms.settings
    if settings.database_url:
        return view.say("Another PostgreSQL is used: its own facilities back it up.")
    if settings.backup is None:
        return view.say("No folder for backups is named: set CINV_BACKUP, best on another disk.")
    return view.say("cinv db backup takes one.")


def _told(backup: Backup) -> dict[str, Any]:
    return {
        "id": backup.id,
        "startedAt": backup.started_at,
        "endedAt": backup.ended_at,
        "size": backup.size,
        "stored": backup.stored,
        "follows": backup.follows,
    }


def _drill(row: Row) -> dict[str, Any]:
    is_failed = bool(row["different"] or row["audit_errors"])
    return {
        "endedAt": row["ended_at"],
        "state": "failed" if is_failed else "passed",
        "backup": row["backup"],
        "recoverySeconds": round(row["recovery_seconds"], 1),
        "pointSeconds": round(row["point_seconds"], 1),
        "tables": row["tables"],
        "rows": row["counted"],
        "different": ", ".join(row["different"]),
        "by": row["person"] or row["process"],
    }


SCREENS = (
    Screen(
        "/facilities/backups", mark("Backups and drills"), "facilities", Operation.READ, FACILITY,
        show, "facilities/backups", _ENTRY, is_list=True, navigation=mark("Backups and drills"),
    ),
)  # fmt: skip
