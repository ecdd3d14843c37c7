"""Reports kept as they were made, for as long as they would be made the same.

What they are made of is told by marks: how far the ledger is metered, which look at storage was the
last, the version of the product, the day. While these are the same, so is the report.
"""

import asyncio
import hashlib
from datetime import date, timedelta

from customer_inventory import __version__
from customer_inventory.access.log.partition import Month
from customer_inventory.audit.monitoring import last_ended
from customer_inventory.kit.clock import now
from customer_inventory.kit.report.form import FORMS
from customer_inventory.monthly.kind import report
from customer_inventory.shortcomings.held import last_number
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.usage.report.basis import basis

SQL = beside(__name__)

_KEPT = timedelta(days=40)


async def page(database: Database, name: str, month: Month, form: str) -> bytes:
    """Return a report in one of FORMS: as it was kept, or made now and kept.

    Raises NoSuchReport, NothingDeclared, and Unavailable for a form whose extra is not installed.
    """
    day = date(month.year, month.month, 1)
    marks = await _marks(database)
    kept = await database.value(SQL.kept_page, name, day, form, marks)
    if kept is not None:
        return bytes(kept)
    # A month of a large inventory takes longer than a request may: read aside, and kept.
    async with database.unhurried() as aside:
        told = await report(aside, name, month)
    # Laying out a page takes a moment in which other requests are served.
    made = await asyncio.to_thread(FORMS[form].made, told)
    await database.execute(SQL.keep_page, name, day, form, marks, made)
    return made


async def forget(database: Database) -> None:
    """Forget pages that were made long ago; they are made again when somebody asks for them."""
    await database.execute(SQL.forget_pages, now() - _KEPT)


async def _marks(database: Database) -> bytes:
    told = (
        __version__,
        now().date(),
        await last_ended(database),
        await last_number(database),
        *await basis(database),
    )
    return hashlib.sha256(repr(told).encode()).digest()
