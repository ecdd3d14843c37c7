"""The audit campaigns of one inventory: what the doors call.

Each call takes the session of the caller, whose sight holds for whatever is drawn, shown or
changed, and who does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.access.download.source import Find
from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.audit.campaign import campaign as kept
from customer_inventory.audit.campaign import (
    closing,
    confirming,
    correcting,
    history,
    reading,
    sampling,
    staffing,
)
from customer_inventory.audit.campaign import item as sampled
from customer_inventory.audit.campaign.campaign import Campaign, Declared
from customer_inventory.audit.campaign.confirming import Confirmation
from customer_inventory.audit.campaign.history import By
from customer_inventory.audit.campaign.item import Item
from customer_inventory.audit.campaign.plan import Plan
from customer_inventory.audit.campaign.reading import Desk, Task
from customer_inventory.audit.campaign.verdict import Evidence, Verdicts
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.record.attachment.attachment import Attachments
from customer_inventory.record.declare import Document
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject.certificate import Sign
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Version
from customer_inventory.store.database import Database, Row

__all__ = ["By", "Campaigns", "Declared", "Evidence", "Verdicts"]


@dataclass(frozen=True)
class Campaigns:
    """What may be done with audit campaigns; `find` finds the list that a filter is asked of."""

    database: Database
    inventory: Inventory
    attachments: Attachments
    find: Find
    sign: Sign

    async def new(self, declared: Declared, *, session: Session, by: By) -> Campaign:
        """Keep a campaign that is planned; raise Invalid for one that is none, NotPermitted."""
        try:
            source = self.find(declared.record_type, declared.filter)
        except NotFound as error:
            error.path = "type"
            raise
        session.demand(Operation.READ, source.declared.name)
        declared.check(source.declared)
        # A filter that cannot be asked, or not by this caller, is said now: not when it is drawn.
        await self.inventory.number(source.declared, source.query, 1, sight=session.sight)
        made = await kept.keep(self.database, declared)
        await history.take(self.database, made.id, "new", by)
        return made

    async def list(self, *, limit: int) -> Sequence[Campaign]:
        """Return the campaigns, latest first."""
        return await kept.campaigns(self.database, limit=limit)

    async def get(self, campaign: str) -> Campaign:
        """Return a campaign; raise NoSuchCampaign."""
        return await kept.get(self.database, campaign)

    async def progress(self, campaign: str) -> dict[str, int]:
        """Return how many items of a campaign are in each state."""
        counts: dict[str, int] = {}
        for each in await sampled.items(self.database, campaign):
            counts[each.state] = counts.get(each.state, 0) + 1
        return counts

    async def history(self, campaign: str) -> Sequence[Row]:
        """Return the steps of a campaign, in order; raise NoSuchCampaign."""
        await self.get(campaign)
        return await history.steps(self.database, campaign)

    async def items(self, campaign: str) -> Sequence[Item]:
        """Return the items of a sample in order; raise NoSuchCampaign."""
        await self.get(campaign)
        return await sampled.items(self.database, campaign)

    async def plan(self, campaign: str, *, session: Session) -> tuple[Plan, dict[str, int]]:
        """Return the plan of a campaign for what there is now, and its strata; nothing is drawn."""
        found = await self.get(campaign)
        source = self.find(found.declared.record_type, found.declared.filter)
        session.demand(Operation.READ, source.declared.name)
        return await sampling.plan_of(self.inventory, found, source, session.sight)

    async def sample(self, campaign: str, *, session: Session, by: By) -> Campaign:
        """Draw and freeze the sample of a planned campaign (see `sampling.sample`)."""
        found = await self.get(campaign)
        source = self.find(found.declared.record_type, found.declared.filter)
        session.demand(Operation.READ, source.declared.name)
        return await sampling.sample(
            self.database, self.inventory, campaign, source, sight=session.sight, by=by
        )

    async def assign(self, campaign: str, auditors: Sequence[str], *, by: By) -> Campaign:
        """Hand out what is not read yet (see `staffing.assign`)."""
        return await staffing.assign(self.database, campaign, auditors, by=by)

    async def hand_over(self, campaign: str, leaver: str, to: str, *, by: By) -> Campaign:
        """Give what one auditor has not read to another (see `staffing.hand_over`)."""
        return await staffing.hand_over(self.database, campaign, leaver, to, by=by)

    async def next(self, campaign: str, *, session: Session, by: By) -> Task | None:
        """Return the next of the auditor's records (see `reading.following`)."""
        return await reading.following(await self._desk(campaign, session), campaign, by=by)

    async def look(self, campaign: str, number: int, *, session: Session) -> Task:
        """Return an item that was read, with its readings (see `reading.looked_at`)."""
        return await reading.looked_at(await self._desk(campaign, session), campaign, number)

    async def record(
        self, campaign: str, number: int, verdicts: Verdicts, evidence: Evidence,
        *, session: Session, by: By,
    ) -> Item:  # fmt: skip
        """Keep what an auditor found (see `reading.record`)."""
        desk = await self._desk(campaign, session)
        return await reading.record(desk, campaign, number, verdicts, evidence, by=by)

    async def ask(self, campaign: str, number: int, *, session: Session, by: By) -> Confirmation:
        """Ask outside about an item (see `confirming.ask`)."""
        await self._desk(campaign, session)
        return await confirming.ask(self.database, campaign, number, by=by)

    async def asked(self, confirmation: str, *, session: Session) -> Confirmation:
        """Return a confirmation of a record that is shown, with all that it is asked about.

        Raises NoSuchConfirmation, and as reading the record does.
        """
        found = await confirming.get(self.database, confirmation)
        session.demand(Operation.READ, found.record_type)
        session.sight.demand_clear(found.record_type, *found.elements)
        if found.record_id is not None:
            declared = TYPES[found.record_type]
            await self.inventory.get(declared, found.record_id, sight=session.sight)
        return found

    async def answer(
        self, confirmation: str, verdicts: Verdicts, reference: str, *, session: Session, by: By
    ) -> Confirmation:
        """Keep what was answered (see `confirming.answer`)."""
        await self.asked(confirmation, session=session)
        return await confirming.answer(self.database, confirmation, verdicts, reference, by=by)

    async def adjudicate(
        self, campaign: str, number: int, verdicts: Verdicts, evidence: Evidence,
        *, session: Session, by: By,
    ) -> Item:  # fmt: skip
        """Decide between two readings (see `reading.adjudicate`)."""
        desk = await self._desk(campaign, session)
        return await reading.adjudicate(desk, campaign, number, verdicts, evidence, by=by)

    async def correct(
        self, campaign: str, number: int, patch: Document | None, *, session: Session, by: By
    ) -> tuple[Item, Version]:
        """Put right what was found wrong (see `correcting.correct`)."""
        desk = await self._desk(campaign, session)
        found = await self.get(campaign)
        session.demand(Operation.UPDATE, found.declared.record_type)
        return await correcting.correct(desk, campaign, number, patch, by=by)

    async def pause(self, campaign: str, *, by: By) -> Campaign:
        """Let nobody read for a while."""
        return await closing.pause(self.database, campaign, by=by)

    async def resume(self, campaign: str, *, by: By) -> Campaign:
        """Go on with a paused campaign."""
        return await closing.resume(self.database, campaign, by=by)

    async def abandon(self, campaign: str, *, by: By) -> Campaign:
        """End a campaign without a statement."""
        return await closing.abandon(self.database, campaign, by=by)

    async def close(self, campaign: str, *, by: By) -> Campaign:
        """Close a campaign whose sample is decided; its statement is signed."""
        return await closing.close(self.database, campaign, sign=self.sign, by=by)

    async def certificate(self, campaign: str) -> dict[str, Any]:
        """Return the signed statement of a closed campaign; raise Conflict for another."""
        found = await self.get(campaign)
        if found.statement is None:
            raise Conflict(f"The campaign is {found.state}.", hint="It is certified once closed.")
        return found.statement

    async def _desk(self, campaign: str, session: Session) -> Desk:
        found = await self.get(campaign)
        session.demand(Operation.READ, found.declared.record_type)
        return Desk(self.database, self.inventory, self.attachments, session.sight)
