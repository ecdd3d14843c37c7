"""Audits in the background: every night, or as a process of the management of the inventory."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from customer_inventory.audit.alerting import alert
from customer_inventory.audit.origin import Origins
from customer_inventory.audit.packs import unreadable
from customer_inventory.audit.running import Ran, asked_in_force, audit, rules_in_force
from customer_inventory.audit.scanning import Pace
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.store.database import Database

log = logging.getLogger(__name__)

AUDIT = "audit.run"
"""The job that audits what changed; `types` and `full` of its payload say what else."""
NIGHTLY = "audit.runNightly"
"""The job that audits what changed when the house itself has it due."""

_PACE = Pace(share=0.5, at_once=1)
_CONNECTIONS = 4


async def audited(
    database: Database,
    origins: Origins,
    *,
    actor: Actor,
    types: Sequence[str] = (),
    is_full: bool = False,
) -> Ran:
    """Audit, tell of thresholds that are not met, and return what came of it.

    Raises Conflict while another audit runs.
    """
    rules = await rules_in_force(database, types)
    for each in await unreadable(database):
        log.warning("audit: pack %s, version %d: %s", each.pack, each.version, each.reason)
    async with database.unhurried(pool_size=_CONNECTIONS) as long:
        ran = await audit(
            long, rules, actor=actor, record_types=types, is_full=is_full, origins=origins,
            pace=_PACE,
        )  # fmt: skip
    await alert(database, await asked_in_force(database))
    return ran


def auditing(
    database: Database, origins: Origins
) -> Callable[[Mapping[str, Any], Actor], Awaitable[None]]:
    """Return the job that audits what its payload says."""

    async def job(payload: Mapping[str, Any], actor: Actor) -> None:
        types, is_full = payload.get("types", ()), payload.get("full", False)
        try:
            await audited(database, origins, actor=actor, types=types, is_full=is_full)
        except Conflict:
            log.info("audit: another one runs, which sees the same")

    return job
