"""What the operating system and the server refuse, said in the house's kinds of failure."""

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from customer_inventory.kit.errors import Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT}
_CLOSED = {errno.EACCES, errno.EPERM}
_MESSAGE = re.compile(r"\b(?P<severity>LOG|ERROR|FATAL|PANIC|error):\s+(?P<text>.*)")
_LEAST_FREE = 16 * 2**20
"""One segment of the write-ahead log, in bytes: with less free space no server starts."""


@contextmanager
def explained(home: Path) -> Iterator[None]:
    """Raise Unavailable for what the operating system refuses inside the block."""
    try:
        yield
    except OSError as error:
        raise _refusal(error, home) from error


def failed(what: str, said: str, folder: Path, *, log: Path | None = None) -> Unavailable:
    """Return the error for a program of PostgreSQL that failed and `said` why."""
    if "No space left on device" in said or _is_full(folder):
        return _disk_full(folder)
    reason = _reason(said)
    return Unavailable(
        f"{what}: {reason}" if reason else f"{what}.",
        hint=f"See {log}." if log else None,
    )


def _refusal(error: OSError, home: Path) -> Unavailable:
    where = Path(error.filename) if isinstance(error.filename, str | Path) else home
    if error.errno in _FULL:
        return _disk_full(home)
    if error.errno == errno.EROFS:
        return Unavailable(
            f"{where} cannot be written: its file system is read-only.",
            hint="Make it writable, or set CINV_HOME to a folder that is.",
        )
    if error.errno in _CLOSED:
        return Unavailable(
            f"{where} is closed to this account ({error.strerror}).",
            hint="Run as its owner, or set CINV_HOME to a folder of your own.",
        )
    return Unavailable(f"{where} cannot be used: {error.strerror or error}.", hint="See CINV_HOME.")


def _disk_full(folder: Path) -> Unavailable:
    return Unavailable(
        f"The disk that holds {folder} is full: the database cannot run there.",
        hint="Free some space there, or set CINV_HOME to a folder on another disk.",
    )


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False


def _reason(said: str) -> str:
    """Return the last grave message in a log or in what a program said.

    A faulty configuration file is told in two: first the fault, then that there is one.
    That a server was asked too early, which we do, is nothing grave.
    """
    found = [match for line in said.splitlines() if (match := _MESSAGE.search(line))]
    if not found:
        return said.strip()
    told = [match for match in found if "the database system is" not in match["text"]]
    last = max((at for at, match in enumerate(told) if match["severity"] != "LOG"), default=None)
    if last is None:  # killed, and so without a last word
        return "it was ended from outside"
    if "contains errors" in told[last]["text"]:
        last = max(last - 1, 0)
    return told[last]["text"]
