"""Who decides at the terminal, and the database in which it is kept."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import click

from customer_inventory.access.decision import Decision
from customer_inventory.access.house import accounted, operator
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database

Command = Callable[..., Any]


def account() -> str:
    """Return the account at this terminal."""
    return operator().person or operator().process


def in_database(work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Return what `work` makes of the inventory's database."""

    async def opened_work() -> Any:
        async with opened(Settings.from_environment()) as database:
            return await work(database)

    return run(opened_work())


def changed(
    work: Callable[[Database], Awaitable[Any]],
    operation: str,
    kind: str,
    *,
    about: str,
    ids: Callable[[Any], Sequence[str]] = lambda _: (),
) -> Any:
    """Return what `work` changes of access; its ledger entry is kept in the same transaction.

    `kind` is the ledger's word for what is changed, `about` says which one.
    """
    return in_database(
        lambda database: accounted(database, work, operation, kind, about=about, ids=ids)
    )


def decided(person: str | None, reason: str) -> Decision:
    """Return the decision of `person`, of the account itself where none is named."""
    return Decision(person or account(), account(), reason)


def as_option(command: Command) -> Command:
    """Add `--as` to a command."""
    return click.option(
        "--as",
        "person",
        help="Who decided, elsewhere; this account is kept as who entered it.",
    )(command)
