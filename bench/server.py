"""An inventory of the bench's own, in a temporary home, and the services before it."""

import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from bench import command, cpu
from bench.tables import Connection, connected
from customer_inventory.store.embedded import EmbeddedServer

_PRODUCT = (sys.executable, "-m", "customer_inventory")
_GRANT = "*:read,create,update,delete"
PURPOSE = "benchmark"
"""What our service is asked for."""


@dataclass(frozen=True)
class Home:
    """A running database in a temporary folder: `folder` is the bench's, the rest the product's.

    `dsn` is the database as the service uses it, `superuser` for maintenance; `postmaster` is
    the process that every backend descends from, None where that cannot be seen.
    """

    folder: Path
    server: EmbeddedServer
    dsn: str
    superuser: str
    version: str
    postmaster: int | None

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the product's commands."""
        return command.environment(CINV_HOME=str(self.server.home))

    async def cinv(self, *words: str, output: int | IO[bytes] = asyncio.subprocess.PIPE) -> str:
        """Run a command of the product and return what it printed."""
        return await command.run([*_PRODUCT, *words], environment=self.environment, output=output)

    async def checkpoint(self) -> None:
        """Write everything out, so that nobody pays for what went before."""
        async with connected(self.superuser) as connection:
            await connection.execute("checkpoint")


@dataclass(frozen=True)
class Service:
    """A service that answers: where, to whom, and the process whose tree it is.

    It answered so many `seconds` after it was started.
    """

    base: str
    pid: int
    token: str | None = None
    seconds: float = 0.0


@contextlib.asynccontextmanager
async def new_home(*, connections: int | None = None) -> AsyncIterator[Home]:
    """Lend an inventory without records for the length of the block, and remove it.

    The server takes as many `connections` as are given, for those who ask it side by side.
    """
    folder = _new_folder()
    server = EmbeddedServer(folder / "home")
    try:
        if connections:
            await _allow(server, connections)
        attachment = await asyncio.to_thread(server.attach)
        try:
            home = await _home(folder, server, attachment.dsn)
            await home.cinv("db", "migrate")
            yield home
        finally:
            await asyncio.to_thread(attachment.leave)
    finally:
        _remove(server.home / "postgresql")
        shutil.rmtree(folder, ignore_errors=True)


async def _allow(server: EmbeddedServer, connections: int) -> None:
    attachment = await asyncio.to_thread(server.attach)
    try:
        async with connected(server.superuser_dsn) as connection:
            await connection.execute(f"alter system set max_connections = {connections}")
    finally:
        await asyncio.to_thread(attachment.leave)


@contextlib.asynccontextmanager
async def kept_home(folder: Path) -> AsyncIterator[Home]:
    """Lend the inventory in `folder` for the length of the block; it is made if there is none."""
    server = EmbeddedServer(_passable(folder) / "home")
    attachment = await asyncio.to_thread(server.attach)
    try:
        home = await _home(folder, server, attachment.dsn)
        await home.cinv("db", "migrate")
        yield home
    finally:
        await asyncio.to_thread(attachment.leave)


async def permit(home: Home) -> None:
    """Register the process `bench`, which may do everything for its purpose."""
    await home.cinv("access", "sandbox")
    await home.cinv(
        *("access", "register", "bench", "--name", "Bench", "--owner", "bench"),
        *("--allow", _GRANT, "--purpose", PURPOSE),
    )


@contextlib.asynccontextmanager
async def our_service(
    home: Home, program: Sequence[str] = _PRODUCT, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Service]:
    """Serve the inventory, all duties on, for a process registered for it.

    `program` is the product, or a twin that takes the same words; `settings` are as they are by
    default, but for those given.
    """
    await permit(home)
    token = (await home.cinv("access", "token", "bench", "--purpose", PURPOSE)).strip()
    port = command.free_port()
    words = [*program, "serve", "--port", str(port)]
    environment = {**home.environment, **(settings or {})}
    async with serving("service", home, words, environment, port) as service:
        yield replace(service, token=token)


@contextlib.asynccontextmanager
async def typical_service(home: Home) -> AsyncIterator[Service]:
    """Serve the same table by the typical service, with one worker as ours has."""
    port = command.free_port()
    words = [
        *(sys.executable, "-m", "uvicorn", "bench.peers.orm:app", "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools", "--workers", "1"),
        *("--no-access-log", "--log-level", "warning"),
    ]
    environment = command.environment(BENCH_DSN=home.dsn)
    async with serving("typical", home, words, environment, port) as service:
        yield service


@contextlib.asynccontextmanager
async def unguarded_service(home: Home, *options: str) -> AsyncIterator[Service]:
    """Serve the same table by our own reads without guard, mask, purpose and ledger."""
    port = command.free_port()
    words = [sys.executable, "-m", "bench.peers.unguarded", str(port), *options]
    environment = command.environment(BENCH_DSN=home.dsn)
    async with serving("".join(("unguarded", *options)), home, words, environment, port) as service:
        yield service


@contextlib.asynccontextmanager
async def serving(
    name: str, home: Home, words: Sequence[str], environment: Mapping[str, str], port: int
) -> AsyncIterator[Service]:
    """Run a service that listens on `port`; what it says goes to a file of its name."""
    log = home.folder / f"{name}.log"
    begun = time.perf_counter()
    async with command.running(words, environment=environment, log=log) as process:
        await command.until_answering(process, port, log)
        seconds = time.perf_counter() - begun
        yield Service(f"http://127.0.0.1:{port}", process.pid, seconds=seconds)


async def _home(folder: Path, server: EmbeddedServer, dsn: str) -> Home:
    async with connected(dsn) as connection:
        version = await connection.fetchval("show server_version")
        postmaster = await _postmaster(connection)
    return Home(folder, server, dsn, server.superuser_dsn, str(version), postmaster)


async def _postmaster(connection: Connection) -> int | None:
    if not cpu.is_readable():
        return None
    return cpu.parent_of(await connection.fetchval("select pg_backend_pid()"))


def _new_folder() -> Path:
    return _passable(Path(tempfile.mkdtemp(prefix="cinv-bench-")))


def _passable(folder: Path) -> Path:
    folder.chmod(0o711)  # the database's account passes through, when root runs this
    return folder


def _remove(link: Path) -> None:
    """Remove the database's files where they lie outside the home (see store.embedded.place)."""
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
