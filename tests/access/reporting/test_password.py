"""A reporting role comes in over the network by its password, and by nothing else.

The embedded server has no network; here one is given an address of the machine itself, and asks
everybody who comes that way for a password, as a server of one's own does.
"""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.access import sandbox
from customer_inventory.access.grant.people import register_purpose
from customer_inventory.access.operation import Operation
from customer_inventory.access.reporting.role import Reporting, end, role_of
from customer_inventory.cli.running import prepare
from customer_inventory.kit.clock import now
from customer_inventory.record.subject.restriction import restrict
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.together import together
from tests.access.reporting.test_wall import (
    ACTOR,
    PASSWORD,
    PROCESS,
    PURPOSE,
    made,
    permission,
    permit,
    person,
)
from tests.conftest import _created, _memory

HOST = f"127.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}.9"
"""An address of this machine that no other run of the tests listens on."""
PORT = 5432
NOT_LET_IN = (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)


@pytest.fixture(scope="module")
def networked() -> Iterator[EmbeddedServer]:
    """A server that is reached over TCP, by a password."""
    with tempfile.TemporaryDirectory(
        prefix="cinv-test-", dir=_memory(), ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedServer(Path(folder) / "home", {"fsync": "off", "listen_addresses": HOST})
        with server.running():
            yield server


def _ask_for_passwords(hba: Path) -> None:
    asks = "host all all 127.0.0.0/8 scram-sha-256\n"
    hba.write_text(asks + hba.read_text("utf-8"), "utf-8")


@dataclass(frozen=True)
class Reached:
    """A database that a role reports from, and the ids of Ada and of Eve, who is restricted."""

    database: Database
    whose: Reporting
    ids: tuple[str, str]

    async def connect(self, password: str = PASSWORD, role: str = "") -> asyncpg.Connection:
        name = await self.database.value("SELECT current_database()")
        return await asyncpg.connect(
            host=HOST, port=PORT, database=name, user=role or self.whose.role, password=password,
            ssl=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
async def reached(networked: EmbeddedServer) -> AsyncIterator[Reached]:
    owner = await asyncpg.connect(networked.superuser_dsn)
    _ask_for_passwords(Path(await owner.fetchval("SHOW hba_file")))
    await owner.execute("SELECT pg_reload_conf()")
    await owner.execute("ALTER ROLE cinv CREATEROLE")
    await owner.close()
    dsn = await _created(networked, "cinv_reached", "template0")
    await prepare(dsn)
    async with Database(dsn) as database:
        await sandbox.declare(database, declared_by="the tests")
        await register_purpose(
            database, PURPOSE, title="Analysis", legal_basis="contract", registered_by="it"
        )
        await permit(database, permission("individual", Operation.DOWNLOAD))
        ids = await person(database, "Ada", "Lovelace"), await person(database, "Eve", "Secret")
        await restrict(database, ids[1], reason="DSR-1", purposes=["other"], actor=ACTOR)
        whose = Reporting(role_of("reached"), PROCESS, PURPOSE, now() + timedelta(days=1))
        await made(database, whose)
        yield Reached(database, whose, ids)
        async with together(database) as within:
            await end(within, whose.role)


async def test_the_password_lets_in_and_the_wall_holds(reached: Reached) -> None:
    connection = await reached.connect()
    try:
        method = await connection.fetchval("SELECT system_user")
        assert method == f"scram-sha-256:{reached.whose.role}"
        assert await connection.fetchval("SELECT host(inet_client_addr())") is not None
        rows = await connection.fetch('SELECT id, "givenName" FROM individual')
        assert [(row["id"], row["givenName"]) for row in rows] == [(reached.ids[0], "Ada")]
        for beyond in (
            "SELECT * FROM record.individual",
            "SELECT * FROM access.token",
            "SET ROLE cinv",
            "DELETE FROM individual",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(beyond)
    finally:
        await connection.close()


async def test_row_level_security_holds_behind_what_was_given_by_mistake(reached: Reached) -> None:
    """Whoever gives the role a table by hand gives it no row."""
    role = reached.whose.role
    await reached.database.execute(f"GRANT USAGE ON SCHEMA record TO {role}")
    await reached.database.execute(f"GRANT SELECT ON record.individual TO {role}")
    connection = await reached.connect()
    try:
        assert await connection.fetch("SELECT id FROM record.individual") == []
    finally:
        await connection.close()
        await reached.database.execute(f"REVOKE SELECT ON record.individual FROM {role}")
        await reached.database.execute(f"REVOKE USAGE ON SCHEMA record FROM {role}")


@pytest.mark.parametrize(
    ("password", "role"),
    [("wrong horse battery staple", ""), ("", ""), (PASSWORD, "cinv"), (PASSWORD, "nobody")],
    ids=["wrong", "none", "of another", "of nobody"],
)
async def test_nobody_else_is_let_in(reached: Reached, password: str, role: str) -> None:
    with pytest.raises(NOT_LET_IN):
        await reached.connect(password, role)


async def test_the_password_ends_with_the_role(reached: Reached, networked: EmbeddedServer) -> None:
    owner = await asyncpg.connect(networked.superuser_dsn)
    until = await owner.fetchval(
        "SELECT rolvaliduntil FROM pg_roles WHERE rolname = $1", reached.whose.role
    )
    assert until == reached.whose.until
    await owner.execute(f"ALTER ROLE {reached.whose.role} VALID UNTIL '2020-01-01'")
    try:
        with pytest.raises(NOT_LET_IN):
            await reached.connect()
    finally:
        await owner.execute(f"ALTER ROLE {reached.whose.role} VALID UNTIL '{until.isoformat()}'")
        await owner.close()
