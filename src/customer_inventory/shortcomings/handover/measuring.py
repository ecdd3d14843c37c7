"""What the doors ask of the repository: measured again, and where tickets go."""

from dataclasses import dataclass

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import deciding
from customer_inventory.shortcomings.deciding import Verdict
from customer_inventory.shortcomings.handover import following
from customer_inventory.shortcomings.handover.ticket import Place
from customer_inventory.shortcomings.seeing import seeing_most
from customer_inventory.store.database import Database


def place_of(settings: Settings) -> Place:
    """Return where tickets go: to the desk that is configured, or that of the house."""
    return "remote" if settings.ticket_url else "desk"


@dataclass(frozen=True)
class Measuring:
    """Measures the repository behind a database, as whoever sees most of it."""

    database: Database
    settings: Settings

    @property
    def place(self) -> Place:
        """Where tickets go."""
        return place_of(self.settings)

    async def verify(self, fingerprint: str, *, reason: str, actor: Actor) -> Verdict:
        """Measure again what is said to be mended: closed with the gain, or reopened."""
        async with seeing_most(self.database, self.settings) as server:
            return await deciding.verify(
                self.database, fingerprint, reason=reason, actor=actor, on=server,
                settings=self.settings,
            )  # fmt: skip

    async def wake(self, called: str, *, actor: Actor) -> bool:
        """Look what became of a ticket outside, called so there, and measure what it claims."""
        if not await following.wake(self.database, called, self.settings, actor=actor):
            return False
        await following.settle(self.database, self.settings, actor=actor)
        return True
