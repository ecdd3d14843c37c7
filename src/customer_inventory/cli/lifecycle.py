"""Commands for the life of what is declared and decided on: one form for every such group.

The steps are those of `access.lifecycle`; what each means for the thing, its group says.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import click

from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import as_option, changed, decided

STEP_COLUMNS = ("version", "state", "person", "entered_by", "decided_at", "reason")
"""What a history shows of each step."""

reason_option = click.option("--reason", default="", help="Why.")


@dataclass(frozen=True, slots=True)
class Step:
    """What a step does, as `step(database, name, by=decision)`, and what its help says of it."""

    does: Callable[..., Awaitable[object]]
    said: str
    options: str = ""
    """Of the example in the help, such as `--as rita`."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a group of commands is about."""

    argument: str
    """How the help names which one, such as `PACK`."""
    kind: str
    """The ledger's word for such things."""
    command: str
    """The group as it is called, such as `cinv audit packs`."""
    example: str
    """The name of one, in examples."""
    told: str = "{}"
    """How the ledger tells which one, such as `pack {}`."""


def add_steps(group: click.Group, about: Decided, steps: Mapping[str, Step]) -> None:
    """Add a command for each of `steps`, by its name."""
    for word, step in steps.items():
        group.add_command(_command(about, word, step))


def _command(about: Decided, word: str, step: Step) -> click.Command:
    def take(name: str, person: str | None, reason: str) -> None:
        by = decided(person, reason)
        changed(
            lambda database: step.does(database, name, by=by),
            Operation.MODIFY, about.kind, about=f"{word} {about.told.format(name)}",
        )  # fmt: skip

    example = " ".join(filter(None, (about.command, word, about.example, step.options)))
    with_options = click.argument("name", metavar=about.argument)(as_option(reason_option(take)))
    return click.command(word, help=f"{step.said}\n\n\b\nExample:\n  {example}")(with_options)
