"""Records that their source does not have any more: removed as at the doors, or the row is refused.

Their history stays. What others refer to, what a legal hold or a rule of retention keeps, what was
merged, and what the process of the load may not remove is refused, the row as a whole.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.capture.told import Record
from customer_inventory.capture.work import Work
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError, NotFound, Refused
from customer_inventory.record.identity.group import IsMerged
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.reference import Referenced
from customer_inventory.record.retention.keeping import Kept
from customer_inventory.record.retention.policy import Policy
from customer_inventory.record.subject.hold import Held
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.together import Within

_REFUSED = (Refused, NotFound, Referenced, Held, Kept, IsMerged)
"""What refuses a row, and that row alone."""


class Removing:
    """Removes records for `actor`, as its `session` may, but for what `policy` keeps."""

    def __init__(
        self, database: Database, actor: Actor, session: Session, policy: Policy | None
    ) -> None:
        self._database = database
        self._actor = actor
        self._session = session
        self._policy = policy

    async def remove(
        self, connection: Connection, work: Work, refused: Collection[int]
    ) -> tuple[list[Record], dict[int, InventoryError]]:
        """Remove what is gone by rows that were not `refused`, in the open transaction.

        Returns what was removed, and why rows are refused, by line. Raises Conflict when others
        keep changing a record.
        """
        removed: list[Record] = []
        failed: dict[int, InventoryError] = {}
        rows: dict[int, list[Record]] = defaultdict(list)
        for record, line in work.gone.items():
            rows[line].append(record)
        for line, records in rows.items():
            if line in refused:
                continue
            try:
                async with connection.transaction():
                    removed += await self._row(connection, records)
            except _REFUSED as error:
                failed[line] = error
        return removed, failed

    async def _row(self, connection: Connection, records: Sequence[Record]) -> list[Record]:
        """Remove the records of a row, those that refer to others of it first."""
        inventory = Inventory(Within(self._database, connection), self._policy)
        removed: list[Record] = []
        waiting = list(reversed(records))
        while waiting:
            left: list[Record] = []
            for kind, identifier in waiting:
                try:
                    if await self._one(inventory, kind, identifier):
                        removed.append((kind, identifier))
                except Referenced:
                    left.append((kind, identifier))
                    if len(left) == len(waiting):
                        raise
            waiting = left
        return removed

    async def _one(self, inventory: Inventory, kind: str, identifier: str) -> bool:
        """Remove a record; tell whether there was one."""
        declared = TYPES[kind]
        try:
            await inventory.get(declared, identifier)
        except NoSuchRecord:
            return False
        self._session.demand(Operation.DELETE, kind)
        await inventory.remove(
            declared,
            identifier,
            actor=self._actor,
            may_read=lambda other: self._session.may(Operation.READ, other),
            sight=self._session.sight,
        )
        return True
