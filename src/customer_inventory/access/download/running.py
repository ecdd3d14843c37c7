"""A download under way: chunk after chunk, each authorised anew, told to the ledger, then written.

A chunk is one page of the list, read by a statement of its own: between two of them nothing is
held, so that what is revoked or restricted meanwhile is in no later chunk. It counts once it is on
disk and in the database; a worker that comes after one which was killed goes on behind it.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from customer_inventory.access.download.asking import Limits
from customer_inventory.access.download.encoding import Encoder, encoder
from customer_inventory.access.download.file import Reading, Writing
from customer_inventory.access.download.job import Download, chunk_rows, chunks_of, of_row
from customer_inventory.access.download.mark import Marks
from customer_inventory.access.download.planting import Planting
from customer_inventory.access.download.shown import demand_same, shown_to
from customer_inventory.access.download.source import Find, columns_of
from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.operation import Operation
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Refused
from customer_inventory.record.cursor import Cursor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.read import Page
from customer_inventory.record.version import Version
from customer_inventory.store.database import Database
from customer_inventory.store.replica import Lately
from customer_inventory.store.safe import Safe
from customer_inventory.store.sql import beside

SQL = beside(__name__)


class Charge(Protocol):
    """Charges the budget of whoever downloads; raises when it is used up."""

    async def __call__(
        self, caller: Session, record_type: str | None, rows: int, *, is_download: bool
    ) -> None:
        """Charge so many rows, before they are written, and with the first of them a download."""


LARGEST_CHUNK = 2000
_FIRST_CHUNK = 250
_BYTES_OF_CHUNK = 8 * 2**20
"""Chunks grow to so many rows, and shrink where their documents are larger than that."""
_MEMBER_BYTES = 8

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Means:
    """What downloads are made with."""

    database: Database
    inventory: Inventory
    guard: Guard
    ledger: Ledger
    safe: Safe
    marks: Marks
    home: Path
    find: Find
    limits: Limits
    canary_domain: str
    charge: Charge


class Stopped(Exception):
    """Somebody ended the download, or paused it."""


class NoLongerPermitted(Refused):
    """What permitted the download ended while it was under way."""

    def __init__(self, download: Download) -> None:
        super().__init__(
            f"The process {download.process} may no longer download {download.record_type}"
            f" for {download.purpose}."
        )


def member(identifier: str) -> bytes:
    """Return what is kept of a record's id among the members of a chunk."""
    return hashlib.blake2b(identifier.encode(), digest_size=_MEMBER_BYTES).digest()


async def demand(means: Means, download: Download) -> Session:
    """Return what the process may now; raise NoLongerPermitted unless it may download these."""
    session = await means.guard.acting(download.actor)
    if session is None or not session.may(Operation.DOWNLOAD, download.record_type):
        raise NoLongerPermitted(download)
    return session


async def start(means: Means, download: str) -> Download:
    """Take a job up; raise Stopped when it is not to be done, or not any more."""
    row = await means.database.row(SQL.start_download, download)
    if row is None:
        raise Stopped
    return of_row(row)


class Run:
    """One worker's part of a download, as far as it comes."""

    def __init__(self, means: Means, download: Download, writing: Writing) -> None:
        self._means = means
        self._now = download
        self._writing = writing
        self._source = means.find(download.path, download.query)
        self._planting = Planting(download, self._source, means.marks, means.canary_domain)
        self._encoder: Encoder = encoder(
            download.format,
            download.compression,
            columns_of(self._source),
            download.watermark,
            for_people=download.is_for_people,
        )
        self._rows = _FIRST_CHUNK
        self._place = 0

    async def finish(self) -> None:
        """Write what is missing of the file, and let it be fetched.

        Raises Stopped, NoLongerPermitted, ShownOtherwise, and whatever reading and writing raise.
        """
        await self._go_on()
        page: Page | None = await self._page(self._now.position)
        while page is not None:
            # What was revoked while it was read is not kept.
            session = await self._permitted()
            await self._check_size(len(page.records))
            page = await self._kept(session, page)
        if rest := await in_thread(self._encoder.end):
            await self._write(rest, (), lines=0, position=self._now.position)
        await self._close()

    async def _go_on(self) -> None:
        """Go on behind the last chunk that was kept, or begin anew where that cannot be."""
        database, download = self._means.database, self._now
        if download.chunks and not self._encoder.goes_on:
            row = await database.row(SQL.restart_download, download.id)
            if row is None:
                raise Stopped
            self._now = of_row(row)
        chunks = chunks_of(download.id, await chunk_rows(database, download.id))
        self._place = chunks[-1].end if chunks else 0
        await in_thread(self._writing.begin, self._place)

    async def _permitted(self) -> Session:
        """Return what the process may now; raise unless it is what the file was begun under."""
        session = await demand(self._means, self._now)
        if self._now.shown_sha256 is None:
            shown = shown_to(session, self._now.record_type)
            self._now = replace(self._now, shown_sha256=shown)
        demand_same(session, self._now)
        return session

    async def _kept(self, session: Session, page: Page) -> Page | None:
        """Keep a page; return the next, which is read meanwhile, or None after the last."""
        if not page.has_more:
            await self._chunk(session, page, is_last=True)
            return None
        ahead = asyncio.ensure_future(self._page(page.after))
        try:
            await self._chunk(session, page, is_last=False)
            return await ahead
        finally:
            # Where this one could not be kept, nothing of the next is wanted.
            ahead.cancel()
            await asyncio.wait((ahead,))

    async def _page(self, position: str) -> Page:
        """Read what follows a position, for whoever may have it at this moment."""
        session = await self._permitted()
        query = replace(self._source.query, limit=self._rows, cursor=Cursor(position))
        page = await self._means.inventory.part(
            self._source.declared,
            query,
            sight=session.sight,
            lately=Lately(session.actor.process),
        )
        size = sum(len(version.body) for version in page.records)
        fitting = self._rows * _BYTES_OF_CHUNK // max(size, 1)
        self._rows = max(min(2 * self._rows, fitting, LARGEST_CHUNK), 1)
        return page

    async def _check_size(self, rows: int) -> None:
        """Pause a download that turns out larger than goes without approval."""
        download, most = self._now, self._means.limits.approval_rows
        if download.approved_by is None and download.row_count + rows > most:
            reason = f"it has more than {most} rows"
            await self._means.database.execute(SQL.pause_download, download.id, reason)
            raise Stopped

    async def _chunk(self, session: Session, page: Page, *, is_last: bool) -> None:
        records, number = page.records, self._now.chunks
        if not records and number:
            return
        documents, hashes = await in_thread(
            self._planting.documents, records, number, is_last=is_last
        )
        content = await in_thread(self._encoder.chunk, documents, self._now.line_count)
        if records:
            await self._means.charge(
                session, self._source.declared.name, len(records), is_download=number == 0
            )
            await self._means.ledger.append(self._entry(session, records, len(content)))
        for value in hashes:
            await self._means.database.execute(SQL.keep_canary, value, self._now.id)
        position = page.after if records else self._now.position
        await self._write(content, records, lines=len(documents), position=position)

    async def _write(
        self, content: bytes, records: Sequence[Version], *, lines: int, position: str
    ) -> None:
        now_, number = self._now, self._now.chunks
        chunk = await in_thread(
            self._writing.write, number, content, start=now_.size, place=self._place
        )
        kept = await self._means.database.value(
            SQL.keep_chunk,
            now_.id,
            number,
            len(records),
            lines,
            chunk.start,
            chunk.size,
            chunk.place,
            hashlib.sha256(content).digest(),
            chunk.sealed_key,
            b"".join(member(version.id) for version in records),
            position,
            now_.shown_sha256,
        )
        if kept is None:
            raise Stopped
        self._place = chunk.end
        self._now = replace(
            now_,
            chunks=number + 1,
            row_count=now_.row_count + len(records),
            line_count=now_.line_count + lines,
            size=now_.size + chunk.size,
            position=position,
        )

    async def _close(self) -> None:
        """Read the whole file once, and let it be fetched if the process still may."""
        means, download = self._means, self._now
        chunks = chunks_of(download.id, await chunk_rows(means.database, download.id))
        if len(chunks) != download.chunks:
            raise Stopped
        reading = Reading(means.home, means.safe, download.id, chunks)
        try:
            digest = await in_thread(reading.sha256)
        finally:
            reading.close()
        await self._permitted()
        done = await means.database.row(
            SQL.finish_download, download.id, digest, means.limits.hours
        )
        if done is None:
            raise Stopped

    def _entry(self, session: Session, records: Sequence[Version], size: int) -> Entry:
        download = self._now
        return Entry(
            at=now().isoformat(),
            process=download.process,
            purpose=download.purpose,
            person=download.person,
            operation=Operation.DOWNLOAD,
            type=self._source.declared.name,
            status=200,
            decision="permit",
            rule=session.rule_of(self._source.declared.name),
            ids=tuple(version.id for version in records),
            count=len(records),
            bytes=size,
            source=download.actor.source,
            reason=download.reason,
        )


async def in_thread(work: Callable[..., _Result], *arguments: object, **named: object) -> _Result:
    """Return what `work` returns in a thread; not even cancelled before the thread is done."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments, **named))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise
