"""Retention over the wire: the policy in force, and what its runs did; nothing is changed."""

from pathlib import Path

import httpx
import pytest

from customer_inventory.holding import retainer_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.tmf.bodies import PATHS, made, place
from tests.tmf.conftest import serving

RETENTION = "/inventory/v1/retention"
OWN = """
[retention.short]
minimum = "P0D"
maximum = "P1D"
counts_from = "end"
source = "our own rule"
[type.partyInteraction]
retention = "short"
"""


async def test_without_a_policy_the_example_is_told_and_that_it_is_not_in_force(
    service: Service,
) -> None:
    answer = await service.client.get(RETENTION)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["isInForce"], told["origin"]) == (False, "example")
    assert all(rule["source"] for rule in told["rule"])
    assert (await service.client.get(f"{RETENTION}/run")).json() == []


async def test_the_policy_in_force_and_its_runs(
    dsn: str, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(OWN)
    async with serving(dsn, database, retention=str(file)) as service:
        gone = await made(
            service,
            "partyInteraction",
            interactionDate={"startDateTime": "2020-01-01T00:00:00Z"},
            status="completed",
        )
        told = (await service.client.get(RETENTION)).json()
        assert (told["isInForce"], told["origin"]) == (True, "policy.toml")
        (rule,) = [each for each in told["rule"] if each["name"] == "short"]
        assert (rule["maximum"], rule["countsFrom"]) == ("P1D", "end")
        assert rule["recordType"] == ["partyInteraction"]
        settings = Settings(home=tmp_path / "home", retention=str(file))
        await retainer_of(database, settings).run(actor=Actor("house", "x"), pause=0)
        assert (await service.client.get(place("partyInteraction", gone))).status_code == 404
        (run,) = (await service.client.get(f"{RETENTION}/run?limit=1")).json()
        assert run["endedAt"] >= run["begunAt"]
        (count,) = [each for each in run["count"] if each["state"] == "removed"]
        assert (count["rule"], count["type"], count["count"]) == ("short", "partyInteraction", 1)


@pytest.mark.parametrize("path", ["", "/run"])
async def test_who_may_read_every_type_reads_it_and_nobody_changes_it(
    service: Service, path: str
) -> None:
    token = await service.token_for("some", "individual:read")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as some:
        refused = await some.get(f"{RETENTION}{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await service.client.post(f"{RETENTION}{path}", json={})).status_code == 405
    assert (await service.client.get(f"{RETENTION}{path}?x=1")).status_code == 400
    entry = await service.database.row(
        "SELECT operation, record_type, decision FROM access.entry WHERE process = 'some'"
    )
    assert entry is not None
    assert tuple(entry) == ("read", "retention", "deny")
    assert PATHS
