"""Figures of audits for a monitoring system: scores, alerts, findings, when the last run ended."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from customer_inventory.audit import alerting, scoring
from customer_inventory.audit.running import asked_in_force
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def figures(database: Database) -> list[Metric]:
    """Return the figures as they are now: of what is asked, as it was last asked."""
    rules = await asked_in_force(database)
    by_dimension = await scoring.scores(database, "dimension", rules=rules)
    raised = await alerting.alerts(database, state="raised")
    ended = await last_ended(database)
    work = await scoring.open_work(database)
    return [
        _gauge(
            "cinv_quality_score",
            "The share of what was asked of records that holds",
            ("dimension",),
            (((each.name,), each.score) for each in by_dimension if each.score is not None),
        ),
        _gauge(
            "cinv_quality_alert",
            "The share that holds of rules by which less holds than is declared to",
            ("rule", "type", "dimension"),
            (((a["rule"], a["record_type"], a["dimension"]), a["score"]) for a in raised),
        ),
        _gauge(
            "cinv_audit_findings",
            "Findings of audits that are not verified",
            ("state", "severity"),
            (((row["state"], row["severity"]), row["findings"]) for row in work),
        ),
        _gauge(
            "cinv_audit_findings_overdue",
            "Of these, those that are past their day",
            ("state", "severity"),
            (((row["state"], row["severity"]), row["overdue"]) for row in work),
        ),
        _gauge(
            "cinv_audit_ended_timestamp_seconds",
            "When the last audit ended",
            (),
            iter([((), ended.timestamp() if ended else 0.0)]),
        ),
    ]


async def last_ended(database: Database) -> datetime | None:
    """Return when the last audit ended, None before the first."""
    at: datetime | None = await database.value(SQL.last_ended)
    return at


def _gauge(
    name: str,
    said: str,
    labels: tuple[str, ...],
    values: Iterator[tuple[tuple[str, ...], float]],
) -> Metric:
    metric = GaugeMetricFamily(name, said, labels=labels)
    for names, value in values:
        metric.add_metric(names, value)
    return metric
