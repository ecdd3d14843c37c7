"""What `serving` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.kinds import OURS
from bench.sample import Spread, cpu_shares, rates, ratios
from bench.serving import Cell, Result

_HEADER = (
    "",
    "operations a second",
    "ours is so many times it",
    "p50 ms",
    "p99 ms",
    "CPU s a million: service + database",
    "load",
    "times ours",
)


def text(result: Result) -> str:
    """Return a table for each operation, and what is aimed at."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "records": result.plan.records,
        "seconds": result.plan.seconds,
        "postgresql": result.postgresql,
        "lacking": result.lacking,
        "failed": result.failed,
        "cells": [_cell_data(cell) for cell in result.cells],
    }


def _sections(result: Result) -> Iterator[str]:
    plan = result.plan
    yield report.section(
        f"serving: {plan.records:,} individuals, {plan.rounds} rounds of {plan.seconds:g} s in "
        f"turn, PostgreSQL {result.postgresql}"
    )
    yield (
        "Rates and ratios are medians of the rounds (lowest to highest); a ratio is taken within "
        "each round.\nCPU seconds a million requests, of the service's processes, the database's "
        "and the load generator;\nthe last column sets service and database together beside ours."
    )
    for cell in result.cells:
        clients = "1 client" if cell.clients == 1 else f"{cell.clients} clients"
        yield report.section(f"{cell.kind.title}, {clients}")
        yield report.table(_HEADER, [_row(cell, name) for name in cell.samples])
    if result.lacking:
        yield report.section("not measured")
        yield from (f"{each.name}: {each.why}" for each in result.lacking)
    if result.failed:
        yield report.section("failed: measure again when nothing else is busy")
        yield from (f"{each.name}: {each.why}" for each in result.failed)
    yield from _verdicts(result)


def _row(cell: Cell, name: str) -> report.Row:
    samples = cell.samples[name]
    spent, ours = cpu_shares(samples), cpu_shares(cell.samples[OURS])
    served = " + ".join(f"{spent[who]:,.0f}" for who in ("service", "database") if who in spent)
    return (
        name,
        report.rate(rates(samples)),
        "" if name == OURS else report.ratio(against(cell, name)),
        _latency([sample.p50 for sample in samples]),
        _latency([sample.p99 for sample in samples]),
        served or "-",
        f"{spent['load']:,.0f}" if spent else "-",
        f"{_served(spent) / _served(ours):.2f}" if spent else "-",
    )


def _served(spent: dict[str, float]) -> float:
    return spent.get("service", 0.0) + spent["database"]


def against(cell: Cell, other: str) -> Spread:
    """Return our rate over another's, round by round."""
    return ratios(cell.samples[OURS], cell.samples[other])


def _latency(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{Spread.of(known).median:.2f}" if known else "-"


def _verdicts(result: Result) -> Iterator[str]:
    yield report.section("aims")
    for cell in result.cells:
        for (name, clients), aim in cell.kind.aims.items():
            if clients == cell.clients and name in cell.samples:
                what = f"{cell.kind.title} against the {name}, {clients} clients"
                yield report.verdict(what, against(cell, name), aim)


def _cell_data(cell: Cell) -> dict[str, Any]:
    others = [name for name in cell.samples if name != OURS]
    return {
        "operation": cell.kind.name,
        "clients": cell.clients,
        "samples": cell.samples,
        "ratios": {name: against(cell, name) for name in others},
    }
