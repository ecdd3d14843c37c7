"""The watch: what ends is warned of, what nobody uses is flagged, then suspended."""

import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from customer_inventory.access.grant import granting, watching
from customer_inventory.access.grant.watching import Patience, watched
from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.oauth import client as clients
from customer_inventory.kit.errors import Conflict
from customer_inventory.record.finding import findings
from customer_inventory.store.database import Database
from tests.access.grant.office import ACTIVE, Office, made_office

PATIENT = Patience(timedelta(days=60), timedelta(days=14))
AT_ONCE = Patience(timedelta(0), timedelta(0))


@pytest.fixture
async def office(database: Database) -> Office:
    return await made_office(database)


async def found(office: Office, kind: str) -> list[dict[str, object]]:
    rows = await findings(office.database, kind=kind, state="open")
    return [json.loads(row["evidence"]) for row in rows]


async def aside(office: Office, *statements: str) -> None:
    """Let time pass: what the law forbids is done with its triggers off."""
    connection = await asyncpg.connect(office.database.dsn)
    await connection.execute("ALTER TABLE access.process_grant DISABLE TRIGGER USER")
    for statement in statements:
        await connection.execute(statement)
    await connection.execute("ALTER TABLE access.process_grant ENABLE TRIGGER USER")
    await connection.close()


@pytest.mark.parametrize(("days", "within"), [(29, 30), (6, 7), (0.5, 1), (31, None)])
async def test_what_ends_soon_is_warned_of(office: Office, days: float, within: int | None) -> None:
    grant = await office.ask(until=datetime.now(UTC) + timedelta(days=days))
    for step in ACTIVE:
        await step(office.database, grant)
    for _ in range(2):
        await watched(office.database, PATIENT, process="house")
        told = await found(office, watching.EXPIRING)
        assert [(each["id"], each["withinDays"]) for each in told] == (
            [(grant, within)] if within else []
        )


async def test_a_grant_that_nobody_uses_is_flagged_then_suspended(office: Office) -> None:
    grant = await office.bring("active")
    await watched(office.database, PATIENT, process="house")
    assert await found(office, watching.DORMANT_GRANT) == []
    await aside(
        office,
        "UPDATE access.process_grant SET changed_at = now() - interval '61 days',"
        " valid_from = now() - interval '61 days'",
    )
    await watched(office.database, PATIENT, process="house")
    (told,) = await found(office, watching.DORMANT_GRANT)
    assert (told["id"], told["suspendedAfterDays"]) == (grant, 14)
    assert await office.state(grant) == "active"
    await aside(office, "UPDATE record.finding SET found_at = found_at - interval '15 days'")
    await watched(office.database, PATIENT, process="house")
    assert await office.state(grant) == "suspended"
    last = (await granting.history(office.database, grant))[-1]
    assert (last["changed_by"], last["reason"]) == ("house", "unused for 74 days")
    await watched(office.database, PATIENT, process="house")
    assert await found(office, watching.DORMANT_GRANT) == []


async def test_use_keeps_a_grant_awake(office: Office) -> None:
    grant = await office.bring("active")
    entry = Entry(
        datetime.now(UTC).isoformat(), "billing", "billing", "read", "customer", 200, "permit"
    )
    await Ledger(office.database).append(entry)
    await aside(
        office,
        "UPDATE access.process_grant SET changed_at = now() - interval '61 days',"
        " valid_from = now() - interval '61 days'",
    )
    await watched(office.database, PATIENT, process="house")
    assert await found(office, watching.DORMANT_GRANT) == []
    assert await office.state(grant) == "active"


async def test_a_client_that_nobody_uses_is_suspended_and_resumed(office: Office) -> None:
    await clients.register_with_secret(office.database, "batch", "billing", registered_by="it")
    await watched(office.database, AT_ONCE, process="house")
    known = await clients.find(office.database, "batch")
    assert known is not None
    assert (known.is_active, known.generation) == (False, 2)
    await clients.resume(office.database, "batch")
    with pytest.raises(Conflict):
        await clients.resume(office.database, "batch")
    await watched(office.database, PATIENT, process="house")
    assert await found(office, watching.DORMANT_CLIENT) == []
    known = await clients.find(office.database, "batch")
    assert known is not None
    assert known.is_active


async def test_what_is_permitted_without_a_grant_is_found_in_production(office: Office) -> None:
    connection = await asyncpg.connect(office.database.dsn)
    await connection.execute(
        "INSERT INTO access.permission VALUES ('billing', 'customer', 'old', '{read}')"
    )
    await connection.execute("ALTER TABLE access.installation DISABLE TRIGGER USER")
    await connection.execute("UPDATE access.installation SET kind = 'production'")
    await connection.close()
    await watched(office.database, PATIENT, process="house")
    assert await found(office, watching.UNGRANTED) == [
        {"process": "billing", "purpose": "old", "types": ["customer"]}
    ]
