"""Where people at a terminal work on audit campaigns: as a process, with the ledger beside them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from customer_inventory.access.guard import Session
from customer_inventory.access.house import PROCESS, trace
from customer_inventory.access.masking import masking_key_in
from customer_inventory.access.operation import AUDIT_CAMPAIGN, Operation
from customer_inventory.access.terminal import session_here
from customer_inventory.audit.campaign.campaigns import By, Campaigns
from customer_inventory.cli.access_decision import account
from customer_inventory.cli.running import opened, run
from customer_inventory.holding import campaigns_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Gone, Refused
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.store.database import Database
from customer_inventory.store.together import together
from customer_inventory.tmf.door import resources
from customer_inventory.tmf.source import finder

ENTRY = "auditCampaign"
Work = Callable[[Campaigns, Session, By], Awaitable[Any]]


def worked(
    actor: Actor,
    work: Work,
    operation: Operation,
    *,
    person: str | None = None,
    reason: str = "",
    ids: Callable[[Any], Sequence[str]] = lambda _: (),
    about: str | None = None,
) -> Any:
    """Return what `work` returns, in one transaction with its ledger entry.

    `person` is who does it, this account unless named; `ids` are the records that it tells of.
    What is refused is in the ledger too. Where a record turned out to be gone, what follows from
    that is kept.
    """
    settings = Settings.from_environment()
    key = b"" if actor.process == PROCESS else masking_key_in(settings.home)
    by = By(person or account(), account(), actor, reason)

    async def opened_work() -> Any:
        async with opened(settings) as database:
            try:
                return await within(database)
            except Refused as error:
                await trace(database, actor, operation, ENTRY, (), reason=about,
                            refused_by=error.code)  # fmt: skip
                raise

    async def within(database: Database) -> Any:
        failed: Gone | None = None
        made = None
        async with together(database) as inner:
            session = await session_here(inner, actor, key)
            if actor.process != PROCESS:
                session.demand(operation, AUDIT_CAMPAIGN)
            try:
                made = await work(_campaigns(inner, settings), session, by)
            except Gone as error:
                failed = error
            told = () if failed else ids(made)
            await trace(inner, actor, operation, ENTRY, told, reason=about)
        if failed:
            raise failed
        return made

    return run(opened_work())


def _campaigns(database: Database, settings: Settings) -> Campaigns:
    inventory = Inventory(database, policy_of(settings.retention))
    return campaigns_of(database, settings, inventory=inventory, find=finder(resources(""), ""))
