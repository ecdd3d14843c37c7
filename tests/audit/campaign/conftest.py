"""The audit campaigns of a fresh inventory, and what they are walked with."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.access import registration
from customer_inventory.access.guard import Session
from customer_inventory.access.house import operator
from customer_inventory.access.registration import Permission
from customer_inventory.access.terminal import session_here
from customer_inventory.audit.campaign.campaign import Declared
from customer_inventory.audit.campaign.campaigns import By, Campaigns
from customer_inventory.audit.campaign.plan import Demand
from customer_inventory.audit.campaign.reading import Task
from customer_inventory.audit.campaign.verdict import Evidence, Verdicts
from customer_inventory.holding import campaigns_of, eraser_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.tmf.door import resources
from customer_inventory.tmf.source import finder

INDIVIDUAL = TYPES["individual"]
ACTOR = Actor("crm", "testing")
SEEN = Evidence("contractScan", "page 2")
AGREES = Verdicts({"familyName": "agrees"})
DECLARED = Declared(
    name="Names",
    owner="Data office",
    record_type="individual",
    filter="",
    elements=("familyName",),
    compared_with="contractScan",
    demand=Demand(Fraction(1, 10), ratio=Fraction(4)),
    due_at=datetime.now(UTC) + timedelta(days=30),
    auditors=("ada", "grace"),
    seed="a seed",
)


def differs(value: Any = "Byron") -> Verdicts:
    return Verdicts({"familyName": "differs"}, {"familyName": value})


@dataclass(frozen=True)
class World:
    """An inventory with people in it, and its campaigns, as the house sees them."""

    database: Database
    inventory: Inventory
    campaigns: Campaigns
    eraser: Eraser
    session: Session

    def by(self, person: str, reason: str = "as the test wants it") -> By:
        return By(person, "the tests", operator(), reason)

    async def people(self, count: int, **more: Any) -> list[str]:
        """Make so many individuals; return their ids."""
        return [
            (
                await self.inventory.create(
                    INDIVIDUAL,
                    {"@type": "Individual", "givenName": "Ada", "familyName": f"L-{n}", **more},
                    actor=ACTOR,
                )
            ).id
            for n in range(count)
        ]

    async def begun(self, **changes: Any) -> str:
        """Return a campaign that is under way."""
        made = await self.campaigns.new(
            replace(DECLARED, **changes), session=self.session, by=self.by("runner")
        )
        await self.campaigns.sample(made.id, session=self.session, by=self.by("runner"))
        await self.campaigns.assign(made.id, (), by=self.by("runner"))
        return made.id

    async def next(
        self, campaign: str, auditor: str, session: Session | None = None
    ) -> Task | None:
        return await self.campaigns.next(
            campaign, session=session or self.session, by=self.by(auditor)
        )

    async def record(
        self, campaign: str, item: int, auditor: str, verdicts: Verdicts = AGREES
    ) -> Any:
        return await self.campaigns.record(
            campaign, item, verdicts, SEEN, session=self.session, by=self.by(auditor)
        )

    async def read_all(self, campaign: str, *auditors: str) -> int:
        """Let auditors agree with all that is on their worklists; return how much that was."""
        count = 0
        for auditor in auditors:
            while task := await self.next(campaign, auditor):
                await self.record(campaign, task.item.number, auditor)
                count += 1
        return count

    async def close(self, campaign: str) -> Any:
        return await self.campaigns.close(campaign, by=self.by("runner"))

    async def session_of(self, process: str, *, terms: dict[str, Any] | None = None) -> Session:
        """Return the session of a process that may read and update individuals, on terms."""
        permission = Permission.parse("individual:read,update", "testing")
        await registration.register(
            self.database,
            process,
            name=process,
            owner="the tests",
            permissions=[replace(permission, terms=terms or {})],
            registered_by="the tests",
        )
        actor = Actor(process, "testing", "ada")
        return await session_here(self.database, actor, b"a key of the tests")


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    """A world over a fresh database."""
    settings = Settings(home=tmp_path / "home")
    inventory = Inventory(database)
    campaigns = campaigns_of(
        database, settings, inventory=inventory, find=finder(resources(""), "")
    )
    session = await session_here(database, operator())
    return World(database, inventory, campaigns, eraser_of(database, settings), session)
