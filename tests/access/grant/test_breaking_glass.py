"""Break-glass: at once, for one person, for hours; alarmed, marked in the ledger, reviewed."""

from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from customer_inventory.access import registration, sandbox
from customer_inventory.access.grant import breaking_glass, people, watching
from customer_inventory.access.grant.breaking_glass import Opening, review_due
from customer_inventory.access.registration import Permission
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.record.finding import findings
from customer_inventory.store.database import Database
from tests.access.grant.office import Office, by, made_office
from tests.conftest import Service
from tests.store.eventually import eventually

HOUR = timedelta(hours=1)


@pytest.fixture
async def office(database: Database) -> Office:
    return await ready(database)


async def ready(database: Database) -> Office:
    office = await made_office(database)
    await sandbox.leave(database, declared_by="it")
    await people.register_capacity(database, "olga", "breakGlass", registered_by="it")
    return office


async def broken(database: Database, **more: object) -> Opening:
    given = {
        "person": "olga",
        "permissions": [Permission.parse("customer:read", "billing")],
        "reason": "invoices are wrong",
        "ticket": "INC-17",
        "lifetime": HOUR,
        "entered_by": "root",
        **more,
    }
    return await breaking_glass.break_glass(database, "billing", **given)


async def test_a_person_acts_at_once_and_every_entry_is_marked(service: Service) -> None:
    await ready(service.database)
    opening = await broken(service.database)
    headers = {"Authorization": f"Bearer {opening.token.secret}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        path = "/tmf-api/customerManagement/v5/customer"
        assert (await client.get(path)).status_code == 200
        assert (await client.post(path, json={})).status_code == 403
        rows = await service.database.fetch(
            "SELECT process, person, purpose FROM access.entry WHERE purpose = $1", opening.code
        )
        assert [tuple(row) for row in rows] == [("billing", "olga", opening.code)] * 2
        await breaking_glass.end(service.database, opening.id, by="root")

        async def refused() -> bool:
            return (await client.get(path)).status_code == 401

        await eventually(refused)


async def test_nobody_else_uses_it(office: Office) -> None:
    opening = await broken(office.database)
    with pytest.raises(Refused):
        await registration.issue_token(
            office.database, "billing", purpose=opening.code, lifetime=HOUR
        )
    assert await office.permitted() == {}


async def test_it_is_broken_by_who_may_for_a_reason(office: Office) -> None:
    for more in (
        {"lifetime": timedelta(hours=4, seconds=1)},
        {"lifetime": timedelta(0)},
        {"reason": " "},
        {"ticket": ""},
        {"permissions": [Permission.parse("customer:read", "unknown")]},
    ):
        with pytest.raises(Invalid):
            await broken(office.database, **more)
    with pytest.raises(Refused):
        await broken(office.database, person="ada")
    await registration.set_state(office.database, "billing", "suspended", by=by("olga"))
    with pytest.raises(Conflict):
        await broken(office.database)


async def test_somebody_else_reviews_it_once(office: Office) -> None:
    opening = await broken(office.database)
    with pytest.raises(Conflict):
        await breaking_glass.review(office.database, opening.id, "justified", by=by("rita"))
    await breaking_glass.end(office.database, opening.id, by="root")
    await people.register_capacity(office.database, "olga", "security", registered_by="it")
    for person in ("olga", "ada"):
        with pytest.raises(Refused):
            await breaking_glass.review(office.database, opening.id, "justified", by=by(person))
    with pytest.raises(Invalid):
        await breaking_glass.review(office.database, opening.id, "fine", by=by("rita"))
    await breaking_glass.review(office.database, opening.id, "unjustified", by=by("rita", "why?"))
    with pytest.raises(Conflict):
        await breaking_glass.review(office.database, opening.id, "justified", by=by("dan"))
    row = await breaking_glass.one_opening(office.database, opening.id)
    assert (row["reviewed_by"], row["verdict"], row["review"]) == ("rita", "unjustified", "why?")
    with pytest.raises(NotFound):
        await breaking_glass.review(office.database, "none", "justified", by=by("rita"))


async def test_it_alarms_until_it_is_reviewed(office: Office) -> None:
    opening = await broken(office.database)
    await watching.look_for_unreviewed(office.database)
    (found,) = await findings(office.database, kind=watching.UNREVIEWED, state="open")
    assert opening.id.encode() in found["evidence"]
    assert b'"isOverdue":false' in found["evidence"]
    await breaking_glass.end(office.database, opening.id, by="root")
    await breaking_glass.review(office.database, opening.id, "justified", by=by("rita"))
    await watching.look_for_unreviewed(office.database)
    assert not await findings(office.database, kind=watching.UNREVIEWED, state="open")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access.break_glass SET valid_to = valid_to + interval '10 hours'",
        "UPDATE access.break_glass SET reason = 'another'",
        "DELETE FROM access.break_glass",
        (
            "UPDATE access.break_glass SET reviewed_at = now(), reviewed_by = 'olga',"
            " review_capacity = 'security', verdict = 'justified', review = 'x'"
        ),
        (
            "INSERT INTO access.break_glass (id, process, purpose, person, permissions, reason,"
            " ticket, entered_by, valid_to, review_due_at) SELECT 'x', process, purpose, 'ada',"
            " permissions, reason, ticket, entered_by, valid_to, now() FROM access.break_glass"
        ),
        (
            "INSERT INTO access.break_glass (id, process, purpose, person, permissions, reason,"
            " ticket, entered_by, valid_to, review_due_at) SELECT 'x', process, purpose, person,"
            " permissions, reason, ticket, entered_by, now() + interval '5 hours', now()"
            " FROM access.break_glass"
        ),
        "UPDATE access.permission SET operations = '{delete}' WHERE break_glass_id IS NOT NULL",
    ],
)
async def test_the_database_refuses_what_the_law_forbids(office: Office, statement: str) -> None:
    await broken(office.database)
    await people.register_capacity(office.database, "olga", "security", registered_by="it")
    connection = await asyncpg.connect(office.database.dsn)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-11-25T10:00", "2026-11-28T00:00"),  # Wednesday: Thursday and Friday
        ("2026-11-26T23:59", "2026-12-01T00:00"),  # Thursday: Friday and Monday
        ("2026-11-28T08:00", "2026-12-02T00:00"),  # Saturday: Monday and Tuesday
    ],
)
def test_the_review_is_due_after_two_working_days(opened: str, due: str) -> None:
    at = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    assert review_due(at) == datetime.fromisoformat(due).replace(tzinfo=UTC)
