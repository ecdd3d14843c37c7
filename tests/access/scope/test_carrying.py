"""What is carried away of records: events to listeners, and downloads."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from customer_inventory.store.database import Database
from tests.access.download.files import JOBS, ended
from tests.access.scope.world import (
    AUSTRIA,
    MERGE,
    World,
    characteristics,
    client,
    held_by,
    made,
    whole,
)
from tests.record.event.listener import Listener, listening
from tests.tmf.bodies import PATHS
from tests.tmf.conftest import serving


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


@pytest.fixture
async def fresh(dsn: str, database: Database) -> AsyncIterator[World]:
    """Two markets, in a service that may call listeners here."""
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        ours = await whole(service.client, "Ada", market="AT")
        theirs = await whole(service.client, "Ben", market="DE")
        caller = await client(service, "austria", AUSTRIA)
        yield World(service, service.client, caller, ours, theirs)
        await caller.aclose()


async def listen(world: World, kind: str, listener: Listener) -> None:
    hub = f"{PATHS[kind].rpartition('/')[0]}/hub"
    answer = await world.caller.post(hub, json={"callback": listener.callback})
    assert answer.status_code == 201, answer.text


def told(listener: Listener) -> list[tuple[str, str, Any]]:
    """Return what was heard: the event type, the id of the record, its name."""
    found = []
    for call in listener.taken:
        ((resource),) = call.event["event"].values()
        found.append((call.event["eventType"], resource["id"], resource.get("name")))
    return found


async def changed(world: World, identifier: str, **change: Any) -> None:
    answer = await world.house.patch(
        f"{PATHS['customer']}/{identifier}", json=change, headers=MERGE
    )
    assert answer.status_code == 200, answer.text


async def test_a_listener_hears_of_what_is_in_its_scope(fresh: World, listener: Listener) -> None:
    """When a customer leaves it, that it is gone, by its id alone; then nothing any more."""
    await listen(fresh, "customer", listener)
    ours, theirs = fresh.ours["customer"], fresh.theirs["customer"]
    await changed(fresh, theirs, name="Ben Two")
    await changed(fresh, ours, name="Ada Two")
    await changed(fresh, ours, name="Ada Three", characteristic=characteristics(market="DE"))
    await changed(fresh, ours, name="Ada Four")
    await changed(fresh, theirs, name="Ben Three", characteristic=characteristics(market="AT"))
    await changed(fresh, theirs, name="Ben Four")
    async with asyncio.timeout(30):
        while not any(name == "Ben Four" for _, _, name in told(listener)):
            await asyncio.sleep(0.05)
    heard = told(listener)
    of_ours = [(kind, name) for kind, identifier, name in heard if identifier == ours]
    # What happened before it left is told if the courier came by in time.
    assert of_ours[-1] == ("CustomerDeleteEvent", None)
    assert set(of_ours[:-1]) <= {("CustomerAttributeValueChangeEvent", "Ada Two")}
    for text in (call.body.decode() for call in listener.taken):
        assert "Ada Three" not in text
        assert "Ada Four" not in text
    names = [name for _, identifier, name in heard if identifier == theirs]
    assert names[-2:] == ["Ben Three", "Ben Four"]


async def test_a_listener_hears_that_a_record_was_removed(fresh: World, listener: Listener) -> None:
    await listen(fresh, "troubleTicket", listener)
    tickets = [
        await made(fresh.house, "troubleTicket", name=name, relatedParty=held_by(ids["customer"]))
        for name, ids in (("theirs", fresh.theirs), ("ours", fresh.ours))
    ]
    for ticket in tickets:
        there = f"{PATHS['troubleTicket']}/{ticket}"
        assert (await fresh.house.delete(there)).status_code == 204
    async with asyncio.timeout(30):
        while not any(kind.endswith("DeleteEvent") for kind, _, _ in told(listener)):
            await asyncio.sleep(0.05)
    assert {identifier for _, identifier, _ in told(listener)} == {tickets[1]}
    last = listener.taken[-1].event["event"]["troubleTicket"]
    assert set(last) <= {"id", "href", "@type"}


async def test_nothing_is_held_back_for_a_listener_that_is_out_of_scope(
    fresh: World, listener: Listener
) -> None:
    """What it may not hear is not kept for it, and its cursor goes on."""
    await listen(fresh, "customer", listener)
    for number in range(30):
        await changed(fresh, fresh.theirs["customer"], name=f"Ben {number}")
    await changed(fresh, fresh.ours["customer"], name="Ada Last")
    await listener.until(1)
    assert [name for _, _, name in told(listener)] == ["Ada Last"]
    assert await fresh.service.database.value("SELECT count(*) FROM record.delivery") == 0


@pytest.mark.parametrize("kind", ["customer", "individual", "billingAccount", "product"])
async def test_a_download_has_what_is_in_scope(world: World, kind: str) -> None:
    answer = await world.caller.post(JOBS, json={"path": PATHS[kind]})
    assert answer.status_code == 201, answer.text
    job = await ended(world.caller, answer.json())
    assert job["status"] == "Succeeded", job
    file = await world.caller.get(job["url"])
    ids = {json.loads(line)["id"] for line in file.text.splitlines()}
    listed = {each["id"] for each in (await world.caller.get(PATHS[kind])).json()}
    assert ids == listed
    assert world.ours[kind] in ids
    assert world.theirs[kind] not in file.text
    assert job["rows"] == len(ids)
