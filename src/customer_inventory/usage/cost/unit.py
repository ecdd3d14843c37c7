"""What a unit cost: 1,000 records read, a customer stored, a download, an element never read."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from customer_inventory.access.log.partition import Month
from customer_inventory.store.database import Database
from customer_inventory.usage.cost.closing import Costs
from customer_inventory.usage.cost.declared import Declared
from customer_inventory.usage.cost.driver import DRIVERS, quantity
from customer_inventory.usage.cost.money import decimals_of
from customer_inventory.usage.metering import storage
from customer_inventory.usage.unread import Looked, look

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What a unit cost (None when there was none of it): `amount` of money over `units`."""

    unit: str
    amount: Decimal
    units: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted beside the meter: customers stored, elements declared and never read."""

    customers: int
    elements: int
    never_read: int


async def counts(database: Database, month: Month, looked: Looked | None = None) -> Counts:
    """Return what is counted beside the meter: customers at the month's last look at storage.

    Elements are those that a look found; it is done now, unless it is given.
    """
    customers = await storage.records_at(database, CUSTOMER, month.stop)
    found = looked or await look(database)
    return Counts(customers, found.elements, len(found.unread))


def unit_costs(declared: Declared, costs: Costs, counts: Counts) -> list[UnitCost]:
    """Return unit costs of a month, in whole units of its currency.

    All cost goes over records read, and over customers. A download has its share of all cost by the
    records taken away. An element that is declared has an equal share of what storage costs.
    """
    lines = costs.lines
    whole = sum(lines.pools.values())
    storage = sum(
        lines.pools.get(pool.name, 0) for pool in declared.pools if pool.kind == "storage"
    )
    read = _all(costs, "recordsRead")
    taken = _all(costs, "recordsDownloaded")
    downloads = sum(row["requests"] for row in costs.used.sums if row["operation"] == "download")
    share = Fraction(whole * taken, read + taken) if read + taken else Fraction(0)
    held = Fraction(storage * counts.never_read, counts.elements or 1)
    return [
        _cost("1,000 records read", Fraction(whole), Fraction(read, 1000), lines.currency),
        _cost("customer stored", Fraction(whole), counts.customers, lines.currency),
        _cost("download", share, downloads, lines.currency),
        _cost("element never read", held, counts.never_read, lines.currency),
    ]


def _all(costs: Costs, driver: str) -> int:
    return sum(DRIVERS[driver].measure(costs.used).by_user.values())


def _cost(unit: str, minor: Fraction, units: Fraction | int, currency: str) -> UnitCost:
    amount = minor / 10 ** decimals_of(currency)
    cost = quantity(amount / units) if units else None
    return UnitCost(unit, quantity(amount), quantity(Fraction(units)), cost)
