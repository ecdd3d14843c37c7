"""Capture processes over the wire: proposed, decided on by different people, run and measured."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from customer_inventory.access import registration, sandbox
from customer_inventory.access.grant import granting, people
from customer_inventory.access.registration import Permission
from customer_inventory.capture.process.shipped import named
from tests.access.grant.office import by
from tests.capture.conftest import SMALL
from tests.conftest import Service

PLACE = "/inventory/v1/captureProcess"
CRM: dict[str, Any] = {
    "id": "crm-daily",
    "kind": "capture",
    "name": "Daily extract of the CRM",
    "owner": "Customer Operations",
    "load": {
        "mapping": SMALL,
        "process": "crm",
        "purpose": "care",
        "place": "s3://extracts/crm.csv",
        "trustBy": {"individual.familyName": 7},
        "controls": {"mostRefused": 0.25},
    },
    "reason": "OPS-4",
}
ENTRIES = (
    "SELECT operation, record_type, record_ids, person, status, decision FROM access.entry"
    " WHERE process = 'office' ORDER BY seq, number"
)


@dataclass(frozen=True)
class Office:
    """Calls as people of a process that may do everything with capture processes."""

    service: Service

    async def call(
        self, person: str, method: str, path: str = "", body: Any = None
    ) -> httpx.Response:
        token = await registration.issue_token(
            self.service.database, "office", purpose="testing", person=person or None,
            lifetime=timedelta(hours=1),
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {token.secret}"}
        return await self.service.client.request(method, PLACE + path, json=body, headers=headers)

    async def step(self, person: str, process: str, step: str, reason: str = "") -> httpx.Response:
        return await self.call(person, "POST", f"/{process}/step", {"step": step, "reason": reason})

    async def in_force(self, body: dict[str, Any]) -> None:
        assert (await self.call("paul", "POST", "", body)).status_code == 201
        for person, step in (("rita", "review"), ("olaf", "approve"), ("paul", "enforce")):
            answer = await self.step(person, body["id"], step)
            assert answer.status_code == 200, answer.text


@pytest.fixture
async def office(service: Service) -> Office:
    database = service.database
    await registration.register(database, "office", name="O", owner="O", registered_by="it")
    await people.register_purpose(
        database, "testing", title="Testing", legal_basis="contract", registered_by="it"
    )
    for person, capacity in (("rita", "reviewer"), ("olaf", "dataOwner:captureProcess")):
        await people.register_capacity(database, person, capacity, registered_by="it")
    # In production: who decides is what is looked at here.
    await sandbox.leave(database, declared_by="it")
    allowed = "captureProcess:read,create,modify,update"
    grant = await granting.request(
        database, "office", permissions=[Permission.parse(allowed, "testing")],
        valid_until=datetime.now(UTC) + timedelta(days=30), by=by("rob"),
    )  # fmt: skip
    await granting.review(database, grant, by=by("rita"))
    await granting.approve(database, grant, by=by("olaf"))
    await granting.activate(database, grant, by=by("rob"))
    return Office(service)


def shipped(name: str, **changes: Any) -> dict[str, Any]:
    """Return a declaration that ships, as it is sent."""
    said = msgspec.to_builtins(msgspec.structs.replace(named(name), **changes))
    return {key: value for key, value in said.items() if value is not None}


async def test_it_is_decided_on_by_different_people_whom_tokens_name(office: Office) -> None:
    nobody = await office.call("", "POST", "", CRM)
    assert (nobody.status_code, "token names none" in nobody.text) == (403, True)
    made = await office.call("paul", "POST", "", CRM)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["state"], told["currentVersion"]) == ("proposed", 1)
    assert told["version"][0]["proposedBy"] == "paul"
    assert (await office.step("paul", "crm-daily", "review")).status_code == 403
    assert (await office.step("olaf", "crm-daily", "review")).status_code == 403
    assert (await office.step("olaf", "crm-daily", "approve")).status_code == 409
    assert (await office.step("rita", "crm-daily", "review")).status_code == 200
    assert (await office.step("rita", "crm-daily", "approve")).status_code == 403
    assert (await office.step("olaf", "crm-daily", "approve")).status_code == 200
    enforced = (await office.step("paul", "crm-daily", "enforce")).json()
    assert (enforced["state"], enforced["measured"]["runs"]) == ("enforced", 0)
    assert enforced["load"]["trustBy"] == {"individual.familyName": 7}
    assert enforced["load"]["controls"] == {"leastRows": 0, "mostRefused": 0.25}
    assert (await office.step("paul", "crm-daily", "suspend", "moved")).json()["state"] == (
        "suspended"
    )
    assert (await office.step("paul", "crm-daily", "resume")).json()["state"] == "enforced"
    assert (await office.step("paul", "crm-daily", "retire")).json()["state"] == "retired"
    steps = (await office.call("paul", "GET", "/crm-daily/history")).json()
    assert [(each["state"], each["person"]) for each in reversed(steps)] == [
        ("proposed", "paul"), ("reviewed", "rita"), ("approved", "olaf"), ("enforced", "paul"),
        ("suspended", "paul"), ("enforced", "paul"), ("retired", "paul"),
    ]  # fmt: skip
    assert (steps[-1]["reason"], steps[-1]["enteredBy"]) == ("OPS-4", "office")
    rows = await office.service.database.fetch(ENTRIES)
    assert {row["record_type"] for row in rows} == {"captureProcess"}
    told = [(row["operation"], row["person"], row["status"], row["decision"]) for row in rows]
    assert ("create", "paul", 201, "permit") in told
    assert ("modify", "paul", 403, "deny") in told
    assert ("modify", "olaf", 200, "permit") in told
    assert ("read", "paul", 200, "permit") in told


async def test_a_task_of_the_house_is_started_and_measured(office: Office) -> None:
    await office.in_force(shipped("erasure"))
    started = await office.call("paul", "POST", "/erasure/run", {})
    assert started.status_code == 202
    for _ in range(600):
        runs = (await office.call("paul", "GET", "/erasure/run")).json()
        if runs and "outcome" in runs[0]:
            break
        await asyncio.sleep(0.1)
    assert (runs[0]["outcome"], runs[0]["isMet"]) == ("done", True)
    assert (runs[0]["figures"]["finished"], runs[0]["person"]) == (0, "paul")
    told = (await office.call("paul", "GET", "/erasure")).json()
    assert (told["measured"]["runs"], told["measured"]["met"]) == (1, 1)
    assert told["isOfHouse"] is True
    refused = await office.call("paul", "POST", "/erasure/record", {"figures": {"overdue": 0}})
    assert refused.status_code == 400


async def test_what_people_do_is_recorded(office: Office) -> None:
    await office.in_force(shipped("backup"))
    assert (await office.call("paul", "POST", "/backup/run", {})).status_code == 400
    body = {"figures": {"hoursLost": 0.5}}
    made = await office.call("paul", "POST", "/backup/record", body)
    assert made.status_code == 201, made.text
    assert (made.json()["isMet"], made.json()["person"]) == (True, "paul")
    without = await office.call("paul", "POST", "/backup/record", {"figures": {}})
    assert (without.status_code, "hoursLost" in without.text) == (400, True)
    for wrong in ({"a": "b"}, {"a": True}, {"a": 1e300}, [1], "x"):
        answer = await office.call("paul", "POST", "/backup/record", {"figures": wrong})
        assert (answer.status_code, "numbers by name" in answer.text) == (400, True)
    broken = await office.call("paul", "POST", "/backup/record", {"problem": "no disk"})
    assert broken.json()["outcome"] == "failed"
    listed = (await office.call("paul", "GET", "?kind=management&state=enforced")).json()
    assert [(each["id"], each["measured"]["runs"]) for each in listed] == [("backup", 2)]
    assert (await office.call("paul", "GET", "?kind=capture")).json() == []
    assert (await office.call("paul", "GET", "?after=backup")).json() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", "", {**CRM, "load": {**CRM["load"], "place": "/etc/passwd"}}, 400, "storage"),
        ("POST", "", {**CRM, "load": {**CRM["load"], "mapping": "/etc/passwd"}}, 400, ""),
        ("POST", "", {**CRM, "kind": "other"}, 400, "other"),
        ("POST", "", {**CRM, "id": "No Id"}, 400, "id"),
        ("POST", "", [], 400, ""),
        ("POST", "", {**CRM, "name": "a\0b"}, 400, ""),
        ("POST", "", {**CRM, "reason": "a\0b"}, 400, ""),
        ("POST", "/none/step", {"step": "review"}, 404, "none"),
        ("POST", "/none/step", {"step": "activate"}, 400, "must be one of"),
        ("POST", "/none/run", {}, 404, "none"),
        ("POST", "/none/record", {"figures": {"a": 1}}, 404, "none"),
        ("GET", "/none", None, 404, "none"),
        ("GET", "/none/run", None, 404, "none"),
        ("GET", "/none/history", None, 404, "none"),
        ("GET", "?state=over", None, 400, "must be one of proposed"),
        ("GET", "?colour=red", None, 400, "colour"),
    ],
    ids=range(16),
)
async def test_what_cannot_be_is_said(
    office: Office, method: str, path: str, body: Any, status: int, said: str
) -> None:
    answer = await office.call("paul", method, path, body)
    assert answer.status_code == status, answer.text
    assert said in answer.text
