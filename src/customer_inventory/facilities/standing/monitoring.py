"""How facilities are, as figures for a monitoring system."""

from collections.abc import Iterable

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from customer_inventory.facilities.standing.line import Line

_GRADES = {"ok": 0, "attention": 1, "problem": 2}


def figures(lines: Iterable[Line]) -> list[Metric]:
    """Return how each part is (0 well, 1 to be looked at, 2 wrong) and the figure behind it.

    What was not asked has none.
    """
    state = GaugeMetricFamily(
        "cinv_facility_state",
        "How a part of the facilities is: 0 well, 1 to be looked at, 2 wrong",
        labels=("part",),
    )
    value = GaugeMetricFamily(
        "cinv_facility_value", "The figure behind it, in its unit", labels=("part", "unit")
    )
    for each in lines:
        if each.state in _GRADES:
            state.add_metric((each.what,), _GRADES[each.state])
        if each.value is not None:
            value.add_metric((each.what, each.unit), each.value)
    return [state, value]
