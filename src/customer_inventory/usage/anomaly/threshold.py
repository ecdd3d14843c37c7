"""Thresholds as they are shown: a row a kind, and one for each that a process has of its own."""

from collections.abc import Iterator
from typing import Any

from customer_inventory.usage.anomaly.declared import Declared, Threshold, bounds_of


def told(declared: Declared) -> Iterator[dict[str, Any]]:
    """Yield rows of kind, process (None: all), the bounds that the kind has, is_off and reason."""
    for kind, threshold in declared.kinds.items():
        yield _row(kind, None, threshold)
    for (process, kind), threshold in sorted(declared.processes.items()):
        yield _row(kind, process, threshold)


def _row(kind: str, process: str | None, threshold: Threshold) -> dict[str, Any]:
    names = ("severity", "least", "times", "chance", "most", "days")
    bounds = {name: getattr(threshold, name) if name in bounds_of(kind) else None for name in names}
    return {
        "kind": kind,
        "process": process,
        **bounds,
        "is_off": threshold.is_off,
        "reason": threshold.reason,
    }
