"""Where the files of a server lie: below the inventory's home, wherever possible.

`<home>/postgresql` is a folder of the server's account, closed to everyone else (0700):

    data/             the data directory          data.new/     one being made
    made.txt          says that there was one     data.before-… one that a restore put aside
    postgresql.log    the server's first words    log/          what it says afterwards
    dist/             a copy of the programs, only if the account cannot reach the installed
    start.lock        held alone while the server is being started or stopped
    users.lock        held together by every process that uses the server
    server.lock       held by the server's own processes
    .s.PGSQL.5432     the socket; in a short folder of its own when the path is too long

When root runs the inventory, the server runs as another account, which must be able to
reach its files. Root's default home lies in a folder closed to all others; opening that
folder would expose whatever else is in it. Then the files are kept in
`/var/lib/customer-inventory/<random>` and `<home>/postgresql` is a symbolic link there: it is
made atomically, moves with the home, and shows in `ls -l`. `home.txt` names the home in turn.
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import account, probe
from customer_inventory.store.embedded.account import Account
from customer_inventory.store.embedded.locks import Lock

ELSEWHERE = Path("/var/lib/customer-inventory")
_FOLDER = "postgresql"
_LONGEST = 85
"""Bytes of a socket's folder: the system's limit is 103 for the whole path on macOS."""
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
_SHORT = Path("/tmp")  # noqa: S108 - TMPDIR differs between users of one server # nosec B108


@dataclass(frozen=True)
class Place:
    """The folder of one server and the account that owns it."""

    folder: Path
    account: Account

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says before it keeps its logs itself."""
        return self.folder / "postgresql.log"

    @property
    def logs(self) -> Path:
        """Folder of the logs that the server keeps itself."""
        return self.folder / "log"

    @property
    def initialised(self) -> bool:
        """Whether there is a data directory: it comes into being whole, or not at all."""
        return (self.data / "PG_VERSION").exists()

    @property
    def sockets(self) -> Path:
        """Folder of the socket.

        The place's own, unless its path is too long for a socket or has characters that
        drivers or PostgreSQL take for separators.
        """
        path = str(self.folder)
        if len(os.fsencode(path)) <= _LONGEST and _PLAIN.fullmatch(path):
            return self.folder
        return _SHORT / f"cinv-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"

    def dsn(self, user: str, database: str) -> str:
        """Return the address of a database for asyncpg and libpq."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets))}&port={probe.PORT}"

    def lock(self, name: str) -> Lock:
        """Open the lock file `name`.lock."""
        return Lock(self.folder / f"{name}.lock", self.account)

    @contextmanager
    def alone(self, seconds: float) -> Iterator[None]:
        """Hold the place alone for starting or stopping, waiting up to `seconds` for others."""
        lock = self.lock("start")
        try:
            lock.seize_within(seconds)
            yield
        finally:
            lock.release()

    def open_sockets(self) -> None:
        """Make the folder of the socket; raise Unavailable if it is somebody else's."""
        if self.sockets == self.folder:
            return
        try:
            self.sockets.mkdir(mode=0o700)
            self.account.take(self.sockets)
        except FileExistsError:
            self._check_sockets()

    def close_sockets(self) -> None:
        """Remove the folder of the socket if it is a short one, which only the server needs."""
        if self.sockets != self.folder:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _check_sockets(self) -> None:
        entry = self.sockets.lstat()
        closed = stat.S_ISDIR(entry.st_mode) and not entry.st_mode & 0o077
        if not closed or entry.st_uid not in (self.account.uid, os.geteuid()):
            raise Unavailable(
                f"{self.sockets} should be a folder of {self.account.name}, closed to others.",
                hint="Remove it, or set CINV_HOME to a folder with a shorter path.",
            )
        self.account.take(self.sockets)

    def write(self, path: Path, text: str) -> None:
        """Write a file of the server's account, whole or not at all."""
        descriptor, new = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                self.account.take(descriptor)
                file.write(text)
            Path(new).replace(path)
        finally:
            Path(new).unlink(missing_ok=True)


def find(home: Path) -> Place | None:
    """Return the place of the server of `home`, None if it was never made.

    Raises Unavailable when its files are gone or belong to somebody else.
    """
    link = home / _FOLDER
    if not os.path.lexists(link):
        return None
    folder = link.resolve()
    if not folder.exists():
        raise Unavailable(
            f"The database of {home} was kept in {folder}, which is gone.",
            hint=f"Bring it back, or remove {link} to begin with an empty inventory.",
        )
    owner = account.owner_of(folder)
    if owner.uid == 0:
        raise Unavailable(
            f"{folder} belongs to root, and PostgreSQL does not run as root.",
            hint="Give it to the account that shall run the database, or remove it if empty.",
        )
    if os.geteuid() not in (0, owner.uid):
        raise Unavailable(
            f"The database in {folder} belongs to {owner.name}; this is {account.ours().name}.",
            hint=f"Run as {owner.name} or root, or set CINV_HOME to a folder of your own.",
        )
    return Place(folder, owner)


def establish(home: Path, elsewhere: Path = ELSEWHERE) -> Place:
    """Return the place of the server of `home`, made now if need be."""
    if place := find(home):
        return place
    # The server's account must be able to pass, so root's homes let others through, not look.
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    owner = account.for_server(home)
    if owner.can_enter(home):
        _make_here(home / _FOLDER, owner)
    else:
        _make_elsewhere(home / _FOLDER, owner, elsewhere)
    place = find(home)
    assert place is not None  # noqa: S101 - we, or another process just now, made it
    place.write(place.folder / "home.txt", f"{home}\n")
    return place


def unlink(home: Path) -> None:
    """Remove the link to a place elsewhere, if there is one."""
    link = home / _FOLDER
    if link.is_symlink():
        link.unlink()


def _make_here(folder: Path, owner: Account) -> None:
    """Make the folder under another name first: it appears with its owner, or not at all."""
    new = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        owner.take(new)
        new.rename(folder)
    except OSError:
        new.rmdir()
        if not folder.exists():  # else another process was faster: its folder is as good
            raise


def _make_elsewhere(link: Path, owner: Account, elsewhere: Path) -> None:
    elsewhere.mkdir(mode=0o711, parents=True, exist_ok=True)
    folder = elsewhere / os.urandom(8).hex()
    folder.mkdir(mode=0o700)
    try:
        owner.take(folder)
        link.symlink_to(folder)
    except FileExistsError:
        folder.rmdir()
