"""Bulletins: events about no record, such as that a score fell below what is declared.

They take the way of the events of records: the outbox, couriers, listeners and the broker. What one
says is kept beside the outbox, as it was each time that something happened to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.document import encode
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A kind of thing that is told of and is no record.

    `name` is what the outbox and addresses call it, `entity` its `@type`; who may read what
    `permission` names is told of it. It is served below `base`, by another `place` if it says one.
    """

    name: str
    entity: str
    permission: str
    base: str
    place: str = ""


QUALITY_ALERT = Bulletin("qualityAlert", "QualityAlert", "audit", "/inventory/v1")
INVENTORY_REPORT = Bulletin("inventoryReport", "InventoryReport", "usage", "/inventory/v1")
REPOSITORY_TICKET = Bulletin(
    "repositoryTicket", "TroubleTicket", "shortcoming", "/inventory/v1/desk", "troubleTicket"
)
REPOSITORY_PROBLEM = Bulletin(
    "repositoryProblem", "ServiceProblem", "shortcoming", "/inventory/v1/desk", "serviceProblem"
)
BULLETINS: Mapping[str, Bulletin] = {
    each.name: each
    for each in (QUALITY_ALERT, INVENTORY_REPORT, REPOSITORY_TICKET, REPOSITORY_PROBLEM)
}


async def announce(
    database: Database,
    bulletin: Bulletin,
    identifier: str,
    event: Literal["create", "stateChange"],
    content: Mapping[str, Any],
) -> None:
    """Tell what happened to something, and what it says now; `content` has neither id nor @type."""
    body = {"id": identifier, "@type": bulletin.entity, **content}
    await database.execute(
        SQL.announce,
        identifier,
        bucket_of(identifier),
        bulletin.name,
        encode(body).decode(),
        event,
    )


async def bodies(
    database: Database, told: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], bytes]:
    """Return what bulletins say, by id and revision."""
    ids, revisions = [each for each, _ in told], [each for _, each in told]
    buckets = [bucket_of(each) for each in ids]
    rows = await database.fetch(SQL.bulletins_told, ids, buckets, revisions)
    return {(row["id"], row["revision"]): row["body"] for row in rows}


async def forget(database: Database, *, before: datetime) -> None:
    """Remove bulletins that were told before an instant: nothing of the outbox tells of them."""
    await database.execute(SQL.forget_bulletins, before)
