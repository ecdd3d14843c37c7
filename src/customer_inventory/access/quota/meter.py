"""A meter: what one service has leased of a budget, and spends without asking anybody.

Services lease from one row of the database, never more than the budget holds: all together do not
overspend it. What a service leased and did not spend when the window ends is lost with it, at
most a lease (a twentieth of the budget).
"""

import asyncio
from datetime import UTC, datetime
from typing import NamedTuple

from customer_inventory.access.quota.budget import BUDGETS
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Refused
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_PARTS = 20
_LARGEST_LEASE = 1000


class Key(NamedTuple):
    """Whose budget it is and which: by process, purpose, record type (`*`: every) and name."""

    process: str
    purpose: str
    record_type: str
    budget: str


class Exhausted(Refused):
    """A budget is used up until its window ends, in `retry_after` seconds."""

    code = "quotaExceeded"

    def __init__(self, key: Key, most: int, left: int, retry_after: int) -> None:
        self.key = key
        self.retry_after = retry_after
        what = "" if key.record_type == "*" else f" of {key.record_type}"
        super().__init__(
            f"The quota {key.budget}{what} is {most:,}; {left:,} are left.",
            hint=f"It begins anew in {retry_after} seconds.",
        )


class Meter:
    """One budget as this service knows it."""

    __slots__ = ("_asking", "_ends", "_is_spent", "_left", "_taken", "key", "most", "seconds")

    def __init__(self, key: Key, most: int) -> None:
        self.key = key
        self.most = most
        self.seconds = BUDGETS[key.budget].seconds
        self._ends = 0.0
        self._left = 0
        self._taken = 0
        self._is_spent = False
        self._asking = asyncio.Lock()

    def spend(self, amount: int = 1) -> bool:
        """Spend `amount` of what is leased and return True; False when that is not enough."""
        self._turn()
        if self._left < amount:
            return False
        self._left -= amount
        return True

    def give_back(self, amount: int = 1) -> None:
        """Take back what was spent on what did not happen."""
        self._left += amount

    async def demand(self, database: Database, amount: int = 1) -> None:
        """Spend `amount`, leasing where needed.

        Raises Exhausted when the budget does not hold it, Unavailable when nobody can tell.
        """
        while not self.spend(amount):
            async with self._asking:
                # Whoever waited for another's lease looks again.
                if self._left >= amount:
                    continue
                if self._is_spent or not await self._lease(database, amount - self._left):
                    raise self.exhausted(amount)

    def is_exhausted(self) -> bool:
        """Tell whether nothing is left until the window ends, as far as is known here."""
        self._turn()
        return self._is_spent and self._left == 0

    def exhausted(self, amount: int = 1) -> Exhausted:
        """Return the error that says so."""
        left = self._left if amount > 1 else 0
        return Exhausted(self.key, self.most, left, self.resets_in())

    @property
    def name(self) -> str:
        """What callers know the budget by."""
        kind, budget = self.key.record_type, self.key.budget
        return budget if kind == "*" else f"{kind}.{budget}"

    @property
    def left(self) -> int:
        """How much of the budget is left, as far as is known here."""
        self._turn()
        return max(0, self.most - self._taken) + self._left

    def resets_in(self) -> int:
        """Return in how many seconds the window ends, at least 1."""
        self._turn()
        return max(1, round(self._ends - now().timestamp()))

    async def _lease(self, database: Database, needed: int) -> bool:
        """Lease so much that `needed` is there; return whether it is."""
        self._turn()
        ends = self._ends
        wanted = max(needed, min(self.most // _PARTS, _LARGEST_LEASE))
        began = datetime.fromtimestamp(ends - self.seconds, UTC)
        row = await database.row(SQL.lease, *self.key, began, wanted, self.most)
        if row is None or ends != self._ends:
            return False
        self._taken = row["taken"]
        self._left += row["leased"]
        self._is_spent = self._taken >= self.most
        return bool(row["leased"] >= needed)

    def _turn(self) -> None:
        """Begin anew when the window has ended."""
        at = now().timestamp()
        if at >= self._ends:
            self._ends = (at // self.seconds + 1) * self.seconds
            self._left = self._taken = 0
            self._is_spent = False
