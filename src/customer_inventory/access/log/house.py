"""The ledger looked after as this installation's settings want it: sealed, retired, made ahead."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.partition import AHEAD, make_ahead
from customer_inventory.access.log.retiring import RETIRE, Retirer
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.record.job import Handler, Jobs
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.store.database import Database


def anchors_of(database: Database, settings: Settings) -> Anchors:
    """Return the anchors of `database`, as `settings` name them.

    Raises Invalid for an address that is none.
    """
    declared = [target.strip() for target in settings.ledger_anchors.split(",")]
    return Anchors(settings.home, [target for target in declared if target], place=database.place)


def sealer_of(database: Database, settings: Settings) -> Sealer:
    """Return the sealer of `database`; its key is made at the first use.

    Raises Unavailable when the key cannot be read or made.
    """
    return Sealer(database, Signer.kept_in(settings.home), anchors_of(database, settings))


async def seal_own(database: Database, settings: Settings) -> None:
    """Seal what a command left in the ledger of the embedded database: its key lies in this home.

    No service need be running there, and until entries are sealed whoever asks who saw a customer
    has all of them looked through. Elsewhere a service with the key of that ledger seals. What
    cannot be sealed just now is sealed by the next service.
    """
    if settings.database_url is None:
        with suppress(InventoryError):
            await sealer_of(database, settings).seal_all()


def retirer_of(database: Database, settings: Settings) -> Retirer:
    """Return what retires months of the ledger by the policy of `settings`.

    Raises Invalid for a policy that is none, Unavailable as `sealer_of` does.
    """
    policy = policy_of(settings.retention)
    return Retirer(
        database,
        sealer_of(database, settings),
        Signer.kept_in(settings.home),
        anchors_of(database, settings),
        policy.ledger if policy else None,
    )


def do_ledger_jobs(
    jobs: Jobs, database: Database, settings: Settings, when: str, *, retire: Handler
) -> None:
    """Let `jobs` make the ledger's months ahead and `retire` those past their time, `when` due."""
    policy = policy_of(settings.retention)

    async def ahead(_: Mapping[str, Any], __: Actor) -> None:
        await make_ahead(database)

    jobs.handle(AHEAD, ahead)
    jobs.every(when, AHEAD, actor=Actor(PROCESS, PURPOSE))
    jobs.handle(RETIRE, retire)
    if policy is not None and policy.ledger is not None:
        jobs.every(when, RETIRE, actor=Actor(PROCESS, PURPOSE))
