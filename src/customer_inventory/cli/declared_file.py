"""Files that are declared whole, and in force from then on: cost, recipients, thresholds."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from customer_inventory.access.house import operator
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import changed
from customer_inventory.kit.errors import Invalid

_LONGEST = 1_048_576
"""Bytes: such files are written by people."""


def text_of(file: Path) -> str:
    """Return what a file says; raise Invalid where it is no text, too long, or cannot be read."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise Invalid(f"{file} is longer than {_LONGEST:,} bytes.", hint="Is it the right one?")
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read: {error}.") from None


def put_in_force(
    declare: Callable[..., Awaitable[int]], text: str, kind: str, *, reason: str
) -> None:
    """Let `declare(database, text, actor=…, reason=…)` put it in force, and tell its number.

    `kind` is the ledger's word for what is declared.
    """
    number = changed(
        lambda database: declare(database, text, actor=operator(), reason=reason),
        Operation.MODIFY, kind, about=reason,
    )  # fmt: skip
    click.echo(f"In force as declaration {number}.", err=True)
