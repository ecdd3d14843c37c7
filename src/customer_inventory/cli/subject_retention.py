"""`cinv subject retention`: what must be kept, what must be gone, and what was removed for it."""

from dataclasses import asdict
from typing import Any

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.holding import retainer_of
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.retention.policy import Policy, Rule, example, policy_of
from customer_inventory.record.retention.run import NoPolicy, Run, runs

_RULE = ("rule", "applies_to", "minimum", "maximum", "counts_from", "source")
_COUNT = ("rule", "type", "part", "state", "count")
_RUN = ("id", "judged_at", "begun_at", "ended_at", "removed", "held", "waiting")


@click.group()
def retention() -> None:
    """Retention: how long records must be kept, and when they must be gone."""


@retention.command()
@output_option
def policy(output: str) -> None:
    """List the rules of the policy in force, or else of the example."""
    told = _policy()
    rows = [_rule(told, rule) for rule in told.rules.values()]
    show(rows, output, columns=_RULE, empty="")
    click.echo(f"policy: {told.origin}{_in_force()}", err=True)


@retention.command()
@click.option("--at", metavar="DATE", help="As if it were then.  [default: now]")
@output_option
def plan(at: str | None, output: str) -> None:
    """Show what a run would remove, by rule and type; change nothing.

    Without a policy in force, by the example. `waiting` is what others still stand on, `held` what
    a legal hold keeps.
    """
    instant = parse_instant(at)
    if at is not None and instant is None:
        raise Invalid("is no date or date-time.", path="at", hint="Write 2027-01-31.")
    settings, told = Settings.from_environment(), _policy()

    async def work() -> Run:
        async with opened(settings) as database:
            await trace(database, operator(), Operation.DELETE, "retention", ())
            return await retainer_of(database, settings).plan(told, at=instant)

    show(run(work()).lines(), output, columns=_COUNT, empty="Nothing is past its time.")
    click.echo(f"policy: {told.origin}{_in_force()}", err=True)


@retention.command("run")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_option
def run_command(yes: bool, output: str) -> None:
    """Remove what is past its time, with all its past; go on with a run that was broken off.

    The service does it every night. Needs a policy in force (CINV_RETENTION).
    """
    settings = Settings.from_environment()
    if settings.retention is None:
        raise NoPolicy
    if not yes:
        click.confirm("What is removed cannot be brought back. Remove it?", abort=True, err=True)

    async def work() -> Run:
        async with opened(settings) as database:
            actor = operator()
            await trace(database, actor, Operation.DELETE, "retention", ())
            return await retainer_of(database, settings).run(actor=actor, pause=0)

    show(run(work()).lines(), output, columns=_COUNT, empty="Nothing was past its time.")


@retention.command("runs")
@output_option
def runs_command(output: str) -> None:
    """List the runs of retention, newest first."""

    async def work() -> list[Run]:
        async with opened(Settings.from_environment()) as database:
            return await runs(database)

    rows = [{**asdict(each), **_summed(each)} for each in run(work())]
    show(rows, output, columns=_RUN, empty="Nothing was removed by retention yet.")


def _policy() -> Policy:
    return policy_of(Settings.from_environment().retention) or example()


def _in_force() -> str:
    return "" if Settings.from_environment().retention else " (not in force)"


def _rule(told: Policy, rule: Rule) -> dict[str, Any]:
    kinds = [name for name, each in told.types.items() if each == rule.name]
    groups = [f"attributes of {name}" for name, each in told.groups.items() if each == rule.name]
    ledger = ["entries of the access ledger"] if told.ledger == rule else []
    return {**asdict(rule), "rule": rule.name, "applies_to": ", ".join([*kinds, *groups, *ledger])}


def _summed(each: Run) -> dict[str, int]:
    lines = each.lines()
    return {
        state: sum(line["count"] for line in lines if line["state"] == state)
        for state in ("removed", "held", "waiting")
    }
