"""Base copies taken: the whole data, or what changed since the copy before.

PostgreSQL's own `pg_basebackup` reads the server, this seals what it gives. A copy holds the log
that it needs to be whole in itself; what came after is in the archive of the log.
"""

import asyncio
import secrets
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from customer_inventory.facilities.backup.archiving import keep_log
from customer_inventory.facilities.backup.catalogue import (
    Backup,
    Kind,
    backups,
    chain,
    enter,
)
from customer_inventory.facilities.backup.catching import catch_up
from customer_inventory.facilities.backup.program import ProgramFailed, streamed
from customer_inventory.facilities.backup.sealing import Seal
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import EmbeddedServer

LONGEST_CHAIN = 7
"""Increments after a full copy: with one a day, a full copy a week."""
_MANIFEST = "backup_manifest"
_BLOCK = 512
Progress = Callable[[int], None]
"""Is told how many bytes came so far."""


class _Range(
    msgspec.Struct, rename={"timeline": "Timeline", "start": "Start-LSN", "stop": "End-LSN"}
):
    timeline: int
    start: str
    stop: str


class _Manifest(msgspec.Struct, rename={"ranges": "WAL-Ranges"}):
    ranges: list[_Range]


@dataclass(frozen=True)
class _Copied:
    """What a base copy turned out to be."""

    started_at: datetime
    size: int
    stored: int
    sha256: str
    manifest: bytes


async def back_up(
    server: EmbeddedServer,
    vault: Vault,
    *,
    full: bool = False,
    progress: Progress = lambda _: None,
) -> Backup:
    """Take a base copy, as `take` does, and have the log that was written meanwhile archived."""
    vault.folder.made()
    # From the first copy on no part of the log goes before it is archived.
    await keep_log(server)
    backup = await asyncio.to_thread(partial(take, server, vault, full=full, progress=progress))
    await catch_up(server, vault)
    return backup


def take(
    server: EmbeddedServer,
    vault: Vault,
    *,
    full: bool = False,
    progress: Progress = lambda _: None,
) -> Backup:
    """Take a base copy of a running server; return it, as it is listed.

    It follows on the last one unless `full`, unless that is of another key or the chain is long, or
    the server cannot tell any more what changed since. Raises Unavailable; nothing is listed then.
    """
    vault.folder.made()
    identifier = f"{now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    before = None if full else _followed(vault)
    if before is not None:
        try:
            return _taken(server, vault, identifier, before, progress)
        except ProgramFailed:
            # Summaries of the log were removed, or the server was restored since: all is copied.
            vault.folder.copy(identifier).unlink(missing_ok=True)
    return _taken(server, vault, identifier, None, progress)


def _followed(vault: Vault) -> Backup | None:
    """Return the copy that the next can follow on, if there is one."""
    every = backups(vault.folder)
    if not every or every[-1].key != vault.seal.fingerprint:
        return None
    last = every[-1]
    return last if len(chain(every, last)) <= LONGEST_CHAIN else None


def _taken(
    server: EmbeddedServer,
    vault: Vault,
    identifier: str,
    before: Backup | None,
    progress: Progress,
) -> Backup:
    with _manifest_file(vault, before) as since:
        copied = _copy(_command(server, since), vault.folder.copy(identifier), vault.seal, progress)
    vault.seal.write(vault.folder.manifest(identifier), [copied.manifest])
    covered = msgspec.json.decode(copied.manifest, type=_Manifest).ranges[-1]
    kind: Kind = "full" if before is None else "incremental"
    backup = Backup(
        id=identifier,
        kind=kind,
        follows=before.id if before else None,
        started_at=copied.started_at,
        ended_at=now(),
        timeline=covered.timeline,
        start=covered.start,
        stop=covered.stop,
        size=copied.size,
        stored=copied.stored,
        sha256=copied.sha256,
        postgresql=int(server.status().version or 0),
        key=vault.seal.fingerprint,
    )
    enter(vault.folder, backup)
    return backup


def _command(server: EmbeddedServer, since: Path | None) -> list[str | Path]:
    return [
        server.tool("pg_basebackup"),
        f"--dbname={server.superuser_dsn}",
        "--pgdata=-",
        "--format=tar",
        "--wal-method=fetch",
        "--checkpoint=fast",
        "--label=customer-inventory",
        "--no-estimate-size",
        *([f"--incremental={since}"] if since else []),
    ]


def _copy(command: list[str | Path], file: Path, seal: Seal, progress: Progress) -> _Copied:
    started_at, manifest = now(), bytearray()
    watched = _watched(streamed(command), manifest, progress)
    sealed = seal.write(file, watched)
    if not manifest:
        file.unlink(missing_ok=True)
        raise Unavailable("PostgreSQL gave a copy without a manifest.", hint="Take it again.")
    return _Copied(started_at, sealed.size, sealed.stored, sealed.sha256, bytes(manifest))


def _watched(pieces: Iterable[bytes], manifest: bytearray, progress: Progress) -> Iterator[bytes]:
    """Pass an archive on as it comes; put the content of its manifest into `manifest`."""
    total, members = 0, _Members(manifest)
    for piece in pieces:
        total += len(piece)
        members.take(piece)
        progress(total)
        yield piece


class _Members:
    """Follows the members of a tar archive that passes by (POSIX ustar), keeping one of them."""

    def __init__(self, kept: bytearray) -> None:
        self._kept = kept
        self._header = bytearray()
        self._content, self._padding, self._is_kept = 0, 0, False

    def take(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            if self._content:
                here = min(self._content, len(rest))
                if self._is_kept:
                    self._kept += rest[:here]
                self._content -= here
            elif self._padding:
                here = min(self._padding, len(rest))
                self._padding -= here
            else:
                here = min(_BLOCK - len(self._header), len(rest))
                self._header += rest[:here]
                if len(self._header) == _BLOCK:
                    self._begin()
            rest = rest[here:]

    def _begin(self) -> None:
        header, self._header = bytes(self._header), bytearray()
        if not any(header):
            return  # the end is marked by blocks of zeros
        member = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
        self._content = member.size if member.isreg() else 0
        self._padding = -self._content % _BLOCK
        self._is_kept = member.name == _MANIFEST


@contextmanager
def _manifest_file(vault: Vault, before: Backup | None) -> Iterator[Path | None]:
    """Lend the manifest of a copy as a file in the clear: names and checksums, no data."""
    if before is None:
        yield None
        return
    with tempfile.NamedTemporaryFile(dir=vault.folder.root, prefix=".manifest-") as file:
        for piece in vault.seal.read(vault.folder.manifest(before.id)):
            file.write(piece)
        file.flush()
        yield Path(file.name)
