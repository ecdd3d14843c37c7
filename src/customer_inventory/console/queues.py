"""The queues of whoever works here: what waits for them, how much, and since when.

A queue is looked at no further than its first hundred: whether a hundred or ten thousand wait
changes nothing about what is to be done next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.access.download import job as downloads
from customer_inventory.access.grant import granting
from customer_inventory.access.operation import ACCESS, AUDIT_CAMPAIGN, USAGE, Operation
from customer_inventory.access.person import account as accounts
from customer_inventory.audit.campaign import item as items
from customer_inventory.audit.finding import held as findings
from customer_inventory.capture.matching import deciding
from customer_inventory.capture.matching.normal import MATCHED
from customer_inventory.capture.quarantine import held as quarantine
from customer_inventory.console.capture.quarantine import whose
from customer_inventory.console.screen import View
from customer_inventory.console.words import mark
from customer_inventory.record.types import TYPES
from customer_inventory.shortcomings import held as shortcomings
from customer_inventory.store.database import Row
from customer_inventory.usage.anomaly.held import Chosen, anomalies

_MOST = 100
_OWNER = "dataOwner"
_DECIDED_ON = ("requested", "reviewed", "proposed")


@dataclass(frozen=True)
class Queue:
    """What waits: `count` of it, more where `is_more`, the oldest since `oldest`."""

    title: str
    href: str
    count: int
    is_more: bool
    oldest: datetime | None


async def queues_of(view: View) -> list[Queue]:
    """Return the queues that whoever works here can work on, those in which nothing waits too."""
    found = await asyncio.gather(*(look(view) for look in _LOOKS))
    return [queue for queue in found if queue is not None]


async def _pairs(view: View) -> Queue | None:
    types = [name for name in MATCHED if view.may(Operation.MODIFY, name)]
    if not types:
        return None
    found, _ = await deciding.shown_pairs(
        view.rooms.database, types, sight=view.sight, limit=_MOST + 1
    )
    since = [each.row["found_at"] for each in found]
    return _queue(mark("Pairs to review"), "/capture/pairs", since)


async def _findings(view: View) -> Queue | None:
    types = [name for name in TYPES if view.may(Operation.MODIFY, name)]
    if not types:
        return None
    chosen = findings.Chosen(types=types, states=findings.WAITING)
    rows, _ = await findings.find(view.rooms.database, chosen, limit=_MOST + 1, sight=view.sight)
    return _queue(mark("Findings of audits"), "/audit/findings", [row["since"] for row in rows])


async def _items(view: View) -> Queue | None:
    if not view.may(Operation.UPDATE, AUDIT_CAMPAIGN):
        return None
    since: list[datetime] = []
    for campaign in await view.rooms.campaigns.list(limit=_MOST):
        if view.who.person in campaign.declared.auditors and campaign.state == "underWay":
            own = await items.open_items(view.rooms.database, campaign.id, view.who.person)
            since += [campaign.sampled_at or campaign.opened_at] * len(own)
    return _queue(mark("Audit items to read"), "/audit/campaigns", since)


async def _quarantine(view: View) -> Queue | None:
    if not view.may(Operation.MODIFY, None):
        return None
    rows = await quarantine.find(
        view.rooms.database,
        quarantine.Chosen(),
        whose(view),
        limit=_MOST + 1,
    )
    refused = [row["refused_at"] for row in rows]
    return _queue(mark("Rows in quarantine"), "/capture/quarantine", refused)


async def _approvals(view: View) -> Queue | None:
    if not view.may(Operation.READ, ACCESS):
        return None
    held = {row["capacity"] for row in await _capacities(view)}
    rows = await granting.grants(view.rooms.database, limit=_MOST)
    waiting = [row for row in rows if row["state"] in _DECIDED_ON]
    own = [row for row in waiting if held & set(row["approvals_missing"].split(", "))]
    return _queue(mark("Grants to decide on"), "/access/grants", _asked(own))


async def _downloads(view: View) -> Queue | None:
    capacities = [row["capacity"] for row in await _capacities(view)]
    if not any(capacity.startswith(_OWNER) for capacity in capacities):
        return None
    jobs = await downloads.downloads(view.rooms.database, limit=_MOST + 1)
    waiting = [
        job for job in jobs if job.state == "waiting" and job.requested_by != view.who.person
    ]
    since = [job.requested_at for job in waiting]
    return _queue(mark("Downloads to decide on"), "/access/downloads", since)


async def _shortcomings(view: View) -> Queue | None:
    if not view.may(Operation.READ, USAGE):
        return None
    rows = await shortcomings.listed(view.rooms.database)
    since = [row["first_seen"] for row in rows]
    return _queue(mark("Shortcomings"), "/facilities/shortcomings", since)


async def _anomalies(view: View) -> Queue | None:
    if not view.may(Operation.MODIFY, USAGE):
        return None
    rows = await anomalies(view.rooms.database, Chosen(), limit=_MOST + 1)
    since = [row["began_at"] for row in rows]
    return _queue(mark("Anomalies to decide on"), "/usage/anomalies", since)


async def _capacities(view: View) -> Sequence[dict[str, str]]:
    rows = await accounts.capacities_of(view.rooms.database, view.who.person)
    return [dict(row) for row in rows]


def _asked(rows: Iterable[Row]) -> list[datetime]:
    return [row["requested_at"] for row in rows]


def _queue(title: str, href: str, since: Sequence[datetime]) -> Queue:
    return Queue(title, href, min(len(since), _MOST), len(since) > _MOST, min(since, default=None))


_LOOKS: tuple[Callable[[View], Awaitable[Queue | None]], ...] = (
    _pairs,
    _findings,
    _items,
    _quarantine,
    _approvals,
    _downloads,
    _shortcomings,
    _anomalies,
)
