"""`cinv shortcomings forecast` and `loads`: when room runs out, and what planners know of."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import click

from customer_inventory.access.house import operator
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.kit.size import sized
from customer_inventory.shortcomings.forecasting import forecast, load, series
from customer_inventory.shortcomings.forecasting.forecast import Forecast
from customer_inventory.shortcomings.forecasting.trend import LEAST_DAYS

_COLUMNS = ("object", "now", "week", "ahead", "expected", "from", "to", "limit", "full", "trust")
_SCORE = ("object", "days", "forecasts", "error", "within")
_LOAD = ("number", "due_on", "object", "amount", "said", "person")
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15, "B": 1}


@click.command("forecast")
@click.option("--score", "is_score", is_flag=True, help="How good earlier forecasts were.")
@output_option
def forecast_command(is_score: bool, output: str) -> None:
    """Tell how much there will be, and when room runs out.

    A robust trend of the snapshots that assessments keep, if nothing new is loaded but what is
    known (cinv shortcomings loads). From and to are what such forecasts were wrong by when they
    were asked at days of the past. Nothing is said of less than 14 days; under 90 trust is low.

    \b
    Example:
      cinv shortcomings forecast
      cinv shortcomings forecast --score
    """
    settings = Settings.from_environment()

    async def work() -> list[dict[str, Any]]:
        async with opened(settings) as database:
            if is_score:
                return [dict(row) for row in await forecast.score(database)]
            return [_row(each) for each in await forecast.forecasts(database, settings)]

    columns, empty = (_SCORE, "No forecast has come due yet.") if is_score else (
        _COLUMNS, "There are no snapshots yet: cinv shortcomings assess keeps one."
    )  # fmt: skip
    show(run(work()), output, columns=columns, empty=empty)


@click.group("loads")
def loads() -> None:
    """Loads that planners know of: forecasts count with them."""


@loads.command("add")
@click.argument("day", metavar="DATE")
@click.option("--size", help="What it adds to the database, such as 500GB.")
@click.option("--customers", type=click.IntRange(1), help="How many customers it adds.")
@click.option("--numbers", type=click.IntRange(1), help="How many numbers it takes of a sequence.")
@click.option("--of", "what", help="What it is added to.  [default: database]")
@click.option("--reason", required=True, help="What comes.")
def add(
    day: str,
    size: str | None,
    customers: int | None,
    numbers: int | None,
    what: str | None,
    reason: str,
) -> None:
    """Enter a load that is planned for a day.

    Customers are taken to be as large as those that are there.

    \b
    Example:
      cinv shortcomings loads add 2999-03-01 --size 500GB --reason "migration of the south"
    """
    if sum(each is not None for each in (size, customers, numbers)) != 1:
        raise Invalid("Say one of --size, --customers and --numbers.")

    async def work() -> int:
        async with opened(Settings.from_environment()) as database:
            if customers is not None:
                amount = await load.bytes_of_customers(database, customers)
            else:
                amount = float(numbers) if numbers is not None else bytes_of(size or "")
            return await load.enter(
                database,
                day_of(day),
                amount,
                object=what or series.DATABASE,
                said=reason,
                actor=operator(),
            )

    click.echo(f"load {run(work())} is planned")


@loads.command("list")
@click.option("--all", "is_all", is_flag=True, help="Also those whose day is gone by.")
@output_option
def list_command(is_all: bool, output: str) -> None:
    """List loads that are planned.

    \b
    Example:
      cinv shortcomings loads list
    """

    async def work() -> list[dict[str, Any]]:
        async with opened(Settings.from_environment()) as database:
            rows = await load.planned(database, None if is_all else now().date())
            return [{**row, "due_on": row["due_on"].isoformat()} for row in rows]

    show(run(work()), output, columns=_LOAD, empty="None is planned.")


@loads.command("cancel")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it does not come.")
def cancel(number: int, reason: str) -> None:
    """Let a load that was planned not come.

    \b
    Example:
      cinv shortcomings loads cancel 1 --reason "put off to next year"
    """

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            await load.cancel(database, number, reason=reason, actor=operator())

    run(work())


def bytes_of(text: str) -> float:
    """Return the bytes that a size such as 500GB names; raise Invalid."""
    for unit, factor in _UNITS.items():
        if text.upper().endswith(unit):
            number = text[: -len(unit)].strip()
            if number.replace(".", "", 1).isdecimal():
                return float(number) * factor
    raise Invalid(f"{text!r} is no size.", path="size", hint="Give one as 500GB.")


def day_of(text: str) -> date:
    """Return the day that a text names; raise Invalid."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no day.", path="date", hint="Give one as 2026-01-31.") from None


def _row(each: Forecast) -> dict[str, Any]:
    return dict(_told(each))


def _told(each: Forecast) -> Iterator[tuple[str, Any]]:
    yield from (("object", each.object), ("unit", each.unit), ("now", _amount(each, each.last)))
    if each.trend is None:
        yield "trust", f"none: {each.days} of {LEAST_DAYS} days"
        return
    expected, low, high = each.at(each.horizon)
    yield "week", _amount(each, 7 * each.trend.per_day)
    yield "ahead", f"{each.horizon} days"
    yield from (("expected", _amount(each, expected)), ("from", _amount(each, low)))
    yield "to", _amount(each, high)
    yield "limit", None if each.limit is None else _amount(each, each.limit)
    left = each.days_left
    yield "full", None if left is None else f"{now().date() + timedelta(days=left)}"
    yield from (("trust", each.trend.confidence), ("method", each.trend.method))
    yield from (("days", each.days), ("origins", each.trend.origins), ("lead", each.trend.lead))
    yield "known_loads", _amount(each, sum(each.steps.values()))


def _amount(each: Forecast, value: float) -> str:
    if each.unit == series.NUMBERS:
        return f"{value:,.0f}"
    return sized(value)
