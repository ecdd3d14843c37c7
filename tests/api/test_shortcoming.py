"""Shortcomings and the desk over HTTP: read, decided, handed over and measured by who may."""

from datetime import timedelta

import httpx
import pytest

from customer_inventory.kit.clock import now
from customer_inventory.kit.report.form import FORMS
from customer_inventory.shortcomings import held
from tests.api.test_usage_anomaly import headers
from tests.conftest import Service
from tests.shortcomings.test_handover import INDEX, PLANTED, SCHEMA, SEQUENCE, Planted

ROOT = "/inventory/v1"
DESK = f"{ROOT}/desk/troubleTicket"
NAME, OTHER, THIRD = (held.fingerprint(*what) for what in (SEQUENCE, SCHEMA, INDEX))


@pytest.fixture
async def engineer(service: Service) -> httpx.AsyncClient:
    """Somebody who may look at shortcomings and decide on them, of an inventory that has some."""
    for statement in PLANTED:
        await service.database.execute(statement)
    await Planted(service.database).assess()
    service.client.headers.update(await headers(service, "engineers", "shortcoming:read,modify"))
    return service.client


async def test_they_are_read_handed_over_and_decided(engineer: httpx.AsyncClient) -> None:
    listed = (await engineer.get(f"{ROOT}/shortcoming?severity=critical")).json()
    assert NAME in {each["fingerprint"] for each in listed}
    assert {each["severity"] for each in listed} == {"critical"}
    [alone] = (await engineer.get(f"{ROOT}/shortcoming?check=SEC02")).json()
    assert (alone["fingerprint"], alone["object"]) == (OTHER, "planted")
    one = (await engineer.get(f"{ROOT}/shortcoming/{NAME}")).json()
    assert (one["check"], one["title"]) == ("CAP04", "A sequence is near its end")
    assert [each["state"] for each in one["step"]] == ["open"]
    text = await engineer.get(f"{ROOT}/shortcoming/{NAME}/dossier?form=md")
    assert text.headers["content-type"].startswith("text/markdown")
    assert text.text.startswith("# A sequence is near its end: planted.numbers")
    told = (await engineer.get(f"{ROOT}/shortcoming/{NAME}/dossier")).json()
    assert told["options"][0]["expected"] == 75

    first = await engineer.post(f"{ROOT}/shortcoming/{NAME}/raise", json={})
    again = await engineer.post(f"{ROOT}/shortcoming/{NAME}/raise", json={})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    later = f"{now().date() + timedelta(days=30)}"
    snoozed = await engineer.patch(
        f"{ROOT}/shortcoming/{OTHER}",
        json={"state": "snoozed", "until": later, "reason": "it is known"},
    )
    assert (snoozed.json()["state"], snoozed.json()["snoozedUntil"]) == ("snoozed", later)
    refused = await engineer.post(f"{ROOT}/shortcoming/{OTHER}/raise", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "notToRaise")
    every = (await engineer.get(f"{ROOT}/shortcoming?state=snoozed,raised")).json()
    assert {each["fingerprint"] for each in every} == {NAME, OTHER}


async def test_the_desk_is_worked_at_and_what_is_resolved_is_measured(
    engineer: httpx.AsyncClient, service: Service
) -> None:
    raised = (await engineer.post(f"{ROOT}/shortcoming/{NAME}/raise", json={})).json()
    await engineer.post(f"{ROOT}/shortcoming/{OTHER}/raise", json={})
    found = (await engineer.get(f"{DESK}?externalIdentifier.id={NAME}")).json()
    assert [each["id"] for each in found] == [raised["ticket"]]
    [ticket] = found
    assert ticket["href"] == f"{service.base}{DESK}/{ticket['id']}"
    specified = ticket["troubleTicketSpecification"]["id"]
    place = f"{ROOT}/desk/troubleTicketSpecification"
    said = (await engineer.get(f"{place}/{specified}")).json()
    names = {each["name"] for each in said["specCharacteristic"]}
    assert {each["name"] for each in ticket["troubleTicketCharacteristic"]} <= names
    assert (await engineer.get(place)).json() == [said]

    async def bring(status: str, reason: str | None = None) -> httpx.Response:
        changes = {"status": status, "statusChangeReason": reason}
        return await engineer.patch(f"{DESK}/{ticket['id']}", json=changes)

    assert (await bring("inProgress")).json()["status"] == "inProgress"
    false = (await bring("resolved", "done, I think")).json()
    assert (false["status"], false["statusChangeReason"][:11]) == ("inProgress", "Not mended:")
    await service.database.execute("SELECT setval('planted.numbers', 10)")
    done = (await bring("resolved", "begun anew")).json()
    assert done["status"] == "closed"
    gain = {each["name"]: each["value"] for each in done["troubleTicketCharacteristic"]}
    assert gain["achievedGain"] > 80
    closed = await bring("inProgress")
    assert (closed.status_code, closed.json()["code"]) == (409, "notFromHere")
    page = (await engineer.get(f"{DESK}?limit=1")).json()
    rest = (await engineer.get(f"{DESK}?before={page[0]['id']}")).json()
    assert [each["id"] for each in rest] == [ticket["id"]]
    score = (await engineer.get(f"{ROOT}/shortcomingScore")).json()
    assert (score["verified"], score["falseFixes"], score["each"][0]["check"]) == (1, 1, "CAP04")
    assert (await engineer.get(f"{ROOT}/desk/serviceProblem")).json() == []


async def test_it_is_measured_again_when_asked_to(
    engineer: httpx.AsyncClient, service: Service
) -> None:
    place = f"{ROOT}/shortcoming/{THIRD}/verify"
    still = (await engineer.post(place, json={"reason": "dropped, I think"})).json()
    assert (still["state"], "gain" in still) == ("reopened", False)
    await service.database.execute("DROP INDEX planted.covered")
    gone = (await engineer.post(place, json={"reason": "dropped"})).json()
    assert (gone["state"], gone["gain"]) == ("closed", gone["before"])
    over = await engineer.post(place, json={"reason": "dropped"})
    assert over.status_code == 409


async def test_checks_and_the_register_are_shown(engineer: httpx.AsyncClient) -> None:
    checks = {each["id"]: each for each in (await engineer.get(f"{ROOT}/shortcomingCheck")).json()}
    assert checks["CAP04"]["state"] == "finding"
    assert checks["STM01"]["state"] == "skipped"
    assert checks["STM01"]["reason"]
    for form in ("csv", "json", "html"):
        answer = await engineer.get(f"{ROOT}/shortcomingRegister?form={form}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == FORMS[form].media
        assert "planted.numbers" in answer.text


WRONG = (
    ("GET", "/shortcoming/nothing", None, 404, "fingerprint"),
    ("GET", "/shortcoming?state=odd", None, 400, "state"),
    ("GET", "/shortcoming?severity=odd", None, 400, "severity"),
    ("GET", "/shortcomingRegister?form=odd", None, 400, "form"),
    ("PATCH", f"/shortcoming/{NAME}", {"state": "closed", "reason": "x"}, 400, "state"),
    ("PATCH", f"/shortcoming/{NAME}", {"state": "rejected"}, 400, "reason"),
    ("PATCH", f"/shortcoming/{NAME}",
     {"state": "snoozed", "reason": "x", "until": "soon"}, 400, "until"),
    ("PATCH", f"/shortcoming/{NAME}",
     {"state": "rejected", "reason": "x", "until": "2999-01-01"}, 400, "until"),
    ("POST", f"/shortcoming/{NAME}/verify", {"reason": " "}, 400, "reason"),
    ("GET", "/desk/troubleTicket/nothing", None, 404, "id"),
    ("GET", "/desk/troubleTicket?status=odd", None, 400, "status"),
    ("GET", "/desk/troubleTicketSpecification/odd", None, 404, "id"),
    ("POST", "/desk/listener/troubleTicketStatusChangeEvent", {"event": {}}, 400,
     "event.troubleTicket.id"),
)  # fmt: skip
"""Requests that are wrong, with the status of the answer and the path that it names."""


async def test_what_is_wrong_is_named(engineer: httpx.AsyncClient) -> None:
    for method, place, body, status, path in WRONG:
        answer = await engineer.request(method, f"{ROOT}{place}", json=body)
        assert (answer.status_code, answer.json().get("path")) == (status, path), answer.text


async def test_who_may_only_read_decides_nothing(
    engineer: httpx.AsyncClient, service: Service
) -> None:
    reader = await headers(service, "reader", "shortcoming:read")
    assert (await engineer.get(f"{ROOT}/shortcoming", headers=reader)).status_code == 200
    for place in (f"{NAME}/raise", f"{NAME}/verify"):
        answer = await engineer.post(f"{ROOT}/shortcoming/{place}", headers=reader, json={})
        assert answer.status_code == 403
    care = await headers(service, "care", "*:read,create,modify,update,delete")
    assert (await engineer.get(DESK, headers=care)).status_code == 403
    unknown = {"event": {"troubleTicket": {"id": "INC-1"}}}
    listener = f"{ROOT}/desk/listener/troubleTicketStatusChangeEvent"
    assert (await engineer.post(listener, json=unknown)).status_code == 204
    assert (await engineer.post(listener, json=unknown, headers=reader)).status_code == 403
