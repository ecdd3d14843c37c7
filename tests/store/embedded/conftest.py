"""Homes of real servers.

As root the server runs as another account, which must be able to reach the homes used
here: they lie in folders that let others pass, unlike pytest's own temporary folders.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import customer_inventory
from customer_inventory.store.embedded import EmbeddedServer, account, binaries, place, process
from customer_inventory.store.embedded.place import Place

SMALL = {"shared_buffers": "16MB", "max_wal_size": "64MB", "min_dynamic_shared_memory": "0"}
SOURCE = Path(customer_inventory.__file__).parents[1]

PROGRAM = """
import sys
from pathlib import Path
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), settings={settings!r}, elsewhere=Path(sys.argv[2]))
try:
{body}
except Unavailable as error:
    print(error.message)
"""


class Home:
    """A home of the inventory, the server in it, and other processes that use it."""

    def __init__(self, path: Path, elsewhere: Path) -> None:
        self.path = path
        self.elsewhere = elsewhere

    def server(self, installation: Path | None = None, **settings: str) -> EmbeddedServer:
        return EmbeddedServer(self.path, {**SMALL, **settings}, installation, self.elsewhere)

    @property
    def place(self) -> Place:
        there = place.find(self.path)
        assert there is not None
        return there

    @property
    def pid(self) -> int:
        pid = process.server_pid(self.place)
        assert pid is not None
        return pid

    def query(self, statement: str) -> str:
        """Run a statement as the superuser; return what psql prints."""
        server = self.server()
        psql = [server.tool("psql"), "-XAtqc", statement, server.superuser_dsn]
        return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip()

    def other(
        self, body: str, *, user: account.Account | None = None, without: str = ""
    ) -> "subprocess.Popen[str]":
        """Start another Python that runs `body`, which knows `server`, with open pipes.

        It runs as `user`, and without the capabilities of root named in `without`.
        """
        lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
        program = PROGRAM.format(body=lines, settings=SMALL)
        return subprocess.Popen(
            [*_confined(without), _python_for(user), "-c", program, self.path, self.elsewhere],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{SOURCE}:{binaries.installed().parents[1]}"},
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )

    def told_by_other(
        self, body: str, *, user: account.Account | None = None, without: str = ""
    ) -> str:
        """Run another Python to its end; return what it printed."""
        with self.other(body, user=user, without=without) as other:
            told, _ = other.communicate(timeout=60)
        return told.strip()


def _confined(without: str) -> list[str]:
    if not without:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv to take capabilities from root")
    return ["setpriv", f"--bounding-set={without}"]


def _python_for(user: account.Account | None) -> str:
    if user is None:
        return sys.executable
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        check = "import sys; sys.exit(sys.version_info < (3, 11))"
        try:
            if user.run([python, "-c", check]).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip(f"{user.name} can run no Python 3.11 or newer here")


def _fast_disk() -> Path | None:
    """Return the memory's file system if programs can be copied to it, for the tests' speed."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or shutil.disk_usage(memory).free < 2**30:
        return None
    return None if os.statvfs(memory).f_flag & os.ST_NOEXEC else memory


@contextmanager
def passable_folder() -> Iterator[Path]:
    """Lend a temporary folder that other accounts can pass; servers in it end with it."""
    folder = Path(tempfile.mkdtemp(prefix="cinv-test-", dir=_fast_disk())).resolve()
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        for lock in folder.glob("**/server.lock"):
            there = Place(lock.parent, account.owner_of(lock.parent))
            with there.alone(60):
                process.stop(there)
        shutil.rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    with passable_folder() as folder:
        yield folder


@pytest.fixture
def home(folder: Path) -> Home:
    """Return a home in which no server has ever been."""
    return Home(folder / "home", folder / "elsewhere")


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    with passable_folder() as folder:
        server = Home(folder / "home", folder / "elsewhere").server()
        server.start()
        server.stop()
        yield folder / "home"


@pytest.fixture
def used(template: Path, home: Home) -> Home:
    """Return a home whose database was made before; its server is stopped."""
    subprocess.run(["cp", "-a", template, home.path], check=True)
    return home


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition, a minute at most."""

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end, "waited a minute in vain"
            time.sleep(0.005)

    return wait


@pytest.fixture(scope="session")
def root() -> None:
    """Skip unless we are root."""
    if os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture(scope="session")
def somebody(root: None) -> account.Account:
    """Return an account that is neither root nor the one root steps down to."""
    taken = account.for_server()
    for entry in pwd.getpwall():
        if entry.pw_uid not in (0, taken.uid):
            return account.Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    pytest.skip("there is no other account")
