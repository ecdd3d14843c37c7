"""Drift: the shares of values against those of the last runs.

Each value may be valid, and yet a load that made every customer a consumer is wrong. How far shares
moved is half the sum of their differences: the share of records that would have to say otherwise.
"""

from dataclasses import dataclass
from hashlib import sha256

from customer_inventory.audit.planning import note_rules
from customer_inventory.record.document import encode
from customer_inventory.record.register import strata
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Drift:
    """A rule: of the records of a type no more than `most` may come to say something else.

    Something else in the search column `column`, from the last five runs to this.
    """

    id: str
    record_type: str
    column: str
    name: str
    most: float = 0.1

    @property
    def said(self) -> bytes:
        """What the rule says."""
        return encode({"drift": self.column, "type": self.record_type, "most": self.most})

    @property
    def sha256(self) -> bytes:
        """The hash of what the rule says."""
        return sha256(self.said).digest()


DRIFTS = (
    Drift("DR-001", "customer", "status", "The shares of the statuses of customers moved"),
    Drift("DR-002", "customer", "segment", "The shares of the segments of customers moved"),
    Drift("DR-003", "customer", "market", "The shares of the markets of customers moved"),
    Drift("DR-004", "individual", "status", "The shares of the statuses of people moved"),
    Drift("DR-005", "agreement", "status", "The shares of the statuses of agreements moved"),
    Drift("DR-006", "product", "status", "The shares of the statuses of products moved"),
    Drift("DR-007", "billingAccount", "state", "The shares of the states of accounts moved"),
)
"""What comes with the product."""


def moved(before: dict[str, float], now: dict[str, float]) -> float:
    """Return the total variation distance of two distributions, from 0 to 1."""
    names = before.keys() | now.keys()
    return sum(abs(before.get(name, 0.0) - now.get(name, 0.0)) for name in names) / 2


async def keep_drift(database: Database, run: int, drift: Drift, population: int) -> None:
    """Compare the shares of now with those of the last runs, and keep both."""
    now = await strata.shares(database, TYPES[drift.record_type], drift.column)
    rows = await database.fetch(SQL.shares_before, drift.id, run)
    before = {row["name"]: row["share"] for row in rows}
    far = moved(before, now) if before and now else 0.0
    async with database.transaction() as connection:
        await note_rules(connection, [(drift.id, drift.sha256, drift.name, drift.said.decode())])
        await connection.execute(
            SQL.keep_shares, run, drift.id, list(now), [float(share) for share in now.values()]
        )
        await connection.execute(
            SQL.keep_drift, run, drift.id, drift.sha256, drift.record_type, 1 - drift.most,
            population, round(far * population),
        )  # fmt: skip
