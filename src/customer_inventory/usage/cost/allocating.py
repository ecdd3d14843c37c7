"""The cost of a month shared out: every pool to the cent, what is nobody's on lines of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

from customer_inventory.kit.errors import Conflict
from customer_inventory.usage.cost.declared import Cost, Declared, Pool, Rate
from customer_inventory.usage.cost.driver import Used
from customer_inventory.usage.cost.money import shared

Share = Literal["process", "idle", "unattributed"]

_DIGITS = 60
"""More than a quantity and a price have together: what is charged is exact."""
_Key = tuple[Share, str, str]
_IDLE: _Key = ("idle", "", "")
_UNATTRIBUTED: _Key = ("unattributed", "", "")


class NothingDeclared(Conflict):
    """No pool is declared for a month."""

    code = "noPool"


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a pool, in minor units: a process's for a purpose, idle, or unattributed.

    `quantity` of the driver, in its told unit, is what it is in proportion to.
    """

    pool: str
    share: Share
    process: str
    purpose: str
    cost_centre: str
    driver: str
    quantity: Decimal
    amount: int

    @property
    def key(self) -> tuple[str, ...]:
        """What it is the part of, and whose: all but the figures."""
        return (
            self.pool, self.share, self.process, self.purpose, self.cost_centre, self.driver,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charge:
    """What a process is charged for its use of a meter: quantity / per x price, exact."""

    process: str
    purpose: str
    cost_centre: str
    meter: str
    quantity: Decimal
    per: int
    price: Decimal
    amount: Decimal

    @property
    def key(self) -> tuple[object, ...]:
        """What is charged to whom: all but the figures."""
        return (
            self.process, self.purpose, self.cost_centre, self.meter, self.per, self.price,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Calculated:
    """A month's cost: what each pool costs, to whom it is allocated, and what is charged."""

    currency: str
    pools: dict[str, int]
    allocations: tuple[Allocation, ...]
    charges: tuple[Charge, ...]


def calculated(declared: Declared, used: Used, gone: Fraction = Fraction(1)) -> Calculated:
    """Return the cost of the month that was used; raise NothingDeclared when no pool is there.

    `gone` is the part of the month that has passed: so much of capacities could be used till then.
    """
    there = [(pool, cost) for pool in declared.pools if (cost := pool.cost(used.month))]
    if not there:
        raise NothingDeclared(
            f"No pool is declared for {used.month}.",
            hint="Declare what it cost: cinv cost declare FILE.",
        )
    return Calculated(
        declared.currency,
        {pool.name: cost.amount for pool, cost in there},
        tuple(
            part for pool, cost in there for part in _allocated(pool, cost, declared, used, gone)
        ),
        tuple(charge for rate in declared.rates for charge in _charged(rate, declared, used)),
    )


def unbalanced(pools: dict[str, int], allocations: Iterable[Allocation]) -> dict[str, int]:
    """Return by how much the parts of pools differ from them: nothing where money is conserved."""
    left = dict(pools)
    for part in allocations:
        left[part.pool] = left.get(part.pool, 0) - part.amount
    return {pool: amount for pool, amount in left.items() if amount}


def _allocated(
    pool: Pool, cost: Cost, declared: Declared, used: Used, gone: Fraction
) -> Iterator[Allocation]:
    weights = _weights(pool, cost, used, gone)
    # What nobody used at all is idle as a whole, however much that is.
    shares = shared(cost.amount, weights) if any(weights.values()) else {_IDLE: cost.amount}
    for key, amount in shares.items():
        share, process, purpose = key
        quantity = pool.driver.told(weights.get(key, 0), used.month)
        if not amount and not quantity:
            continue
        yield Allocation(
            pool.name,
            share,
            process,
            purpose,
            declared.centre(process, used.month) if process else "",
            pool.driver.name,
            quantity,
            amount,
        )


def _weights(pool: Pool, cost: Cost, used: Used, gone: Fraction) -> dict[_Key, int]:
    """Return who shares a pool: processes, nobody, and what was paid for and not used."""
    measure = pool.driver.measure(used)
    weights: dict[_Key, int] = {
        ("process", *user): amount for user, amount in measure.by_user.items()
    }
    if measure.unattributed:
        weights[_UNATTRIBUTED] = measure.unattributed
    taken = sum(weights.values())
    capacity = pool.driver.native(cost.capacity, used.month) if cost.capacity is not None else 0
    if pool.driver.grows:
        capacity = int(capacity * gone)
    if capacity > taken:
        weights[_IDLE] = capacity - taken
    return weights


def _charged(rate: Rate, declared: Declared, used: Used) -> Iterator[Charge]:
    price = rate.price(used.month)
    if price is None:
        return
    for (process, purpose), amount in rate.meter.measure(used).by_user.items():
        told = rate.meter.told(amount, used.month)
        with localcontext(prec=_DIGITS):
            charged = told * price / rate.per
        yield Charge(
            process,
            purpose,
            declared.centre(process, used.month),
            rate.meter.name,
            told,
            rate.per,
            price,
            charged,
        )
