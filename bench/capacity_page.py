"""`python -m bench.capacity_page`: the figures of `bench.capacity` as tables, for docs/scale.md.

With options for your own customers it prints what they would take; with --into it writes the tables
into a page, between the marks that name them.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import click

from bench.capacity import BUCKETS, TB, Measured, Node, Plan, Workload, fitted_gib, planned

_SIZES = (1_000_000, 10_000_000, 100_000_000)
_MARK = re.compile(r"(<!-- computed: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
Show = Callable[[Plan], str]


def _tb(value: float) -> str:
    return _number(value / TB) + " TB"


def _gb(value: float) -> str:
    return _number(value / 1e9) + " GB"


def _number(value: float) -> str:
    """Write two digits of what is small and three of what is not: more is not known."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 100 else f"{value:.2g}"


def _mdash(value: float, least: float = 0.01) -> str:
    return _number(value) if value >= least else f"under {least:g}"


_VOLUME: tuple[tuple[str, Show], ...] = (
    ("records", lambda plan: f"{plan.records:,.0f}"),
    ("as they are now, with indexes and links", lambda plan: _tb(plan.record_bytes)),
    ("history", lambda plan: _tb(plan.history_bytes)),
    ("outbox", lambda plan: _gb(plan.outbox_bytes)),
    ("**spread over nodes**", lambda plan: f"**{_tb(plan.data_bytes)}**"),
    ("ledger, a day", lambda plan: _gb(plan.ledger_bytes_day)),
    ("ledger, a year", lambda plan: _tb(plan.ledger_bytes_day * 365)),
)
_RATE: tuple[tuple[str, Show], ...] = (
    ("reads a second", lambda plan: _number(plan.reads_second)),
    ("changes a second", lambda plan: _mdash(plan.changes_second)),
    ("records made a second", lambda plan: _mdash(plan.creates_second)),
    ("entries of the ledger a second, at the peak", lambda plan: _number(plan.entries_peak_second)),
    ("processors of services busy at the peak", lambda plan: _mdash(plan.service_cores)),
    ("processors of the database busy at the peak", lambda plan: _mdash(plan.database_cores)),
)
_NODES: tuple[tuple[str, Show], ...] = (
    ("nodes that the data needs", lambda plan: f"{plan.nodes_by_data:,}"),
    ("nodes that processors need", lambda plan: f"{plan.nodes_by_processor:,}"),
    ("**nodes**", lambda plan: f"**{plan.nodes:,}**"),
    ("on each of them", lambda plan: _tb(plan.node_bytes)),
    ("customers on each", lambda plan: f"{plan.workload.customers / plan.nodes:,.0f}"),
    ("buckets on each", lambda plan: _number(BUCKETS / plan.nodes)),
    ("a bucket, which is what moves", lambda plan: _gb(plan.data_bytes / BUCKETS)),
    ("of its indexes, memory holds", lambda plan: f"{100 * plan.index_memory:.0f} %"),
    ("services (processes), half busy at the peak", lambda plan: f"{plan.services:,}"),
    ("nodes that take their connections", lambda plan: f"{plan.coordinators:,}"),
    ("days of ledger that one node holds", lambda plan: _number(plan.ledger_days)),
    ("a search by name, p50 on each node", lambda plan: f"{_number(plan.search_ms)} ms"),
)
_KEPT: tuple[tuple[str, Show], ...] = (
    ("write-ahead log a day, without the ledger", lambda plan: _gb(plan.log_bytes_day)),
    ("log kept to restore from, ledger included", lambda plan: _tb(plan.log_kept_bytes)),
    ("a base copy, compressed", lambda plan: _tb(plan.copy_bytes)),
    ("it takes, all nodes at once", lambda plan: f"{_number(plan.copy_hours)} h"),
    ("a node restored in", lambda plan: f"{_number(plan.restore_hours)} h"),
    ("the first load, days", lambda plan: _mdash(plan.load_days)),
    ("days to the forced freeze of rows", lambda plan: _number(plan.freeze_days)),
    ("a month", lambda plan: f"{plan.month_cost:,.0f}"),
    *(
        (f"of which {part}", lambda plan, part=part: f"{plan.parts[part]:,.0f}")
        for part in ("database", "disks", "services", "backups")
    ),
    ("a customer and year", lambda plan: _number(plan.month_cost * 12 / plan.workload.customers)),
)


def tables() -> dict[str, str]:
    """Return each table of the page by its name."""
    workload = Workload()
    plans = [planned(replace(workload, customers=customers)) for customers in _SIZES]
    header = ("", *(f"{customers:,} customers" for customers in _SIZES))
    named = {"volume": _VOLUME, "rate": _RATE, "nodes": _NODES, "kept": _KEPT}
    found = {
        name: table(header, [(what, *map(show, plans)) for what, show in rows])
        for name, rows in named.items()
    }
    return {"curve": _curve(), "sensitivity": _sensitivity(workload), **found}


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown."""
    first = list(header)
    lines = [first, ["---"] * len(first), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _curve() -> str:
    measured = Measured()
    rows = []
    for size in measured.sizes:
        fitted = fitted_gib(measured, size.records)
        away = 100 * (fitted / size.gib - 1)
        cells = (f"{size.customers:,}", f"{size.records:,}", f"{size.gib:.1f} GiB")
        rows.append((*cells, f"{fitted:.1f} GiB", f"{away:+.0f} %"))
    return table(("customers", "records", "measured", "the straight line", "away"), rows)


def _sensitivity(workload: Workload) -> str:
    usual = planned(workload)
    rows = [("as assumed", f"{usual.nodes:,}", _tb(usual.ledger_bytes_day * 365), _cost(usual))]
    for what, change in (
        ("four times the reads", {"reads_per_customer_day": 4 * workload.reads_per_customer_day}),
        (
            "four times the changes",
            {"changes_per_customer_day": 4 * workload.changes_per_customer_day},
        ),
        ("a fifth of the records", {"records_per_customer": workload.records_per_customer / 5}),
        ("no searches", {"mix": (0.8, 0.1, 0.0, 0.1)}),
    ):
        plan = planned(replace(workload, **change))
        rows.append((what, f"{plan.nodes:,}", _tb(plan.ledger_bytes_day * 365), _cost(plan)))
    for hours in (1, 12):
        plan = planned(workload, Node(restore_hours=hours))
        what = f"a node restored within {hours} h"
        rows.append((what, f"{plan.nodes:,}", _tb(plan.ledger_bytes_day * 365), _cost(plan)))
    return table(("100 million customers", "nodes", "ledger a year", "a month"), rows)


def _cost(plan: Plan) -> str:
    return f"{plan.month_cost:,.0f}"


def filled(page: str) -> str:
    """Return `page` with its tables as they are computed now; raise KeyError for an unknown one."""
    made = tables()
    return _MARK.sub(lambda mark: f"{mark[1]}{made[mark[2]]}\n{mark[3]}", page)


@click.command()
@click.option("--customers", type=click.IntRange(1_000), help="Your customers.")
@click.option(
    "--records",
    "records_per_customer",
    type=click.FloatRange(1),
    help="Records of each, after all years.",
)
@click.option(
    "--reads", "reads_per_customer_day", type=click.FloatRange(0), help="Reads of each a day."
)
@click.option(
    "--changes", "changes_per_customer_day", type=click.FloatRange(0), help="Changes of each a day."
)
@click.option("--years", type=click.FloatRange(1), help="For how many years.")
@click.option("--into", type=click.Path(path_type=Path, exists=True), help="Write a page anew.")
def main(into: Path | None, **wishes: float | None) -> None:
    """Say what an inventory of so many customers takes."""
    if into is not None:
        into.write_text(filled(into.read_text("utf-8")), "utf-8")
        return
    wished = {name: value for name, value in wishes.items() if value is not None}
    plan = planned(replace(Workload(), **wished))  # type: ignore[arg-type]
    for what, show in (*_VOLUME, *_RATE, *_NODES, *_KEPT):
        click.echo(f"{what.replace('**', ''):48} {show(plan).replace('**', '')}")


if __name__ == "__main__":
    main()
