"""How commands of audits choose findings: by number, or by what they are of and how they are."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from customer_inventory.audit.finding.held import STATES, WAITING, Chosen
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import DIMENSIONS

Command = Callable[..., Any]

types_option = click.option(
    "--type",
    "record_types",
    multiple=True,
    type=click.Choice(sorted(TYPES)),
    metavar="TYPE",
    help="Of this record type. May be given several times.",
)

_FILTERS = (
    types_option,
    click.option("--rule", help="That this rule found."),
    click.option("--requirement", help="That do not fulfil this requirement."),
    click.option("--dimension", type=click.Choice(DIMENSIONS), help="Of this dimension."),
    click.option("--severity", type=click.Choice(["high", "medium", "low"]), help="So severe."),
    click.option("--source", help="Whose value came from this source."),
    click.option("--by", "process", help="Whose value this registered process wrote."),
    click.option("--capture-process", help="Whose value this capture process brought."),
    click.option("--owner", help="On data of this owner."),
    click.option("--assignee", help="Assigned to them."),
    click.option("--record", help="On the record of this id."),
    click.option("--overdue", "is_overdue", is_flag=True, help="That are past their day."),
)


def choosing(command: Command) -> Command:
    """Add NUMBER… and the filters to a command; `chosen_of` takes what it gets."""
    for option in reversed(_FILTERS):
        command = option(command)
    return click.argument("numbers", nargs=-1, type=click.IntRange(1))(command)


def states_option(command: Command) -> Command:
    """Add `--state` to a command."""
    return click.option(
        "--state",
        "states",
        multiple=True,
        type=click.Choice(STATES),
        default=WAITING,
        show_default=True,
        help="In this state. May be given several times.",
    )(command)


def chosen_of(
    numbers: Sequence[int],
    record_types: Sequence[str],
    *,
    states: Sequence[Any] = WAITING,
    may: Callable[[Sequence[str]], Sequence[str]] = lambda types: types,
    is_bulk: bool = False,
    **by: Any,
) -> Chosen:
    """Return what is chosen, of those types that one `may` see; by number in whatever state.

    For a change (`is_bulk`) something must be said: raises UsageError for everything.
    """
    if is_bulk and not (numbers or record_types or any(by.values())):
        raise click.UsageError("Say which findings: by number, or by --rule and the like.")
    types = may(list(record_types) or sorted(TYPES))
    return Chosen(types=types, states=None if numbers else states, ids=list(numbers) or None, **by)
