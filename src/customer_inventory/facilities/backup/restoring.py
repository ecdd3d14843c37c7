"""The inventory as it was at an instant, put together in a place of its own and then moved in.

A restore is made aside: unpacked, recovered by PostgreSQL up to the instant, and put right, as a
server that nobody else knows. Only then it takes the place of what is there, which stays beside it.
"""

import io
import shutil
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from shlex import quote

from customer_inventory.facilities.backup import archiving, catalogue
from customer_inventory.facilities.backup.archiving import Segment
from customer_inventory.facilities.backup.catalogue import Backup, Folder
from customer_inventory.facilities.backup.holding import held
from customer_inventory.facilities.backup.sealing import Seal
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.errors import Conflict, Invalid, Unavailable
from customer_inventory.store.embedded import EmbeddedServer, Filling

_ASIDE = "restoring"
"""Folder in the home where a restore is made."""
_LOCK = "restoring.lock"
_LOG = "restored-log"
_NOT_REACHED = "recovery ended before configured recovery target was reached"
Tell = Callable[[str], None]
"""Is told what is being done."""


class Restoring(Conflict):
    """Something is being restored already."""


@dataclass(frozen=True)
class Target:
    """Up to where the log is replayed: an instant, a named point, or its end when neither is."""

    instant: datetime | None = None
    point: str | None = None

    @property
    def settings(self) -> dict[str, str]:
        """Return what tells PostgreSQL."""
        if self.point is not None:
            return {"recovery_target_name": self.point}
        if self.instant is not None:
            return {"recovery_target_time": self.instant.isoformat()}
        return {}


@dataclass(frozen=True)
class Recovered:
    """What was recovered from which copies, and how long it took, in seconds."""

    backup: Backup
    chain: int
    segments: int
    unpacking: float
    recovering: float


@contextmanager
def aside(home: Path) -> Iterator[EmbeddedServer]:
    """Lend the server that a restore of `home` is made in; it is thrown away at the end.

    One at a time: raises Restoring while another is at it. What a broken attempt left is removed.
    """
    server = EmbeddedServer(home / _ASIDE)
    with held(home / _LOCK) as is_ours:
        if not is_ours:
            raise Restoring(
                "A restore, a drill or a trial of an index is under way in this home.",
                hint="Wait until it has ended, then try again.",
            )
        server.discard()
        try:
            yield server
        finally:
            server.discard()


def is_under_way(home: Path) -> bool:
    """Tell whether a restore, a drill or a trial is being made in `home` just now."""
    if not (home / _LOCK).exists():
        return False
    with held(home / _LOCK) as is_ours:
        return not is_ours


def chosen(folder: Folder, target: Target, identifier: str | None = None) -> Backup:
    """Return the base copy to begin with: the last before the target, or the one that is named.

    Raises NoSuchBackup, and Invalid for a copy that was not whole by the instant.
    """
    every = catalogue.backups(folder)
    if identifier is None:
        return catalogue.latest(every, target.instant)
    backup = catalogue.named(every, identifier)
    if target.instant is not None and backup.ended_at > target.instant:
        raise Invalid(
            f"The backup {identifier} was whole by {backup.ended_at:%Y-%m-%d %H:%M:%S} only.",
            hint="Name an earlier one, or none.",
        )
    return backup


def recover(
    vault: Vault,
    server: EmbeddedServer,
    target: Target,
    backup: Backup,
    tell: Tell = lambda _: None,
) -> Recovered:
    """Bring `backup` up to `target` in the place of `server`, which has none yet and runs then.

    Raises Unsound for a file that is damaged, Gap when a part of the log is missing, Unavailable
    when PostgreSQL does not get there. What is unpacked of the log stays until `clear`.
    """
    began = time.monotonic()
    parts = catalogue.chain(catalogue.backups(vault.folder), backup)
    with server.filling() as filling:
        log = filling.data.with_name(_LOG)
        _unpack(vault, parts, filling, tell)
        count = _unpack_log(vault, backup, log, tell)
        filling.give(log)
        (filling.data / "recovery.signal").touch()
        filling.give(filling.data)
    unpacked = time.monotonic()
    tell("replaying the log")
    _replay(server, log, target)
    return Recovered(backup, len(parts), count, unpacked - began, time.monotonic() - unpacked)


def clear(server: EmbeddedServer) -> None:
    """Stop the server of a restore and remove what was unpacked of the log."""
    server.stop()
    data = server.status().data
    if data is not None:
        shutil.rmtree(data.with_name(_LOG), ignore_errors=True)


def _replay(server: EmbeddedServer, log: Path, target: Target) -> None:
    settings = {
        "restore_command": f"cp {quote(str(log)).replace('%', '%%')}/%f %p",
        "hot_standby": "off",  # it answers once it is where it shall be, not on the way
        "recovery_target_action": "promote",
    }
    try:
        replace(server, settings=settings | target.settings).start()
    except Unavailable as error:
        if target.instant is None or _NOT_REACHED not in str(error):
            raise
        # Nothing was committed after the instant: the end of the log is the state at it.
        replace(server, settings=settings).start()


def _unpack(vault: Vault, parts: list[Backup], filling: Filling, tell: Tell) -> None:
    unpacked = []
    for number, part in enumerate(parts):
        tell(f"unpacking {part.id} ({part.kind})")
        there = filling.data if len(parts) == 1 else filling.aside / str(number)
        there.mkdir(mode=0o700, parents=True)
        _extract(vault.seal.read(vault.folder.copy(part.id)), there)
        unpacked.append(there)
    if len(parts) > 1:
        tell("putting the copies together")
        filling.give(filling.aside)
        filling.run("pg_combinebackup", "-o", filling.data, *unpacked)
        shutil.rmtree(filling.aside)


def _extract(pieces: Iterable[bytes], there: Path) -> None:
    with tarfile.open(fileobj=_Stream(pieces), mode="r|", bufsize=2**20) as archive:
        archive.extractall(there, filter="tar")  # it refuses what leads out # nosec B202


def _unpack_log(vault: Vault, backup: Backup, log: Path, tell: Tell) -> int:
    """Lay the log that the copy needs, and all since, open for the server; return how many."""
    first = archiving.place_of(backup.start)
    found = [each for each in archiving.segments(vault.folder) if each.place >= first]
    archiving.demand_whole(found, archiving.place_of(backup.stop))
    tell(f"unpacking {len(found)} segments of the log")
    log.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in (*archiving.histories(vault.folder), *found):
        with (log / each.name).open("wb") as out:
            out.writelines(_content(vault.seal, each))
    return len(found)


def _content(seal: Seal, segment: Segment) -> Iterator[bytes]:
    if segment.is_sealed:
        return seal.read(segment.file)
    return iter([segment.file.read_bytes()])


class _Stream(io.RawIOBase):
    """Pieces as a file that is read once, from the beginning to the end."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._held:
            self._held = next(self._pieces, b"")
        count = min(len(buffer), len(self._held))
        buffer[:count], self._held = self._held[:count], self._held[count:]
        return count
