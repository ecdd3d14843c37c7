"""Repairs in the background: what the API asks for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from customer_inventory.access.house import PROCESS
from customer_inventory.access.masking import masking_key_in
from customer_inventory.capture.arrival.arriving import arrivals_of
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile.repairing import repair
from customer_inventory.capture.reconcile.settling import Fate, settle
from customer_inventory.capture.reconcile.worklist import Chosen
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.store.database import Database

REPAIR = "capture.repairReconciliation"


def repairing(
    database: Database, settings: Settings
) -> Callable[[Mapping[str, Any], Actor], Awaitable[None]]:
    """Return the job that repairs the items named by `id`, those of who asked for it."""

    def key_for(who: str) -> bytes:
        return b"" if who == PROCESS else masking_key_in(settings.home)

    async def job(payload: Mapping[str, Any], actor: Actor) -> None:
        chosen, whose = Chosen(ids=payload["id"]), Whose(actor.process, actor.purpose)
        fate = payload["missingThere"]
        if fate is None:
            await repair(
                database, arrivals_of(settings)[0], chosen, whose, by=actor,
                whole=payload["whole"], key_for=key_for,
            )  # fmt: skip
            return
        await settle(
            database, chosen, whose, Fate(fate.get("status")), by=actor, key_for=key_for,
            policy=policy_of(settings.retention),
        )  # fmt: skip

    return job
