"""What a process has used of its quotas, for people to see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_inventory.access.quota.budget import BUDGETS
from customer_inventory.access.registration import NoSuchProcess
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Use:
    """One budget of a process: how much of it services have taken in the present window.

    `most` is None where no quota says it and the setting of the house holds; `taken` counts what
    services have leased, spent or not, and `resets_at` is when the window ends (None: none began).
    """

    purpose: str
    record_type: str
    budget: str
    most: int | None
    taken: int
    resets_at: datetime | None


async def use_of(database: Database, process: str) -> list[Use]:
    """Return the budgets of `process` that are said or begun; raise NoSuchProcess."""
    rows = await database.fetch(SQL.use_of_process, process)
    if not rows:
        raise NoSuchProcess(process)
    return [_use(row) for row in rows if row["budget"] is not None]


def _use(row: Row) -> Use:
    ends = None
    if row["began"] is not None:
        ends = row["began"] + timedelta(seconds=BUDGETS[row["budget"]].seconds)
    is_over = ends is None or ends <= now()
    return Use(
        row["purpose"],
        row["record_type"],
        row["budget"],
        row["most"],
        0 if is_over else row["taken"],
        None if is_over else ends,
    )
