"""Quarantine over the wire: a process corrects and replays what it brought, and that alone."""

import asyncio
from pathlib import Path

from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.kit.actor import Actor
from tests.capture.conftest import HEADER, SMALL
from tests.conftest import Service

HERE = "/inventory/v1/quarantine"


async def test_a_process_corrects_and_replays_its_own_rows(
    service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(HEADER + "1,Ada,Lovelace,?,A\n2,,Turing,,X\n")
    actor = Actor("tester", "testing", "somebody")
    await import_file(service.database, file, parse_mapping(SMALL, "small"), actor=actor)
    client = service.client

    rows = (await client.get(HERE, params={"limit": 1})).json()
    assert [(row["file"], row["line"], row["path"]) for row in rows] == [
        ("rows.csv", 2, "individual.birthDate")
    ]
    more = (await client.get(HERE, params={"after": rows[0]["id"]})).json()
    assert [row["line"] for row in more] == [3]
    one = (await client.get(f"{HERE}/{rows[0]['id']}")).json()
    assert one["rowText"] == "1,Ada,Lovelace,?,A"
    assert one["problem"][0]["path"] == "individual.birthDate"

    fixed = await client.post(
        f"{HERE}/{one['id']}/fix", json={"set": {"born": "10.12.1815"}, "reason": "asked"}
    )
    assert fixed.json()["rowText"] == "1,Ada,Lovelace,10.12.1815,A"
    assert [step["step"] for step in fixed.json()["step"]] == ["fixed"]
    wrong = await client.post(f"{HERE}/{one['id']}/fix", json={"text": "1,2", "reason": "x"})
    assert wrong.status_code == 400
    replayed = await client.post(f"{HERE}/replay", json={"id": [one["id"], more[0]["id"]]})
    assert replayed.status_code == 202
    for _ in range(600):
        left = (await client.get(HERE)).json()
        if [row["id"] for row in left] == [more[0]["id"]]:
            break
        await asyncio.sleep(0.1)
    assert [row["id"] for row in left] == [more[0]["id"]]
    again = await client.post(f"{HERE}/{one['id']}/fix", json={"text": "1", "reason": "x"})
    assert again.status_code == 409

    dropped = await client.post(f"{HERE}/{more[0]['id']}/drop", json={"reason": "a test row"})
    assert dropped.status_code == 204
    states = (await client.get(HERE, params={"state": "dropped"})).json()
    assert [row["id"] for row in states] == [more[0]["id"]]
    assert (await client.get(HERE, params={"state": "lost"})).status_code == 400


async def test_rows_of_others_are_not_there(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(HEADER + "1,Ada,Lovelace,?,A\n")
    actor = Actor("tester", "testing", "somebody")
    await import_file(service.database, file, parse_mapping(SMALL, "small"), actor=actor)
    token = await service.token_for("other", "*:read,create,modify")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await service.client.get(HERE, headers=headers)).json() == []
    for method, path, body in (
        ("GET", "/1", None),
        ("POST", "/1/fix", {"text": "1,Eve,E,,A", "reason": "x"}),
        ("POST", "/1/drop", {"reason": "x"}),
    ):
        answer = await service.client.request(method, HERE + path, json=body, headers=headers)
        assert answer.status_code == 404
    await service.client.post(f"{HERE}/replay", json={"id": [1]}, headers=headers)
    assert len((await service.client.get(HERE)).json()) == 1
    for identifier in ("x", "9" * 30, "-1"):
        assert (await service.client.get(f"{HERE}/{identifier}")).status_code == 404


async def test_what_is_done_to_rows_is_no_row(service: Service) -> None:
    """GET of `replay` is a method that is not served, not a row that is not there."""
    for method in ("GET", "DELETE", "OPTIONS"):
        answer = await service.client.request(method, f"{HERE}/replay")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
