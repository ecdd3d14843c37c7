"""Whether the inventory could be brought back: the age of the last backup and its gaps."""

from datetime import datetime
from pathlib import Path
from typing import Any

from customer_inventory.facilities.backup import archiving, catalogue
from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.assessing import judged, skipped
from customer_inventory.shortcomings.check import Check, Outcome

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
_NEVER = float(24 * 365)
"""The age in hours of a backup that there is not: of a year, so that it is critical."""
CHECKS = (_AGE, _GAP, _DISK)


def of_backups(settings: Settings, at: datetime | None = None) -> list[Outcome]:
    """Return what came of the checks of backups, as of `at`."""
    if settings.database_url:
        reason = "CINV_DATABASE_URL names another PostgreSQL, which has facilities of its own"
        return [skipped(each, reason) for each in CHECKS]
    if settings.backup is None:
        row = _row("no folder for backups is named (CINV_BACKUP)", _NEVER, {})
        reason = "no folder for backups is named (CINV_BACKUP)"
        return [judged(_AGE, [row]), skipped(_GAP, reason), skipped(_DISK, reason)]
    folder = Folder(settings.backup)
    return [_age(folder, at or now()), _gap(folder), _disk(folder, settings.home)]


def measured(settings: Settings, check: Check, object: str) -> float | None:  # noqa: A002
    """Return the value of one object as it is now, None when the check has nothing of it.

    Raises Conflict when the check cannot be asked.
    """
    [outcome] = [each for each in of_backups(settings) if each.check.id == check.id]
    if outcome.state == "skipped":
        raise Conflict(f"{check.id} cannot be asked: {outcome.reason}.")
    values = [each.value for each in outcome.found if each.object == object]
    return max(values, default=None)


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
