"""Registration: who is known, what they may do, and how it ends."""

import asyncio
import json
from datetime import timedelta

import pytest

from customer_inventory.access import registration
from customer_inventory.access.house import PROCESS, operator, register_house
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import (
    LONGEST_TOKEN_LIFE,
    NoSuchProcess,
    Permission,
    issue_token,
    processes,
    revoke_tokens,
    set_state,
)
from customer_inventory.kit.errors import Conflict, Invalid, InventoryError
from customer_inventory.store.database import Database, Row
from tests.conftest import BY

HOUR = timedelta(hours=1)


async def register(
    database: Database, process: str = "billing", *allowed: str, **more: str
) -> bool:
    """Register `process` with `allowed` for the purpose `billing`, unless more is said."""
    purpose = more.pop("purpose", "billing")
    return await registration.register(
        database,
        process,
        name=more.get("name", "Billing"),
        owner=more.get("owner", "Finance"),
        etom_id=more.get("etom_id"),
        permissions=[Permission.parse(text, purpose) for text in allowed],
        registered_by="ada",
    )


async def registered(database: Database, process: str = "billing") -> Row:
    return next(row for row in await processes(database) if row["id"] == process)


@pytest.mark.parametrize(
    ("text", "record_type", "operations"),
    [
        ("customer:read", "customer", (Operation.READ,)),
        ("*:read,delete", "*", (Operation.READ, Operation.DELETE)),
        ("billingAccount:create, update", "billingAccount", (Operation.CREATE, Operation.UPDATE)),
    ],
)
def test_a_permission_in_words(
    text: str, record_type: str, operations: tuple[Operation, ...]
) -> None:
    assert Permission.parse(text, "billing") == Permission(record_type, operations, "billing")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "customer",
        "customer:",
        "customer:read,",
        ":read",
        "customers:read",
        "Customer:read",
        "customer:READ",
        "customer:write",
        "customer:*",
        "customer:read;delete",
        "**:read",
    ],
)
def test_what_is_no_permission(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Permission.parse(text, "billing")
    assert refused.value.hint is not None
    assert refused.value.hint.startswith(("Known:", "Operations:"))


async def test_a_process_is_known_after(database: Database) -> None:
    assert await register(database, "billing", "customer:read", "agreement:read,update") is True
    row = await registered(database)
    assert (row["name"], row["owner"], row["state"]) == ("Billing", "Finance", "active")
    assert row["registered_by"] == "ada"
    assert row["permissions"] == "agreement:read,update for billing; customer:read for billing"
    assert row["live_tokens"] == 0


async def test_registering_again_replaces_what_was_said(database: Database) -> None:
    await register(database, "billing", "customer:read,delete", "agreement:read")
    await register(database, "billing", "partyAccount:read", purpose="dunning")
    assert await register(database, "billing", "customer:read", owner="Audit") is False
    row = await registered(database)
    assert row["owner"] == "Audit"
    # For this purpose nothing else is left; what was said for another stays.
    assert row["permissions"] == "customer:read for billing; partyAccount:read for dunning"


async def test_operations_on_one_type_add_up_within_one_registration(database: Database) -> None:
    await register(database, "billing", "customer:read", "customer:update", "customer:read")
    assert (await registered(database))["permissions"] == "customer:read,update for billing"


async def test_two_at_once_register_one(database: Database) -> None:
    outcomes = await asyncio.gather(
        *(register(database, "billing", f"customer:{word}") for word in ("read", "update") * 4)
    )
    assert sorted(outcomes) == [False] * 7 + [True]
    assert (await registered(database))["permissions"].count("customer") == 1


async def test_what_cannot_be_registered_leaves_nothing(database: Database) -> None:
    before = [tuple(row) for row in await processes(database)]
    for process in ("", "Billing", "billing process", "1st", "-a", "a" * 64, "bílling", "a\n"):
        with pytest.raises(Invalid):
            await register(database, process, "customer:read")
    for more in ({"name": " "}, {"owner": ""}, {"purpose": ""}, {"purpose": "two words"}):
        with pytest.raises(Invalid):
            await register(database, "billing", "customer:read", **more)
    assert [tuple(row) for row in await processes(database)] == before


async def test_tokens_are_counted_while_they_live(database: Database) -> None:
    await register(database, "billing", "customer:read")
    for _ in range(3):
        await issue_token(database, "billing", purpose="billing", lifetime=HOUR)
    assert (await registered(database))["live_tokens"] == 3
    await revoke_tokens(database, "billing")
    assert (await registered(database))["live_tokens"] == 0
    await issue_token(database, "billing", purpose="billing", lifetime=HOUR)
    assert (await registered(database))["live_tokens"] == 1


@pytest.mark.parametrize(
    "lifetime", [timedelta(0), timedelta(seconds=-1), LONGEST_TOKEN_LIFE + timedelta(seconds=1)]
)
async def test_a_token_lives_a_while(schema: Database, lifetime: timedelta) -> None:
    with pytest.raises(Invalid):
        await issue_token(schema, PROCESS, purpose="billing", lifetime=lifetime)


async def test_only_active_processes_get_tokens(database: Database) -> None:
    await register(database)
    for state in ("suspended", "revoked"):
        await set_state(database, "billing", state, by=BY)
        with pytest.raises(Conflict, match=state):
            await issue_token(database, "billing", purpose="billing", lifetime=HOUR)


async def test_states_change_until_one_is_revoked(database: Database) -> None:
    await register(database)
    for state in ("suspended", "active", "active", "revoked"):
        await set_state(database, "billing", state, by=BY)
        assert (await registered(database))["state"] == state
    for state in ("active", "suspended", "revoked"):
        with pytest.raises(Conflict):
            await set_state(database, "billing", state, by=BY)
    await register(database, "billing", "customer:read")
    assert (await registered(database))["state"] == "revoked"


async def test_a_state_that_is_none_is_refused(database: Database) -> None:
    await register(database)
    with pytest.raises(InventoryError):
        await set_state(database, "billing", "asleep", by=BY)
    assert (await registered(database))["state"] == "active"


async def test_who_is_not_registered(schema: Database) -> None:
    for attempt in (
        issue_token(schema, "nobody", purpose="billing", lifetime=HOUR),
        set_state(schema, "nobody", "suspended", by=BY),
        revoke_tokens(schema, "nobody"),
    ):
        with pytest.raises(NoSuchProcess):
            await attempt


async def test_the_house_is_registered_like_anybody(database: Database) -> None:
    row = await registered(database, PROCESS)
    assert row["permissions"].startswith("*:")
    assert all(operation in row["permissions"] for operation in Operation)
    await register_house(database)
    assert tuple(await registered(database, PROCESS)) == tuple(row)


def test_whoever_works_at_the_terminal_is_named() -> None:
    actor = operator()
    assert actor.process == PROCESS
    assert actor.person
    assert actor.source is not None
    assert actor.source.startswith("terminal of ")
    json.dumps([actor.person, actor.source])
