"""How a campaign pauses, goes on and ends: closed with a statement, or abandoned without one."""

from customer_inventory.audit.campaign import item as sampled
from customer_inventory.audit.campaign.campaign import Campaign, State, become, get, held
from customer_inventory.audit.campaign.certificate import signed
from customer_inventory.audit.campaign.history import By, take
from customer_inventory.audit.campaign.statement import statement
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.document import encode
from customer_inventory.record.subject.certificate import Sign
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_MOST_EARLIER = 20


async def pause(database: Database, campaign: str, *, by: By) -> Campaign:
    """Let nobody read until it is gone on with; raise Invalid without a reason."""
    _check_reason(by)
    async with held(database, campaign, "underWay") as (within, _):
        return await _became(within, campaign, "paused", "pause", by)


async def resume(database: Database, campaign: str, *, by: By) -> Campaign:
    """Go on with a paused campaign."""
    async with held(database, campaign, "paused") as (within, _):
        return await _became(within, campaign, "underWay", "resume", by)


async def abandon(database: Database, campaign: str, *, by: By) -> Campaign:
    """End a campaign without a statement; raise Invalid without a reason."""
    _check_reason(by)
    async with held(database, campaign, "planned", "sampled", "underWay", "paused") as (within, _):
        return await _became(within, campaign, "abandoned", "abandon", by)


async def close(database: Database, campaign: str, *, sign: Sign, by: By) -> Campaign:
    """Close a campaign whose sample is decided; its statement is made and signed.

    Raises Conflict, saying what is left, for one that is not decided or not under way.
    """
    async with held(database, campaign, "underWay") as (within, found):
        await sampled.refill(within, found, by=by)
        every = await sampled.items(within, campaign)
        left = [each.number for each in every if each.state == "open"]
        disputed = [each.number for each in every if each.state == "disputed"]
        if not left and not disputed:
            await _close(within, found, every, sign, by)
    if left or disputed:
        # What was refilled stays: whoever asks for the next record finds it.
        raise Conflict(
            f"{len(left)} records are still to be read, {len(disputed)} to be decided between"
            " readings.",
            hint="Read and decide them, or abandon the campaign.",
        )
    return await get(database, campaign)


async def _close(
    within: Database, found: Campaign, every: list[sampled.Item], sign: Sign, by: By
) -> None:
    earlier = [
        Campaign.of(row)
        for row in await within.fetch(
            SQL.earlier_campaigns,
            found.declared.record_type,
            found.declared.filter,
            list(found.declared.elements),
            _MOST_EARLIER,
        )
    ]
    told = statement(found, every, await sampled.readings(within, found.id), earlier)
    await within.execute(SQL.close_campaign, found.id, encode(signed(told, sign)))
    await take(within, found.id, "close", by)


async def _became(within: Database, campaign: str, state: State, step: str, by: By) -> Campaign:
    await become(within, campaign, state)
    await take(within, campaign, step, by)
    return await get(within, campaign)


def _check_reason(by: By) -> None:
    if not by.reason.strip():
        raise Invalid("is missing.", path="reason", hint="Say why.")
