"""A threshold that is not met is told once when it is seen and once when it is met, to who listens.

Listeners and brokers are real ones, of the event interface that records are told over.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.access.operation import AUDIT, FUNCTIONS
from customer_inventory.audit import alerting
from customer_inventory.audit.alerting import NoSuchAlert, alert, alerts
from customer_inventory.audit.compiling import compiled
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.running import audit
from customer_inventory.record.event import announcing
from customer_inventory.record.event.announcing import BULLETINS, QUALITY_ALERT
from customer_inventory.requirements.requirement import Data
from customer_inventory.store.database import Database
from tests.audit.planted import demanded
from tests.brokers import answers, free_port, running_nats
from tests.conftest import Service
from tests.record.event.listener import Listener, listening
from tests.record.event.test_broker import all_of
from tests.requirements.test_register import ACTOR
from tests.tmf.conftest import serving

ROOT = "/inventory/v1"
PEOPLE = "/tmf-api/partyManagement/v5/individual"
GENDER = demanded(
    702, "individual", "gender", obligation="mandatory", data=Data(values=("female", "male")),
    quality={"completeness": 0.9, "validity": 0.9},
)  # fmt: skip
RULES: list[Rule] = compiled([GENDER])
NAMES = [rule.id for rule in RULES]


@pytest.fixture
async def open_service(dsn: str, database: Database) -> AsyncIterator[Service]:
    """A service that may tell listeners of this machine."""
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        yield service


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


async def person(service: Service, **more: str) -> str:
    body = {"@type": "Individual", "givenName": "A", "familyName": "B", **more}
    answer = await service.client.post(PEOPLE, json=body)
    assert answer.status_code == 201
    return str(answer.json()["id"])


async def audited(database: Database) -> None:
    await audit(database, RULES, actor=ACTOR)
    await alert(database, NAMES)


async def headers(service: Service, process: str, *allowed: str) -> dict[str, str]:
    token = await service.token_for(process, *allowed)
    return {"Authorization": f"Bearer {token}"}


async def registered(service: Service, listener: Listener, mine: dict[str, str]) -> dict[str, Any]:
    told = {"callback": listener.callback}
    answer = await service.client.post(f"{ROOT}/hub", json=told, headers=mine)
    assert answer.status_code == 201, answer.text
    hub: dict[str, Any] = answer.json()
    assert answer.headers["location"] == hub["href"]
    return hub


def states(listener: Listener) -> list[tuple[str, str, str]]:
    told = [heard.event for heard in listener.taken]
    return [
        (each["eventType"], each["event"]["qualityAlert"]["rule"],
         each["event"]["qualityAlert"]["state"])
        for each in told
    ]  # fmt: skip


def test_who_may_read_audits_may_be_told_of_alerts() -> None:
    assert QUALITY_ALERT.permission == AUDIT
    assert {each.permission for each in BULLETINS.values()} <= FUNCTIONS


async def test_a_listener_is_told_of_a_breach_once_and_of_its_end(
    open_service: Service, listener: Listener
) -> None:
    service, database = open_service, open_service.database
    mine = await headers(service, "quality", "audit:read")
    await registered(service, listener, mine)
    odd = await person(service, gender="x")
    await person(service, gender="male")
    await audited(database)
    (heard,) = await listener.until(1)
    assert states(listener) == [("QualityAlertCreateEvent", "REQ-702.validity", "raised")]
    told = heard.event["event"]["qualityAlert"]
    assert (told["score"], told["threshold"], told["failed"], told["population"]) == (
        0.5,
        0.9,
        1,
        2,
    )
    assert (told["dimension"], told["type"], told["requirement"]) == (
        "validity", "individual", "REQ-702",
    )  # fmt: skip
    one = (await service.client.get(told["href"], headers=mine)).json()
    assert one == told

    # Another audit sees it too: it still is so, and nobody is told again.
    other = await person(service, gender="y")
    await audited(database)
    (row,) = await alerts(database, state="raised")
    assert (row["id"], row["failed"]) == (told["id"], 2)
    assert row["last_seen_at"] > row["raised_at"]
    for each in (odd, other):
        await service.client.patch(f"{PEOPLE}/{each}", json={"gender": "female"})
    await audited(database)
    await audited(database)
    await listener.until(2)
    assert states(listener)[1:] == [("QualityAlertStateChangeEvent", "REQ-702.validity", "cleared")]
    cleared = listener.taken[1].event["event"]["qualityAlert"]
    assert (cleared["id"], cleared["whyCleared"]) == (told["id"], "met")
    assert cleared["clearedAt"] > cleared["raisedAt"]

    # Not met again, it is another alert.
    await person(service, gender="z")
    await audited(database)
    await listener.until(3)
    assert listener.taken[2].event["event"]["qualityAlert"]["id"] != told["id"]
    ids = [heard.event["eventId"] for heard in listener.taken]
    assert len(set(ids)) == 3
    listed = (await service.client.get(f"{ROOT}/qualityAlert", headers=mine)).json()
    assert [each["state"] for each in listed] == ["raised", "cleared"]
    raised = await service.client.get(f"{ROOT}/qualityAlert?state=raised", headers=mine)
    assert [each["state"] for each in raised.json()] == ["raised"]
    wrong = await service.client.get(f"{ROOT}/qualityAlert?state=loud", headers=mine)
    assert wrong.status_code == 400


async def test_the_hub_is_its_owners_alone(open_service: Service, listener: Listener) -> None:
    service = open_service
    mine = await headers(service, "quality", "audit:read")
    hub = await registered(service, listener, mine)
    place, told = f"{ROOT}/hub/{hub['id']}", {"callback": listener.callback}
    again = await service.client.post(f"{ROOT}/hub", json=told, headers=mine)
    assert again.status_code == 409
    assert (await service.client.get(place, headers=mine)).json() == hub
    assert (await service.client.get(f"{ROOT}/hub", headers=mine)).json() == [hub]
    others = await headers(service, "others", "audit:read")
    assert (await service.client.get(f"{ROOT}/hub", headers=others)).json() == []
    for method in ("GET", "DELETE"):
        answer = await service.client.request(method, place, headers=others)
        assert answer.status_code == 404
    assert (await service.client.delete(place, headers=mine)).status_code == 204
    assert (await service.client.get(place, headers=mine)).status_code == 404
    missing = await service.client.post(f"{ROOT}/hub", json={}, headers=mine)
    assert missing.status_code == 400
    away = {"callback": "http://10.1.2.3/x"}
    refused = await service.client.post(f"{ROOT}/hub", json=away, headers=mine)
    assert refused.status_code in (400, 403)


async def test_who_may_not_read_audits_any_more_is_told_nothing(
    open_service: Service, listener: Listener
) -> None:
    service, database = open_service, open_service.database
    await registered(service, listener, await headers(service, "quality", "audit:read"))
    async with listening() as second:
        other = await headers(service, "others", "audit:read")
        await registered(service, second, other)
        await database.execute("DELETE FROM access.permission WHERE process = 'quality'")
        await person(service, gender="x")
        await audited(database)
        await second.until(1)
    assert listener.heard == []


async def test_the_broker_is_told(
    dsn: str, database: Database, nats_server: str, tmp_path: Path
) -> None:
    port = free_port()
    with running_nats(nats_server, port, tmp_path):
        await answers(port)
        settings = {"broker_url": f"nats://127.0.0.1:{port}", "broker_topic": "cinv-test"}
        async with serving(dsn, database, **settings) as service:
            await person(service, gender="x")
            await audited(database)
            kept = await all_of(port, 2)
    told = {json.loads(each.data)["type"]: json.loads(each.data) for each in kept}
    event = told["QualityAlertCreateEvent"]
    assert event["data"]["qualityAlert"]["rule"] == "REQ-702.validity"
    assert event["subject"] == event["data"]["qualityAlert"]["id"]


async def test_a_rule_that_cannot_be_asked_leaves_its_alert_as_it_is(service: Service) -> None:
    database = service.database
    await person(service, gender="x")
    await audited(database)
    (raised,) = await alerts(database, state="raised")
    # An expression of ECMA, and none of the server.
    odd = demanded(
        702, "individual", "gender", data=Data(pattern=r"^\p{L}$"), quality={"validity": 0.9}
    )
    await audit(database, compiled([odd]), actor=ACTOR)
    await alert(database, ["REQ-702.validity"])
    assert [row["id"] for row in await alerts(database, state="raised")] == [raised["id"]]
    # What is asked no more is cleared, and says why.
    await alert(database, [])
    (row,) = await alerts(database)
    assert (row["id"], row["why_cleared"]) == (raised["id"], "notAsked")
    with pytest.raises(NoSuchAlert):
        await alerting.one(database, "nobody")


async def test_what_was_told_long_ago_is_forgotten(service: Service) -> None:
    database = service.database
    await person(service, gender="x")
    await audited(database)
    (before,) = await database.fetch("SELECT told_at FROM record.bulletin")
    await announcing.forget(database, before=before["told_at"])
    assert await database.value("SELECT count(*) FROM record.bulletin") == 1
    await database.execute("UPDATE record.bulletin SET told_at = now() - interval '1 year'")
    await announcing.forget(database, before=before["told_at"])
    assert await database.value("SELECT count(*) FROM record.bulletin") == 0
