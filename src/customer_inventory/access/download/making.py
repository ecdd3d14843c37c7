"""The work of a download job: tried until it is done, paused or ended."""

import asyncio
import logging

from customer_inventory.access.download import ending
from customer_inventory.access.download.file import BeingWritten, Damaged, NoRoom, Writing
from customer_inventory.access.download.job import get
from customer_inventory.access.download.running import Means, Run, Stopped, start
from customer_inventory.kit.errors import InventoryError, Refused, Unavailable

log = logging.getLogger(__name__)

_PAUSES = (1.0, 4.0, 15.0)
"""Seconds before a download that found the database away is taken up again."""


async def make(means: Means, download: str) -> None:
    """Make the file of a download; where that cannot be, the job says why and nothing is left."""
    for pause in _PAUSES:
        try:
            await _attempt(means, download)
        except Unavailable as error:
            log.warning("download %s waits: %s", download, error)
            await asyncio.sleep(pause)
        else:
            return
    await _attempt(means, download, is_last=True)


async def _attempt(means: Means, download: str, *, is_last: bool = False) -> None:
    """Go on with a file; raise Unavailable when that may be tried again, unless it `is_last`."""
    try:
        await _written(means, download)
    except BeingWritten:
        return
    except Stopped:
        await _stopped(means, download)
    except Exception as error:
        is_passing = isinstance(error, Unavailable) and not isinstance(error, NoRoom | Damaged)
        if is_passing and not is_last:
            raise
        await _ended(means, download, error)
        if not isinstance(error, InventoryError):
            raise


async def _written(means: Means, download: str) -> None:
    writing = Writing(means.home, means.safe, download)
    try:
        await Run(means, await start(means, download), writing).finish()
    finally:
        writing.close()


async def _stopped(means: Means, download: str) -> None:
    """Leave a paused file where it is; one that was ended meanwhile is removed once more."""
    if (await get(means.database, download)).state not in ending.WITH_FILE:
        await ending.clear(means.database, means.home, download)


async def _ended(means: Means, download: str, error: Exception) -> None:
    """End a job that cannot go on: refused, or failed."""
    if isinstance(error, InventoryError):
        reason = error.message
    else:
        log.error("download %s failed for a reason that nobody foresaw", download)
        reason = "It failed here; the reason is in the log."
    await ending.end(
        means.database,
        means.home,
        download,
        "aborted" if isinstance(error, Refused) else "failed",
        reason=reason,
        by=(await get(means.database, download)).process,
    )
