"""Attributes that nobody may give: ids, addresses, revisions, owners, states (N13)."""

from typing import Any

import pytest

from customer_inventory.kit.ids import new_id
from tests.access.negative.refusing import Caller
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, made, place

PEOPLE = PATHS["individual"]
FOREIGN: dict[str, Any] = {
    "href": "https://evil.example/individual/1",
    "revision": 9,
    "version": "9",
    "bucket": 3,
    "process": "manage-customer-inventory",
    "purpose": "inventoryManagement",
    "person": "somebody else",
    "createdBy": "manage-customer-inventory",
    "recordedFrom": "1999-01-01T00:00:00Z",
    "subject": "0006h0q9x2mrs6kz4c8v1tdw3e",
    "subjectId": "0006h0q9x2mrs6kz4c8v1tdw3e",
    "owner": "somebody else",
    "legalHold": False,
    "restricted": False,
    "permissions": {"*": ["read"]},
}
"""What a body may say and the inventory does not take from it: it says these of a record itself."""


async def test_what_is_said_of_a_record_is_not_taken_from_its_body(caller: Caller) -> None:
    answer = await caller.client.post(PEOPLE, json={**BODIES["individual"], **FOREIGN})
    assert answer.status_code == 201
    told = answer.json()
    assert told["href"] == f"{caller.service.base}{PEOPLE}/{told['id']}"
    assert answer.headers["location"] == told["href"]
    assert answer.headers["etag"] == '"1"'
    (version,) = (await caller.client.get(f"{PEOPLE}/{told['id']}/history")).json()
    assert (version["process"], version["purpose"]) == (caller.process, "testing")
    assert "person" not in version
    assert not version["recordedFrom"].startswith("1999")
    row = await caller.service.database.row(
        "SELECT revision, bucket FROM record.individual WHERE id = $1", told["id"]
    )
    assert row is not None
    assert row["revision"] == 1
    held = await caller.service.database.value(
        "SELECT count(*) FROM record.legal_hold WHERE subject_id = $1", told["id"]
    )
    assert held == 0
    # It belongs to itself, whatever it says: nobody else's package or erasure has it.
    assert await caller.entries()
    entry = (await caller.entries())[0]
    assert (entry["operation"], entry["decision"], entry["ids"]) == (
        "create",
        "permit",
        [told["id"]],
    )


@pytest.mark.parametrize(
    "identifier",
    [new_id(), "", None, 7, ["a"]],
    ids=["one of ours", "empty", "null", "number", "list"],
)
async def test_nobody_chooses_the_id_of_a_record(caller: Caller, identifier: Any) -> None:
    body = {**BODIES["individual"], "id": identifier}
    await caller.refused(
        400, "invalid", "create individual permit", "POST", PEOPLE, path="id", json=body
    )


PATCHES: list[tuple[str, Any, str]] = [
    ("application/merge-patch+json", {"id": "0006h0q9x2mrs6kz4c8v1tdw3e"}, "id"),
    ("application/merge-patch+json", {"href": "https://evil.example/1"}, "href"),
    ("application/merge-patch+json", {"@type": "Organization"}, "@type"),
    (
        "application/json-patch+json",
        [{"op": "replace", "path": "/id", "value": "0006h0q9x2mrs6kz4c8v1tdw3e"}],
        "id",
    ),
    ("application/json-patch+json", [{"op": "remove", "path": "/href"}], "href"),
    (
        "application/json-patch+json",
        [{"op": "copy", "from": "/familyName", "path": "/id"}],
        "id",
    ),
]


@pytest.mark.parametrize(("media", "patch", "path"), PATCHES)
async def test_a_change_does_not_reach_what_a_record_is_known_by(
    caller: Caller, media: str, patch: Any, path: str
) -> None:
    person = await made(caller.service, "individual")
    says = "update individual permit"
    before, target = await caller.entries(), place("individual", person)
    answer = await caller.client.patch(target, json=patch, headers={"Content-Type": media})
    assert answer.status_code == 400, answer.text
    assert answer.json()["path"] == path
    again = await caller.service.client.get(target)
    assert (again.json(), again.headers["etag"]) == (person, '"1"')
    (entry,) = (await caller.entries())[len(before) :]
    assert f"{entry['operation']} {entry['record_type']} {entry['decision']}" == says
    assert entry["ids"] == [person["id"]]


ADMINISTERED: list[tuple[str, dict[str, Any], str]] = [
    ("/process", {"id": "mine", "name": "M", "owner": "me", "state": "active"}, "state"),
    ("/process", {"id": "mine", "name": "M", "owner": "me", "registeredBy": "x"}, "registeredBy"),
    (
        "/process",
        {"id": "mine", "name": "M", "owner": "me", "permissions": "*:read"},
        "permissions",
    ),
    ("/grant", {"process": "mine", "state": "active"}, "state"),
    ("/grant", {"process": "mine", "approvedBy": "ada"}, "approvedBy"),
    ("/exportJob", {"path": PEOPLE, "state": "succeeded"}, "state"),
    ("/exportJob", {"path": PEOPLE, "approvedBy": "ada"}, "approvedBy"),
    ("/legalHold", {"subjectId": "x", "reason": "LIT-1", "placedBy": "ada"}, "placedBy"),
    ("/subjectRequest", {"subjectId": "x", "kind": "access", "state": "verified"}, "state"),
]


@pytest.mark.parametrize(("path", "body", "named"), ADMINISTERED)
async def test_states_and_approvals_are_not_given_in_bodies(
    shared: Service, path: str, body: dict[str, Any], named: str
) -> None:
    everything = "read,create,modify,update,delete,download"
    token = await shared.token_for("writes-all", f"*:{everything}", f"access:{everything}")
    async with Caller.of(shared, "writes-all", token) as caller:
        answer = await caller.client.post(f"/inventory/v1{path}", json=body)
        assert (answer.status_code, answer.json()["path"]) == (400, named)
        assert (await caller.entries())[-1]["status"] == 400
