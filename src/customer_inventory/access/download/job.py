"""Download jobs as they stand: what was asked, how far it is, what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.access.download.encoding import SUFFIX, Compression, Format
from customer_inventory.access.download.file import Chunk
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Gone, NotFound
from customer_inventory.kit.ids import is_id
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

UNDER_WAY = ("notStarted", "running")
UNFINISHED = ("waiting", *UNDER_WAY)
TMF_STATUS = {
    "waiting": "Not Started",
    "notStarted": "Not Started",
    "running": "Running",
    "succeeded": "Succeeded",
    "expired": "Succeeded",
    "destroyed": "Succeeded",
    "failed": "Failed",
    "aborted": "Failed",
    "cancelled": "Failed",
    "rejected": "Failed",
}
"""The TM Forum's word (JobStateType) for each of our states."""


class NoSuchDownload(NotFound):
    """There is no such download, or none of this process."""

    def __init__(self) -> None:
        super().__init__("There is no download with this id.", path="id")


class FileGone(Gone):
    """There was a file, or would have been, and there is none any more."""

    def __init__(self, download: "Download") -> None:
        why = f": {download.state_reason}" if download.state_reason else "."
        super().__init__(
            f"The download is {download.state}{why}", hint="Ask for it again if it is still needed."
        )


class NotReady(Conflict):
    """The file is not whole yet."""

    def __init__(self, download: "Download") -> None:
        said = "waits for approval" if download.state == "waiting" else "is not done"
        super().__init__(f"The download {said}.", hint="Look at its status again later.")


@dataclass(frozen=True, slots=True)
class Download:
    """A download job, as `access.download` keeps it (migration 0021); sizes are in bytes.

    `row_count` leaves planted records out, `line_count` counts what is in the file, and
    `shown_sha256` tells what its process was shown when it was made (`shown.shown_to`).
    """

    id: str
    process: str
    purpose: str
    person: str | None
    requested_by: str
    requested_at: datetime
    reason: str | None
    record_type: str
    path: str
    query: str
    format: Format
    compression: Compression
    is_for_people: bool
    canaries: int
    pseudonym_domain: str | None
    watermark: bytes
    expected_rows: int
    needs_approval: bool
    approved_by: str | None
    state: str
    state_reason: str
    changed_at: datetime
    changed_by: str
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    position: str
    chunks: int
    row_count: int
    line_count: int
    size: int
    sha256: bytes | None
    shown_sha256: bytes | None

    @property
    def actor(self) -> Actor:
        """Who the work is done for."""
        return Actor(self.process, self.purpose, self.person, f"download {self.id}")

    @property
    def file_name(self) -> str:
        """What its file is called: by record type and id. Parquet compresses within the file."""
        suffix = "" if self.format == "parquet" else SUFFIX[self.compression]
        return f"{self.record_type}-{self.id}.{self.format}{suffix}"

    def demand_file(self) -> None:
        """Raise NotReady or FileGone unless the whole file is there."""
        if self.state in UNFINISHED:
            raise NotReady(self)
        if self.state != "succeeded":
            raise FileGone(self)


async def get(database: Database, download: str) -> Download:
    """Return a job; raise NoSuchDownload."""
    row = await database.row(SQL.download_by_id, download) if is_id(download) else None
    if row is None:
        raise NoSuchDownload
    return of_row(row)


async def get_of(database: Database, download: str, actor: Actor) -> Download:
    """Return a job of the actor's process and purpose; any other is as if it were not there."""
    found = await get(database, download)
    if (found.process, found.purpose) != (actor.process, actor.purpose):
        raise NoSuchDownload
    return found


async def downloads(
    database: Database, *, actor: Actor | None = None, limit: int = 100
) -> list[Download]:
    """Return jobs, latest first: those of the actor's process and purpose, or all."""
    process, purpose = (actor.process, actor.purpose) if actor else (None, None)
    return [of_row(row) for row in await database.fetch(SQL.downloads, process, purpose, limit)]


async def chunk_rows(database: Database, download: str) -> Sequence[Row]:
    """Return the chunks of a file, in order: rows with counts and hashes."""
    return await database.fetch(SQL.chunks_of_download, download)


def chunks_of(download: str, rows: Sequence[Row]) -> list[Chunk]:
    """Return the chunks of a file out of their rows."""
    return [
        Chunk(
            f"{download} {row['chunk']}",
            row["start"],
            row["size"],
            row["place"],
            row["sealed_key"],
        )
        for row in rows
    ]


def manifest(download: Download, rows: Sequence[Row]) -> dict[str, Any]:
    """Return what goes with a file: what it is, its counts and its hashes, chunk by chunk."""
    return {
        "id": download.id,
        "process": download.process,
        "purpose": download.purpose,
        "recordType": download.record_type,
        "path": download.path,
        "query": download.query,
        "format": download.format,
        "compression": download.compression,
        "createdAt": download.requested_at.isoformat(),
        "finishedAt": download.finished_at.isoformat() if download.finished_at else None,
        "expiresAt": download.expires_at.isoformat() if download.expires_at else None,
        "lines": download.line_count,
        "bytes": download.size,
        "sha256": download.sha256.hex() if download.sha256 else None,
        "chunks": [
            {
                "chunk": row["chunk"],
                "lines": row["line_count"],
                "start": row["start"],
                "bytes": row["size"],
                "sha256": row["sha256"].hex(),
            }
            for row in rows
        ],
    }


def of_row(row: Row) -> Download:
    """Return the job of a row of `access.download`."""
    return Download(**{name: row[name] for name in Download.__dataclass_fields__})
