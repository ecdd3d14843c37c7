"""Grants: the steps of their life, who may take them, and that the database holds the law."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.grant import granting, people
from customer_inventory.access.registration import Permission
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.store.database import Database
from tests.access.grant.office import ACTIVE, Office, by, made_office, step_by
from tests.conftest import Service
from tests.store.eventually import eventually

STATES = (
    "requested",
    "reviewed",
    "approved",
    "active",
    "suspended",
    "expired",
    "revoked",
    "rejected",
    "withdrawn",
    "superseded",
)
STEPS = {
    "requested": {"reviewed", "rejected", "withdrawn"},
    "reviewed": {"approved", "rejected", "withdrawn"},
    "approved": {"active", "withdrawn", "revoked"},
    "active": {"suspended", "expired", "revoked", "superseded"},
    "suspended": {"expired", "revoked", "superseded"},
}


@pytest.fixture
async def office(database: Database) -> Office:
    """A registered process that may do nothing yet."""
    return await made_office(database)


async def test_from_the_request_to_the_end_each_step_is_kept(office: Office) -> None:
    grant = await office.ask("customer:read,update")
    assert await office.permitted() == {}
    await granting.review(office.database, grant, by=by("rita"))
    assert await granting.approve(office.database, grant, by=by("ada")) == ()
    assert await office.permitted() == {}
    await granting.activate(office.database, grant, by=by("olga"))
    assert await office.permitted() == {"customer": ["read", "update"]}
    await granting.suspend(office.database, grant, by=by("olga", "a leak"))
    assert await office.permitted() == {}
    await granting.revoke(office.database, grant, by=by("sue", "it was one"))
    told = [
        (row["number"], row["state"], row["changed_by"], row["entered_by"], row["reason"])
        for row in await granting.history(office.database, grant)
    ]
    assert told == [
        (1, "requested", "rob", "terminal", "invoices"),
        (2, "reviewed", "rita", "terminal", "as agreed"),
        (3, "approved", "ada", "terminal", "as agreed"),
        (4, "active", "olga", "terminal", "as agreed"),
        (5, "suspended", "olga", "terminal", "a leak"),
        (6, "revoked", "sue", "terminal", "it was one"),
    ]


async def test_everyone_concerned_must_approve(office: Office) -> None:
    grant = await office.ask("customer:read,download", "billingAccount:delete")
    await granting.review(office.database, grant, by=by("rita"))
    with pytest.raises(Refused):
        await granting.approve(office.database, grant, by=by("rita"))
    for person, missing in [
        ("ada", ("dataOwner:billingAccount", "dpo", "security")),
        ("dan", ("dataOwner:billingAccount", "security")),
        ("sue", ("dataOwner:billingAccount",)),
    ]:
        assert await granting.approve(office.database, grant, by=by(person)) == missing
        with pytest.raises(Conflict):
            await granting.activate(office.database, grant, by=by("olga"))
    assert await granting.approve(office.database, grant, by=by("ben")) == ()
    assert await office.state(grant) == "approved"


async def test_nobody_decides_on_what_they_asked_for(office: Office) -> None:
    for capacity in ("reviewer", "dataOwner:customer"):
        await people.register_capacity(office.database, "rob", capacity, registered_by="it")
    grant = await office.ask()
    with pytest.raises(Refused):
        await granting.review(office.database, grant, by=by("rob"))
    await granting.review(office.database, grant, by=by("rita"))
    with pytest.raises(Refused):
        await granting.approve(office.database, grant, by=by("rob"))
    assert await office.state(grant) == "reviewed"


async def test_a_capacity_that_has_ended_is_none(office: Office) -> None:
    grant = await office.bring("reviewed")
    past = datetime.now(UTC) - timedelta(hours=1)
    await people.register_capacity(
        office.database, "ada", "dataOwner:customer", until=past, registered_by="it"
    )
    with pytest.raises(Refused):
        await granting.approve(office.database, grant, by=by("ada"))


async def test_an_approval_is_of_what_was_seen(office: Office) -> None:
    grant = await office.bring("reviewed")
    with pytest.raises(Conflict):
        await granting.approve(office.database, grant, by=by("ada"), seen="00" * 32)
    (row,) = await granting.grants(office.database, grant=grant)
    await granting.approve(office.database, grant, by=by("ada"), seen=row["sha256"])
    assert await office.state(grant) == "approved"


@pytest.mark.parametrize("state", STATES)
async def test_steps_that_there_are_not_are_refused(office: Office, state: str) -> None:
    grant = await office.bring(state)
    steps = {
        "reviewed": step_by(granting.review, "rita"),
        "approved": step_by(granting.approve, "ada"),
        "active": step_by(granting.activate, "olga"),
        "suspended": step_by(granting.suspend, "olga"),
        "revoked": step_by(granting.revoke, "olga"),
        "rejected": step_by(granting.reject, "olga"),
        "withdrawn": step_by(granting.withdraw, "rob"),
    }
    for reached in STATES:
        if reached in STEPS.get(state, set()):
            continue
        if reached in steps:
            with pytest.raises(Conflict):
                await steps[reached](office.database, grant)
        # The database refuses too, whoever writes to it.
        connection = await asyncpg.connect(office.database.dsn)
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "UPDATE access.process_grant SET state = $2 WHERE id = $1", grant, reached
            )
        await connection.close()
    assert await office.state(grant) == state


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE access.process_grant SET permissions = '{}'", asyncpg.CheckViolationError),
        ("UPDATE access.process_grant SET requested_by = 'z'", asyncpg.PostgresError),
        ("UPDATE access.process_grant SET state = 'approved'", asyncpg.CheckViolationError),
        ("DELETE FROM access.process_grant", asyncpg.ForeignKeyViolationError),
        (
            (
                "INSERT INTO access.grant_decision SELECT id, 'dataOwner:customer', 'rob',"
                " requested_by, sha256, now(), 'x', '' FROM access.process_grant"
            ),
            asyncpg.CheckViolationError,
        ),
        (
            (
                "INSERT INTO access.grant_decision SELECT id, 'dataOwner:customer', 'rob',"
                " 'another', sha256, now(), 'x', '' FROM access.process_grant"
            ),
            asyncpg.ForeignKeyViolationError,
        ),
        (
            (
                "INSERT INTO access.grant_decision SELECT id, 'dataOwner:customer', 'ada',"
                " requested_by, sha256('x'), now(), 'x', '' FROM access.process_grant"
            ),
            asyncpg.ForeignKeyViolationError,
        ),
        (
            (
                "INSERT INTO access.grant_decision SELECT id, 'dataOwner:customer', 'sue',"
                " requested_by, sha256, now(), 'x', '' FROM access.process_grant"
            ),
            asyncpg.ForeignKeyViolationError,
        ),
    ],
)
async def test_the_database_refuses_what_the_law_forbids(
    office: Office, statement: str, refusal: type[Exception]
) -> None:
    await people.register_capacity(office.database, "rob", "dataOwner:customer", registered_by="it")
    await office.bring("reviewed")
    connection = await asyncpg.connect(office.database.dsn)
    with pytest.raises(refusal):
        await connection.execute(statement)
    await connection.close()


async def test_a_new_version_takes_the_place_of_the_one_before(office: Office) -> None:
    first = await office.bring("active")
    with pytest.raises(Conflict):
        await registration.register(
            office.database,
            "billing",
            name="Billing",
            owner="Finance",
            permissions=[Permission.parse("*:delete", "billing")],
            registered_by="it",
        )
    second = await office.ask("customer:update")
    with pytest.raises(Conflict):
        await office.ask()
    await granting.review(office.database, second, by=by("rita"))
    await granting.approve(office.database, second, by=by("ada"))
    assert await office.permitted() == {"customer": ["read"]}
    await granting.activate(office.database, second, by=by("olga"))
    assert await office.permitted() == {"customer": ["update"]}
    assert [await office.state(first), await office.state(second)] == ["superseded", "active"]


async def test_a_grant_ends_by_itself(office: Office) -> None:
    grant = await office.ask(until=datetime.now(UTC) + timedelta(seconds=1))
    for step in ACTIVE:
        await step(office.database, grant)
    while await office.permitted():
        await asyncio.sleep(0.05)
    assert await granting.expire(office.database, process="house") == 1
    assert await office.state(grant) == "expired"
    assert await granting.expire(office.database, process="house") == 0


async def test_what_is_asked_for_must_make_sense(office: Office) -> None:
    later = datetime.now(UTC) + timedelta(days=1)

    async def ask(process: str, purpose: str, until: datetime, reason: str = "x") -> None:
        await granting.request(
            office.database,
            process,
            permissions=[Permission.parse("customer:read", purpose)],
            valid_until=until,
            by=by("rob", reason),
        )

    with pytest.raises(NotFound):
        await ask("nobody", "billing", later)
    for purpose, until, reason in [
        ("unknown", later, "x"),
        ("billing", datetime.now(UTC), "x"),
        ("billing", later, " "),
    ]:
        with pytest.raises(Invalid):
            await ask("billing", purpose, until, reason)
    for broken in ("dataOwner:nothing", "boss", "dataOwner:"):
        with pytest.raises(Invalid):
            await people.register_capacity(office.database, "ada", broken, registered_by="it")
    with pytest.raises(NotFound):
        await granting.history(office.database, "none")


async def test_a_suspended_grant_is_felt_at_once_over_http(service: Service) -> None:
    office = await made_office(service.database)
    grant = await office.bring("active")
    token = await registration.issue_token(
        service.database, "billing", purpose="billing", lifetime=timedelta(hours=1)
    )
    headers = {"Authorization": f"Bearer {token.secret}"}
    path = "/tmf-api/customerManagement/v5/customer"
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        assert (await client.get(path)).status_code == 200
        await granting.suspend(service.database, grant, by=by("olga"))

        async def refused() -> bool:
            return (await client.get(path)).status_code == 403

        await eventually(refused)
