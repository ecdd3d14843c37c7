"""Whether the inventory could be brought back: base copies, the archive of the log, the last drill.

What is promised (recovery time and point) is what the catalogue declares of our own repository.
"""

import re
from datetime import datetime

from customer_inventory.facilities.backup import archiving, catalogue, drilled
from customer_inventory.facilities.backup.archiving import SLOT
from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.facilities.repository import catalogue as repositories
from customer_inventory.facilities.repository.declared import OURS, Objectives
from customer_inventory.facilities.standing.line import Line, aged, graded
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.kit.size import sized
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_BACKUP_SECONDS = (26 * 3600, 8 * 86_400)
_DRILL_SECONDS = (35 * 86_400, 100 * 86_400)
_BEHIND_BYTES = (256 * 2**20, 4 * 2**30)
_PARTS = re.compile(r"(\d+)([DHMS])")
_SECONDS = {"D": 86_400, "H": 3600, "M": 60, "S": 1}
_TAKE = "cinv db backup, best by the management process base-backup."
_SERVE = "Let a service run with CINV_BACKUP: it keeps the archive."


async def of_saved(database: Database, settings: Settings) -> list[Line]:
    """Return how backups, archive and drills are."""
    if settings.database_url:
        reason = "CINV_DATABASE_URL names another PostgreSQL: its own facilities back it up"
        return [Line(what, "skipped", reason) for what in ("backups", "archive", "drill")]
    if settings.backup is None:
        said = "no folder for backups is named"
        return [Line("backups", "problem", said, "Set CINV_BACKUP, best on another disk.")]
    folder = Folder(settings.backup)
    return [
        _backups(folder, now()),
        await _archive(database, folder),
        await _drill(database, now()),
    ]


def seconds_of(span: str) -> int:
    """Return the seconds of a duration of days, hours, minutes and seconds (ISO 8601)."""
    return sum(int(count) * _SECONDS[unit] for count, unit in _PARTS.findall(span))


def _backups(folder: Folder, at: datetime) -> Line:
    every = catalogue.backups(folder)
    if not every:
        return Line("backups", "problem", "there is none", _TAKE)
    last = every[-1]
    age = (at - last.ended_at).total_seconds()
    stored = sum(each.stored for each in every)
    said = f"the last ({last.kind}) {aged(age)} ago; {len(every)} in all, {sized(stored)}"
    return Line("backups", graded(age, *_BACKUP_SECONDS), said, _TAKE, age, "s")


async def _archive(database: Database, folder: Folder) -> Line:
    row = await database.row(SQL.slot, SLOT)
    if row is None:
        return Line("archive", "attention", "nobody has begun to archive the log", _SERVE)
    if row["wal_status"] == "lost":
        said = "the server gave up log that was not archived: there is a gap"
        return Line("archive", "problem", said, "cinv db backup --full")
    if fault := _gap(folder):
        return Line("archive", "problem", fault, "cinv db backup --full")
    behind = row["behind"] or 0
    state = graded(behind, *_BEHIND_BYTES)
    said = f"{sized(behind)} behind"
    if not row["active"]:
        state, said = "attention" if state == "ok" else state, f"{said}, nobody archives just now"
    return Line("archive", state, said, _SERVE, behind, "bytes")


def _gap(folder: Folder) -> str | None:
    try:
        every = catalogue.backups(folder)
        if every:
            first = archiving.place_of(catalogue.latest(every).stop)
            archiving.demand_whole(archiving.segments(folder), first)
    except (InventoryError, OSError) as error:
        return str(error)
    return None


async def _drill(database: Database, at: datetime) -> Line:
    row = await drilled.last(database)
    if row is None:
        return Line(
            "drill",
            "attention",
            "none was held: nobody knows that a backup comes back",
            "cinv db drill, best by the management process drill.",
        )
    age = (at - row["ended_at"]).total_seconds()
    said = f"{aged(age)} ago: back in {row['recovery_seconds']:.0f} s, {row['tables']} tables alike"
    if row["different"] or row["audit_errors"]:
        lost = ", ".join(row["different"]) or "rules could not be asked"
        return Line(
            "drill",
            "problem",
            f"{aged(age)} ago it failed: {lost}",
            "cinv db verify, then cinv db backup --full and drill again.",
            age,
            "s",
        )
    if fault := _broken_promise(row, await _promised(database)):
        return Line(
            "drill",
            "attention",
            f"{said}; {fault}",
            "Back up more often, or to a faster "
            "disk; else declare what can be kept (cinv db repository).",
            age,
            "s",
        )
    return Line("drill", graded(age, *_DRILL_SECONDS), said, "cinv db drill", age, "s")


async def _promised(database: Database) -> Objectives:
    for each in await repositories.repositories(database):
        if each.repository.name == OURS:
            return each.repository.objectives
    return Objectives()


def _broken_promise(row: Row, promised: Objectives) -> str | None:
    for span, took, what in (
        (promised.recovery_time, row["recovery_seconds"], "recovery time"),
        (promised.recovery_point, row["point_seconds"], "recovery point"),
    ):
        if span is not None and took > seconds_of(span):
            return f"promised is a {what} of {aged(seconds_of(span))}, it was {aged(took)}"
    return None
