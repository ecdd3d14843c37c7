"""The house's own process: what the inventory does for its operators is traced like all else."""

import getpass
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.operation import UNGRANTED, Operation
from customer_inventory.access.registration import EVERY_TYPE, HOUSE, Permission, register
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Refused
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database
from customer_inventory.store.together import together

Result = TypeVar("Result")

PROCESS = HOUSE
PURPOSE = "inventoryManagement"
ETOM_ID = "1.3.1.5"


def _nothing(_: object) -> Sequence[str]:
    return ()


async def register_house(database: Database) -> None:
    """Register the house's own process, as any other must be."""
    await register(
        database,
        PROCESS,
        name="Manage Customer Inventory",
        etom_id=ETOM_ID,
        kind="system",
        owner="the operator of this installation",
        permissions=[Permission(EVERY_TYPE, tuple(Operation), PURPOSE)],
        registered_by=PROCESS,
    )


def operator(process: str = PROCESS, purpose: str = PURPOSE) -> Actor:
    """Return the actor for whoever works at this terminal: the account and the machine.

    Unless it is named, the process is the house's own.
    """
    try:
        person = getpass.getuser()
    except (KeyError, OSError):
        person = f"uid {os.getuid()}"
    return Actor(process, purpose, person, f"terminal of {socket.gethostname()}")


def operator_sight() -> Sight:
    """Return what is shown at this terminal: all records, but for those that are restricted."""
    return Sight(PURPOSE)


async def trace(
    database: Database,
    actor: Actor,
    operation: str,
    record_type: str,
    ids: Sequence[str],
    *,
    reason: str | None = None,
    refused_by: str | None = None,
    permitted_by: str = UNGRANTED,
    groups: Sequence[str] = (),
) -> None:
    """Keep the ledger entry of what `actor` did at the terminal, before it is shown.

    `refused_by` is the rule by which it was refused, if it was, `permitted_by` the one that
    permits; `groups` are the groups of attributes that are shown.
    """
    await Ledger(database).append(
        Entry(
            at=datetime.now(UTC).isoformat(),
            process=actor.process,
            purpose=actor.purpose,
            person=actor.person,
            operation=str(operation),
            type=record_type,
            status=200 if refused_by is None else 403,
            decision="permit" if refused_by is None else "deny",
            rule=refused_by or permitted_by,
            ids=tuple(ids),
            count=len(ids) if refused_by is None else 0,
            source=actor.source,
            groups=groups,
            reason=reason,
        )
    )


async def accounted(
    database: Database,
    work: Callable[[Database], Awaitable[Result]],
    operation: str,
    kind: str,
    *,
    about: str | None,
    ids: Callable[[Result], Sequence[str]] = _nothing,
) -> Result:
    """Return what `work` makes of the database, in one transaction with its ledger entry.

    Neither can be there without the other. `kind` is the ledger's word for what is changed, `about`
    says which one, never by what a subject is known by; `ids` returns those of records or grants.
    What is refused leaves an entry too.
    """
    actor = operator()
    try:
        async with together(database) as within:
            made = await work(within)
            await trace(within, actor, operation, kind, ids(made), reason=about)
    except Refused as error:
        await trace(database, actor, operation, kind, (), reason=about, refused_by=error.code)
        raise
    return made
