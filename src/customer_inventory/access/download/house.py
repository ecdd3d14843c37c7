"""The downloads of the house, put together from its settings."""

from customer_inventory.access.download.asking import Limits
from customer_inventory.access.download.downloads import Downloads
from customer_inventory.access.download.mark import Marks
from customer_inventory.access.download.running import Means
from customer_inventory.access.download.source import Find
from customer_inventory.access.guard import Guard
from customer_inventory.access.ledger import Ledger
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe


def downloads_of(
    database: Database,
    inventory: Inventory,
    guard: Guard,
    ledger: Ledger,
    settings: Settings,
    *,
    find: Find,
) -> Downloads:
    """Return the downloads of an inventory: of the lists that `find` finds."""
    means = Means(
        database=database,
        inventory=inventory,
        guard=guard,
        ledger=ledger,
        safe=Safe.kept_in(settings.home),
        marks=Marks.kept_in(settings.home),
        home=settings.home,
        find=find,
        limits=Limits(
            settings.download_approval_rows,
            settings.downloads_per_process,
            settings.download_hours,
        ),
        canary_domain=settings.canary_domain,
        charge=guard.quotas.charge,
    )
    return Downloads(means)
