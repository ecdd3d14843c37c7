"""What was used in a month, put together of all that is metered; read once for a report."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from customer_inventory.access.log.partition import Month
from customer_inventory.access.reporting.role import roles
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from customer_inventory.usage.cost.driver import Used
from customer_inventory.usage.metering import effort, storage
from customer_inventory.usage.metering.attribution import attributed, log_of
from customer_inventory.usage.metering.hourly import summed

_READ: ContextVar[dict[Month, Used] | None] = ContextVar("usage.read", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Let what is used of a month be read once within the block: its parts then say the same.

    A month of a hundred million events takes a second to read, and a report asks ten times.
    """
    token = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(token)


async def used_in(database: Database, month: Month) -> Used:
    """Return what was used in a month, as it is metered now."""
    read = _READ.get()
    if read is None:
        return await _used_in(database, month)
    if month not in read:
        read[month] = await _used_in(database, month)
    return read[month]


async def _used_in(database: Database, month: Month) -> Used:
    span = (month.start, month.stop)
    sums = await summed(database, *span)
    logins = {row["role"]: row["process"] for row in await roles(database)}
    efforts = await effort.efforts(database, *span)
    held = await storage.held(database, month.start, min(month.stop, max(now(), month.start)))
    whole = await effort.written_ahead(database, *span)
    wal = attributed(efforts, sums, logins, of=log_of, whole=whole)
    return Used(month, sums, held, attributed(efforts, sums, logins), wal)
