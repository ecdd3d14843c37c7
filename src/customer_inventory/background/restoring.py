"""What brings a backup back in order, and proves it, wired over all rooms."""

from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.audit.job import audited
from customer_inventory.background.origins import origins_of
from customer_inventory.facilities.backup.bringing_back import PutRight
from customer_inventory.holding import eraser_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.subject.notes import take_notes
from customer_inventory.store.database import Database


def put_right_of(settings: Settings, actor: Actor) -> PutRight:
    """Return what erases again, in a restored database, whom the lines of notes name."""

    async def put_right(dsn: str, lines: list[bytes]) -> int:
        async with Database(dsn) as database:
            await take_notes(database, lines)
            return len(await eraser_of(database, settings).replay(actor=actor))

    return put_right


async def audit_errors(dsn: str) -> int:
    """Audit the database of an address; return how many rules could not be asked of it."""
    async with Database(dsn) as database:
        run = await audited(database, origins_of(database), actor=Actor(PROCESS, PURPOSE))
        return sum(each.error is not None for each in run.outcomes)
