"""A service that the tests of a module share, served as `cinv serve` serves it."""

import asyncio
import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn

from customer_inventory.app import Application
from customer_inventory.cli.http import WholeAnswers
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.web.headers import common
from tests.conftest import Service, _created, issued

_numbers = itertools.count()


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()


@asynccontextmanager
async def serving(
    dsn: str, database: Database, *, port: int = 0, home: Path | None = None, **settings: Any
) -> AsyncIterator[Service]:
    """Serve the database of `dsn` with these settings, over a real socket.

    A service that comes back has the `port` and the `home` of the one before.
    """
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    is_ours, home = home is None, home or Path(tempfile.mkdtemp(prefix="cinv-home-"))
    application = Application(Settings(home=home, **settings), dsn, public_url=base)
    config = uvicorn.Config(
        application,
        http=WholeAnswers,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        lifespan="on",
        server_header=False,
        headers=common(base),
    )
    running = _Server(config)
    task = asyncio.create_task(running.serve(sockets=[listening]))
    await running.ready.wait()
    token = await issued(database, "tester", "*:read,create,modify,update,delete,download")
    headers = {"Authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=base, headers=headers, timeout=30, limits=limits
    ) as client:
        yield Service(base, database, application, client, token)
    running.should_exit = True
    await task
    if is_ours:
        shutil.rmtree(home)


@pytest.fixture(scope="module")
async def shared(server: EmbeddedServer, template: str) -> AsyncIterator[Service]:
    """A running service over a database of the module's own; its tests share the records."""
    name = f"cinv_shared_{os.getpid()}_{next(_numbers)}"
    dsn = await _created(server, name, template)
    async with Database(dsn) as database, serving(dsn, database) as service:
        yield service
    connection = await asyncpg.connect(server.superuser_dsn)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()
