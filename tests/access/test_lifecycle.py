"""The one life cycle, over the tables of every room that has it: what no way around it allows."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from customer_inventory.access import sandbox
from customer_inventory.access.decision import Decision
from customer_inventory.access.grant.people import register_capacity
from customer_inventory.access.lifecycle import STATES, Lifecycle
from customer_inventory.capture.process import register as processes
from customer_inventory.kit.errors import Conflict, Refused
from customer_inventory.requirements import register as requirements
from customer_inventory.store.database import Connection, Database
from tests.conftest import empty_register

PAUL, RITA, OLAF = (Decision(person, "terminal", "looked at") for person in ("p", "r", "o"))


async def _requirement(connection: Connection) -> None:
    await connection.execute(
        "INSERT INTO requirements.requirement (id, record_type, path)"
        " VALUES ('REQ-101', 'individual', 'birthDate')"
    )


async def _process(connection: Connection) -> None:
    await connection.execute("INSERT INTO capture.process (id, kind) VALUES ('a-b', 'capture')")


Kind = tuple[Lifecycle, str, Callable[[Connection], Awaitable[None]]]
KINDS: dict[str, Kind] = {
    "requirement": (requirements.LIFE, "REQ-101", _requirement),
    "process": (processes.LIFE, "a-b", _process),
}


@pytest.fixture(params=KINDS)
async def living(database: Database, request: pytest.FixtureRequest) -> tuple[Lifecycle, str]:
    """Return a life cycle and an object of it that has no version yet."""
    await empty_register(database.dsn)
    life, identifier, made = KINDS[request.param]
    async with database.transaction() as connection:
        await made(connection)
    return life, identifier


async def proposed(database: Database, life: Lifecycle, identifier: str, content: object) -> None:
    async with database.transaction() as connection:
        await life.propose(connection, identifier, content, by=PAUL)


async def enforced(database: Database, life: Lifecycle, identifier: str) -> None:
    await life.review(database, identifier, by=RITA)
    await life.approve(database, identifier, by=OLAF)
    async with database.transaction() as connection:
        row = await life.version_in(connection, identifier, "approved")
        await life.enforce(connection, identifier, row["version"], by=PAUL)


async def test_it_is_gone_through_and_a_version_supersedes_what_is_suspended(
    database: Database, living: tuple[Lifecycle, str]
) -> None:
    life, identifier = living
    await proposed(database, life, identifier, {"a": 1})
    await enforced(database, life, identifier)
    await life.suspend(database, identifier, by=PAUL)
    with pytest.raises(Conflict, match="is enforced"):
        await life.suspend(database, identifier, by=PAUL)
    await life.resume(database, identifier, by=PAUL)
    await life.suspend(database, identifier, by=PAUL)
    await proposed(database, life, identifier, {"a": 2})
    await enforced(database, life, identifier)
    states = [row["state"] for row in await life.versions_of(database, identifier)]
    assert states == ["enforced", "superseded"]
    async with database.transaction() as connection:
        await life.retire(connection, identifier, by=PAUL)
    with pytest.raises(Conflict, match="is retired"):
        await proposed(database, life, identifier, {"a": 3})
    steps = [(row["version"], row["state"]) for row in await life.steps(database, identifier)]
    assert steps == [
        (2, "retired"), (2, "enforced"), (2, "approved"), (2, "reviewed"), (2, "proposed"),
        (1, "superseded"), (1, "suspended"), (1, "enforced"), (1, "suspended"), (1, "enforced"),
        (1, "approved"), (1, "reviewed"), (1, "proposed"),
    ]  # fmt: skip


async def test_nothing_is_retired_while_a_version_is_under_way(
    database: Database, living: tuple[Lifecycle, str]
) -> None:
    life, identifier = living
    await proposed(database, life, identifier, {"a": 1})
    await enforced(database, life, identifier)
    await proposed(database, life, identifier, {"a": 2})
    with pytest.raises(Conflict, match="under way"):
        async with database.transaction() as connection:
            await life.retire(connection, identifier, by=PAUL)
    assert [row["state"] for row in await life.in_state(database, "enforced")] == ["enforced"]


async def test_who_decides_is_held_by_the_database_too(
    database: Database, living: tuple[Lifecycle, str]
) -> None:
    life, identifier = living
    await sandbox.leave(database, declared_by="the tests")
    await proposed(database, life, identifier, {"a": 1})
    with pytest.raises(Refused, match="different people"):
        await life.review(database, identifier, by=PAUL)
    with pytest.raises(Refused, match="takes a reviewer"):
        await life.review(database, identifier, by=RITA)
    decide = (
        f"INSERT INTO {life.decisions} (object_id, version, number, state, person, entered_by,"
        " reason, sha256)"
        f" SELECT object_id, version, 2, 'reviewed', $1, 'x', 'x', sha256 FROM {life.versions}"
    )
    connection = await asyncpg.connect(database.dsn)
    for person, why in (("p", "samePerson"), ("r", "noCapacity")):
        with pytest.raises(asyncpg.CheckViolationError, match=why):
            await connection.execute(decide, person)
    await connection.close()
    for person, capacity in (("r", "reviewer"), ("r", "dataOwner:*"), ("o", "dataOwner:*")):
        await register_capacity(database, person, capacity, until=None, registered_by="the tests")
    await life.review(database, identifier, by=RITA)
    with pytest.raises(Refused, match="different people"):
        await life.approve(database, identifier, by=RITA)
    await life.approve(database, identifier, by=OLAF)


@pytest.mark.parametrize("state", [each for each in STATES if each != "proposed"])
async def test_no_version_takes_a_step_without_its_decision(
    database: Database, living: tuple[Lifecycle, str], state: str
) -> None:
    life, identifier = living
    await proposed(database, life, identifier, {"a": 1})
    await enforced(database, life, identifier)
    await proposed(database, life, identifier, {"a": 2})
    connection = await asyncpg.connect(database.dsn)
    for version in (1, 2):
        change = f"UPDATE {life.versions} SET state = $1 WHERE version = $2"
        if (version, state) == (1, "enforced"):
            continue
        with pytest.raises(asyncpg.CheckViolationError, match=r"no such step|by a decision"):
            await connection.execute(change, state, version)
    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        await connection.execute(f"UPDATE {life.versions} SET proposed_by = 'x'")
    await connection.close()


async def test_what_was_enforced_once_is_not_resumed_without_a_decision(
    database: Database, living: tuple[Lifecycle, str]
) -> None:
    life, identifier = living
    await proposed(database, life, identifier, {"a": 1})
    await enforced(database, life, identifier)
    await life.suspend(database, identifier, by=PAUL)
    connection = await asyncpg.connect(database.dsn)
    with pytest.raises(asyncpg.CheckViolationError, match="by a decision"):
        await connection.execute(f"UPDATE {life.versions} SET state = 'enforced'")
    await connection.close()
