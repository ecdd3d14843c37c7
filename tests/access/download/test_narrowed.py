"""A file is given out while its process is shown what it was made of, and not a moment longer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from customer_inventory.access.download.file import path_of
from customer_inventory.access.grant.people import register_purpose
from tests.access.download.files import asked, ended, filled
from tests.access.download.test_governed import begun, home, slowed, state_of
from tests.access.scope.world import client, permit
from tests.conftest import Service
from tests.store.eventually import eventually

ALLOWED = "individual:read,download"
SCOPE = {"individual": {"scope": {"eq": {"status": "validated"}}}}


@pytest.fixture
async def exporter(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A process that may take every person away."""
    async with await client(service, "exporter", {}, ALLOWED) as made:
        yield made


async def made(exporter: httpx.AsyncClient) -> dict[str, Any]:
    job = await ended(exporter, await asked(exporter))
    assert job["state"] == "succeeded", job
    return job


async def withdrawn(service: Service, exporter: httpx.AsyncClient, job: dict[str, Any]) -> None:
    """Check that a file is given out no more, and that nothing is left of it."""
    answer = await exporter.get(job["url"])
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert "What exporter is shown of individual has changed since." in answer.text
    assert await state_of(service, job) == "destroyed"
    assert not path_of(home(service), job["id"]).exists()
    assert await service.database.value("SELECT count(*) FROM access.download_chunk") == 0
    assert (await exporter.get(job["url"])).status_code == 410
    assert (await exporter.get(f"{job['href']}/manifest")).status_code == 410
    told = (await exporter.get(job["href"])).json()
    assert (told["state"], "has changed" in told["errorLog"]) == ("destroyed", True)
    entry = await service.database.row(
        "SELECT status, decision FROM access.entry WHERE process = 'exporter'"
        " AND operation = 'download' AND status = 410 ORDER BY seq, number"
    )
    assert entry is not None


@pytest.mark.parametrize(
    "terms",
    [
        SCOPE,
        {"individual": {"groups": ["name"]}},
        {"individual": {"masks": {"name": "initial"}}},
    ],
    ids=["scope", "groups", "masks"],
)
async def test_a_file_that_shows_too_much_is_withdrawn_and_made_anew(
    service: Service, exporter: httpx.AsyncClient, terms: dict[str, Any]
) -> None:
    await filled(service.database, 20)
    job = await made(exporter)
    assert (await exporter.get(job["url"])).status_code == 200
    await permit(service, "exporter", terms, ALLOWED)
    await withdrawn(service, exporter, job)
    again = await made(exporter)
    assert again["rows"] == (10 if terms == SCOPE else 20)
    assert (await exporter.get(again["url"])).status_code == 200


async def test_what_the_purpose_must_heed_counts_too(
    service: Service, exporter: httpx.AsyncClient
) -> None:
    await filled(service.database, 5)
    job = await made(exporter)
    await register_purpose(
        service.database, "testing", title="Tests", legal_basis="consent", registered_by="it"
    )
    await withdrawn(service, exporter, job)


async def test_the_same_terms_said_anew_change_nothing(
    service: Service, exporter: httpx.AsyncClient
) -> None:
    await permit(service, "exporter", SCOPE, ALLOWED)
    await filled(service.database, 20)
    job = await made(exporter)
    other = {"customer": {"groups": ["name"]}}
    await permit(service, "exporter", SCOPE | other, ALLOWED, "customer:read")
    assert (await exporter.get(job["url"])).status_code == 200


async def test_a_file_is_made_under_one_scope_or_not_at_all(
    service: Service, exporter: httpx.AsyncClient
) -> None:
    await filled(service.database, 9_000)
    slowed(service)
    job = await asked(exporter)
    await begun(Service(service.base, service.database, service.application, exporter, ""), job)
    await permit(service, "exporter", SCOPE, ALLOWED)
    async with asyncio.timeout(30):
        while await state_of(service, job) == "running":
            await asyncio.sleep(0.01)
    assert await state_of(service, job) == "aborted"

    # The file goes once nobody can fetch it.
    async def gone() -> bool:
        return not path_of(home(service), job["id"]).exists()

    await eventually(gone)
    told = (await exporter.get(job["href"])).json()
    assert "has changed since" in told["errorLog"]


async def test_a_fetch_breaks_off_when_less_is_shown(
    service: Service, exporter: httpx.AsyncClient
) -> None:
    await filled(service.database, 9_500, nickname="x" * 3_000)
    job, seen, is_whole = await made(exporter), 0, True
    try:
        async with exporter.stream("GET", job["url"]) as answer:
            async for part in answer.aiter_bytes():
                if not seen:
                    await permit(service, "exporter", SCOPE, ALLOWED)
                seen += len(part)
    except httpx.RemoteProtocolError:
        is_whole = False
    assert not is_whole
    assert 0 < seen < job["size"]["amount"]
    assert await state_of(service, job) == "destroyed"
