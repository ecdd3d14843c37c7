"""The ledger names the rule of every decision: of what is permitted, the grant that permits it."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.grant import breaking_glass, granting, people
from customer_inventory.access.guard import session_for
from customer_inventory.access.registration import Permission
from customer_inventory.capture.importing import import_file
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.store.database import Database
from tests.access.download.files import asked, ended
from tests.access.grant.office import Office, by, made_office
from tests.access.grant.test_recertifying import granted
from tests.conftest import Service, issued
from tests.tmf.bodies import BODIES, PATHS

HOUR = timedelta(hours=1)


@pytest.fixture
async def office(service: Service) -> Office:
    office = await made_office(service.database)
    await people.register_capacity(
        service.database, "ada", "dataOwner:individual", registered_by="it"
    )
    return office


@pytest.fixture
async def billing(service: Service, office: Office) -> AsyncIterator[httpx.AsyncClient]:
    token = await registration.issue_token(
        service.database, "billing", purpose="billing", lifetime=HOUR
    )
    headers = {"Authorization": f"Bearer {token.secret}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=30) as client:
        yield client


async def rules(database: Database, process: str = "billing") -> list[tuple[str, int, str | None]]:
    """What the ledger has of a process: operation, status, rule; in order."""
    rows = await database.fetch(
        "SELECT operation, status, rule FROM access.entry WHERE process = $1 ORDER BY seq, number",
        process,
    )
    return [tuple(row) for row in rows]


async def test_what_is_permitted_names_the_grant_and_what_is_refused_its_rule(
    service: Service, office: Office, billing: httpx.AsyncClient
) -> None:
    grant = await granted(office, "individual:read,create")
    made = await billing.post(PATHS["individual"], json=BODIES["individual"])
    there = f"{PATHS['individual']}/{made.json()['id']}"
    # The first is answered the ordinary way, the second the straight one.
    for _ in range(2):
        assert (await billing.get(there)).status_code == 200
    assert (await billing.get(PATHS["individual"])).status_code == 200
    assert (await billing.get(f"{PATHS['individual']}/unknown")).status_code == 404
    assert (await billing.get("/inventory/v1/search?q=Byron")).status_code == 200
    assert (await billing.delete(there)).status_code == 403
    assert (await billing.get(PATHS["customer"])).status_code == 403
    assert (await billing.get("/tmf-api/nothing")).status_code == 404
    assert await rules(service.database) == [
        ("create", 201, f"grant {grant}"),
        ("read", 200, f"grant {grant}"),
        ("read", 200, f"grant {grant}"),
        ("read", 200, f"grant {grant}"),
        ("read", 404, f"grant {grant}"),
        ("read", 200, f"grant {grant}"),
        ("delete", 403, "forbidden"),
        ("read", 403, "forbidden"),
        ("none", 404, None),
    ]


async def test_the_next_grant_is_named_from_its_first_moment(
    service: Service, office: Office, billing: httpx.AsyncClient
) -> None:
    first = await granted(office, "individual:read")
    assert (await billing.get(PATHS["individual"])).status_code == 200
    second = await granted(office, "individual:read,create")
    session = await session_for(service.database, process="billing", purpose="billing")
    assert session is not None
    assert session.rule_of("individual") == f"grant {second}"
    assert session.rule_of("customer") is None
    assert session.rule_of(None) == f"grant {second}"
    assert [rule for _, _, rule in await rules(service.database)] == [f"grant {first}"]


async def test_broken_glass_is_named(service: Service, office: Office) -> None:
    await people.register_capacity(service.database, "olga", "breakGlass", registered_by="it")
    opening = await breaking_glass.break_glass(
        service.database,
        "billing",
        person="olga",
        permissions=[Permission.parse("individual:read", "billing")],
        reason="invoices are wrong",
        ticket="INC-17",
        lifetime=HOUR,
        entered_by="root",
    )
    headers = {"Authorization": f"Bearer {opening.token.secret}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        assert (await client.get(PATHS["individual"])).status_code == 200
    assert await rules(service.database) == [("read", 200, f"breakGlass {opening.id}")]


async def test_what_nobody_granted_says_so(service: Service) -> None:
    """In a sandbox; a type that `*` permits is permitted by what permits every type."""
    await issued(service.database, "free", "*:read", "access:read")
    session = await session_for(service.database, process="free", purpose="testing")
    assert session is not None
    assert [session.rule_of(name) for name in ("customer", "access", None)] == ["permission"] * 3
    assert session.rule_of("breakGlass") is None, "`*` covers no function"


async def test_downloads_and_imports_name_it_too(
    service: Service, office: Office, billing: httpx.AsyncClient, tmp_path: Path
) -> None:
    grant = await office.ask("individual:read,create,update,modify,download")
    await granting.review(office.database, grant, by=by("rita"))
    for person in ("ada", "sue"):
        await granting.approve(office.database, grant, by=by(person))
    await granting.activate(office.database, grant, by=by("olga"))
    file = tmp_path / "people.ndjson"
    file.write_text(json.dumps({**BODIES["individual"], "id": new_id()}) + "\n", "utf-8")
    summary = await import_file(
        service.database, file, "records", actor=Actor("billing", "billing", None, "terminal")
    )
    job = await ended(billing, await asked(billing))
    assert job["state"] == "succeeded"
    kept = await service.database.fetch(
        "SELECT source, reason, rule FROM access.entry WHERE process = 'billing'"
        " AND (reason = $1 OR source = $2)",
        f"import {summary.id}",
        f"download {job['id']}",
    )
    assert len(kept) == 2
    assert {row["rule"] for row in kept} == {f"grant {grant}"}
