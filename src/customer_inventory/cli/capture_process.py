"""`cinv capture processes`: how facts come in and are kept in order, declared and decided on."""

from collections.abc import Awaitable, Callable
from typing import Any, get_args

import click

from customer_inventory.access.house import operator
from customer_inventory.access.operation import Operation
from customer_inventory.capture.process import register
from customer_inventory.capture.process.declared import Kind
from customer_inventory.capture.process.register import Standing
from customer_inventory.capture.process.shipped import SHIPPED_NAMES, named, shipped, text_of
from customer_inventory.capture.process.task import TASKS
from customer_inventory.cli import capture_process_run as run
from customer_inventory.cli.access_decision import as_option, changed, decided, in_database
from customer_inventory.cli.lifecycle import STEP_COLUMNS, Decided, Step, add_steps, reason_option
from customer_inventory.cli.output import output_option, show

_COLUMNS = (
    "id", "kind", "task", "done_by", "name", "owner", "schedule", "version", "state", "objective",
    "is_met", "runs", "met", "missed", "out_of_control", "failed", "mean_seconds", "last_ended_at",
    "is_fresh",
)  # fmt: skip
_process = click.argument("process")


@click.group()
def processes() -> None:
    """Capture processes: how facts come in and are kept in order, declared and approved."""


@processes.command("list")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Of this kind alone.")
@output_option
def list_command(kind: Kind | None, output: str) -> None:
    """List the processes, each as it is in force, and how its runs went.

    \b
    Example:
      cinv capture processes list --kind management
    """
    rows = [
        _row(each) for each in in_database(register.processes) if kind in (None, each.declared.kind)
    ]
    show(rows, output, columns=_COLUMNS, empty="None is declared yet.")


@processes.command()
@output_option
def tasks(output: str) -> None:
    """List the tasks of processes that manage the inventory, and the figures of their runs.

    Of each a declaration comes with the product: `propose` takes its name for a file.
    """
    ids = {each.task: each.id for each in shipped()}
    rows = [
        {
            "task": name,
            "done_by": "the house" if task.is_of_house else "people",
            "said": task.said,
            "figures": ", ".join(f"{figure} ({unit})" for figure, unit in task.figures.items()),
            "ships_as": ids[name],
        }
        for name, task in TASKS.items()
    ]
    show(rows, output, columns=("task", "done_by", "said", "figures", "ships_as"), empty="")


@processes.command("new")
@click.argument("name", type=click.Choice(SHIPPED_NAMES), metavar="NAME")
def new_command(name: str) -> None:
    """Print a declaration that comes with the product, to be changed and proposed.

    \b
    Example:
      cinv capture processes new retention
    """
    click.echo(text_of(name), nl=False)


@processes.command("show")
@_process
@click.option("--history", is_flag=True, help="Who decided what, and why.")
@output_option
def show_command(process: str, history: bool, output: str) -> None:
    """Show the versions of a process and what they say, or its history.

    \b
    Example:
      cinv capture processes show crm-daily --history
    """
    columns: tuple[str, ...] = ("version", "state", "proposed_by", "content")
    if history:
        rows = in_database(lambda database: register.decisions(database, process))
        columns = STEP_COLUMNS
    else:
        rows = in_database(lambda database: register.versions(database, process))
    show(rows, output, columns=columns, empty="Nothing was decided.")


@processes.command()
@click.argument("file")
def check(file: str) -> None:
    """Check the file of a process, and its mapping, without a database.

    \b
    Example:
      cinv capture processes check crm-daily.yaml
    """
    click.echo(f"{named(file).id} is in order", err=True)


@processes.command()
@click.argument("file")
@as_option
@reason_option
def propose(file: str, person: str | None, reason: str) -> None:
    """Propose what a file declares, or what comes with the product under that name.

    \b
    Example:
      cinv capture processes propose crm-daily.yaml
      cinv capture processes review crm-daily --as rita
      cinv capture processes approve crm-daily --as olaf
      cinv capture processes enforce crm-daily
    """
    declared = named(file)
    by = decided(person, reason)
    number = changed(
        lambda database: register.propose(database, declared, by=by),
        Operation.CREATE, run.KIND, about=declared.id,
    )  # fmt: skip
    click.echo(f"version {number}" if number else "says what is known", err=True)


def _row(each: Standing) -> dict[str, Any]:
    declared, objective = each.declared, each.declared.objective
    return {
        **{name: getattr(each, name) for name in _COLUMNS if name in each.__slots__},
        "id": declared.id,
        "kind": declared.kind,
        "task": declared.task,
        "done_by": "the house" if declared.is_of_house else "people",
        "name": declared.name,
        "owner": declared.owner,
        "schedule": declared.schedule,
        "objective": objective if isinstance(objective, str) else objective.text,
        "is_met": each.last_is_met,
    }


def _for_operator(step: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    """Return a step that writes of its own accord, as what the operator at this terminal does."""
    return lambda database, process, by: step(database, process, actor=operator(), by=by)


add_steps(
    processes,
    Decided("PROCESS", run.KIND, "cinv capture processes", "crm-daily"),
    {
        "review": Step(
            register.review,
            "Find what is proposed in order: a reviewer does, who did not propose it.",
            "--as rita",
        ),
        "approve": Step(
            register.approve,
            "Approve what was reviewed: an owner of data does, who did neither.",
            "--as olaf",
        ),
        "reject": Step(
            register.reject, "Reject what is proposed or reviewed.", '--reason "no owner"'
        ),
        "enforce": Step(
            _for_operator(register.enforce),
            "Put what is approved in force; its source is trusted from then on as it says.",
        ),
        "suspend": Step(
            _for_operator(register.suspend),
            "Let a process that is in force rest: nothing runs by it until it is resumed.",
            '--reason "the source is being moved"',
        ),
        "resume": Step(
            _for_operator(register.resume),
            "Let a process that is suspended be in force again.",
        ),
        "retire": Step(_for_operator(register.retire), "Let a process be no more; its runs stay."),
    },
)
for command in (run.run_command, run.record_run):
    processes.add_command(command)
