"""Figures of budgets for a monitoring system: those that are nearly spent, or more than that."""

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from customer_inventory.record.document import parse
from customer_inventory.record.finding import findings
from customer_inventory.store.database import Database
from customer_inventory.usage.cost.alerting import BUDGET

_MOST = 1000


async def figures(database: Database) -> list[Metric]:
    """Return what those that were told of come to in the month, as parts of their budgets."""
    metric = GaugeMetricFamily(
        "cinv_budget_forecast_ratio",
        "What a month comes to, as a part of its budget, where that is near or over",
        labels=("of", "name", "state"),
    )
    for row in await findings(database, kind=BUDGET, state="open", limit=_MOST):
        said = parse(row["evidence"])
        # A budget of nothing is over as soon as anything costs.
        share = said["forecast"] / (said["budget"] or 1)
        metric.add_metric((said["of"], said["name"], said["state"]), share)
    return [metric]
