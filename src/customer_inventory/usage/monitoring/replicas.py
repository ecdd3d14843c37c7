"""Figures of the standbys that answer for the database: how old, how far behind, how much asked."""

import time
from collections.abc import Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from customer_inventory.store.replica import Replicas

_WHICH = ("replica",)


def figures(replicas: Replicas) -> Iterator[Metric]:
    """Yield the figures of each standby by its place; none where there are no standbys.

    The age of one of which nothing is known is infinite.
    """
    if not replicas.replicas:
        return
    moment = time.monotonic()
    ages = GaugeMetricFamily(
        "cinv_replica_age_seconds", "How old an answer of a standby may be", labels=_WHICH
    )
    behind = GaugeMetricFamily(
        "cinv_replica_behind_bytes", "Log that a standby has yet to replay", labels=_WHICH
    )
    asked = CounterMetricFamily(
        "cinv_replica_answers", "Reads that a standby answered, of this service", labels=_WHICH
    )
    for each in replicas.replicas:
        which = (each.database.place,)
        ages.add_metric(which, each.lag(moment))
        behind.add_metric(which, each.behind)
        asked.add_metric(which, each.asked)
    yield from (ages, behind, asked)
    yield CounterMetricFamily(
        "cinv_replica_fallbacks",
        "Reads that a standby might have answered and the primary did, of this service",
        value=replicas.fallen_back,
    )
