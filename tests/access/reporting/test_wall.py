"""Reporting roles on a real server: what they read, and what they try to get round it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from customer_inventory.access.grant.people import register_purpose
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import Permission, register, set_state
from customer_inventory.access.reporting.role import (
    NothingToReport,
    Reporting,
    add,
    end,
    refresh,
    role_of,
    roles,
)
from customer_inventory.access.reporting.scram import verifier
from customer_inventory.access.reporting.watching import watch
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject.restriction import restrict
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.together import together
from customer_inventory.store.wall import raise_wall
from tests import distributed
from tests.conftest import BY

PASSWORD = "correct horse battery staple"
PROCESS, PURPOSE = "reports", "analysis"
ACTOR = Actor("test", "testing", "tester")
DENIED = asyncpg.InsufficientPrivilegeError


@dataclass(frozen=True)
class Desk:
    """Somebody at a database client, as the role of a report; `ids` are those of Ada and Eve."""

    database: Database
    dsn: str
    whose: Reporting
    ids: tuple[str, str]

    async def connect(self, **more: Any) -> asyncpg.Connection:
        return await asyncpg.connect(
            self.dsn, user=self.whose.role, password=PASSWORD, statement_cache_size=0, **more
        )

    async def fetch(self, text: str) -> list[asyncpg.Record]:
        connection = await self.connect()
        try:
            return list(await connection.fetch(text))
        finally:
            await connection.close()


async def permit(database: Database, *permissions: Permission) -> None:
    await register(
        database, PROCESS, name="Reports", owner="the tests", permissions=list(permissions),
        registered_by="the tests",
    )  # fmt: skip


def permission(kind: str, *operations: Operation, **terms: Any) -> Permission:
    return Permission(kind, operations, PURPOSE, terms)


async def person(database: Database, given: str, family: str) -> str:
    made = await Inventory(database).create(
        TYPES["individual"],
        {
            "@type": "Individual", "givenName": given, "familyName": family,
            "contactMedium": [{"@type": "EmailContactMedium", "emailAddress": "a@example.com"}],
        },
        actor=ACTOR,
    )  # fmt: skip
    return made.id


async def made(database: Database, whose: Reporting) -> None:
    async with together(database) as within:
        await add(within, whose, password=PASSWORD, by="the tests")


@pytest.fixture
async def desk(server: EmbeddedServer, dsn: str, database: Database) -> AsyncIterator[Desk]:
    if distributed.URL:
        pytest.skip("Reporting roles are of one server.")
    await as_superuser(server, "ALTER ROLE cinv CREATEROLE")
    await register_purpose(
        database, PURPOSE, title="Analysis", legal_basis="contract", registered_by="the tests"
    )
    await permit(database, permission("individual", Operation.DOWNLOAD))
    ids = await person(database, "Ada", "Lovelace"), await person(database, "Eve", "Secret")
    await restrict(database, ids[1], reason="DSR-1", purposes=["other"], actor=ACTOR)
    name = (await database.value("SELECT current_database()"))[-20:].lower()
    whose = Reporting(role_of(f"t_{name}"), PROCESS, PURPOSE, now() + timedelta(days=1))
    await made(database, whose)
    yield Desk(database, dsn, whose, ids)
    if whose.role in {row["role"] for row in await roles(database)}:
        async with together(database) as within:
            await end(within, whose.role)
    await as_superuser(server, "ALTER ROLE cinv NOCREATEROLE")


async def as_superuser(server: EmbeddedServer, statement: str) -> None:
    owner = await asyncpg.connect(server.superuser_dsn)
    await owner.execute(statement)
    await owner.close()


async def test_it_reads_what_is_granted_and_not_what_is_restricted(desk: Desk) -> None:
    rows = await desk.fetch('SELECT id, "givenName", "contactMedium" FROM individual')
    assert [(row["id"], row["givenName"]) for row in rows] == [(desk.ids[0], "Ada")]
    assert "a@example.com" in rows[0]["contactMedium"]
    with pytest.raises(asyncpg.UndefinedTableError):
        await desk.fetch("SELECT * FROM customer")


async def test_attributes_that_are_hidden_or_masked_are_no_columns(desk: Desk) -> None:
    bound = permission("individual", Operation.DOWNLOAD, groups=["name"])
    await permit(desk.database, bound)
    with pytest.raises(DENIED):
        await desk.fetch("SELECT * FROM individual")
    async with together(desk.database) as within:
        await refresh(within, desk.whose.role, by="the tests")
    (row,) = await desk.fetch("SELECT * FROM individual")
    assert row["givenName"] == "Ada"
    assert "contactMedium" not in row.keys()  # noqa: SIM118 - a record is no mapping
    for text in ("SELECT body FROM individual", 'SELECT "contactMedium" FROM individual'):
        with pytest.raises(asyncpg.UndefinedColumnError):
            await desk.fetch(text)


async def test_choices_of_subjects_count(desk: Desk) -> None:
    await register_purpose(
        desk.database, PURPOSE, title="Analysis", legal_basis="consent", registered_by="the tests"
    )
    async with together(desk.database) as within:
        await refresh(within, desk.whose.role, by="the tests")
    assert await desk.fetch("SELECT id FROM individual") == []
    agreed = {
        "name": "Privacy", "agreementType": "privacy", "status": "approved",
        "engagedParty": [{"id": desk.ids[0], "@referredType": "Individual"}],
        "partyPrivacyProfileCharacteristic": [
            {"privacyUsagePurpose": "o'clock", "characterisitc": {"name": "*", "value": True}},
            {"privacyUsagePurpose": PURPOSE, "characterisitc": {"name": "*", "value": True}},
        ],
    }  # fmt: skip
    await Inventory(desk.database).create(TYPES["partyPrivacyAgreement"], agreed, actor=ACTOR)
    assert [row["id"] for row in await desk.fetch("SELECT id FROM individual")] == [desk.ids[0]]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM record.individual",
        "SELECT * FROM record.history",
        "SELECT * FROM access.token",
        "SELECT * FROM access.reporting",
        "INSERT INTO individual (id) VALUES ('x')",
        "DELETE FROM individual",
        "CREATE TABLE public.mine (id int)",
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE FUNCTION public.leak(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE SCHEMA mine",
        "CREATE ROLE another LOGIN",
        "SET ROLE cinv",
        "SET SESSION AUTHORIZATION cinv",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "SELECT access.reporting_gate(session_user::text, 'individual')",
        "SELECT access.reporting_made_of('reports', 'analysis')",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_ls_dir('.')",
        "SELECT * FROM pg_authid",
        "COPY individual TO PROGRAM 'cat'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "LOAD 'plpgsql'",
        "SELECT lo_import('/etc/passwd')",
        "CREATE EXTENSION dblink",
    ],
)
async def test_it_can_do_nothing_else(desk: Desk, text: str) -> None:
    with pytest.raises((DENIED, asyncpg.FeatureNotSupportedError)) as caught:
        await desk.fetch(text)
    assert "Secret" not in str(caught.value)


async def test_conditions_of_its_own_see_no_row_that_is_kept_out(desk: Desk) -> None:
    for condition in (
        '"familyName"::integer = 1',
        "1 / (CASE WHEN \"familyName\" = 'Secret' THEN 0 ELSE 1 END) = 1",
        "CAST('x' || \"familyName\" AS date) IS NULL",
        "query_to_xml('select 1', true, true, \"familyName\") IS NULL",
    ):
        text = f'SELECT "familyName" FROM individual WHERE {condition}'
        told = await asyncio.gather(desk.fetch(text), return_exceptions=True)
        assert "Secret" not in str(told), condition
        assert "division by zero" not in str(told), condition


async def test_what_it_looks_up_about_others_is_empty(desk: Desk) -> None:
    async with desk.database.connection() as connection:
        await connection.fetch("SELECT 'Secret of another session'")
        rows = await desk.fetch(
            "SELECT query FROM pg_stat_activity WHERE usename <> session_user AND query <> ''"
        )
    assert {row["query"] for row in rows} <= {"<insufficient privilege>"}
    text = "SELECT schemaname FROM pg_stats WHERE schemaname IN ('record', 'access')"
    assert await desk.fetch(text) == []


async def test_a_grant_by_mistake_shows_no_row(desk: Desk, dsn: str) -> None:
    role = desk.whose.role
    await desk.database.execute(f"GRANT USAGE ON SCHEMA record, access TO {role}")
    await desk.database.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA record, access TO {role}")
    for table in ("record.individual", "record.history", "access.token", "access.permission"):
        assert await desk.fetch(f"SELECT * FROM {table}") == [], table
    with pytest.raises(Refused):
        async with together(desk.database) as within:
            await refresh(within, role, by="the tests")
    assert await raise_wall(dsn) == []


async def test_the_views_are_for_the_role_alone(desk: Desk) -> None:
    assert await desk.database.fetch(f"SELECT * FROM {desk.whose.role}.individual") == []
    other = Reporting(f"{desk.whose.role}_b", PROCESS, PURPOSE, now() + timedelta(days=1))
    await made(desk.database, other)
    try:
        with pytest.raises(DENIED):
            await desk.fetch(f"SELECT * FROM {other.role}.individual")
    finally:
        async with together(desk.database) as within:
            await end(within, other.role)


async def test_it_ceases_at_once_also_in_an_open_transaction(desk: Desk) -> None:
    connection = await desk.connect()
    try:
        async with connection.transaction():
            assert len(await connection.fetch("SELECT id FROM individual")) == 1
            await permit(desk.database, permission("individual", Operation.READ))
            with pytest.raises(DENIED, match="ended"):
                await connection.fetch("SELECT id FROM individual")
    finally:
        await connection.close()
    await permit(desk.database, permission("individual", Operation.DOWNLOAD))
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        connection = await desk.connect()
        await connection.execute(f"BEGIN ISOLATION LEVEL {level}")
        with pytest.raises(DENIED, match="committed"):
            await connection.fetch("SELECT id FROM individual")
        await connection.close()


async def test_a_suspended_process_reads_nothing(desk: Desk) -> None:
    await set_state(desk.database, PROCESS, "suspended", by=BY)
    with pytest.raises(DENIED, match="ended"):
        await desk.fetch("SELECT id FROM individual")
    assert [row["is_current"] for row in await roles(desk.database)] == [False]


async def test_what_it_reads_goes_to_the_ledger_and_what_hangs_is_ended(desk: Desk) -> None:
    connection = await desk.connect()
    await connection.execute("BEGIN; DECLARE c CURSOR FOR SELECT id FROM individual")
    assert await connection.fetch("FETCH 1 FROM c")
    await desk.fetch("SELECT id FROM individual")
    await permit(desk.database, permission("individual", Operation.READ))
    await watch(desk.database)
    while not connection.is_closed():
        await asyncio.sleep(0.02)
    rows = await desk.database.fetch(
        "SELECT operation, record_type, person, purpose FROM access.entry WHERE process = $1",
        PROCESS,
    )
    assert [tuple(row) for row in rows] == [("download", "individual", desk.whose.role, PURPOSE)]
    assert await desk.database.value("SELECT count(*) FROM access.reporting_access") == 0


async def test_it_ends_with_its_sessions_and_leaves_nothing(desk: Desk) -> None:
    connection = await desk.connect()
    async with together(desk.database) as within:
        await end(within, desk.whose.role)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await connection.fetch("SELECT 1")
    known = "SELECT count(*) FROM pg_roles WHERE rolname = $1"
    assert await desk.database.value(known, desk.whose.role) == 0
    with pytest.raises(NotFound):
        async with together(desk.database) as within:
            await end(within, desk.whose.role)


async def test_bad_input_makes_no_role(desk: Desk, server: EmbeddedServer) -> None:
    for name in ("", "Big", "a-b", 'a"; DROP ROLE cinv; --', "x" * 41):
        with pytest.raises(Invalid):
            role_of(name)
    for password in ("short", "ä" * 20, "tab\t" * 8):
        with pytest.raises(Invalid):
            verifier(password)
    again = Reporting(desk.whose.role, PROCESS, PURPOSE, now() + timedelta(days=1))
    with pytest.raises(Conflict):
        await made(desk.database, again)
    for nobody in ("nobody", PROCESS):
        whose = Reporting(f"{desk.whose.role}_n", nobody, "nothing", now() + timedelta(days=1))
        with pytest.raises(NothingToReport):
            await made(desk.database, whose)
    owner = await asyncpg.connect(server.superuser_dsn)
    kept = await owner.fetchval(
        "SELECT rolpassword FROM pg_authid WHERE rolname = $1", desk.whose.role
    )
    await owner.close()
    assert kept.startswith("SCRAM-SHA-256$4096:")
    settings = await desk.fetch("SHOW statement_timeout")
    assert settings[0][0] == "10min"


async def test_every_table_of_ours_has_the_wall(schema: Database) -> None:
    without = await schema.fetch(
        "SELECT c.oid::regclass::text AS name FROM pg_class AS c"
        " JOIN pg_namespace AS n ON c.relnamespace = n.oid"
        " WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    )
    assert [row["name"] for row in without] == []
