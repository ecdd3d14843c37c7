"""When room runs out: what was, what is to come, and between which ends it lies."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from customer_inventory.access.operation import SHORTCOMING, Operation
from customer_inventory.console.figure import Figure, figure_of
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.console.written import Written
from customer_inventory.kit.clock import now
from customer_inventory.kit.size import GIGABYTE, MEGABYTE
from customer_inventory.shortcomings.forecasting import forecast, load
from customer_inventory.shortcomings.forecasting.forecast import Forecast
from customer_inventory.shortcomings.forecasting.series import BYTES
from customer_inventory.shortcomings.forecasting.trend import LEAST_DAYS

_ENTRY = "shortcoming"
_WEEK = 7
_WEEKS = 13
"""So many weeks that were are drawn."""
_COLUMNS = (
    Column("object", mark("Object")),
    Column("now", mark("Now"), "size"),
    Column("perWeek", mark("A week"), "size"),
    Column("expected", mark("Expected"), "size"),
    Column("low", mark("From"), "size"),
    Column("high", mark("To"), "size"),
    Column("limit", mark("Limit"), "size"),
    Column("fullOn", mark("Full on"), "date"),
    Column("confidence", mark("Trust"), "state"),
    Column("days", mark("Days of it"), "number"),
)
_LOADS = (
    Column("dueOn", mark("Day"), "date"),
    Column("object", mark("Object")),
    Column("amount", mark("Adds"), "size"),
    Column("said", mark("What comes"), "name"),
    Column("person", mark("Entered by"), "name"),
)
_WORDS = (mark("fair"), mark("disk"), mark("database"))


async def show(view: View) -> Shown:
    """Return what is to come of everything that may run out, and a chart of one of them."""
    database, today = view.rooms.database, now().date()
    every = sorted(await forecast.forecasts(database, view.rooms.settings), key=_urgency)
    horizon = view.rooms.settings.capacity_days
    listing = Listing(
        _COLUMNS,
        [_row(view, each, today) for each in every],
        view.say("What is to come, what runs out first before all"),
        empty=view.say("There are no figures of days gone by yet."),
        empty_hint=view.say("cinv shortcomings assess keeps those of a day; it runs every night."),
    )
    told = [each for each in every if each.trend is not None]
    wanted = view.query.get("object", "")
    shown = next((each for each in told if each.object == wanted), told[0] if told else None)
    loads = [_load(row) for row in await load.planned(database, today)]
    aside = {
        "figure": _figure(view, shown) if shown else None,
        "shown": shown,
        "least": LEAST_DAYS,
        "loads": Listing(
            _LOADS,
            [{**each, "object": view.say(each["object"])} for each in loads],
            view.say("Loads that are planned"),
            empty=view.say("No load is planned."),
            empty_hint=view.say("cinv shortcomings loads add enters one: a migration, say."),
        ),
    }
    return Shown({"horizon": horizon, "load": loads}, listing, aside)


def _urgency(each: Forecast) -> tuple[bool, int, bool, float]:
    left = each.days_left
    return left is None, left or 0, each.trend is None, -each.last


def _row(view: View, each: Forecast, today: date) -> dict[str, Any]:
    row: dict[str, Any] = {
        "object": view.say(each.object),
        "unit": each.unit,
        "now": round(each.last),
        "limit": each.limit,
        "days": each.days,
    }
    if each.trend is None:
        return row
    expected, low, high = map(round, each.at(each.horizon))
    row |= {"expected": expected, "low": low, "high": high, "confidence": each.trend.confidence}
    row["perWeek"] = round(_WEEK * each.trend.per_day)
    if each.days_left is not None:
        row["fullOn"] = date.fromordinal(today.toordinal() + each.days_left)
    row["_href"] = view.link(object=each.object)
    return row


def _figure(view: View, each: Forecast) -> Figure:
    """Draw the weeks that were, those to come, and the band in which these lie."""
    assert each.trend is not None  # noqa: S101 - its caller asks first
    unit, factor = _unit(each)
    past = [(each.trend.day - _WEEK * back, _was(each, back)) for back in range(_WEEKS, -1, -1)]
    past = past[next(at for at, (_, value) in enumerate(past) if value is not None) :]
    ahead = range(_WEEK, each.horizon + 1, _WEEK)
    to_come = [each.at(days) for days in (0, *ahead)]
    days = [*(day for day, _ in past), *(each.trend.day + days for days in ahead)]
    before: list[float | None] = [None] * (len(past) - 1)

    def scaled(values: Sequence[float | None]) -> list[float | None]:
        return [None if value is None else round(value / factor, 3) for value in values]

    series = [
        (view.say("measured"), scaled([*(v for _, v in past), *([None] * len(ahead))])),
        (view.say("expected"), scaled([*before, *(v for v, _, _ in to_come)])),
    ]
    if each.limit is not None:
        series.append((view.say("limit"), scaled([each.limit] * len(days))))
    low = scaled([*before, *(least for _, least, _ in to_come)])
    high = scaled([*before, *(most for _, _, most in to_come)])
    title = view.say(each.object)
    if unit:
        title = view.say("%(object)s, in %(unit)s", object=title, unit=unit)
    return figure_of(
        title,
        view.say("Day"),
        [Written(view.language).day(date.fromordinal(day)) for day in days],
        series,
        band=((view.say("from"), low), (view.say("to"), high)),
        written=Written(view.language).number,
    )


def _was(each: Forecast, back: int) -> float | None:
    """Return the last value of the week that ended so many weeks back; None for none."""
    assert each.trend is not None  # noqa: S101 - its caller asks first
    end = each.trend.day - _WEEK * back
    return next((each.past[d] for d in range(end, end - _WEEK, -1) if d in each.past), None)


def _unit(each: Forecast) -> tuple[str, float]:
    if each.unit != BYTES:
        return "", 1
    return ("GB", GIGABYTE) if each.last >= GIGABYTE else ("MB", MEGABYTE)


def _load(row: Any) -> dict[str, Any]:
    return {
        "dueOn": row["due_on"],
        "object": row["object"],
        "amount": row["amount"],
        "said": row["said"],
        "person": row["person"] or row["process"],
    }


SCREENS = (
    Screen(
        "/facilities/forecast", mark("Forecast"), "facilities", Operation.READ, SHORTCOMING, show,
        "facilities/forecast", _ENTRY, is_list=True, navigation=mark("Forecast"),
    ),
)  # fmt: skip
