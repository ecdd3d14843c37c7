"""Corrections: what an audit found wrong is put right, through the way in which records change.

Who read an item, or decided between its readings, does not correct it: nobody makes true what they
said themselves.
"""

from functools import partial
from typing import Any

from customer_inventory.audit.campaign import item as sampled
from customer_inventory.audit.campaign.campaign import Campaign, State, get, held
from customer_inventory.audit.campaign.history import By, take
from customer_inventory.audit.campaign.item import Item, Reading
from customer_inventory.audit.campaign.reading import Desk
from customer_inventory.kit.errors import Conflict, Gone, Invalid, Refused
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.patch import merged
from customer_inventory.record.schema import paths
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Version


async def correct(
    desk: Desk, campaign: str, number: int, patch: Document | None, *, by: By
) -> tuple[Item, Version]:
    """Put right the record of a nonconforming item; return the item and the record.

    `patch` (RFC 7396) says how; without one the right values that the audit found are set. Raises
    Invalid where one of them lies within a list, so that a patch has to say how; Conflict for an
    item that is not decided, or not wrong; Refused for one of its readers; and as changes do.
    """
    found = await get(desk.database, campaign)
    one = await sampled.item(desk.database, campaign, number)
    if one.outcome != "nonconforming":
        raise Conflict("Nothing was found wrong with this item.", path="item")
    if one.record_id is None:
        raise Gone(f"The record of item {number} was erased.")
    readings = await sampled.readings(desk.database, campaign, number)
    if by.person in {each.auditor for each in readings}:
        raise Refused("Nobody corrects what they audited.", hint="Let another person correct it.")
    declared = TYPES[found.declared.record_type]
    wanted = _right(declared, found, readings) if patch is None else patch
    version = await desk.inventory.change(
        declared, one.record_id, partial(_merged, wanted), actor=by.actor, sight=desk.sight
    )
    async with held(desk.database, campaign, *_ANY) as (within, _):
        await sampled.corrected(within, campaign, number, by.person, version.revision)
        await take(within, campaign, "correct", by, item=number)
        return await sampled.item(within, campaign, number), version


_ANY: tuple[State, ...] = ("underWay", "paused", "closed", "abandoned")


def _merged(patch: Document, old: Document) -> Any:
    return merged(old, patch)


def _right(declared: RecordType, campaign: Campaign, readings: list[Reading]) -> Document:
    """Return the right values that decided an item, as a merge patch."""
    decided = readings[-1].verdicts
    lists = {path for path, schema in paths(declared.schema).items() if "items" in schema}
    patch: Document = {}
    for path, value in (decided.right if decided else {}).items():
        steps = path.split(".")
        if any(".".join(steps[:depth]) in lists for depth in range(1, len(steps) + 1)):
            raise Invalid(
                "lies within a list: say how it is to be.", path=path, hint="Give a merge patch."
            )
        inner = patch
        for step in steps[:-1]:
            inner = inner.setdefault(step, {})
        inner[steps[-1]] = value
    if not patch:
        raise Invalid(
            f"The right values of item {campaign.id} are gone.", hint="Give a merge patch."
        )
    return patch
