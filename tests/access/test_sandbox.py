"""In production nothing is permitted without a grant, whoever writes; sandboxes begin as such."""

import asyncpg
import pytest

from customer_inventory.access import registration, sandbox
from customer_inventory.access.grant import people
from customer_inventory.access.house import PROCESS, PURPOSE, register_house
from customer_inventory.access.oauth import client
from customer_inventory.access.sandbox import NotASandbox
from customer_inventory.kit.errors import Conflict, Refused
from customer_inventory.store.database import Database
from tests.conftest import BY, issued


@pytest.fixture
async def production(database: Database) -> Database:
    await sandbox.leave(database, declared_by="ada")
    return database


async def test_what_is_permitted_directly_is_refused_in_production(production: Database) -> None:
    with pytest.raises(NotASandbox):
        await issued(production, "billing", "customer:read")
    assert [row["id"] for row in await registration.processes(production)] == [PROCESS]
    await registration.register(production, "billing", name="B", owner="F", registered_by="ada")
    row = await registration.one(production, "billing")
    assert row["permissions"] == ""


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO access.permission VALUES ('billing', 'customer', 'billing', '{read}')",
        (
            "INSERT INTO access.permission SELECT 'billing', record_type, 'x', operations"
            " FROM access.permission"
        ),
        "UPDATE access.permission SET process = 'billing'",
        "INSERT INTO access.installation VALUES (FALSE, 'sandbox', now(), 'x')",
        "DELETE FROM access.installation",
    ],
)
async def test_the_database_refuses_it_too(production: Database, statement: str) -> None:
    await registration.register(production, "billing", name="B", owner="F", registered_by="ada")
    connection = await asyncpg.connect(production.dsn)
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(statement)
    await connection.close()


async def test_leaving_the_sandbox_ends_what_nobody_granted(database: Database) -> None:
    await issued(database, "billing", "customer:read")
    await sandbox.leave(database, declared_by="ada")
    assert (await registration.one(database, "billing"))["permissions"] == ""
    assert (await registration.one(database, PROCESS))["permissions"].startswith("*:")
    assert not await sandbox.is_sandbox(database)


async def test_where_people_decide_there_is_no_sandbox(production: Database) -> None:
    await sandbox.declare(production, declared_by="ada")
    assert await sandbox.is_sandbox(production)
    await sandbox.leave(production, declared_by="ada")
    await people.register_capacity(production, "ada", "reviewer", registered_by="it")
    with pytest.raises(Conflict):
        await sandbox.declare(production, declared_by="ada")
    connection = await asyncpg.connect(production.dsn)
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("UPDATE access.installation SET kind = 'sandbox'")
    await connection.close()


async def test_nobody_acts_as_the_house(database: Database) -> None:
    with pytest.raises(Refused):
        await registration.issue_token(
            database, PROCESS, purpose=PURPOSE, lifetime=registration.LONGEST_TOKEN_LIFE
        )
    with pytest.raises(Refused):
        await client.register_with_secret(database, "c", PROCESS, registered_by="ada")
    with pytest.raises(Refused):
        await registration.set_state(database, PROCESS, "revoked", by=BY)
    await register_house(database)


async def test_everything_that_a_process_was_is_kept(database: Database) -> None:
    async def told(**more: str) -> None:
        await registration.register(
            database, "billing", **{"name": "B", "owner": "F", "registered_by": "ada", **more}
        )

    await told(kind="system", etom_id="1.3.9", owner_person="bea", contact="b@example.com")
    await told(kind="system", etom_id="1.3.9", owner_person="bea", contact="b@example.com")
    await told(kind="system", owner_person="cleo", reason="Bea left")
    await registration.set_state(database, "billing", "suspended", by=BY)
    rows = await registration.history(database, "billing")
    kept = [(row["number"], row["state"], row["owner_person"], row["reason"]) for row in rows]
    assert kept == [
        (1, "active", "bea", ""),
        (2, "active", "cleo", "Bea left"),
        (3, "suspended", "cleo", BY.reason),
    ]
    assert [row["etom_id"] for row in rows] == ["1.3.9", None, None]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access.process SET state = 'active' WHERE id = 'billing'",
        "UPDATE access.process SET id = 'other' WHERE id = 'billing'",
        "DELETE FROM access.process WHERE id = 'billing'",
    ],
)
async def test_what_a_process_was_cannot_be_undone(database: Database, statement: str) -> None:
    await registration.register(database, "billing", name="B", owner="F", registered_by="ada")
    await registration.set_state(database, "billing", "revoked", by=BY)
    connection = await asyncpg.connect(database.dsn)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await connection.execute(statement)
    await connection.close()


async def test_processes_are_listed_in_pages(database: Database) -> None:
    for name in ("a1", "b2", "c3"):
        await issued(database, name, "customer:read")
    page = await registration.processes(database, after="a1", limit=2)
    assert [row["id"] for row in page] == ["b2", "c3"]
