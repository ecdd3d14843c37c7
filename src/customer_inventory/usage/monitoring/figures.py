"""Figures for a monitoring system, in the exposition format of Prometheus.

They are asked of the database when somebody asks for them: a request that is served costs nothing
for it. What is counted from the ledger is as far as the meter is, and begins anew with each month.
"""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from customer_inventory import __version__
from customer_inventory.access.log.partition import Month
from customer_inventory.access.log.sealing import waiting_since
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.usage.anomaly import held
from customer_inventory.usage.anomaly.declared import shipped
from customer_inventory.usage.metering.latency import KEY, Latency, cumulated, latencies

SQL = beside(__name__)

MEDIA = CONTENT_TYPE_LATEST
"""The media type of what `figures` returns."""

_COUNTED = {
    "requests": ("cinv_requests", "Entries of the ledger, this month, as far as metered"),
    "errors": ("cinv_request_errors", "Of these, those answered with 400 and up"),
    "denied": ("cinv_requests_denied", "Of these, those that the guard refused"),
    "records": ("cinv_records", "Records told of, changed or taken away, this month"),
    "bytes": ("cinv_answer_bytes", "Bytes of answers' bodies, this month"),
}
_WHO = ("process", "purpose", "operation")


async def figures(database: Database, more: Iterable[Metric] = ()) -> bytes:
    """Return all figures as they are now; `more` are those of other rooms."""
    month = Month.of(now())
    used = await database.fetch(SQL.used_since, month.start)
    took = await latencies(database, month.start, month.stop)
    meter = await database.row(SQL.meter_state)
    state = await database.row(SQL.database_state)
    assert meter is not None  # noqa: S101 - the migration put it there
    assert state is not None  # noqa: S101 - an aggregate always has a row
    unsealed = await waiting_since(database)
    waiting = (now() - unsealed).total_seconds() if unsealed else 0.0
    found = [
        _gauge("cinv_build_info", "The version that runs", [((__version__,), 1)], ("version",)),
        *_used(used),
        _took(took),
        *_of_meter(meter, waiting),
        *await _of_anomalies(database),
        *_of_database(state, await database.fetch(SQL.stored_now)),
        *more,
    ]
    return generate_latest(_Told(found)) + generate_latest(_own())


class _Told:
    """Figures that are there already, as the library takes them."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        return self._metrics


def _own() -> CollectorRegistry:
    """Return what is known of this process of the system: time, memory, files, garbage."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def _used(rows: Sequence[Row]) -> Iterator[Metric]:
    for column, (name, said) in _COUNTED.items():
        metric = CounterMetricFamily(name, said, labels=_WHO)
        for row in rows:
            metric.add_metric([row[label] for label in _WHO], row[column])
        yield metric


def _took(found: Iterable[Latency]) -> Metric:
    metric = HistogramMetricFamily(
        "cinv_request_duration_seconds",
        "How long answers took, their entry in the ledger included, this month",
        labels=KEY,
    )
    for each in found:
        metric.add_metric(list(each.key), list(cumulated(each)), each.seconds)
    return metric


def _of_meter(meter: Row, waiting: float) -> Iterator[Metric]:
    yield _gauge(
        "cinv_ledger_oldest_unsealed_seconds", "For how long an entry waits to be sealed", waiting
    )
    yield _gauge("cinv_usage_metered_entries", "Entries of the ledger metered", meter["place"])
    yield _gauge(
        "cinv_usage_missed_entries", "Entries retired before they were metered", meter["missed"]
    )
    at = meter["metered_at"]
    yield _gauge(
        "cinv_usage_metered_timestamp_seconds", "When the meter ran", at.timestamp() if at else 0
    )


async def _of_anomalies(database: Database) -> list[Metric]:
    counts = {
        (row["kind"], row["severity"]): row["anomalies"] for row in await held.undecided(database)
    }
    # A kind of which there is none is told as 0, so that an alert that is over ends.
    for kind, threshold in shipped().kinds.items():
        counts.setdefault((kind, threshold.severity), 0)
    looked = await held.last_look(database)
    return [
        _gauge(
            "cinv_usage_anomalies",
            "Use out of habit that nobody has decided on",
            sorted(counts.items()),
            ("kind", "severity"),
        ),
        _gauge(
            "cinv_usage_anomalies_timestamp_seconds",
            "When anomalies were looked for",
            looked.timestamp() if looked else 0,
        ),
    ]


def _of_database(state: Row, stored: Sequence[Row]) -> Iterator[Metric]:
    yield _gauge("cinv_database_size_bytes", "What the database takes on disk", state["bytes"])
    sessions = [((name,), state[name]) for name in ("active", "idle", "in_transaction")]
    yield _gauge("cinv_database_sessions", "Sessions in the database", sessions, ("state",))
    parts = [
        ((row["relation"], part), row[f"{part}_bytes"])
        for row in stored
        for part in ("heap", "index", "toast")
    ]
    yield _gauge(
        "cinv_stored_bytes", "What tables took at the last look", parts, ("relation", "part")
    )


def _gauge(
    name: str,
    said: str,
    values: float | Sequence[tuple[tuple[str, ...], float]],
    labels: tuple[str, ...] = (),
) -> Metric:
    metric = GaugeMetricFamily(name, said, labels=labels)
    for names, value in [((), values)] if isinstance(values, int | float) else values:
        metric.add_metric(names, value)
    return metric
