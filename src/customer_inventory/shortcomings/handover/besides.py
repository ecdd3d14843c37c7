"""What is known of a shortcoming beyond its check: whom it hurts, until when, what was tried."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from customer_inventory.kit.clock import now
from customer_inventory.record.document import parse_object
from customer_inventory.shortcomings import impact
from customer_inventory.shortcomings.advising import advice
from customer_inventory.shortcomings.check import level
from customer_inventory.shortcomings.forecasting import forecast
from customer_inventory.shortcomings.handover.dossier import Besides, Forecast
from customer_inventory.shortcomings.handover.option import Option
from customer_inventory.store.database import Row

_MEGABYTE = 1_000_000


def besides_of(row: Row) -> Besides:
    """Return what is known of a shortcoming as it is held."""
    figures = parse_object(row["figures"])
    meant = impact.read(row["impact"])
    is_advice = row["checked"] == advice.CHECK.id
    is_forecast = row["checked"] in {check.id for check in forecast.CHECKS}
    return Besides(
        options=(_index(figures),) if is_advice and "do" in figures else (),
        forecast=_forecast(figures) if is_forecast and "days left" in figures else None,
        impact=meant.text if meant else None,
        evidence=level(row["evidence"]),
    )


def _index(figures: Mapping[str, Any]) -> Option:
    """Return the option to build what was advised, with what was measured of it."""
    size = figures.get("bytes", figures.get("bytes at most", 0)) / _MEGABYTE
    more = figures.get("writes cost more %")
    writes = (
        "every write of the table keeps it" if more is None else f"inserts take {more:g} % more"
    )
    helped = ", ".join(each["statement"] for each in figures["statements"])
    basis = "planned with it" if "bytes at most" in figures else "timed on a restored copy"
    return Option(
        figures["do"],
        0.0,
        f"{basis}; it helps {helped}",
        f"{size:,.1f} MB; {writes}; {figures['rows written a day']:,} rows are written a day",
        figures["undo"],
    )


def _forecast(figures: Mapping[str, Any]) -> Forecast:
    day = now().date() + timedelta(days=figures["days left"])
    return Forecast(
        day,
        f"{figures['method']}, if nothing new is loaded; trust is {figures['confidence']}, "
        f"tried at {figures['tested at days of the past']} days of the past",
    )
