"""Whether the inventory could be brought back: the age of the last backup and its gaps."""

from datetime import datetime
from pathlib import Path
from typing import Any

from customer_inventory.facilities.backup import archiving, catalogue, drilled
from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.assessing import judged, skipped
from customer_inventory.shortcomings.check import Check, Outcome
from customer_inventory.store.database import Database

_AGE = Check(
    "DUR05", "The last backup is old", "", "hours", 26, 24 * 8,
    risk="A loss takes longer to bring back, or cannot be brought back.",
    remedy="cinv db backup, best by the management process base-backup.",
)  # fmt: skip
_GAP = Check(
    "DUR07", "The archive of the log has a gap", "", "gap", 1, 1,
    risk="Instants after the gap cannot be restored from the copies before it.",
    remedy="Take a full backup (cinv db backup --full), and keep the service running.",
)  # fmt: skip
_DISK = Check(
    "DUR08", "Backups are on the disk of the database", "", "disk", 1, None,
    risk="What takes the one takes the other.",
    remedy="Let CINV_BACKUP name a folder on another disk.",
)  # fmt: skip
_DRILL = Check(
    "DUR09", "The last drill is old", "", "days", 35, 100,
    risk="Nobody knows whether the backups can be brought back, nor how long that takes.",
    remedy="cinv db drill, best by the management process drill.",
)  # fmt: skip
_NOT_PROVED = Check(
    "DUR10", "The last drill did not bring everything back", "", "drill", 1, 1,
    risk="What was backed up is not what was there.",
    remedy="cinv db verify; then a full backup, and another drill.",
)  # fmt: skip
ELSEWHERE = "CINV_DATABASE_URL names another PostgreSQL, which has facilities of its own"
_DAY = 86_400
_NEVER = float(24 * 365)
"""The age in hours of a backup that there is not: of a year, so that it is critical."""
CHECKS = (_AGE, _GAP, _DISK, _DRILL, _NOT_PROVED)


def of_backups(settings: Settings, at: datetime | None = None) -> list[Outcome]:
    """Return what came of the checks of backups, as of `at`."""
    if settings.database_url:
        return [skipped(each, ELSEWHERE) for each in (_AGE, _GAP, _DISK)]
    if settings.backup is None:
        row = _row("no folder for backups is named (CINV_BACKUP)", _NEVER, {})
        reason = "no folder for backups is named (CINV_BACKUP)"
        return [judged(_AGE, [row]), skipped(_GAP, reason), skipped(_DISK, reason)]
    folder = Folder(settings.backup)
    return [
        _age(folder, at or now()),
        _gap(folder),
        _disk(folder, settings.home),
    ]


async def of_drills(
    database: Database, settings: Settings, at: datetime | None = None
) -> list[Outcome]:
    """Return what came of the checks of drills, as of `at`; no backup is a matter of others."""
    every = [] if settings.backup is None else catalogue.backups(Folder(settings.backup))
    if settings.database_url or not every:
        reason = ELSEWHERE if settings.database_url else "there is no backup"
        return [skipped(_DRILL, reason), skipped(_NOT_PROVED, reason)]
    last, at = await drilled.last(database), at or now()
    if last is None:
        # Nobody is late for a drill of copies that are younger than a drill may be.
        days = (at - every[0].ended_at).total_seconds() / _DAY
        row = _row("drill", round(days, 1), {"last": "never"})
        return [judged(_DRILL, [row]), skipped(_NOT_PROVED, "there was no drill yet")]
    figures = {"backup": last["backup"], "recovery seconds": round(last["recovery_seconds"], 1)}
    days = (at - last["ended_at"]).total_seconds() / _DAY
    is_proved = not last["different"] and not last["audit_errors"]
    return [
        judged(_DRILL, [_row("drill", round(days, 1), figures)]),
        judged(_NOT_PROVED, [] if is_proved else [_row("drill", 1, figures)]),
    ]


def _age(folder: Folder, at: datetime) -> Outcome:
    every = catalogue.backups(folder)
    if not every:
        return judged(_AGE, [_row("there is no backup", _NEVER, {})])
    hours = (at - every[-1].ended_at).total_seconds() / 3600
    return judged(_AGE, [_row(str(folder.root), round(hours, 1), {"backup": every[-1].id})])


def _gap(folder: Folder) -> Outcome:
    try:
        every = catalogue.backups(folder)
        if not every:
            return skipped(_GAP, "there is no backup")
        last = catalogue.latest(every)
        archiving.demand_whole(archiving.segments(folder), archiving.place_of(last.stop))
    except (InventoryError, OSError) as error:
        return judged(_GAP, [_row(str(folder.root), 1, {"said": str(error)})])
    return judged(_GAP, [])


def _disk(folder: Folder, home: Path) -> Outcome:
    try:
        same = folder.root.stat().st_dev == home.stat().st_dev
    except OSError as error:
        return skipped(_DISK, str(error))
    return judged(_DISK, [_row(str(folder.root), 1, {})] if same else [])


def _row(what: str, value: float, figures: dict[str, Any]) -> dict[str, Any]:
    return {"object": what, "value": value, "figures": figures}
