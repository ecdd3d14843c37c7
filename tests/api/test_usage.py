"""Usage and cost over HTTP: figures to monitor, use by month, statements of closed months."""

import json
import re
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

from customer_inventory.audit.running import audit, rules_in_force
from customer_inventory.kit.actor import Actor
from customer_inventory.usage.cost import alerting, closing, declaring
from customer_inventory.usage.metering.hourly import meter
from customer_inventory.usage.metering.storage import look
from tests.audit.test_alerting import audited, person
from tests.conftest import Service
from tests.usage.cost.test_alerting import COSTS as BUDGET_COSTS
from tests.usage.cost.test_month import COSTS, MARCH, POOLS
from tests.usage.ledger import Filled, traffic

ROOT = "/inventory/v1"
FILES = Path(__file__).parents[2] / "docs" / "monitoring"
BY = Actor("tests", "testing")


async def headers(service: Service, *allowed: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {await service.token_for('monitoring', *allowed)}"}


async def test_it_is_permitted_under_a_name_of_its_own(service: Service) -> None:
    everything = await headers(service, "*:read,create,modify,update,delete,download")
    for path in ("metrics", "usageReport", "costStatement", "costStatement/2026-03"):
        refused = await service.client.get(f"{ROOT}/{path}", headers=everything)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_figures_are_what_was_metered(service: Service) -> None:
    mine = await headers(service, "usage:read", "individual:read")
    for _ in range(3):
        await service.client.get("/tmf-api/party/v5/individual", headers=mine)
    await service.application.sealer.seal_all()
    await meter(service.database)
    await service.application.latencies.keep()
    await look(service.database, (await service.database.value("SELECT now()")))
    await person(service, gender="x")
    asked = await rules_in_force(service.database)
    await audit(service.database, asked, actor=BY)
    await audited(service.database)
    budget = BUDGET_COSTS.replace("BUDGET", "1").replace("billing", "monitoring")
    await declaring.declare(service.database, budget, actor=BY, reason="the tests")
    assert [each.name for each in await alerting.watch(service.database)] == ["CC-1"]
    answer = await service.client.get(f"{ROOT}/metrics", headers=mine)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    found = {family.name: family for family in text_string_to_metric_families(answer.text)}
    requests = {
        (sample.labels["process"], sample.labels["operation"]): sample.value
        for sample in found["cinv_requests"].samples
    }
    assert requests["monitoring", "read"] == 3
    took = {
        (sample.name, sample.labels["record_type"], sample.labels.get("le")): sample.value
        for sample in found["cinv_request_duration_seconds"].samples
        if sample.labels["process"] == "monitoring"
    }
    name = "cinv_request_duration_seconds"
    assert took[f"{name}_count", "individual", None] == 3
    assert took[f"{name}_bucket", "individual", "+Inf"] == 3
    assert took[f"{name}_sum", "individual", None] > 0
    assert found["cinv_database_size_bytes"].samples[0].value > 1_000_000
    assert {sample.labels["part"] for sample in found["cinv_stored_bytes"].samples} == {
        "heap",
        "index",
        "toast",
    }
    assert found["process_resident_memory_bytes"].samples[0].value > 0
    told = await service.database.value(
        "SELECT count(*) FROM access.entry WHERE record_type = 'metrics' AND process = 'monitoring'"
    )
    assert told == 1

    # What the files that ship ask for is there.
    rules = yaml.safe_load((FILES / "alerts.yaml").read_text())["groups"][0]["rules"]
    panels = json.loads((FILES / "grafana.json").read_text())["panels"]
    asked = [rule["expr"] for rule in rules]
    asked += [target["expr"] for panel in panels for target in panel["targets"]]
    names = set(re.findall(r"\b(?:cinv|process)_[a-z_]+\b", " ".join(asked)))
    there = {sample.name for family in found.values() for sample in family.samples}
    assert names
    assert names <= there
    assert all({"summary", "action"} <= rule["annotations"].keys() for rule in rules)


async def test_use_and_statements_are_told_by_month(service: Service, tmp_path: Path) -> None:
    mine = await headers(service, "usage:read")
    ledger = Filled(service.database, tmp_path)
    entries = traffic(100, MARCH.start, 31, seed=3)
    await ledger.add(entries)
    await meter(service.database)
    used = await service.client.get(f"{ROOT}/usageReport?month=2026-03", headers=mine)
    assert sum(row["requests"] for row in used.json()) == 100
    assert {"month", "process", "purpose", "operation", "recordType"} <= used.json()[0].keys()
    wrong = await service.client.get(f"{ROOT}/usageReport?month=March", headers=mine)
    assert wrong.status_code == 400

    await declaring.declare(service.database, COSTS, actor=BY, reason="the tests")
    opened = await service.client.get(f"{ROOT}/costStatement/2026-03", headers=mine)
    assert opened.status_code == 404
    await closing.close(service.database, MARCH, actor=BY)
    closed = (await service.client.get(f"{ROOT}/costStatement", headers=mine)).json()
    assert [(each["month"], each["number"]) for each in closed] == [("2026-03", 0)]
    one = (await service.client.get(f"{ROOT}/costStatement/2026-03", headers=mine)).json()
    amounts = [int(line["amount"].replace(".", "")) for line in one["allocations"]]
    assert sum(amounts) == sum(POOLS.values())
