"""The catalogue: which base copies there are, and which follow on which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from customer_inventory.facilities.backup.sealing import SUFFIX, flush
from customer_inventory.kit.errors import Invalid, NotFound, Unavailable

Kind = Literal["full", "incremental"]
_ENTRY = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}\.json")


class NoSuchBackup(NotFound):
    """There is no backup of that id, or none that reaches that far back."""


class Backup(msgspec.Struct, frozen=True, rename="camel"):
    """A base copy.

    `size` is in bytes as PostgreSQL gives it, `stored` as it lies here. `start` and `stop` are
    positions in the log (LSN): what the copy needs of it, at the least. `key` is the fingerprint of
    the key that it is sealed with.
    """

    id: str
    kind: Kind
    follows: str | None
    started_at: datetime
    ended_at: datetime
    timeline: int
    start: str
    stop: str
    size: int
    stored: int
    sha256: str
    postgresql: int
    key: str


@dataclass(frozen=True)
class Folder:
    """The folder of the backups, and where each thing lies in it."""

    root: Path

    @property
    def base(self) -> Path:
        """Where base copies lie."""
        return self.root / "base"

    @property
    def wal(self) -> Path:
        """Where the log lies, sealed."""
        return self.root / "wal"

    @property
    def spool(self) -> Path:
        """Where the log is received."""
        return self.root / "spool"

    @property
    def erasures(self) -> Path:
        """Where it is noted who was erased."""
        return self.root / "erasures"

    def made(self) -> "Folder":
        """Make the folder where it is missing, for its owner alone; raise Unavailable."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for each in (self.base, self.wal, self.spool, self.erasures):
                each.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"The folder of the backups {self.root} cannot be made: {error.strerror}.",
                hint="CINV_BACKUP names it.",
            ) from error
        return self

    def copy(self, identifier: str) -> Path:
        """Return the sealed file of a base copy."""
        return self.base / f"{identifier}.tar{SUFFIX}"

    def manifest(self, identifier: str) -> Path:
        """Return the sealed manifest of a base copy."""
        return self.base / f"{identifier}.manifest{SUFFIX}"

    def entry(self, identifier: str) -> Path:
        """Return the file that lists a base copy."""
        return self.base / f"{identifier}.json"


def backups(folder: Folder) -> list[Backup]:
    """Return all base copies, oldest first; raise Invalid for an entry that is none of ours."""
    if not folder.base.exists():
        return []
    found = [_read(file) for file in folder.base.iterdir() if _ENTRY.fullmatch(file.name)]
    return sorted(found, key=lambda each: (each.started_at, each.id))


def enter(folder: Folder, backup: Backup) -> None:
    """List a base copy whose files are there."""
    file = folder.entry(backup.id)
    made = file.with_name(f".{file.name}")
    made.write_bytes(msgspec.json.format(msgspec.json.encode(backup), indent=2) + b"\n")
    made.replace(file)
    flush(folder.base)


def strike(folder: Folder, identifier: str) -> None:
    """Take a base copy off the list, then remove its files."""
    for file in (folder.entry(identifier), folder.copy(identifier), folder.manifest(identifier)):
        file.unlink(missing_ok=True)
        flush(folder.base)


def named(every: Sequence[Backup], identifier: str) -> Backup:
    """Return the base copy of an id; raise NoSuchBackup."""
    for each in every:
        if each.id == identifier:
            return each
    raise NoSuchBackup(
        f"There is no backup {identifier}.", hint="cinv db backups lists them.", path="id"
    )


def chain(every: Sequence[Backup], last: Backup) -> list[Backup]:
    """Return what `last` is put together from: a full copy, then increments, `last` at the end.

    Raises NoSuchBackup when one of them is not there any more.
    """
    found = [last]
    while found[0].follows is not None:
        found.insert(0, named(every, found[0].follows))
    return found


def latest(every: Sequence[Backup], until: datetime | None = None) -> Backup:
    """Return the last base copy that was whole by `until`, or of all; raise NoSuchBackup."""
    for each in reversed(every):
        if until is None or each.ended_at <= until:
            return each
    if not every:
        raise NoSuchBackup("There is no backup yet.", hint="Take one: cinv db backup.")
    raise NoSuchBackup(
        f"No backup was whole by {until:%Y-%m-%d %H:%M:%S}.",
        hint=f"The earliest instant that can be had is {every[0].ended_at:%Y-%m-%d %H:%M:%S} UTC.",
    )


def _read(file: Path) -> Backup:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Backup)
    except (OSError, msgspec.MsgspecError) as error:
        raise Invalid(
            f"{file} is no entry of the catalogue: {error}.",
            hint="Remove it to take the copy off the list.",
        ) from None
