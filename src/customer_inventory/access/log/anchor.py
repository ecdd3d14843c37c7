"""Anchors: copies of signed checkpoints where whoever can rewrite the database cannot reach."""

import asyncio
import logging
import os
from collections.abc import Sequence
from logging.handlers import SysLogHandler
from pathlib import Path

from customer_inventory.access.log.note import is_of
from customer_inventory.kit.errors import Invalid, Unavailable

_SYSLOG = "syslog:"
_SOCKET = "/dev/log"


class Anchors:
    """Where checkpoints are taken: a file in the inventory's home, and what is declared besides.

    The file in the home is the log's own, named by its id; declared ones are shared by the logs of
    all databases. A declared target is the path of a file (on another host's disk, best of all), or
    `syslog:` with a socket or HOST:PORT behind it (`syslog:` alone is the machine's own).

    The home remembers which logs the database at `place` held: who puts another log there, with
    another id, does not so escape from the checkpoints of the first.
    """

    def __init__(self, home: Path, declared: Sequence[str] = (), *, place: str = "") -> None:
        self._folder = home / "ledger"
        self._place = place
        self._declared: list[Path] = []
        self._syslogs: list[str | tuple[str, int]] = []
        for target in declared:
            if target.startswith(_SYSLOG):
                self._syslogs.append(_address(target.removeprefix(_SYSLOG)))
            else:
                self._declared.append(Path(target).expanduser())

    async def keep(self, note: str, log: str) -> None:
        """Keep a note of `log` in every anchor; raise Unavailable naming the one that failed."""
        await asyncio.to_thread(self._keep, note, log)

    def notes(self, log: str) -> list[str]:
        """Return every note in the files of `log`, and of others that this database held.

        Oldest first, each once. Raises Unavailable.
        """
        held = dict.fromkeys((*self._held(), log))
        own = (note for each in held for note in notes_of(self._own(each)))
        shared = (
            note
            for file in self._declared
            for note in notes_of(file)
            if any(is_of(note, each) for each in held)
        )
        return list(dict.fromkeys((*own, *shared)))

    def _keep(self, note: str, log: str) -> None:
        if log not in self._held():
            _append(self._folder / "logs.txt", f"{log} {self._place}\n")
        for file in (self._own(log), *self._declared):
            _append(file, f"{note}\n\n")
        for address in self._syslogs:
            _send(address, note)

    def _own(self, log: str) -> Path:
        return self._folder / (f"checkpoints-{log}.txt" if log else "checkpoints.txt")

    def _held(self) -> list[str]:
        """Return the ids of the logs that the database at our place held."""
        lines = (line.partition(" ") for line in _read(self._folder / "logs.txt").splitlines())
        return [log for log, _, place in lines if place == self._place]


def notes_of(file: Path) -> list[str]:
    """Return the notes in a file; none of a file that is not there. Raises Unavailable."""
    # A note has a blank line within, and one more behind it.
    return [f"{note}\n" for note in _read(file).rstrip("\n").split("\n\n\n") if note]


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(
            f"The anchor {file} cannot be read: {error}.", hint="Check it."
        ) from error


def _append(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise Unavailable(
            f"The checkpoint could not be anchored in {file}: {error.strerror}.",
            hint="Make the folder writable, or declare another anchor.",
        ) from error


def _send(address: str | tuple[str, int], note: str) -> None:
    try:
        handler = SysLogHandler(address=address, facility=SysLogHandler.LOG_AUTH)
        try:
            one_line = " | ".join(line for line in note.splitlines() if line)
            handler.emit(logging.makeLogRecord({"msg": f"customer-inventory ledger: {one_line}"}))
        finally:
            handler.close()
    except OSError as error:
        raise Unavailable(
            f"The checkpoint could not be sent to syslog: {error.strerror}.",
            hint="Check the address of the anchor.",
        ) from error


def _address(text: str) -> str | tuple[str, int]:
    if not text or text.startswith("/"):
        return text or _SOCKET
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise Invalid(f"{text!r} is no syslog address.", hint="Write syslog:HOST:PORT.")
    return host, int(port)
