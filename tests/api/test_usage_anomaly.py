"""Anomalies over HTTP: found, read with their evidence, decided by who may."""

from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bench.anomalies import kept
from customer_inventory.usage.anomaly.judging import KINDS
from customer_inventory.usage.anomaly.looking import look
from tests.conftest import Service
from tests.usage.anomaly.test_looking import SPIKE, START, spike, usual

ROOT = "/inventory/v1"


@pytest.fixture
async def found(service: Service, tmp_path: Path) -> Service:
    await kept(service.database, tmp_path, [*usual(), spike(person="agent 3")])
    await look(service.database, at=START + timedelta(days=40))
    return service


async def headers(service: Service, name: str, *allowed: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {await service.token_for(name, *allowed)}"}


async def test_it_is_read_and_decided_by_who_may(found: Service) -> None:
    reader = await headers(found, "reader", "usage:read")
    decider = await headers(found, "decider", "usage:read,modify")
    (listed,) = (await found.client.get(f"{ROOT}/usageAnomaly", headers=reader)).json()
    assert (listed["kind"], listed["process"], listed["state"]) == ("readSpike", "care", "open")
    path = f"{ROOT}/usageAnomaly/{listed['id']}"
    one = (await found.client.get(path, headers=reader)).json()
    assert one["evidence"]["observed"] == 908
    assert one["entries"][0]["recordCount"] in (2, 900)
    assert {each["place"] for each in one["entries"]} == set(one["evidence"]["entries"])
    assert "agent 3" not in str(one)

    refused = await found.client.patch(path, headers=reader, json={"state": "lookedInto"})
    assert refused.status_code == 403
    done = await found.client.patch(path, headers=decider, json={"state": "lookedInto"})
    assert (done.status_code, done.json()["state"]) == (200, "lookedInto")
    again = await found.client.patch(path, headers=decider, json={"state": "lookedInto"})
    assert (again.status_code, again.json()["code"]) == (409, "unchanged")
    silent = await found.client.patch(path, headers=decider, json={"state": "explained"})
    assert (silent.status_code, silent.json()["path"]) == (400, "reason")
    said = {"state": "explained", "reason": "a new campaign"}
    whole = (await found.client.patch(path, headers=decider, json=said)).json()
    assert [(each["state"], each["process"]) for each in whole["step"]] == [
        ("lookedInto", "decider"),
        ("explained", "decider"),
    ]
    assert (await found.client.get(f"{ROOT}/usageAnomaly", headers=reader)).json() == []
    every = f"{ROOT}/usageAnomaly?state=explained,confirmed&kind=readSpike&process=care"
    assert len((await found.client.get(every, headers=reader)).json()) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("state=solved", 400),
        ("kind=odd", 400),
        ("severity=awful", 400),
        ("since=yesterday", 400),
        ("before=x", 400),
        ("limit=0", 400),
        ("since=2026-04-02&state=open", 200),
        ("until=2026-03-02", 200),
        ("before=1", 200),
    ],
)
async def test_what_is_asked_for_is_checked(found: Service, query: str, status: int) -> None:
    reader = await headers(found, "reader", "usage:read")
    answer = await found.client.get(f"{ROOT}/usageAnomaly?{query}", headers=reader)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == []


async def test_what_is_not_there_is_told(found: Service) -> None:
    reader = await headers(found, "reader", "usage:read,modify")
    for number in ("0", "99999", "x", "9" * 40):
        path = f"{ROOT}/usageAnomaly/{number}"
        assert (await found.client.get(path, headers=reader)).status_code == 404
    answer = await found.client.patch(path, headers=reader, json={"state": "lookedInto"})
    assert answer.status_code == 404


async def test_thresholds_and_figures_are_told(found: Service) -> None:
    reader = await headers(found, "reader", "usage:read")
    told = (await found.client.get(f"{ROOT}/usageThreshold", headers=reader)).json()
    assert {each["kind"] for each in told} == set(KINDS)
    assert all(not each["isOff"] for each in told)
    text = (await found.client.get(f"{ROOT}/metrics", headers=reader)).text
    families = {each.name: each for each in text_string_to_metric_families(text)}
    counts = {
        sample.labels["kind"]: sample.value for sample in families["cinv_usage_anomalies"].samples
    }
    assert counts == {**dict.fromkeys(KINDS, 0), "readSpike": 1}
    (looked,) = families["cinv_usage_anomalies_timestamp_seconds"].samples
    assert looked.value > SPIKE.timestamp()
