"""Reports delivered: files in a folder that is declared, and an event that tells where they are.

A report goes to each owner once for a month, however often it is asked to be delivered. Files that
are not there as they were delivered are written again.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from customer_inventory.access.house import trace
from customer_inventory.access.log.partition import Month
from customer_inventory.access.operation import Operation
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.kit.ids import new_id
from customer_inventory.kit.settings import Settings
from customer_inventory.monthly.declared import Recipient
from customer_inventory.monthly.declaring import recipients
from customer_inventory.monthly.folder import Folder, sha256
from customer_inventory.monthly.keeping import page
from customer_inventory.record.event.announcing import INVENTORY_REPORT, announce
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import together

SQL = beside(__name__)

log = logging.getLogger(__name__)

MONTH_REPORT = "monthly.deliver"
"""Name of the job that delivers the reports of the month before."""
_ONE_DELIVERS = 0x6D6F7265  # "more"


class NowhereTo(Conflict):
    """No folder is set into which reports are delivered."""

    code = "nowhereTo"


class NotOver(Conflict):
    """A month is not over: its report would not be whole."""

    code = "notOver"


class NoSuchDelivery(NotFound):
    """Nothing was delivered under that id."""

    def __init__(self) -> None:
        super().__init__("There is no such delivery.", hint="`cinv monthly deliveries` lists them.")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was delivered to an owner: its files, by their path below the folder."""

    owner: str
    report: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Round:
    """One round of deliveries: of which month, into which folder, by whom."""

    month: Month
    folder: Folder
    actor: Actor
    public_url: str | None

    def files(self, to: Recipient) -> list[str]:
        """Return the files that somebody gets."""
        return [f"{self.month}/{to.folder}/{to.report}-{self.month}.{form}" for form in to.forms]

    def has(self, to: Recipient, row: Row) -> bool:
        """Tell whether all that somebody gets lies there as it was delivered."""
        files = list(row["files"])
        return files == self.files(to) and self.folder.has(files, row["sha256"])

    def link(self, to: Recipient) -> dict[str, str]:
        """Return where the report is over HTTP, if it is known how callers reach the service."""
        if self.public_url is None:
            return {}
        base = f"{self.public_url.rstrip('/')}/inventory/v1/report"
        return {"link": f"{base}/{to.report}?month={self.month}&form={to.forms[0]}"}


async def deliver(
    database: Database, settings: Settings, month: Month, *, actor: Actor
) -> list[Delivery]:
    """Deliver the reports of a month to all who get one and have not got it; return what was new.

    Raises NowhereTo without a folder, NotOver for a month that is not over, and Unavailable where
    a file cannot be written: nothing is kept as delivered then that is not there.
    """
    if settings.reports is None:
        raise NowhereTo(
            "Reports are delivered nowhere: no folder is set.", hint="Set CINV_REPORTS to one."
        )
    if now() < month.stop:
        raise NotOver(f"{month} is not over.", hint=f"Deliver it from {month.stop:%Y-%m-%d} on.")
    there = _Round(month, Folder.named(settings.reports), actor, settings.public_url)
    made = []
    async with together(database) as within:
        await within.fetch(SQL.hold_deliveries, _ONE_DELIVERS)
        rows = await within.fetch(SQL.delivered_of, _day(month))
        known = {(row["owner"], row["report"]): row for row in rows}
        for each in await recipients(within):
            before = known.get((each.owner, each.report))
            if before is None or not await asyncio.to_thread(there.has, each, before):
                made.append(await _delivered(within, there, each))
    return made


async def deliveries(database: Database, *, limit: int = 100) -> Sequence[Row]:
    """Return what was delivered, latest first: id, month, owner, report, contact, files, when."""
    return await database.fetch(SQL.list_deliveries, None, limit)


async def one(database: Database, identifier: str) -> Row:
    """Return a delivery; raise NoSuchDelivery."""
    rows = await database.fetch(SQL.list_deliveries, identifier, 1)
    if not rows:
        raise NoSuchDelivery
    return rows[0]


def told(row: Row) -> dict[str, Any]:
    """Return a delivery as JSON tells it, without its id."""
    return {
        "month": f"{row['month']:%Y-%m}",
        "owner": row["owner"],
        "report": row["report"],
        **({"contact": row["contact"]} if row["contact"] else {}),
        "file": list(row["files"]),
        "deliveredAt": row["delivered_at"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


async def _delivered(database: Database, there: _Round, to: Recipient) -> Delivery:
    files, hashes = there.files(to), []
    for form, file in zip(to.forms, files, strict=True):
        content = await page(database, to.report, there.month, form)
        await asyncio.to_thread(there.folder.write, file, content)
        hashes.append(sha256(content))
    identifier = await database.value(
        SQL.keep_delivery, new_id(), _day(there.month), to.owner, to.report, to.contact, files,
        hashes, there.actor.process, there.actor.person,
    )  # fmt: skip
    about = f"{to.report} of {there.month} to {to.owner}"
    await trace(database, there.actor, Operation.READ, INVENTORY_REPORT.name, (), reason=about)
    content_of = {**told(await one(database, identifier)), **there.link(to)}
    await announce(database, INVENTORY_REPORT, identifier, "create", content_of)
    log.info("month report: %s, %s", about, ", ".join(files))
    return Delivery(to.owner, to.report, tuple(files))


def _day(month: Month) -> date:
    return date(month.year, month.month, 1)
