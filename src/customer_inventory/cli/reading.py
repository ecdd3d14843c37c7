"""How records are read at the terminal: as a process for a purpose, under what that is shown.

What is kept from the purpose is kept from the terminal as well: restricted data, records out of
scope, masked attributes. Without options it is the house's own process for the management of
the inventory, which no grant binds; restriction binds it too.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from customer_inventory.access.guard import Session
from customer_inventory.access.house import PROCESS, PURPOSE, operator, trace
from customer_inventory.access.masking import masking_key_in
from customer_inventory.access.operation import UNGRANTED, Operation
from customer_inventory.access.terminal import session_here
from customer_inventory.cli.running import opened
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Refused
from customer_inventory.kit.settings import Settings
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database

Command = Callable[..., Any]


@dataclass(frozen=True)
class Reader:
    """Somebody who reads at the terminal, with the database, as `session` may."""

    database: Database
    session: Session

    @property
    def sight(self) -> Sight:
        """What is shown."""
        return self.session.sight

    def demand(self, record_type: str) -> None:
        """Raise NotPermitted unless records of a type may be read."""
        self.session.demand(Operation.READ, record_type)

    def may(self, record_types: Iterable[str]) -> list[str]:
        """Return those of these types that may be read."""
        return [name for name in record_types if self.session.may(Operation.READ, name)]

    async def told(self, word: str, ids: Sequence[str], record_types: Collection[str]) -> None:
        """Keep the ledger entry, under its `word`, of what is about to be shown."""
        groups = self.sight.groups(*sorted(record_types)) if record_types else ()
        rules = {self.session.rule_of(name) for name in record_types or (None,)} - {None}
        await trace(
            self.database,
            self.session.actor,
            Operation.READ,
            word,
            ids,
            permitted_by=", ".join(sorted(filter(None, rules))) or UNGRANTED,
            groups=groups,
        )


def reading_options(command: Command) -> Command:
    """Add `--process` and `--purpose` to a command; it gets who they name as `actor`."""

    @wraps(command)
    def with_actor(*arguments: Any, process: str, purpose: str | None, **named: Any) -> Any:
        if purpose is None and process != PROCESS:
            raise click.UsageError("Name the purpose of the process: --purpose.")
        actor = operator(process, purpose or PURPOSE)
        return command(*arguments, actor=actor, **named)

    process = click.option(
        "--process",
        default=PROCESS,
        show_default=True,
        help="Registered process to read as: what it is not shown is not shown.",
    )
    purpose = click.option(
        "--purpose", help=f"What it is read for, a registered purpose.  [default: {PURPOSE}]"
    )
    return process(purpose(with_actor))


@asynccontextmanager
async def reading(
    actor: Actor, word: str, ids: Sequence[str] = (), settings: Settings | None = None
) -> AsyncIterator[Reader]:
    """Lend the inventory's database to `actor`; what is refused is in the ledger under `word`.

    Raises NotPermitted for one that may read nothing, Invalid for a purpose that is none.
    """
    settings = settings or Settings.from_environment()
    key = b"" if actor.process == PROCESS else masking_key_in(settings.home)
    async with opened(settings) as database:
        try:
            yield Reader(database, await session_here(database, actor, key))
        except Refused as error:
            await trace(database, actor, Operation.READ, word, ids, refused_by=error.code)
            raise
