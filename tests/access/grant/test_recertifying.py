"""Recertification: owners of data confirm grants, nobody else; what nobody decides lapses."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from customer_inventory.access.grant import granting, people, recertifying
from customer_inventory.access.registration import Permission
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.store.database import Database
from tests.access.grant.office import ACTIVE, Office, by, made_office

SOON = timedelta(days=30)


@pytest.fixture
async def office(database: Database) -> Office:
    return await made_office(database)


async def opened(office: Office, **more: object) -> str:
    made = await recertifying.open_campaign(
        office.database, "Q2", due_at=datetime.now(UTC) + SOON, by=by("rita"), **more
    )
    assert made is not None
    return made[0]


async def granted(office: Office, *allowed: str) -> str:
    grant = await office.ask(*allowed)
    await granting.review(office.database, grant, by=by("rita"))
    for person in ("ada", "ben"):
        if await granting.approve(office.database, grant, by=by(person)) == ():
            break
    await granting.activate(office.database, grant, by=by("olga"))
    return grant


async def overdue(office: Office, campaign: str) -> None:
    """Let the time of a campaign pass: the law is put aside for as long as that takes."""
    connection = await asyncpg.connect(office.database.dsn)
    await connection.execute("ALTER TABLE access.campaign DISABLE TRIGGER campaign_lawful")
    await connection.execute(
        "UPDATE access.campaign SET opened_at = now() - interval '2 days',"
        " due_at = now() - interval '1 day' WHERE id = $1",
        campaign,
    )
    await connection.execute("ALTER TABLE access.campaign ENABLE TRIGGER campaign_lawful")
    await connection.close()


async def test_each_owner_of_data_decides_and_the_report_tells(office: Office) -> None:
    grant = await granted(office, "customer:read,update", "billingAccount:read")
    campaign = await opened(office)
    decide = recertifying.decide
    assert await decide(office.database, campaign, grant, "keep", by=by("ada")) is None
    (row,) = await recertifying.campaigns(office.database, campaign)
    assert (row["items"], row["undecided"], row["kept"]) == (2, 1, 1)
    with pytest.raises(Refused):
        await decide(office.database, campaign, grant, "keep", by=by("ada"))
    await decide(office.database, campaign, grant, "revoke", by=by("ben", "not used"))
    assert await office.state(grant) == "revoked"
    assert await office.permitted() == {}
    with pytest.raises(Conflict):
        await decide(office.database, campaign, grant, "keep", by=by("ben"))
    told = [
        (row["capacity"], row["decision"], row["decided_by"])
        for row in await recertifying.items(office.database, campaign)
    ]
    assert told == [
        ("dataOwner:billingAccount", "revoke", "ben"),
        ("dataOwner:customer", "keep", "ada"),
    ]


async def test_who_asked_or_owns_the_process_never_decides(office: Office) -> None:
    grant = await office.bring("active")
    campaign = await opened(office)
    for person in ("rob", "bea"):
        await people.register_capacity(
            office.database, person, "dataOwner:customer", registered_by="it"
        )
        with pytest.raises(Refused):
            await recertifying.decide(office.database, campaign, grant, "keep", by=by(person))
    for person in ("sue", "ben"):
        with pytest.raises(Refused):
            await recertifying.decide(office.database, campaign, grant, "keep", by=by(person))


@pytest.mark.parametrize("person", ["rob", "bea", "sue", "gone", "ada-late"])
async def test_the_database_refuses_it_too(office: Office, person: str) -> None:
    await office.bring("active")
    for name in ("rob", "bea"):
        await people.register_capacity(
            office.database, name, "dataOwner:customer", registered_by="it"
        )
    past = datetime.now(UTC) - timedelta(hours=1)
    await people.register_capacity(
        office.database, "ada-late", "dataOwner:customer", until=past, registered_by="it"
    )
    await opened(office)
    connection = await asyncpg.connect(office.database.dsn)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await connection.execute(
            "UPDATE access.campaign_item SET decision = 'keep', decided_by = $1,"
            " entered_by = 'x', decided_at = now()",
            person,
        )
    for statement in (
        "DELETE FROM access.campaign_item",
        "UPDATE access.campaign_item SET decision = 'lapsed', decided_at = now()",
        "UPDATE access.campaign SET due_at = due_at + interval '1 year'",
        "DELETE FROM access.campaign",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await connection.execute(statement)
    await connection.close()


async def test_what_nobody_decided_lapses_and_is_suspended(office: Office) -> None:
    grant = await office.bring("active")
    campaign = await opened(office)
    assert await recertifying.lapse(office.database, process="house") == []
    await overdue(office, campaign)
    with pytest.raises(Conflict):
        await recertifying.decide(office.database, campaign, grant, "keep", by=by("ada"))
    outcomes = await asyncio.gather(
        *(recertifying.lapse(office.database, process="house") for _ in range(4))
    )
    assert sorted(outcomes) == [[], [], [], [grant]]
    assert await office.state(grant) == "suspended"
    assert await office.permitted() == {}
    (last,) = (await granting.history(office.database, grant))[-1:]
    assert (last["changed_by"], campaign in last["reason"]) == ("house", True)
    (row,) = await recertifying.campaigns(office.database, campaign)
    assert (row["lapsed"], row["closed_at"] is not None) == (1, True)


async def test_what_was_kept_stays(office: Office) -> None:
    grant = await office.bring("active")
    campaign = await opened(office)
    await recertifying.decide(office.database, campaign, grant, "keep", by=by("ada"))
    await overdue(office, campaign)
    assert await recertifying.lapse(office.database, process="house") == []
    assert await office.state(grant) == "active"


async def test_a_narrower_grant_takes_the_place_or_the_wide_one_is_suspended(
    office: Office,
) -> None:
    wide = await granted(office, "customer:read,update")
    campaign = await opened(office)

    async def narrow(*allowed: str) -> str | None:
        return await recertifying.decide(
            office.database,
            campaign,
            wide,
            "narrow",
            by=by("ada", "updates were never used"),
            permissions=[Permission.parse(text, "billing") for text in allowed],
        )

    for broken in ((), ("customer:read,update",), ("customer:delete",), ("billingAccount:read",)):
        with pytest.raises(Invalid):
            await narrow(*broken)
    narrower = await narrow("customer:read")
    assert narrower is not None
    (row,) = await granting.grants(office.database, grant=narrower)
    assert (row["requested_by"], row["state"]) == ("rob", "requested")
    assert await office.permitted() == {"customer": ["read", "update"]}
    for step in ACTIVE:
        await step(office.database, narrower)
    assert await office.permitted() == {"customer": ["read"]}
    await overdue(office, campaign)
    assert await recertifying.lapse(office.database, process="house") == []
    assert await office.state(wide) == "superseded"


async def test_campaigns_choose_their_grants(office: Office) -> None:
    grant = await granted(office, "customer:read", "billingAccount:read")

    async def items(**more: object) -> int:
        made = await recertifying.open_campaign(
            office.database, "Q", due_at=datetime.now(UTC) + SOON, by=by("rita"), **more
        )
        return made[1] if made else 0

    assert await items(owner="Sales") == 0
    assert await items(process="crm") == 0
    assert await items(older_than=timedelta(days=1)) == 0
    assert await items(record_type="customer", owner="bea") == 1
    assert await items() == 1, "the rest: one item is in a campaign already"
    assert await items() == 0
    for due, title in ((datetime.now(UTC), "Q"), (datetime.now(UTC) + SOON, " ")):
        with pytest.raises(Invalid):
            await recertifying.open_campaign(office.database, title, due_at=due, by=by("rita"))
    with pytest.raises(NotFound):
        await recertifying.items(office.database, "none")
    with pytest.raises(NotFound):
        await recertifying.decide(office.database, "none", grant, "keep", by=by("ada"))


async def test_two_owners_at_once_decide_once(office: Office) -> None:
    grant = await office.bring("active")
    await people.register_capacity(office.database, "eve", "dataOwner:customer", registered_by="it")
    campaign = await opened(office)
    outcomes = await asyncio.gather(
        *(
            recertifying.decide(office.database, campaign, grant, decision, by=by(person))
            for person, decision in (("ada", "keep"), ("eve", "revoke")) * 3
        ),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict"] * 5 + ["NoneType"]
