"""What the tests share: a real server, a fresh database a test, a running service."""

import asyncio
import contextlib
import functools
import itertools
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
import uvicorn
from httpx import create_ssl_context
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pgqueuer.core.qm import QueueManager

from customer_inventory.access import registration, sandbox
from customer_inventory.access.decision import Decision
from customer_inventory.access.registration import Permission
from customer_inventory.app import Application
from customer_inventory.cli.http import WholeAnswers
from customer_inventory.cli.running import prepare
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.web.headers import common
from tests import distributed
from tests.access.kept import every_answer_is_kept
from tests.brokers import installed

__all__ = ["every_answer_is_kept"]

PROFILE = os.environ.get("CINV_TEST_PROFILE", "ci")
"""How much is tried: `ci` fits a build, `long` is the full number of kills and properties."""

hypothesis_settings.register_profile(
    "ci",
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,  # a build judges the change, not the draw: `long` draws anew each time
)
hypothesis_settings.register_profile(
    "long", max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck)
)
hypothesis_settings.load_profile(PROFILE)

BY = Decision("the tests", "the tests", "as the test wants it")
"""Who takes what steps there are, where it does not matter."""

_numbers = itertools.count()


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Let no test hear of logs that the one before it had the product write."""
    root = logging.getLogger()
    level = root.level
    yield
    for handler in root.handlers[:]:
        if type(handler) is logging.StreamHandler:  # what the product sets up; pytest's are others
            root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="session", autouse=True)
def looked_up_once() -> Iterator[None]:
    """Let what libraries look up for each client and each service be looked up once a session.

    httpx reads the authorities that sign certificates, the queue of jobs looks for each of its
    columns: together they are a third of what a test with a service costs.
    """
    looks = QueueManager.verify_structure
    looked = []

    async def once(self: QueueManager) -> None:
        if not looked:
            await looks(self)
            looked.append(True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "httpx._transports.default.create_ssl_context", functools.cache(create_ssl_context)
        )
        patch.setattr(QueueManager, "verify_structure", once)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """A server of the session's own, without durability: no test of it kills the server."""
    with tempfile.TemporaryDirectory(
        prefix="cinv-test-", dir=_memory(), ignore_cleanup_errors=True
    ) as folder:
        # The server's account must be able to pass.
        Path(folder).chmod(0o755)
        server = EmbeddedServer(Path(folder) / "home", {"fsync": "off"})
        with server.running():
            yield server


@pytest.fixture(scope="session")
async def template(server: EmbeddedServer) -> str:
    """The name of a database that is up to date and empty, and a sandbox."""
    dsn = await _created(server, "cinv_template", "template0")
    await prepare(dsn)
    async with Database(dsn) as database:
        await sandbox.declare(database, declared_by="the tests")
    return "cinv_template"


@pytest.fixture(scope="session", autouse=True)
async def cluster() -> AsyncIterator[None]:
    """Leave the cluster, where one is used."""
    yield
    await distributed.leave()


if distributed.URL:

    @pytest.fixture
    async def dsn() -> AsyncIterator[str]:
        """The address of a distributed database, up to date and empty."""
        async with distributed.fresh() as dsn:
            yield dsn

else:

    @pytest.fixture
    async def dsn(server: EmbeddedServer, template: str) -> AsyncIterator[str]:
        """The address of a fresh database, up to date and empty."""
        async with _fresh(server, template) as dsn:
            yield dsn


@pytest.fixture(scope="session")
async def schema(server: EmbeddedServer, template: str) -> AsyncIterator[Database]:
    """A database to plan statements against; nothing is ever written to it."""
    async with Database(await _created(server, "cinv_schema", template)) as database:
        yield database


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    """A fresh database, open."""
    async with Database(dsn) as database:
        yield database


@pytest.fixture
async def another(server: EmbeddedServer, template: str) -> AsyncIterator[Database]:
    """A second fresh database, open; on one node, whatever the first is."""
    async with _fresh(server, template) as dsn, Database(dsn) as database:
        yield database


@pytest.fixture(scope="session")
def nats_server() -> str:
    """The program of NATS, installed if it can be."""
    return installed("nats-server")


@pytest.fixture
def actor() -> Actor:
    """Somebody who acts."""
    return Actor("test", "testing", "tester")


@dataclass(frozen=True)
class Service:
    """A running service: its address, its database, a client that may do everything."""

    base: str
    database: Database
    application: Application
    client: httpx.AsyncClient
    token: str

    async def token_for(self, process: str, *allowed: str, purpose: str = "testing") -> str:
        """Return a token of `process`, which is registered with these permissions."""
        return await issued(self.database, process, *allowed, purpose=purpose)

    async def issue(self, process: str, purpose: str = "testing") -> str:
        """Return a token of a process that is registered."""
        token = await registration.issue_token(
            self.database, process, purpose=purpose, lifetime=timedelta(hours=1)
        )
        return token.secret


@pytest.fixture
async def service(dsn: str, database: Database, tmp_path: Path) -> AsyncIterator[Service]:
    """The service over a fresh database, on a real socket."""
    async with serving(dsn, database, Settings(home=tmp_path / "home")) as service:
        yield service


@contextlib.asynccontextmanager
async def serving(dsn: str, database: Database, settings: Settings) -> AsyncIterator[Service]:
    """Run the service over a database, on a real socket."""
    # A socket that names TCP gets no-delay, as the product's own does.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    application = Application(settings, dsn, public_url=base)
    config = uvicorn.Config(
        application,
        http=WholeAnswers,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        lifespan="on",
        server_header=False,
        headers=common(settings.public_url or base),
        timeout_graceful_shutdown=10,
    )
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listening]))
    while not running.started and not task.done():
        await asyncio.sleep(0.01)
    token = await issued(database, "tester", "*:read,create,modify,update,delete,download")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as client:
        yield Service(base, database, application, client, token)
    running.should_exit = True
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def empty_register(dsn: str) -> None:
    """Take the starter register out of a database: tests of the register begin without any."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("TRUNCATE record.edition, requirements.requirement CASCADE")
    await connection.close()


async def issued(database: Database, process: str, *allowed: str, purpose: str = "testing") -> str:
    """Register `process` with permissions (`type:operation,…`) and return a token of it."""
    await permitted(database, process, *allowed, purpose=purpose)
    token = await registration.issue_token(
        database, process, purpose=purpose, lifetime=timedelta(hours=1)
    )
    return token.secret


async def permitted(database: Database, process: str, *allowed: str, purpose: str) -> None:
    """Register `process` with permissions (`type:operation,…`)."""
    await registration.register(
        database,
        process,
        name=process,
        owner="the tests",
        permissions=[Permission.parse(text, purpose) for text in allowed],
        registered_by="the tests",
    )


@contextlib.asynccontextmanager
async def _fresh(server: EmbeddedServer, template: str) -> AsyncIterator[str]:
    name = f"cinv_{os.getpid()}_{next(_numbers)}"
    yield await _created(server, name, template)
    connection = await asyncpg.connect(server.superuser_dsn)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


def _memory() -> str | None:
    """Return a folder in memory with room for a server, None where there is none.

    A database a test is some seven hundred files; made on a disk they are most of its time.
    """
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK | os.X_OK) or shutil.disk_usage(shared).free < 2 * 2**30:
        return None
    return str(shared)


async def _created(server: EmbeddedServer, name: str, template: str) -> str:
    connection = await asyncpg.connect(server.superuser_dsn)
    await connection.execute(
        f"CREATE DATABASE {name} TEMPLATE {template} OWNER cinv STRATEGY file_copy"
    )
    await connection.close()
    return server.superuser_dsn.replace("postgres@", "cinv@", 1).replace("/cinv?", f"/{name}?", 1)
