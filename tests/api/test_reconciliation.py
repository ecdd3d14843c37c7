"""Reconciliations over the wire: a process decides of what was found for it, and that alone."""

import asyncio
from pathlib import Path
from typing import Any

from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.kit.actor import Actor
from tests.access.scope.world import permit
from tests.capture.conftest import HEADER, SMALL
from tests.capture.reconcile.found import compared, loaded
from tests.conftest import Service

RUNS, ITEMS = "/inventory/v1/reconciliation", "/inventory/v1/reconciliationItem"
MAPPING = parse_mapping(SMALL, "small")
ROWS = HEADER + "1,Ann,Lee,01.01.1990,A\n2,Bea,Lee,01.01.1990,A\n3,Cia,Lee,01.01.1990,A\n"
OTHER = HEADER + "1,Ann,Lee,02.01.1990,A\n2,Bea,Lee,02.01.1990,A\n4,Dea,Lee,01.01.1990,A\n"


async def found_for(service: Service, folder: Path, process: str) -> dict[str, str]:
    """Let a process load and compare; return its header."""
    allowed = ("*:read,create,modify,update,delete", "reconciliation:read,modify,update")
    token = await service.token_for(process, *allowed)
    actor = Actor(process, "testing", "somebody")
    await loaded(service.database, folder, ROWS, MAPPING, actor)
    await compared(service.database, folder, OTHER, MAPPING, actor)
    return {"Authorization": f"Bearer {token}"}


async def waited(service: Service, mine: dict[str, str], count: int) -> list[dict[str, Any]]:
    """Return the open items once there are so many."""
    for _ in range(600):
        left: list[dict[str, Any]] = (await service.client.get(ITEMS, headers=mine)).json()
        if len(left) == count:
            return left
        await asyncio.sleep(0.1)
    raise AssertionError(left)


async def test_a_process_looks_at_decides_and_repairs_what_was_found_for_it(
    service: Service, tmp_path: Path
) -> None:
    mine = await found_for(service, tmp_path, "crm")
    client = service.client
    (run,) = (await client.get(RUNS, headers=mine)).json()
    assert (run["source"], run["records"], run["agreeing"], run["open"]) == ("crm", 6, 2, 6)
    one = (await client.get(f"{RUNS}/{run['id']}", headers=mine)).json()
    assert [(each["kind"], each["recordType"], each["found"]) for each in one["total"]] == [
        ("different", "individual", 2), ("missingHere", "customer", 1),
        ("missingHere", "individual", 1), ("missingThere", "customer", 1),
        ("missingThere", "individual", 1),
    ]  # fmt: skip
    asked = {"kind": "different", "path": "birthDate", "run": run["id"]}
    first, second = (await client.get(ITEMS, params=asked, headers=mine)).json()
    assert (first["here"], first["there"]) == ("1990-01-01", "1990-01-02")
    item = (await client.get(f"{ITEMS}/{first['id']}", headers=mine)).json()
    assert [each["path"] for each in item["element"] if each["differs"]] == ["birthDate"]
    assert {each["path"] for each in item["element"]} == {"givenName", "familyName", "birthDate"}

    path = f"{ITEMS}/{first['id']}"
    for wrong in ({}, {"reason": " "}, {"reason": "x", "until": "soon"}, {"reason": "x", "a": 1}):
        assert (await client.post(f"{path}/accept", json=wrong, headers=mine)).status_code == 400
    said = {"reason": "known", "until": "2999-12-31"}
    accepted = (await client.post(f"{path}/accept", json=said, headers=mine)).json()
    assert (accepted["state"], accepted["acceptedUntil"]) == ("accepted", "2999-12-31")
    assert [step["step"] for step in accepted["step"]] == ["accepted"]
    again = await client.post(f"{path}/reopen", json={"reason": "no"}, headers=mine)
    assert again.json()["state"] == "open"

    for wrong in ({}, {"id": []}, {"id": ["x"]}, {"id": [1], "missingThere": {"delete": False}}):
        answer = await client.post(f"{ITEMS}/repair", json=wrong, headers=mine)
        assert answer.status_code == 400
    ids = {"id": [first["id"], second["id"]]}
    assert (await client.post(f"{ITEMS}/repair", json=ids, headers=mine)).status_code == 202
    left = await waited(service, mine, 4)
    gone = [each["id"] for each in left if each["kind"] == "missingThere"]
    closing = {"id": gone, "missingThere": {"delete": True}}
    await client.post(f"{ITEMS}/repair", json=closing, headers=mine)
    left = await waited(service, mine, 2)
    assert {each["kind"] for each in left} == {"missingHere"}
    assert await service.database.value("SELECT count(*) FROM record.customer") == 2
    entries = await service.database.fetch(
        "SELECT DISTINCT operation FROM access.entry"
        " WHERE record_type = 'reconciliation' AND process = 'crm' AND decision = 'permit'"
    )
    assert {entry["operation"] for entry in entries} == {"read", "modify", "update"}


async def test_what_was_found_for_others_is_not_there(service: Service, tmp_path: Path) -> None:
    await found_for(service, tmp_path, "crm")
    token = await service.token_for("other", "*:read,update", "reconciliation:read,modify,update")
    theirs = {"Authorization": f"Bearer {token}"}
    client = service.client
    item = await service.database.value("SELECT min(id) FROM capture.reconciliation_item")
    for path in (RUNS, ITEMS):
        assert (await client.get(path, headers=theirs)).json() == []
    for method, path, body in (
        ("GET", f"{RUNS}/1", None), ("GET", f"{ITEMS}/{item}", None), ("GET", f"{ITEMS}/x", None),
        ("POST", f"{ITEMS}/{item}/accept", {"reason": "x"}),
        ("POST", f"{ITEMS}/{item}/reopen", {"reason": "x"}),
    ):  # fmt: skip
        answer = await client.request(method, path, json=body, headers=theirs)
        assert answer.status_code == 404, path
    assert await service.database.value(
        "SELECT count(*) FROM capture.reconciliation_item WHERE state = 'open'"
    ) == 6  # fmt: skip


async def test_it_takes_a_permission_of_its_own(service: Service, tmp_path: Path) -> None:
    await found_for(service, tmp_path, "crm")
    token = await service.token_for("all", "*:read,create,modify,update,delete,download")
    answer = await service.client.get(RUNS, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


async def test_values_are_masked_and_what_is_out_of_scope_is_left_out(
    service: Service, tmp_path: Path
) -> None:
    await found_for(service, tmp_path, "crm")
    allowed = ("*:read,create,modify,update", "reconciliation:read,modify,update")

    async def shown(terms: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, str]]:
        await permit(service, "crm", {"*": terms}, *allowed)
        mine = {"Authorization": f"Bearer {await service.issue('crm')}"}
        return (await service.client.get(ITEMS, headers=mine)).json(), mine

    items, mine = await shown({"groups": []})
    assert len(items) == 6
    assert not [each for each in items if "here" in each or "there" in each]
    assert "1990" not in (await service.client.get(f"{ITEMS}/{items[0]['id']}", headers=mine)).text
    items, mine = await shown({"scope": {"in": {"market": ["AT"]}}})
    assert {each["kind"] for each in items} == {"missingHere"}
    hidden = await service.database.fetch(
        "SELECT id FROM capture.reconciliation_item WHERE kind <> 'missingHere'"
    )
    for row in hidden:
        answer = await service.client.get(f"{ITEMS}/{row['id']}", headers=mine)
        assert answer.status_code == 404
