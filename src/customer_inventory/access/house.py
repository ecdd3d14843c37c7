"""The house's own process: what the inventory does for its operators is traced like all else."""

import getpass
import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime

from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EVERY_TYPE, HOUSE, Permission, register
from customer_inventory.kit.actor import Actor
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database

PROCESS = HOUSE
PURPOSE = "inventoryManagement"
ETOM_ID = "1.3.1.5"


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


def operator() -> Actor:
    """Return the actor for whoever works at this terminal: the account and the machine."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError):
        person = f"uid {os.getuid()}"
    return Actor(PROCESS, PURPOSE, person, f"terminal of {socket.gethostname()}")


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
) -> None:
    """Keep the ledger entry of what `actor` did at the terminal, before it is shown."""
    await Ledger(database).append(
        Entry(
            at=datetime.now(UTC).isoformat(),
            process=actor.process,
            purpose=actor.purpose,
            person=actor.person,
            operation=str(operation),
            type=record_type,
            status=200,
            decision="permit",
            ids=tuple(ids),
            count=len(ids),
            source=actor.source,
            reason=reason,
        )
    )
