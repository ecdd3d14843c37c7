"""What `serving` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.sample import Sample, Spread, cpu_shares, rates, ratios
from bench.serving import Cell, Result
from bench.targets import BARE, OURS, TYPICAL

_UNITS = "median (lowest to highest) of the rounds"


def text(result: Result) -> str:
    """Return the tables, the ratios, and where the time goes."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "records": result.plan.records,
        "seconds": result.plan.seconds,
        "postgresql": result.postgresql,
        "cells": [_cell_data(cell) for cell in result.cells],
    }


def _sections(result: Result) -> Iterator[str]:
    plan = result.plan
    for clients in plan.clients:
        cells = [cell for cell in result.cells if cell.clients == clients]
        yield report.section(
            f"serving: {clients} {'client' if clients == 1 else 'clients'}, "
            f"{plan.records:,} individuals, {plan.rounds} rounds of {plan.seconds:g} s, "
            f"PostgreSQL {result.postgresql}"
        )
        yield f"operations a second, {_UNITS}\n"
        yield report.table(
            ("", OURS, BARE, TYPICAL, "of bare", "x typical"), [_rates_row(cell) for cell in cells]
        )
        yield "\nlatency in milliseconds (half of the answers, 99 of 100)\n"
        yield report.table(("", OURS, TYPICAL), [_latency_row(cell) for cell in cells])
        yield from _cpu(cells)
    yield from _verdicts(result)


def _rates_row(cell: Cell) -> report.Row:
    ours, bare, typical = (rates(cell.samples[name]) for name in (OURS, BARE, TYPICAL))
    return (
        cell.kind.title,
        *(report.rate(spread) for spread in (ours, bare, typical)),
        report.ratio(_against(cell, BARE)),
        report.ratio(_against(cell, TYPICAL)),
    )


def _against(cell: Cell, other: str) -> Spread:
    return ratios(cell.samples[OURS], cell.samples[other])


def _latency_row(cell: Cell) -> report.Row:
    return (cell.kind.title, *(_latency(cell.samples[name]) for name in (OURS, TYPICAL)))


def _latency(samples: list[Sample]) -> str:
    half = Spread.of(sample.p50 or 0.0 for sample in samples).median
    most = Spread.of(sample.p99 or 0.0 for sample in samples).median
    return f"{half:.2f}, {most:.2f}"


def _cpu(cells: list[Cell]) -> Iterator[str]:
    yield "\nCPU microseconds an operation (service + database + load generator = all)\n"
    if not any(cpu_shares(cell.samples[OURS]) for cell in cells):
        yield "not measured: this system has no /proc"
        return
    yield report.table(
        ("", OURS, BARE, TYPICAL, "x typical by CPU", "where ours goes"),
        [_cpu_row(cell) for cell in cells],
    )


def _cpu_row(cell: Cell) -> report.Row:
    spent = {name: cpu_shares(samples) for name, samples in cell.samples.items()}
    sums = (_sum(spent[name]) for name in (OURS, BARE, TYPICAL))
    factor = sum(spent[TYPICAL].values()) / sum(spent[OURS].values())
    return (cell.kind.title, *sums, f"{factor:.1f}", report.shares(spent[OURS]))


def _sum(parts: dict[str, float]) -> str:
    terms = " + ".join(f"{value:,.0f}" for value in parts.values())
    return f"{terms} = {sum(parts.values()):,.0f}"


def _verdicts(result: Result) -> Iterator[str]:
    most = max(result.plan.clients)
    yield report.section(f"aims, with {most} clients")
    for cell in result.cells:
        if cell.clients != most:
            continue
        for name, aim in ((TYPICAL, cell.kind.aim_typical), (BARE, cell.kind.aim_bare)):
            if aim is not None:
                what = f"{cell.kind.title} against the {name}"
                yield report.verdict(what, _against(cell, name), aim)


def _cell_data(cell: Cell) -> dict[str, Any]:
    return {
        "operation": cell.kind.name,
        "clients": cell.clients,
        "samples": cell.samples,
        "ratio_bare": _against(cell, BARE),
        "ratio_typical": _against(cell, TYPICAL),
    }
