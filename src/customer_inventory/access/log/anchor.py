"""Anchors: copies of signed checkpoints where whoever can rewrite the database cannot reach."""

import asyncio
import logging
import os
from collections.abc import Sequence
from logging.handlers import SysLogHandler
from pathlib import Path

from customer_inventory.kit.errors import Invalid, Unavailable

_SYSLOG = "syslog:"
_SOCKET = "/dev/log"


class Anchors:
    """Where checkpoints are taken: a file in the inventory's home, and what is declared besides.

    A declared target is the path of a file (on another host's disk, best of all), or
    `syslog:` with a socket or HOST:PORT behind it (`syslog:` alone is the machine's own).
    """

    def __init__(self, home: Path, declared: Sequence[str] = ()) -> None:
        self.files = [home / "ledger" / "checkpoints.txt"]
        self._syslogs: list[str | tuple[str, int]] = []
        for target in declared:
            if target.startswith(_SYSLOG):
                self._syslogs.append(_address(target.removeprefix(_SYSLOG)))
            else:
                self.files.append(Path(target).expanduser())

    async def keep(self, note: str) -> None:
        """Keep a note in every anchor; raise Unavailable naming the one that failed."""
        await asyncio.to_thread(self._keep, note)

    def notes(self) -> list[str]:
        """Return every note in the files, oldest first, each once."""
        return list(dict.fromkeys(note for file in self.files for note in notes_of(file)))

    def _keep(self, note: str) -> None:
        for file in self.files:
            _append(file, note)
        for address in self._syslogs:
            _send(address, note)


def notes_of(file: Path) -> list[str]:
    """Return the notes in a file; none of a file that is not there. Raises Unavailable."""
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(
            f"The anchor {file} cannot be read: {error}.", hint="Check it."
        ) from error
    # A note has a blank line within, and one more behind it.
    return [f"{note}\n" for note in text.rstrip("\n").split("\n\n\n") if note]


def _append(file: Path, note: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as out:
            out.write(f"{note}\n\n")
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
