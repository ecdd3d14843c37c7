"""The inventory's own work: its queue, its listeners, its quarantine, its ledger.

Other rooms say how it goes with each; here it is judged, and what grows is kept over time.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from customer_inventory.access.log.counted import next_place
from customer_inventory.access.log.sealing import waiting_since
from customer_inventory.capture.quarantine.held import waiting
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, InventoryError
from customer_inventory.record import job
from customer_inventory.record.event import subscription
from customer_inventory.shortcomings import snapshot
from customer_inventory.shortcomings.assessing import Ask, Told, asked
from customer_inventory.shortcomings.check import Check, Outcome
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_WAITS = Check(
    "INV01", "Jobs wait for long", "", "minutes", 10, 120,
    risk="What was asked for is not done: downloads, imports, erasures, schedules.",
    remedy="Look whether a service runs, and what it works on (cinv capture jobs).",
)  # fmt: skip
_SILENT = Check(
    "INV02", "A job gives no sign of life", "", "minutes", 5, 60,
    risk="What it does may never end; others of its kind wait behind it.",
    remedy="Look at the service that took it; another takes it over once that is gone.",
)  # fmt: skip
_FAILED = Check(
    "INV03", "Jobs have failed and are held", "", "jobs", 1, 100,
    risk="What was asked for was not done, and nobody may have noticed.",
    remedy="The service's log says why; mend that and have it done again.",
)  # fmt: skip
_BEHIND = Check(
    "INV04", "A listener is behind", "", "minutes", 10, 24 * 60,
    risk="Others work with what was; events pile up in the outbox.",
    remedy="cinv event health says why: is it reachable, does it take what it is told?",
)  # fmt: skip
_GIVEN_UP = Check(
    "INV05", "Events were given up", "", "events", 1, 1000,
    risk="A listener does not know of changes that it asked for.",
    remedy="Mend the listener, then tell them again (cinv event health).",
)  # fmt: skip
_QUARANTINE = Check(
    "INV06", "The quarantine grows", SQL.quarantine_grown, "% a week", 20, 100,
    floor=100, floor_unit="rows", history_days=7, evidence="measured over a week",
    risk="Facts that sources brought are not in the inventory.",
    remedy="cinv capture quarantine tells what is wrong: correct source, mapping or rows.",
)  # fmt: skip
_LEDGER = Check(
    "INV07", "The ledger grows faster than it did", SQL.ledger_grown, "times before", 2, 10,
    floor=100_000, floor_unit="entries a day", history_days=3, evidence="measured over a week",
    risk="Disk fills earlier; somebody reads more than was usual.",
    remedy="cinv usage report and cinv usage anomalies tell who; retire old months.",
)  # fmt: skip
_UNSEALED = Check(
    "INV09", "The ledger is not sealed", "", "minutes", 10, 60,
    risk="What was done lately could be altered without a trace.",
    remedy="A service must run; its log says what keeps the sealer from its work.",
)  # fmt: skip
OVER_TIME = (_QUARANTINE, _LEDGER)
"""Checks that look back over snapshots of the house."""
CHECKS = (_WAITS, _SILENT, _FAILED, _BEHIND, _GIVEN_UP, _QUARANTINE, _LEDGER, _UNSEALED)


async def of_house(database: Database, at: datetime | None = None) -> list[Outcome]:
    """Return what came of the checks of the inventory's own work; what grows is kept as of `at`."""
    await _take(database, at or now())
    return [await asked(database, check, ask) for check, ask in _ASKED]


async def _take(database: Database, at: datetime) -> None:
    figures = {}
    try:
        async with database.transaction() as connection:
            await connection.execute(snapshot.BOUNDS)
            figures["ledger"] = {"entries": await next_place(connection)}
        figures["quarantine"] = {"waiting": await waiting(database)}
    except InventoryError:
        return  # then there is no such moment, and the checks say nothing of it
    names, told = list(figures), [msgspec.json.encode(each) for each in figures.values()]
    await database.execute(SQL.keep_house, at, names, told)


async def _waits(database: Database) -> Iterable[Told]:
    return [
        _row(f"jobs {each['name']}", each["waits"] / 60)
        for each in await job.standing_by_name(database)
        if each["waits"]
    ]


async def _silent(database: Database) -> Iterable[Told]:
    return [
        _row(f"jobs {each['name']}", each["silent"] / 60)
        for each in await job.standing_by_name(database)
        if each["silent"]
    ]


async def _failed(database: Database) -> Iterable[Told]:
    return [
        _row(f"jobs {each['name']}", each["failed"])
        for each in await job.standing_by_name(database)
        if each["failed"]
    ]


async def _behind(database: Database) -> Iterable[Told]:
    found = await subscription.lags(database)
    return [
        _row(f"subscription {name}", seconds / 60, process=process)
        for name, (process, seconds, _) in found.items()
    ]


async def _given_up(database: Database) -> Iterable[Told]:
    found = await subscription.lags(database)
    return [
        _row(f"subscription {name}", dead, process=process)
        for name, (process, _, dead) in found.items()
        if dead
    ]


async def _unsealed(database: Database) -> Iterable[Told]:
    since = await waiting_since(database)
    return [] if since is None else [_row("ledger", (now() - since).total_seconds() / 60)]


def _over_time(check: Check) -> tuple[Check, Ask]:
    async def ask(database: Database) -> Iterable[Told]:
        days = await snapshot.days(database)
        if days < check.history_days:
            said = f"our snapshots are of {days:.1f} days, {check.history_days:g} are needed"
            raise Conflict(said)
        rows = await database.fetch(check.statement, check.floor)
        return [{**row, "figures": msgspec.json.decode(row["figures"])} for row in rows]

    return check, ask


def _row(what: str, value: float, **figures: object) -> Told:
    return {"object": what, "value": round(value, 1), "figures": figures}


_ASKED: tuple[tuple[Check, Ask], ...] = (
    (_WAITS, _waits),
    (_SILENT, _silent),
    (_FAILED, _failed),
    (_BEHIND, _behind),
    (_GIVEN_UP, _given_up),
    *(_over_time(check) for check in OVER_TIME),
    (_UNSEALED, _unsealed),
)
