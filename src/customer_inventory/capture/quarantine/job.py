"""Replays in the background: what the API asks for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from customer_inventory.access.house import PROCESS
from customer_inventory.access.masking import masking_key_in
from customer_inventory.capture.arrival.arriving import arrivals_of
from customer_inventory.capture.quarantine.held import Chosen, Whose
from customer_inventory.capture.quarantine.replaying import replay
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.store.database import Database

REPLAY = "capture.replay"


def replaying(
    database: Database, settings: Settings
) -> Callable[[Mapping[str, Any], Actor], Awaitable[None]]:
    """Return the job that loads the rows named by `id` again.

    Those of who asked for it, or with `isOfAll` those of every process; each as who brought it.
    """

    async def job(payload: Mapping[str, Any], actor: Actor) -> None:
        await replay(
            database,
            arrivals_of(settings)[0],
            Chosen(ids=payload["id"]),
            Whose() if payload.get("isOfAll") else Whose(actor.process, actor.purpose),
            person=actor.person,
            policy=policy_of(settings.retention),
            key_for=lambda who: b"" if who == PROCESS else masking_key_in(settings.home),
        )

    return job
