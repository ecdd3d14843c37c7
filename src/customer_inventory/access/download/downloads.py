"""The downloads of one inventory: asked for, made by jobs, fetched, and taken away again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from customer_inventory.access.download import asking, ending
from customer_inventory.access.download.asking import Asked
from customer_inventory.access.download.file import Reading
from customer_inventory.access.download.job import (
    UNDER_WAY,
    Download,
    FileGone,
    NoSuchDownload,
    chunk_rows,
    chunks_of,
    get,
    get_of,
    manifest,
)
from customer_inventory.access.download.making import make
from customer_inventory.access.download.running import Means, demand, in_thread
from customer_inventory.access.download.shown import ShownOtherwise, demand_same
from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.kit.actor import Actor
from customer_inventory.record import job

MAKE = "access.make-download"
"""The job that makes the file of one download."""
SWEEP = "access.sweep-downloads"
"""The job that removes expired files and takes up downloads that stall."""

_AT_ONCE = 2
"""So many files one service makes at a time; others wait."""
_PARTS_BETWEEN = 16
"""So many parts (a quarter of a megabyte each) leave before it is asked again whether they may."""
_LOOK_AGAIN = 0.5
"""Seconds between two looks at a file that another worker writes."""


class Downloads:
    """What doors and jobs do with downloads."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def request(
        self, path: str, asked: Asked, session: Session, *, is_made_here: bool = False
    ) -> Download:
        """Ask for a list as a file; return the job, which waits for approval if it is large.

        With `is_made_here` no service is asked to make it: whoever asks does, by `finish`.
        Raises NotFound for a list that is none, NotPermitted, Invalid and TooManyDownloads.
        """
        means = self._means
        source = means.find(path, asked.query)
        session.demand(Operation.DOWNLOAD, source.declared.name)
        asking.check(source, asked)
        most = means.limits.approval_rows + 1
        kept = await asking.keep(
            means.database,
            source,
            asked,
            expected=await means.inventory.number(
                source.declared, source.query, most, sight=session.sight
            ),
            limits=means.limits,
            marks=means.marks,
            actor=session.actor,
        )
        if kept.state == "notStarted" and not is_made_here:
            await self._enqueue(kept)
        return kept

    async def finish(self, download: str) -> Download:
        """Make a file here, or wait for whoever makes it already; return what came of it.

        The work of one that dies meanwhile is taken over. Raises NoSuchDownload.
        """
        while True:
            await self._made(download)
            found = await get(self._means.database, download)
            if found.state not in UNDER_WAY:
                return found
            await asyncio.sleep(_LOOK_AGAIN)

    async def status(self, download: str, session: Session) -> Download:
        """Return a job of the caller's; raise NoSuchDownload and NotPermitted."""
        found = await get_of(self._means.database, download, session.actor)
        session.demand(Operation.DOWNLOAD, found.record_type)
        return found

    async def cancel(self, download: str, session: Session) -> Download:
        """End a job of the caller's, and its file; raise as `status` does, and Conflict."""
        await self.status(download, session)
        return await self.end(download, session)

    async def end(self, download: str, session: Session) -> Download:
        """End any job, and its file, for the house; raise NoSuchDownload and Conflict."""
        found = await get(self._means.database, download)
        by = session.actor.person or session.actor.process
        return await ending.cancel(self._means.database, self._means.home, found, by=by)

    async def approve(self, download: str, session: Session) -> Download:
        """Let a large download go on, by the person of the session (see `asking.approve`)."""
        found = await self._to_decide(download, session)
        person = session.actor.person
        approved = await asking.approve(self._means.database, found, person=person)
        await self._enqueue(approved)
        return approved

    async def reject(self, download: str, session: Session, *, reason: str) -> Download:
        """Refuse a large download, by the person of the session (see `asking.reject`)."""
        found = await self._to_decide(download, session)
        person = session.actor.person
        rejected = await asking.reject(self._means.database, found, person=person, reason=reason)
        await ending.clear(self._means.database, self._means.home, download)
        return rejected

    async def manifest(self, download: str, session: Session) -> dict[str, Any]:
        """Return what goes with the file; raise as `status` does, NotReady and FileGone."""
        found = await self.status(download, session)
        found.demand_file()
        return manifest(found, await chunk_rows(self._means.database, download))

    async def content(
        self, found: Download, session: Session, span: tuple[int, int]
    ) -> AsyncIterator[bytes]:
        """Return the parts of a file from one byte to before another, the first already checked.

        Raises Damaged, and FileGone for a file that was made when its process was shown something
        else. Whoever may no longer have it gets no more of it: the parts break off.
        """
        await self._demand_same(found)
        rows = await chunk_rows(self._means.database, found.id)
        reading = Reading(self._means.home, self._means.safe, found.id, chunks_of(found.id, rows))
        parts = self._parts(reading, found, session, span)
        # Once begun, the parts close the file themselves, whatever comes.
        return _again(await anext(parts, b""), parts)

    async def _parts(
        self, reading: Reading, found: Download, session: Session, span: tuple[int, int]
    ) -> AsyncIterator[bytes]:
        try:
            parts = reading.content(*span)
            number = 0
            while (part := await in_thread(next, parts, None)) is not None:
                if number and number % _PARTS_BETWEEN == 0:
                    (await get_of(self._means.database, found.id, session.actor)).demand_file()
                    await self._demand_same(found)
                number += 1
                yield part
        finally:
            reading.close()

    async def _demand_same(self, found: Download) -> None:
        """Raise FileGone, and withdraw the file, if its process is shown something else now."""
        session = await demand(self._means, found)
        try:
            demand_same(session, found)
        except ShownOtherwise as changed:
            ended = await ending.end(
                self._means.database,
                self._means.home,
                found.id,
                "destroyed",
                reason=changed.message,
                by=found.process,
            )
            raise FileGone(ended or found) from changed

    async def make(self, payload: Mapping[str, Any], _: Actor) -> None:
        """Make the file of a download (a job): to its end, or until somebody ends it."""
        await self._made(payload["download"])

    async def sweep(self, _: Mapping[str, Any], actor: Actor) -> None:
        """Remove expired files, and take up what stalls (a job)."""
        await ending.expire(self._means.database, self._means.home, by=actor.process)
        for download, of in await ending.stalled(self._means.database):
            await job.enqueue(self._means.database, MAKE, {"download": download}, actor=of)

    async def _made(self, download: str) -> None:
        async with self._room:
            await make(self._means, download)

    async def _to_decide(self, download: str, session: Session) -> Download:
        found = await get(self._means.database, download)
        if not session.may(Operation.READ, found.record_type):
            raise NoSuchDownload
        return found

    async def _enqueue(self, download: Download) -> None:
        await job.enqueue(
            self._means.database, MAKE, {"download": download.id}, actor=download.actor
        )


async def _again(first: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        yield first
        async for part in parts:
            yield part
    finally:
        await parts.aclose()  # type: ignore[attr-defined]
