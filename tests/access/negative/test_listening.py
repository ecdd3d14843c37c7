"""Listeners that are bound to some records hear of no others, nor of what leaves them (N07).

Those that redirect are told nothing elsewhere (N36).
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from customer_inventory.store.database import Database
from tests.access.scope.world import AUSTRIA, MERGE, characteristics, client
from tests.conftest import Service
from tests.record.event.listener import listening
from tests.tmf.bodies import BODIES, CUSTOMER, PATHS
from tests.tmf.conftest import serving

HUB = f"{CUSTOMER}/hub"


@pytest.fixture
async def inward(dsn: str, database: Database) -> AsyncIterator[Service]:
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        yield service


async def made(service: Service, market: str, name: str) -> str:
    body = {**BODIES["customer"], "name": name, "characteristic": characteristics(market=market)}
    answer = await service.client.post(PATHS["customer"], json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_what_leaves_the_scope_is_told_no_more(inward: Service) -> None:
    async with listening() as listener, await client(inward, "crm", AUSTRIA) as crm:
        registered = await crm.post(HUB, json={"callback": listener.callback})
        assert registered.status_code == 201, registered.text
        leaving = await made(inward, "AT", "Leaving")
        await listener.until(1)
        await made(inward, "DE", "Elsewhere")
        there = f"{PATHS['customer']}/{leaving}"
        moved = {"characteristic": characteristics(market="DE"), "name": "Moved"}
        for change in (moved, {"name": "Later"}):
            answer = await inward.client.patch(there, json=change, headers=MERGE)
            assert answer.status_code == 200, answer.text
        last = await made(inward, "AT", "Last")
        # Events are told in order for each record; what comes last has been decided last.
        heard = await listener.until(2)
        while last not in str(heard[-1].body):
            heard = await listener.until(len(heard) + 1)
    said = b"".join(call.body for call in heard)
    assert b"Leaving" in said
    assert not [word for word in (b"Elsewhere", b"Moved", b"Later") if word in said]
    rows = await inward.database.fetch(
        "SELECT record_ids::text AS ids FROM access.entry WHERE process = 'crm'"
    )
    kept = "".join(row["ids"] or "" for row in rows)
    assert leaving in kept
    assert last in kept


async def test_what_is_told_to_who_redirects_is_kept_and_goes_nowhere_else(inward: Service) -> None:
    """The event was told to who listens, and no further: one entry for each try (N36)."""
    async with listening() as listener, listening() as elsewhere:
        listener.answering = lambda path, event: 307
        listener.headers = f"location: {elsewhere.callback}\r\n"
        registered = await inward.client.post(HUB, json={"callback": listener.callback})
        assert registered.status_code == 201, registered.text
        told = await made(inward, "AT", "Told")
        async with asyncio.timeout(20):
            while not listener.heard:
                await asyncio.sleep(0.05)
        assert elsewhere.heard == []
    entries = await inward.database.fetch(
        "SELECT operation, decision, record_ids::text AS ids FROM access.entry WHERE source = $1",
        f"subscription {registered.json()['id']}",
    )
    assert entries
    assert {(row["operation"], row["decision"]) for row in entries} == {("read", "permit")}
    assert all(told in row["ids"] for row in entries)
