"""What `guard` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.deciding import AIM_MICROSECONDS
from bench.guard import AIMS, DURABLE, MASKED, OPEN, TWIN, Result, cost, cpu_cost
from bench.sample import Spread, cpu_shares, rates
from bench.serving import Cell

_DUTIFUL = (OPEN, MASKED)
_COSTLY = (*_DUTIFUL, DURABLE)


def text(result: Result) -> str:
    """Return rates, what the duties cost of them, and what a decision takes."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "records": result.plan.records,
        "postgresql": result.postgresql,
        "decision": result.decided,
        "cells": [
            {
                "operation": cell.kind.name,
                "clients": cell.clients,
                "samples": cell.samples,
                "cost": {name: cost(cell, name) for name in _COSTLY},
                "cpu_cost": {name: cpu_cost(cell, name) for name in _COSTLY},
            }
            for cell in result.cells
        ],
    }


def _sections(result: Result) -> Iterator[str]:
    plan = result.plan
    yield report.section(
        f"guard: {plan.records:,} individuals, {plan.rounds} rounds of {plan.seconds:g} s, "
        f"PostgreSQL {result.postgresql}"
    )
    yield "operations a second, median (lowest to highest) of the rounds\n"
    yield report.table(("", "clients", *_COSTLY, TWIN), [_rates_row(cell) for cell in result.cells])
    yield "\nwhat guard, mask, purpose and ledger cost: share of the twin's rate\n"
    yield report.table(
        ("", "clients", *_COSTLY, f"{OPEN}, by CPU", f"{MASKED}, by CPU"),
        [_cost_row(cell) for cell in result.cells],
    )
    yield "\nCPU microseconds an operation: service + database\n"
    yield report.table(("", "clients", *_COSTLY, TWIN), [_cpu_row(cell) for cell in result.cells])
    yield from _verdicts(result)


def _rates_row(cell: Cell) -> report.Row:
    each = (report.rate(rates(cell.samples[name])) for name in (*_COSTLY, TWIN))
    return (cell.kind.title, str(cell.clients), *each)


def _cost_row(cell: Cell) -> report.Row:
    by_rate = (_percent(cost(cell, name)) for name in _COSTLY)
    by_cpu = (_percent(cpu_cost(cell, name)) for name in _DUTIFUL)
    return (cell.kind.title, str(cell.clients), *by_rate, *by_cpu)


def _cpu_row(cell: Cell) -> report.Row:
    each = []
    for name in (*_COSTLY, TWIN):
        spent = cpu_shares(cell.samples[name])
        each.append(f"{spent['service']:,.0f} + {spent['database']:,.0f}" if spent else "-")
    return (cell.kind.title, str(cell.clients), *each)


def _verdicts(result: Result) -> Iterator[str]:
    yield report.section("aims")
    for cell in result.cells:
        aim = AIMS[cell.kind.name]
        clients = "1 client" if cell.clients == 1 else f"{cell.clients} clients"
        for name in _DUTIFUL:
            what = f"{cell.kind.title}, {name}, {clients}: cost"
            yield report.bound(what, cost(cell, name), aim)
    decided = result.decided
    what = f"a decision from memory, {decided.processes:,} processes: microseconds"
    yield report.bound(what, decided.remembered, AIM_MICROSECONDS)
    yield f"             the first one of a token asks the database: {_micros(decided.first)}"


def _percent(spread: Spread | None) -> str:
    if spread is None:
        return "-"
    return f"{100 * spread.median:.0f} % ({100 * spread.low:.0f} to {100 * spread.high:.0f})"


def _micros(spread: Spread) -> str:
    return f"{spread.median:,.0f} microseconds ({spread.low:,.0f} to {spread.high:,.0f})"
