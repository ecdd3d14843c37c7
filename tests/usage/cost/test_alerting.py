"""Budgets that are nearly spent are told of once, and the finding closes when they are kept."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.record import finding
from customer_inventory.store.database import Database
from customer_inventory.usage.cost import alerting, declaring
from customer_inventory.usage.cost.monitoring import figures
from customer_inventory.usage.metering.hourly import meter
from tests.usage.cost.test_month import BY
from tests.usage.ledger import Filled, entry

COSTS = """\
currency: EUR
pools: [{name: p, kind: other, driver: requests, costs: [{from: 2026-01, amount: 100}]}]
costCentres: [{process: billing, costCentre: CC-1, from: 2026-01}]
budgets:
  - {costCentre: CC-1, from: 2026-01, amount: BUDGET}
  - {process: care, from: 2026-01, amount: 1000}
"""


async def told(database: Database) -> list[tuple[str, str]]:
    rows = await finding.findings(database, kind=alerting.BUDGET)
    return sorted((row["state"], row["evidence"].decode()) for row in rows)


async def test_a_budget_is_told_of_once_for_each_state(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert await alerting.watch(database) == []
    await declaring.declare(database, COSTS.replace("BUDGET", "110"), actor=BY, reason="tests")
    filled = Filled(database, tmp_path)
    # Within this month, however early in it the test runs.
    at = max(Month.of(now()).start, now() - timedelta(minutes=1))
    await filled.add([entry(at, "billing") for _ in range(9)] + [entry(at, "care")])
    await meter(database)
    (near,) = await alerting.watch(database)
    assert (near.payer, near.state, near.forecast) == (("costCentre", "CC-1"), "near", 9000)
    assert await alerting.watch(database) == []
    assert caplog.text.count("budget: costCentre CC-1 comes to 90.00 of 110.00 EUR") == 1

    await declaring.declare(database, COSTS.replace("BUDGET", "80"), actor=BY, reason="less")
    (over,) = await alerting.watch(database)
    assert over.state == "over"
    assert [state for state, _ in await told(database)] == ["closed", "open"]

    (metric,) = await figures(database)
    (sample,) = metric.samples
    assert sample.labels == {"of": "costCentre", "name": "CC-1", "state": "over"}
    assert sample.value == 90 / 80

    await declaring.declare(database, COSTS.replace("BUDGET", "800"), actor=BY, reason="more")
    assert await alerting.watch(database) == []
    assert [state for state, _ in await told(database)] == ["closed", "closed"]
