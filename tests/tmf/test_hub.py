"""The hubs: registration, what is told in which envelope, to whom, and when no more."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from customer_inventory.access.registration import set_state
from customer_inventory.record.event.sending import signature
from customer_inventory.store.database import Database
from tests.conftest import BY, Service
from tests.record.event.listener import Listener, listening
from tests.tmf.conftest import serving

PARTY = "/tmf-api/partyManagement/v5"
CUSTOMER = "/tmf-api/customerManagement/v5"
PERSON = {"givenName": "Ada", "familyName": "Byron"}


@pytest.fixture
async def open_service(dsn: str, database: Database) -> AsyncIterator[Service]:
    """A service that may tell listeners of this machine."""
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        yield service


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


async def subscribed(
    client: httpx.AsyncClient, listener: Listener, *, base: str = PARTY, **more: str
) -> str:
    answer = await client.post(f"{base}/hub", json={"callback": listener.callback, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def made(client: httpx.AsyncClient, **more: str) -> str:
    answer = await client.post(f"{PARTY}/individual", json={**PERSON, **more})
    assert answer.status_code == 201
    return answer.json()["id"]


async def test_a_listener_registers_and_leaves(open_service: Service, listener: Listener) -> None:
    client = open_service.client
    told = {"callback": listener.callback, "query": "eventType=IndividualCreateEvent"}
    answer = await client.post(f"{PARTY}/hub", json=told)
    assert answer.status_code == 201
    hub = answer.json()
    assert answer.headers["location"] == hub["href"]
    assert {name: hub[name] for name in told} == told
    assert hub["@type"] == "Hub"
    assert (await client.get(hub["href"])).json() == hub
    assert (await client.get(f"{PARTY}/hub")).json() == [hub]
    assert (await client.get(f"{CUSTOMER}/hub/{hub['id']}")).status_code == 404
    again = await client.post(f"{PARTY}/hub", json=told)
    assert (again.status_code, again.json()["path"]) == (409, "callback")
    assert (await client.delete(hub["href"])).status_code == 204
    assert (await client.get(hub["href"])).status_code == 404
    assert (await client.delete(hub["href"])).status_code == 404
    assert (await client.patch(hub["href"], json={})).status_code == 405


async def test_every_kind_of_event_is_told_in_order(
    open_service: Service, listener: Listener
) -> None:
    client = open_service.client
    await made(client, familyName="Before")  # committed before the registration: not told
    await subscribed(client, listener)
    person = await made(client)
    href = f"{open_service.base}{PARTY}/individual/{person}"
    await client.patch(href, json={"location": "Bergen"})
    await client.patch(href, json={"status": "validated"})
    await client.delete(href)
    heard = [call.event for call in await listener.until(4)]
    assert [event["eventType"] for event in heard] == [
        "IndividualCreateEvent",
        "IndividualAttributeValueChangeEvent",
        "IndividualStateChangeEvent",
        "IndividualDeleteEvent",
    ]
    resources = [event["event"]["individual"] for event in heard]
    assert [each.get("location") for each in resources] == [None, "Bergen", "Bergen", "Bergen"]
    assert [each.get("status") for each in resources] == [None, None, "validated", "validated"]
    assert {each["href"] for each in resources} == {href}
    first = heard[0]
    assert first["@type"] == first["eventType"] == first["title"]
    assert first["timeOccurred"] == first["eventTime"]
    assert len({event["eventId"] for event in heard}) == 4
    assert {event["correlationId"] for event in heard} == {person}


async def test_the_query_chooses_events(open_service: Service, listener: Listener) -> None:
    client = open_service.client
    await subscribed(client, listener, query="eventType=IndividualStateChangeEvent")
    person = await made(client)
    await client.patch(f"{PARTY}/individual/{person}", json={"location": "Bergen"})
    await client.patch(f"{PARTY}/individual/{person}", json={"status": "validated"})
    async with listening() as other:
        asked = "individual.familyName=Doe&eventType=IndividualCreateEvent,IndividualDeleteEvent"
        await subscribed(client, other, query=asked)
        await made(client, familyName="Roe")
        doe = await made(client, familyName="Doe")
        heard = await other.until(1)
        assert heard[0].event["correlationId"] == doe
    heard = await listener.until(1)
    assert [call.event["eventType"] for call in heard] == ["IndividualStateChangeEvent"]


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ({}, "callback"),
        ({"callback": 5}, "callback"),
        ({"callback": "ftp://listener.example/x"}, "callback"),
        ({"callback": "http://10.0.0.7/x"}, "callback"),
        ({"callback": "http://169.254.169.254/latest/meta-data"}, "callback"),
        ({"callback": "http://user:secret@93.184.216.34/x"}, "callback"),
        ({"callback": "http://127.0.0.1/x", "query": "sort=name"}, "query"),
        ({"callback": "http://127.0.0.1/x", "query": "name.regex=(a%2B)%2B"}, "query"),
    ],
)
async def test_what_no_listener_can_be_told_at_is_refused(
    open_service: Service, told: dict, path: str
) -> None:
    answer = await open_service.client.post(f"{PARTY}/hub", json=told)
    assert (answer.status_code, answer.json()["path"]) == (400, path)


async def test_loopback_is_refused_unless_allowed(service: Service, listener: Listener) -> None:
    answer = await service.client.post(f"{PARTY}/hub", json={"callback": listener.callback})
    assert (answer.status_code, answer.json()["code"]) == (400, "callbackRefused")


async def test_a_process_is_told_only_what_it_may_read(
    open_service: Service, listener: Listener
) -> None:
    token = await open_service.token_for("crm", "individual:read")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=open_service.base, headers=headers) as crm:
        mine = await subscribed(crm, listener)
        refused = await crm.post(f"{CUSTOMER}/hub", json={"callback": listener.callback})
        assert refused.status_code == 403
        client = open_service.client
        assert (await client.get(f"{PARTY}/hub/{mine}")).status_code == 404
        assert (await client.delete(f"{PARTY}/hub/{mine}")).status_code == 404
        await client.post(f"{PARTY}/organization", json={"name": "Ltd", "tradingName": "Ltd"})
        person = await made(client)
        heard = await listener.until(1)
        assert [call.event["correlationId"] for call in heard] == [person]
        rows = await open_service.database.fetch(
            "SELECT record_ids::text AS ids FROM access.entry WHERE process = 'crm'"
            " AND source LIKE 'subscription %'"
        )
        assert [person in row["ids"] for row in rows] == [True]
        await set_state(open_service.database, "crm", "suspended", by=BY)
        silent = await made(client)
        await asyncio.sleep(1)
        assert len(listener.heard) == 1
        await set_state(open_service.database, "crm", "active", by=BY)
        heard = await listener.until(2)
        assert heard[1].event["correlationId"] == silent


async def test_a_secret_signs_what_is_told(open_service: Service, listener: Listener) -> None:
    client = open_service.client
    mine = await subscribed(client, listener)
    answer = await client.post(f"/inventory/v1/subscription/{mine}/secret")
    secret = answer.json()["secret"]
    await made(client)
    heard = (await listener.until(1))[0]
    assert heard.headers["webhook-id"] == heard.event["eventId"]
    assert heard.headers["webhook-signature"] == signature(
        secret, heard.headers["webhook-id"], heard.headers["webhook-timestamp"], heard.body
    )
    seen = await client.get(f"/inventory/v1/subscription/{mine}")
    assert seen.json()["signed"] is True
    assert secret not in seen.text


async def test_the_listener_path_of_the_standard(open_service: Service, listener: Listener) -> None:
    callback = f"http://127.0.0.1:{listener.port}/crm/listener"
    await open_service.client.post(f"{PARTY}/hub", json={"callback": callback})
    await made(open_service.client)
    heard = await listener.until(1)
    assert heard[0].path == "/crm/listener/individualCreateEvent"


async def test_a_hub_of_version_4_tells_in_version_4(
    open_service: Service, listener: Listener
) -> None:
    client = open_service.client
    base = "/tmf-api/party/v4"
    answer = await client.post(f"{base}/hub", json={"callback": listener.callback})
    assert answer.status_code == 201
    assert sorted(answer.json()) == ["callback", "id"]
    told = {"tradingName": "Fjord", "organizationType": "company"}
    answer = await client.post(f"{base}/organization", json=told)
    assert answer.status_code == 201
    event = (await listener.until(1))[0].event
    assert event["eventType"] == "OrganizationCreateEvent"
    assert event["timeOcurred"] == event["eventTime"]
    assert not {"@type", "timeOccurred"} & set(event)
    assert event["event"]["organization"] == answer.json()
    assert (event["id"], event["href"]) == (answer.json()["id"], answer.json()["href"])
