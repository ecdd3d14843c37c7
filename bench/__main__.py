"""`python -m bench [NAME]`: measure again what is published about speed."""

import asyncio
import signal
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from bench import (
    hierarchy,
    hierarchy_report,
    importing,
    importing_report,
    machine,
    scale,
    scale_report,
    serving,
    serving_report,
)
from customer_inventory.kit.errors import InventoryError

_QUICK_SERVING = serving.Plan(records=20_000, clients=(32,), rounds=2, seconds=2.0)
_QUICK_IMPORT = importing.Plan(customers=5_500, rounds=2)
_QUICK_HIERARCHY = hierarchy.Plan(nodes=1_000, rounds=3)
_QUICK_SCALE = scale.Plan(sizes=(1_000, 5_000), requests=100, cold=10)
_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
_Wishes = dict[str, Any]
_Plan = TypeVar("_Plan", serving.Plan, importing.Plan, scale.Plan, hierarchy.Plan)


def _measure_serving(wishes: _Wishes, *, quick: bool) -> dict[str, Any]:
    plan = _QUICK_SERVING if quick else serving.Plan()
    result = asyncio.run(serving.measure(_adapted(plan, wishes)))
    click.echo(serving_report.text(result))
    return serving_report.data(result)


def _measure_import(wishes: _Wishes, *, quick: bool) -> dict[str, Any]:
    plan = _QUICK_IMPORT if quick else importing.Plan()
    result = asyncio.run(importing.measure(_adapted(plan, wishes)))
    click.echo(importing_report.text(result))
    return importing_report.data(result)


def _measure_scale(wishes: _Wishes, *, quick: bool) -> dict[str, Any]:
    plan = _QUICK_SCALE if quick else scale.Plan()
    if wishes["customers"] and not wishes["sizes"]:
        wishes = {**wishes, "sizes": (wishes["customers"],)}
    result = asyncio.run(scale.measure(_adapted(plan, wishes)))
    click.echo(scale_report.text(result))
    return scale_report.data(result)


def _measure_hierarchy(wishes: _Wishes, *, quick: bool) -> dict[str, Any]:
    plan = _QUICK_HIERARCHY if quick else hierarchy.Plan()
    result = asyncio.run(hierarchy.measure(_adapted(plan, wishes)))
    click.echo(hierarchy_report.text(result))
    return hierarchy_report.data(result)


_QUESTIONS = {
    "serving": _measure_serving,
    "import": _measure_import,
    "scale": _measure_scale,
    "hierarchy": _measure_hierarchy,
}


def _numbers(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = text.split(",")
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise click.BadParameter("write numbers with commas, such as 1,8,32")
    return tuple(map(int, parts))


@click.command()
@click.argument("name", type=click.Choice(["all", *_QUESTIONS]), default="all")
@click.option("--quick", is_flag=True, help="Small and short: shows that it runs.")
@click.option("--json", "file", type=_FILE, help="Write every sample there.")
@click.option("--clients", callback=_numbers, help="Clients of serving, such as 1,8,32.")
@click.option("--rounds", type=click.IntRange(1), help="How often each is measured.")
@click.option("--seconds", type=click.FloatRange(1), help="Length of one measurement of serving.")
@click.option("--records", type=click.IntRange(1000), help="Individuals in the table of serving.")
@click.option(
    "--customers", type=click.IntRange(100), help="Customers that import loads, or scale."
)
@click.option(
    "--sizes", callback=_numbers, help="Customers of scale, such as 10000,100000,1000000."
)
@click.option("--requests", type=click.IntRange(10), help="Requests of scale, of each shape.")
@click.option("--keep", is_flag=True, default=None, help="Keep what scale made for the next run.")
@click.option("--nodes", type=click.IntRange(10), help="Organisations in the tree of hierarchy.")
@click.option("--seed", type=click.IntRange(1), help="What to draw all data from.")
def main(name: str, quick: bool, file: Path | None, **wishes: Any) -> None:
    """Measure the service against its database and a typical service, and the import."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended
    found: dict[str, Any] = {"machine": machine.facts()}
    for fact, value in found["machine"].items():
        click.echo(f"{fact}: {value}")
    try:
        for question, measure in _QUESTIONS.items():
            if name in ("all", question):
                found[question] = measure(wishes, quick=quick)
    except InventoryError as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(1)
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def _adapted(plan: _Plan, wishes: _Wishes) -> _Plan:
    """Return `plan` with the wishes that it knows and that were given."""
    known = {field.name for field in fields(plan)}
    given = {name: value for name, value in wishes.items() if name in known and value is not None}
    return replace(plan, **given)


if __name__ == "__main__":
    main()
