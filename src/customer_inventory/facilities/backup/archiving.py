"""The log, received as it is written and sealed segment by segment: the archive.

PostgreSQL's own `pg_receivewal` holds a replication slot, so that the server keeps what was not
received yet. What is complete is sealed; the segment under way lies in the spool in the clear.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.facilities.backup.holding import held
from customer_inventory.facilities.backup.program import PIECE_BYTES, failed
from customer_inventory.facilities.backup.sealing import SUFFIX
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.sql import beside

SQL = beside(__name__)

SLOT = "cinv_backup"
"""The replication slot; the receiver tells the server this name too."""
PARTIAL = ".partial"
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_RECEIVED = re.compile(r"[0-9A-F]{24}|[0-9A-F]{8}\.history")
_SEGMENTS_OF_ID = 256  # segments of 16 MiB, as our servers are made
_PATIENCE = 30


class Gap(Unavailable):
    """A part of the log is missing in the archive."""

    code = "gap"


@dataclass(frozen=True)
class Segment:
    """A file of the archive: `place` is its number in the log, the same on every timeline."""

    name: str
    file: Path
    is_sealed: bool

    @property
    def place(self) -> int:
        """Which segment of the log it is, counted from the beginning."""
        return int(self.name[8:16], 16) * _SEGMENTS_OF_ID + int(self.name[16:24], 16)


def place_of(position: str) -> int:
    """Return the number of the segment that holds a position in the log (LSN, as `0/2000028`)."""
    high, low = position.split("/")
    return (int(high, 16) * 2**32 + int(low, 16)) // (16 * 2**20)


def segments(folder: Folder) -> list[Segment]:
    """Return what of the log there is, in order; of one that is there twice the sealed file."""
    found = {
        file.name: Segment(file.name, file, is_sealed=False)
        for file in _files(folder.spool)
        if _SEGMENT.fullmatch(file.name)
    }
    for file in _files(folder.spool):
        whole = file.name.removesuffix(PARTIAL)
        if file.name != whole and whole not in found and _SEGMENT.fullmatch(whole):
            found[whole] = Segment(whole, file, is_sealed=False)
    for file in _files(folder.wal):
        name = file.name.removesuffix(SUFFIX)
        if _SEGMENT.fullmatch(name):
            found[name] = Segment(name, file, is_sealed=True)
    return sorted(found.values(), key=lambda each: each.name)


def histories(folder: Folder) -> list[Segment]:
    """Return the histories of the timelines: where each one parted from the one before."""
    return [
        Segment(file.name.removesuffix(SUFFIX), file, is_sealed=file.name.endswith(SUFFIX))
        for file in (*_files(folder.spool), *_files(folder.wal))
        if re.fullmatch(r"[0-9A-F]{8}\.history", file.name.removesuffix(SUFFIX))
    ]


def demand_whole(found: list[Segment], first: int) -> None:
    """Raise Gap when segments from number `first` on do not follow on each other."""
    places = sorted({each.place for each in found if each.place >= first})
    for expected, place in enumerate(places, first):
        if place != expected:
            raise Gap(
                f"The archive of the log has a gap of {place - expected} segments.",
                hint="An instant before it can be had, or one after the next base copy.",
            )


def seal_received(vault: Vault, *, partial: bool = False) -> int:
    """Seal what was received whole, and what is under way too if `partial`; return how many."""
    sealed = 0
    for file in _files(vault.folder.spool):
        name = file.name.removesuffix(PARTIAL)
        is_whole = name == file.name
        if not _RECEIVED.fullmatch(name) or not (is_whole or partial):
            continue
        vault.seal.write(vault.folder.wal / f"{name}{SUFFIX}", _content(file))
        file.unlink()
        sealed += 1
    return sealed


async def keep_log(server: EmbeddedServer) -> None:
    """Have the server keep its log until it is received.

    A slot that it gave up, lest the disk be full, is made anew: there is a gap then.
    """
    async with (
        Database(server.superuser_dsn, pool_size=1) as database,
        database.transaction() as connection,
    ):
        await connection.execute(SQL.one_at_a_time, SLOT)
        await connection.execute(SQL.drop_lost_slot, SLOT)
        await connection.execute(SQL.make_slot, SLOT)


class Receiver:
    """Receives the log of a server for as long as it runs; one at a time for a folder."""

    def __init__(self, server: EmbeddedServer, folder: Folder) -> None:
        self._server = server
        self._command = [
            str(server.tool("pg_receivewal")),
            f"--dbname={server.superuser_dsn}&application_name={SLOT}",
            f"--directory={folder.spool}",
            f"--slot={SLOT}",
            "--status-interval=1",
        ]
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it receives; raises ProgramFailed, with its last words, when it ended."""
        if self._running is None:
            return False
        if self._running.poll() is None:
            return True
        _, words = self._running.communicate()
        self._running = None
        raise failed("pg_receivewal", words)

    async def start(self) -> None:
        """Begin to receive; from now on the server keeps what was not received yet."""
        await keep_log(self._server)
        self._running = subprocess.Popen(  # noqa: ASYNC220, S603 - at once; the program is ours
            [*self._command, "--no-loop"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def stop(self) -> None:
        """Receive no more; what came is on disk."""
        if self._running is not None:
            self._running.terminate()
            try:
                self._running.communicate(timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.communicate()
            self._running = None


def alone(folder: Folder) -> AbstractContextManager[bool]:
    """Hold the archive alone, if nobody does; the block gets whether it does."""
    return held(folder.root / "archive.lock")


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith("."))


def _content(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(PIECE_BYTES):
            yield piece
