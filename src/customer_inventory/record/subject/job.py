"""What is done for subjects in the background: broken-off erasures, overdue requests."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.record.finding import Finding, settle
from customer_inventory.record.job import Handler
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.record.subject.request import overdue
from customer_inventory.record.subject.restriction import settle_all
from customer_inventory.store.database import Database

ERASE = "record.resumeErasures"
"""Name of the job that finishes erasures which were broken off."""

ERASE_ONE = "record.eraseSubject"
"""Name of the job that carries out the erasure of a large subject (`id`: that of the erasure)."""

OVERDUE = "record.checkSubjectRequests"
"""Name of the job that makes findings of overdue requests of subjects."""

RESTRICTIONS = "record.settleRestrictions"
"""Name of the job that lets restrictions follow what belongs to their subjects."""

OVERDUE_REQUEST = "record.overdueSubjectRequest"
LONG_ENOUGH = timedelta(minutes=30)
"""An erasure that was begun so long ago and is not finished was broken off."""


def settle_restrictions(database: Database) -> Handler:
    """Return what lets restrictions keep back what belongs to their subjects by now."""

    async def settle_them(_: Mapping[str, Any], __: Actor) -> None:
        await settle_all(database)

    return settle_them


def erase_one(eraser: Eraser) -> Handler:
    """Return what carries out one erasure that was begun."""

    async def finish(told: Mapping[str, Any], actor: Actor) -> None:
        await eraser.finish(str(told["id"]), actor=actor)

    return finish


def look_for_overdue(database: Database) -> Handler:
    """Return what makes findings of overdue requests, and closes those of answered ones."""

    async def look(_: Mapping[str, Any], __: Actor) -> None:
        late = [
            Finding((each.id,), {"request": each.id, "kind": each.kind, "dueAt": each.due_at})
            for each in await overdue(database)
        ]
        await settle(database, OVERDUE_REQUEST, late)

    return look
