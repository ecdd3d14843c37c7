"""What the tests of downloads share: many records, jobs asked for and waited for."""

import asyncio
from typing import Any

import httpx

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode
from customer_inventory.record.lines import Batch, lines_of
from customer_inventory.record.load import load
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.conftest import Service

JOBS = "/inventory/v1/exportJob"
PEOPLE = "/tmf-api/partyManagement/v5/individual"
ENDED = ("Succeeded", "Failed")
_AT_ONCE = 5000


def person(number: int, **more: Any) -> Document:
    identifier = new_id()
    return {
        "id": identifier,
        "@type": "Individual",
        "givenName": "Ada",
        "familyName": f"Lovelace {number:07}",
        "status": "validated" if number % 2 else "initialized",
        **more,
    }


async def filled(database: Database, count: int, **more: Any) -> list[str]:
    """Make so many individuals; return their ids in the order of ids."""
    actor, declared, ids = Actor("test", "testing"), TYPES["individual"], []
    for first in range(0, count, _AT_ONCE):
        people = [person(number, **more) for number in range(first, min(first + _AT_ONCE, count))]
        ids += [each["id"] for each in people]
        lines = {each["id"]: lines_of(declared, each, encode(each), actor) for each in people}
        async with database.transaction() as connection:
            await load(connection, {declared: Batch.of(lines)}, actor)
    return sorted(ids)


async def asked(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """Ask for a download of people; return the job."""
    answer = await client.post(JOBS, json={"path": PEOPLE, **body})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == answer.json()["href"]
    return answer.json()


async def ended(client: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    """Wait until a job has ended; return it."""
    async with asyncio.timeout(60):
        while True:
            now = (await client.get(job["href"])).json()
            if now["status"] in ENDED:
                return now
            await asyncio.sleep(0.02)


async def fetched(service: Service, **body: Any) -> tuple[dict[str, Any], bytes]:
    """Ask for a download of people and fetch it; return job and file."""
    job = await ended(service.client, await asked(service.client, **body))
    assert job["status"] == "Succeeded", job
    answer = await service.client.get(job["url"])
    assert answer.status_code == 200, answer.text
    return job, answer.content
