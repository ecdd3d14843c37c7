"""Locks between processes, as files; the kernel frees the locks of a process that dies."""

import fcntl
import os
import time
from pathlib import Path

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded.account import Account

_PAUSE = 0.005


class Lock:
    """An open lock file (flock), not yet locked.

    The lock belongs to this opening of the file: two of the same process exclude each
    other, and a child that inherits `descriptor` shares it and keeps it until it ends.
    """

    def __init__(self, path: Path, owner: Account) -> None:
        self._path = path
        self.descriptor = _open(path, owner)

    def share(self) -> None:
        """Take the lock together with others; waits while someone has it alone."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def seize(self) -> bool:
        """Take the lock alone if nobody else has it; say whether it was taken."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def seize_within(self, seconds: float) -> None:
        """Take the lock alone; raise Unavailable if others have it for all of `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.seize():
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"Another process has been starting or stopping the database for "
                    f"{seconds:.0f} seconds (it holds {self._path}).",
                    hint="Wait for it, or end it, then try again.",
                )
            time.sleep(_PAUSE)

    def release(self) -> None:
        """Give the lock up, for heirs of the descriptor too."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        self.close()

    def close(self) -> None:
        """Close the file: a child that inherited it keeps the lock."""
        os.close(self.descriptor)


def _open(path: Path, owner: Account) -> int:
    """Open or make the lock file, never through a link, and owned by the server's account."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        try:
            return os.open(path, flags)
        except FileNotFoundError:
            pass
        try:
            descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        owner.take(descriptor)
        return descriptor
