"""`python -m bench [NAME]`: measure again what is published about speed."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import msgspec

from bench import (
    assessing,
    assessing_report,
    audit,
    audit_report,
    backing_up,
    backing_up_report,
    capturing,
    capturing_report,
    choices,
    choices_report,
    download,
    download_report,
    footprint,
    footprint_report,
    guard,
    guard_report,
    hierarchy,
    hierarchy_report,
    ledger,
    ledger_report,
    machine,
    matching,
    matching_report,
    overload,
    overload_report,
    paging,
    paging_report,
    reconciling,
    reconciling_report,
    scale,
    scale_report,
    scope,
    scope_report,
    serving,
    serving_report,
    spreading,
    spreading_report,
    streaming,
    streaming_report,
    using,
    using_report,
)
from customer_inventory.kit.errors import InventoryError

_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
_Wishes = dict[str, Any]


@dataclass(frozen=True)
class _Question:
    """What can be measured: a plan, a small one, who measures by it, and who reports."""

    plan: Any
    quick: Any
    measure: Callable[[Any], Coroutine[Any, Any, Any]]
    report: ModuleType

    def ask(self, wishes: _Wishes, *, quick: bool) -> dict[str, Any]:
        """Measure, print what was found, and return it for a program to read."""
        plan = _adapted(self.quick if quick else self.plan, wishes)
        result = asyncio.run(self.measure(plan))
        click.echo(self.report.text(result))
        data: dict[str, Any] = self.report.data(result)
        return data


_QUESTIONS = {
    "assessment": _Question(
        assessing.Plan(),
        assessing.Plan(sizes=(1_000,), rounds=2),
        assessing.measure,
        assessing_report,
    ),
    "backup": _Question(
        backing_up.Plan(),
        backing_up.Plan(customers=5_000, rounds=3),
        backing_up.measure,
        backing_up_report,
    ),
    "serving": _Question(
        serving.Plan(),
        serving.Plan(records=20_000, customers=1_000, rounds=2, seconds=1.0, everywhere=False),
        serving.measure,
        serving_report,
    ),
    "overload": _Question(
        overload.Plan(),
        overload.Plan(records=5_000, seconds=30.0),
        overload.measure,
        overload_report,
    ),
    "footprint": _Question(
        footprint.Plan(),
        footprint.Plan(records=5_000, rounds=3, seconds=4.0),
        footprint.measure,
        footprint_report,
    ),
    "guard": _Question(
        guard.Plan(),
        guard.Plan(records=2_000, clients=(8,), rounds=2, seconds=2.0, processes=500),
        guard.measure,
        guard_report,
    ),
    "ledger": _Question(
        ledger.Plan(),
        ledger.Plan(sizes=(50_000, 200_000), requests=50, seconds=2.0),
        ledger.measure,
        ledger_report,
    ),
    "download": _Question(
        download.Plan(),
        download.Plan(rows=(1_000, 5_000), rounds=2),
        download.measure,
        download_report,
    ),
    "audit": _Question(
        audit.Plan(),
        audit.Plan(records=20_000, rounds=2),
        audit.measure,
        audit_report,
    ),
    "matching": _Question(
        matching.Plan(),
        matching.Plan(records=6_000, checks=300),
        matching.measure,
        matching_report,
    ),
    "capture": _Question(
        capturing.Plan(),
        capturing.Plan(customers=50_000),
        capturing.measure,
        capturing_report,
    ),
    "stream": _Question(
        streaming.Plan(),
        streaming.Plan(events=10_000, rounds=1),
        streaming.measure,
        streaming_report,
    ),
    "reconcile": _Question(
        reconciling.Plan(),
        reconciling.Plan(customers=3_000, rounds=3),
        reconciling.measure,
        reconciling_report,
    ),
    "scale": _Question(
        scale.Plan(),
        scale.Plan(sizes=(1_000, 5_000), requests=100, cold=10),
        scale.measure,
        scale_report,
    ),
    "citus": _Question(
        spreading.Plan(),
        spreading.Plan(records=100, reads=200, lists=20),
        spreading.measure,
        spreading_report,
    ),
    "console": _Question(
        paging.Plan(),
        paging.Plan(customers=2_000, rounds=10, loads=2),
        paging.measure,
        paging_report,
    ),
    "hierarchy": _Question(
        hierarchy.Plan(),
        hierarchy.Plan(nodes=1_000, rounds=3),
        hierarchy.measure,
        hierarchy_report,
    ),
    "choices": _Question(
        choices.Plan(),
        choices.Plan(customers=2_000, rounds=3),
        choices.measure,
        choices_report,
    ),
    "usage": _Question(
        using.Plan(),
        using.Plan(processes=5, rounds=2, requests=20, records=1_000),
        using.measure,
        using_report,
    ),
    "scope": _Question(
        scope.Plan(),
        scope.Plan(customers=1_000, listed=100_000, reads=100, rounds=3),
        scope.measure,
        scope_report,
    ),
}


_ASKED_BY_NAME = ("citus",)
"""What needs more than this machine has, and is not measured unless it is named."""
_QUICK: dict[str, _Wishes] = {
    "serving": {},
    "overload": {},
    "footprint": {},
    "download": {"rows": (20_000,)},
    "capture": {"customers": 10_000},
    "scale": {"sizes": (1_000, 4_000), "requests": 200},
}
"""What `quick` asks, each by its small plan but for this: within ten minutes on two cores."""


def _numbers(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = text.split(",")
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise click.BadParameter("write numbers with commas, such as 1,8,32")
    return tuple(map(int, parts))


@click.command()
@click.argument("name", type=click.Choice(["quick", "long", *_QUESTIONS]), default="quick")
@click.option("--quick", is_flag=True, help="Small and short: shows that it runs.")
@click.option("--json", "file", type=_FILE, help="Write every sample there.")
@click.option("--clients", callback=_numbers, help="Clients of serving and guard, such as 1,8,32.")
@click.option("--rounds", type=click.IntRange(1), help="How often each is measured.")
@click.option("--seconds", type=click.FloatRange(1), help="Length of one measurement under load.")
@click.option("--records", type=click.IntRange(1000), help="Individuals of serving and guard.")
@click.option("--processes", type=click.IntRange(10), help="Registered processes of guard.")
@click.option(
    "--customers", type=click.IntRange(100), help="Customers of capture, scale and choices."
)
@click.option(
    "--sizes", callback=_numbers, help="Customers of scale, entries of ledger: 10000,100000."
)
@click.option(
    "--requests", type=click.IntRange(10), help="Requests of scale and ledger, of each kind."
)
@click.option(
    "--libraries/--no-libraries", default=None, help="Whether audit is compared with libraries."
)
@click.option(
    "--keep", is_flag=True, default=None, help="Keep what scale and console made for the next run."
)
@click.option("--nodes", type=click.IntRange(10), help="Organisations in the tree of hierarchy.")
@click.option("--seed", type=click.IntRange(1), help="What to draw all data from.")
def main(name: str, quick: bool, file: Path | None, **wishes: Any) -> None:
    """Measure the service beside its peers: `quick` within ten minutes, `long` every question."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended
    found: dict[str, Any] = {"machine": machine.facts()}
    for fact, value in found["machine"].items():
        click.echo(f"{fact}: {value}")
    failed = False
    for key, own in _asked(name).items():
        given = {wish: value for wish, value in wishes.items() if value is not None}
        try:
            found[key] = _QUESTIONS[key].ask({**own, **given}, quick=quick or name == "quick")
        except InventoryError as error:
            # The others are asked all the same.
            click.echo(f"bench: {key}: {error}", err=True)
            failed = True
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    if failed:
        sys.exit(1)


def _asked(name: str) -> Mapping[str, _Wishes]:
    """Return the questions that a name stands for, with what is wished of each."""
    if name == "quick":
        return _QUICK
    if name == "long":
        return {key: {} for key in _QUESTIONS if key not in _ASKED_BY_NAME}
    return {name: {}}


def _adapted(plan: Any, wishes: _Wishes) -> Any:
    """Return `plan` with the wishes that it knows and that were given."""
    known = {field.name for field in fields(plan)}
    given = {name: value for name, value in wishes.items() if name in known}
    if "sizes" in known and "customers" in wishes and "sizes" not in given:
        given["sizes"] = (wishes["customers"],)
    return replace(plan, **given)


if __name__ == "__main__":
    main()
