"""The operating system's account that the server runs as."""

import errno
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from customer_inventory.kit.errors import Unavailable

_STEP_DOWN = ("postgres", "nobody")
"""Whom root steps down to, the first that exists: PostgreSQL refuses to run as root."""


@dataclass(frozen=True)
class Account:
    """An account; programs and files of the server are its own.

    When root starts the server it is another account than ours, else it is ours.
    """

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process itself runs as the account."""
        return self.uid == os.geteuid()

    def run(
        self,
        command: Sequence[str | Path],
        *,
        text: str = "",
        environment: Mapping[str, str] | None = None,
        keep: Sequence[int] = (),
        session: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as the account and wait for it; raise OSError if it cannot be run.

        `text` is its standard input, `keep` the file descriptors it inherits; `session`
        starts it in a session of its own, out of reach of the terminal's signals.
        """
        with self._stepping_down():
            return subprocess.run(  # noqa: S603 - programs and arguments are ours
                [str(word) for word in command],
                input=text,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                cwd="/",  # open to every account
                env={**_clean_environment(), **(environment or {})},
                pass_fds=keep,
                start_new_session=session,
                umask=0o077,
                user=None if self.is_ours else self.uid,
                group=None if self.is_ours else self.gid,
                extra_groups=None if self.is_ours else [],
            )

    def can_enter(self, folder: Path) -> bool:
        """Whether the account can reach `folder`: asked of the kernel, so that ACLs count."""
        if self.is_ours:
            return True
        return self.run(["/bin/sh", "-c", 'cd "$0"', folder]).returncode == 0

    def take(self, target: Path | int) -> None:
        """Make the account the owner of a file that this process has just made."""
        if not self.is_ours:
            with self._stepping_down():
                os.chown(target, self.uid, self.gid)

    @contextmanager
    def _stepping_down(self) -> Iterator[None]:
        """Explain the failure of a root that is not allowed what root usually is."""
        try:
            yield
        except PermissionError as error:
            if error.errno != errno.EPERM:
                raise
            raise Unavailable(
                f"PostgreSQL does not run as root, and this root may not act as {self.name}.",
                hint="Run as a normal user, or with the capabilities CHOWN, SETUID and SETGID.",
            ) from error


def ours() -> Account:
    """Return the account of this process."""
    return _by_uid(os.geteuid(), os.getegid())


def for_server(*folders: Path) -> Account:
    """Choose the account of a server whose files lie in the first of `folders` there is.

    Ours, unless we are root: then the owner of the first folder that is not root's, so that
    root can serve what a user has made and the user can go on with it, else an
    unprivileged account of the system. Raises Unavailable when there is none.
    """
    if os.geteuid() != 0:
        return ours()
    for folder in folders:
        if folder.exists() and folder.stat().st_uid != 0:
            return owner_of(folder)
    for name in _STEP_DOWN:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody'.",
        hint="Run as a normal user, or add an account 'postgres'.",
    )


def owner_of(folder: Path) -> Account:
    """Return the account that owns `folder`."""
    entry = folder.stat()
    return _by_uid(entry.st_uid, entry.st_gid)


def _by_uid(uid: int, gid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # usual in containers that run as an arbitrary number
        return Account(f"uid {uid}", uid, gid)
    return Account(entry.pw_name, uid, entry.pw_gid)


def _clean_environment() -> dict[str, str]:
    """Return our environment without what would change the server's or a tool's mind."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
