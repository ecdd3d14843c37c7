"""The rooms of the house, as its doors for HTTP call them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from customer_inventory.access.download.downloads import Downloads
from customer_inventory.audit.campaign.campaigns import Campaigns
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.facilities.standing.line import Line
from customer_inventory.kit.settings import Settings
from customer_inventory.record.attachment.attachment import Attachments
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.job import Jobs
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.record.subject.package.package import Packer
from customer_inventory.shortcomings.handover.measuring import Measuring
from customer_inventory.store.database import Database
from customer_inventory.store.outward import Allowed


@dataclass(frozen=True)
class Rooms:
    """What doors may call of the rooms."""

    database: Database
    inventory: Inventory
    jobs: Jobs
    attachments: Attachments
    eraser: Eraser
    packer: Packer
    downloads: Downloads
    campaigns: Campaigns
    allowed: Allowed
    public_url: str
    asks_for: Mapping[str, str | None]
    """By the ledger's word, the record type that permission is asked for, where that is another."""
    standing: Callable[[], Awaitable[list[Line]]]
    """Tells how the facilities are: the verdict, then a line for each part."""
    measuring: Measuring
    settings: Settings

    @property
    def max_page(self) -> int:
        """Most records one page of a list may hold."""
        return self.settings.max_page

    @property
    def thresholds(self) -> Thresholds:
        """From which scores on likely duplicates are queued, warned of, and merged."""
        return Thresholds.of(self.settings)
