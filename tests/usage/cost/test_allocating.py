"""Allocation: the parts of every pool are the pool, and each is whose it is said to be."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.access.log.partition import Month
from customer_inventory.usage.cost.allocating import (
    Calculated,
    NothingDeclared,
    calculated,
    unbalanced,
)
from customer_inventory.usage.cost.declared import Declared, read
from customer_inventory.usage.cost.driver import DRIVERS, Used
from customer_inventory.usage.metering.attribution import Attributed
from customer_inventory.usage.metering.storage import GIGABYTE, Held

APRIL = Month(2026, 4)
SECONDS = 30 * 86_400
PROCESSES = ("billing", "care", "crm", "web", "reports", "sales")


def used(
    *sums: tuple[str, str, str, int, int, int],
    held: tuple[Held, ...] = (),
    effort: dict[str, int] | None = None,
    nobodys: int = 0,
) -> Used:
    rows = [
        {
            "process": process,
            "purpose": purpose,
            "operation": operation,
            "record_type": "customer",
            "requests": requests,
            "errors": 0,
            "denied": 0,
            "records": records,
            "bytes": size,
        }
        for process, purpose, operation, requests, records, size in sums
    ]
    return Used(APRIL, rows, held, Attributed(effort or {}, nobodys))  # type: ignore[arg-type]


def pools(*costs: tuple[str, str, str]) -> Declared:
    """Pools by driver, amount and capacity, in a file."""
    lines = ["currency: EUR", "pools:"]
    for number, (driver, amount, capacity) in enumerate(costs):
        more = f", capacity: {capacity}" if capacity else ""
        lines.append(
            f"  - {{name: p{number}, kind: other, driver: {driver},"
            f" costs: [{{from: 2026-01, amount: {amount}{more}}}]}}"
        )
    return read("\n".join(lines))


def parts(found: Calculated) -> dict[tuple[str, str, str], int]:
    return {(p.pool, p.process or p.share, p.purpose): p.amount for p in found.allocations}


SUMS = st.lists(
    st.tuples(
        st.sampled_from(PROCESSES),
        st.sampled_from(("care", "billing")),
        st.sampled_from(("read", "download", "create", "modify,update", "seal")),
        st.integers(0, 10**9),
        st.integers(0, 10**9),
        st.integers(0, 10**15),
    ),
    max_size=12,
)
POOLS = st.lists(
    st.tuples(
        st.sampled_from(sorted(DRIVERS)),
        st.decimals(0, 10**9, places=2).map(str),
        st.one_of(st.just(""), st.decimals(0, 10**6, places=3).map(str)),
    ),
    min_size=1,
    max_size=6,
)
HELD = st.lists(
    st.builds(
        Held,
        st.just("record.customer"),
        st.just("customer"),
        st.integers(0, 10**18),
        st.integers(0, 10**18),
        st.integers(0, 10**18),
        st.dictionaries(st.sampled_from(PROCESSES), st.integers(1, 10**12), max_size=4),
    ),
    max_size=4,
)


@given(
    SUMS,
    POOLS,
    HELD,
    st.dictionaries(st.sampled_from(PROCESSES), st.integers(0, 10**12)),
    st.fractions(0, 1),
)
def test_allocated_and_unallocated_are_the_pool_to_the_cent(
    sums: list, costs: list, held: list, effort: dict, gone: Fraction
) -> None:
    found = calculated(
        pools(*costs), used(*sums, held=tuple(held), effort=effort, nobodys=len(sums)), gone
    )
    assert unbalanced(found.pools, found.allocations) == {}
    assert sum(part.amount for part in found.allocations) == sum(found.pools.values())
    assert all(part.amount >= 0 for part in found.allocations)
    assert all((part.share == "process") == bool(part.process) for part in found.allocations)
    assert len({part.key for part in found.allocations}) == len(found.allocations)


def test_a_pool_follows_its_driver() -> None:
    found = calculated(
        pools(("requests", "100", ""), ("recordsWritten", "10", "")),
        used(
            ("care", "care", "read", 60, 600, 0),
            ("care", "billing", "read", 10, 0, 0),
            ("crm", "care", "modify,update", 30, 30, 0),
        ),
    )
    assert parts(found) == {
        ("p0", "care", "care"): 6000,
        ("p0", "care", "billing"): 1000,
        ("p0", "crm", "care"): 3000,
        ("p1", "crm", "care"): 1000,
    }


def test_what_is_paid_for_and_not_used_is_idle() -> None:
    busy = used(("care", "care", "read", 250, 0, 0))
    assert parts(calculated(pools(("requests", "100", "1000")), busy)) == {
        ("p0", "care", "care"): 2500,
        ("p0", "idle", ""): 7500,
    }
    assert parts(calculated(pools(("requests", "100", "200")), busy)) == {
        ("p0", "care", "care"): 10_000
    }


def test_so_much_of_a_capacity_is_idle_as_could_be_used_till_now() -> None:
    busy = used(("care", "care", "read", 250, 0, 0))
    half = parts(calculated(pools(("requests", "100", "1000")), busy, Fraction(1, 2)))
    assert half == {("p0", "care", "care"): 5000, ("p0", "idle", ""): 5000}
    # Processes do not grow with the month: one of ten is there at its beginning too.
    early = parts(calculated(pools(("processes", "100", "10")), busy, Fraction(1, 100)))
    assert early == {("p0", "care", ""): 1000, ("p0", "idle", ""): 9000}
    assert sum(parts(calculated(pools(("requests", "1", "9")), busy, Fraction(0))).values()) == 100


@pytest.mark.parametrize("driver", sorted(DRIVERS))
@pytest.mark.parametrize("capacity", ["", "10"])
def test_a_month_in_which_nothing_was_used_is_idle(driver: str, capacity: str) -> None:
    found = calculated(pools((driver, "33.33", capacity)), used())
    assert parts(found) == {("p0", "idle", ""): 3333}
    assert found.charges == ()


def test_storage_is_whose_records_it_holds_and_else_nobodys() -> None:
    month = GIGABYTE * SECONDS
    held = (
        Held("record.customer", "customer", 2 * month, month, month, {"crm": 3, "web": 1}),
        Held("access.sealed", None, 6 * month, 0, 0, {}),
    )
    found = calculated(pools(("stored", "100", "")), used(held=held))
    assert parts(found) == {
        ("p0", "crm", ""): 3000,
        ("p0", "web", ""): 1000,
        ("p0", "unattributed", ""): 6000,
    }
    quantities = {part.process or part.share: part.quantity for part in found.allocations}
    assert quantities == {"crm": 3, "web": 1, "unattributed": 6}


def test_database_time_that_nobody_caused_is_on_a_line_of_its_own() -> None:
    found = calculated(
        pools(("databaseTime", "10", "10")),
        used(effort={"care": 3_600_000_000}, nobodys=7_200_000_000),
    )
    assert parts(found) == {
        ("p0", "care", ""): 100,
        ("p0", "unattributed", ""): 200,
        ("p0", "idle", ""): 700,
    }


def test_charges_are_exact() -> None:
    declared = read(
        "currency: EUR\npools: [{name: p, kind: other, driver: requests,"
        " costs: [{from: 2026-01, amount: 1}]}]\n"
        "rates: [{meter: recordsRead, per: 1000, prices: [{from: 2026-04, price: 0.37}]},"
        " {meter: bytesAnswered, prices: [{from: 2026-05, price: 9}]}]\n"
        "costCentres: [{process: care, costCentre: CC, from: 2026-04}]\n"
    )
    (charge,) = calculated(declared, used(("care", "care", "read", 1, 12_345, 10**9))).charges
    assert (charge.cost_centre, charge.quantity, charge.price) == ("CC", 12_345, Decimal("0.37"))
    assert charge.amount == Decimal("4.56765")


def test_a_month_without_pools_is_refused() -> None:
    declared = read(
        "currency: EUR\npools: [{name: p, kind: other, driver: requests,"
        " costs: [{from: 2026-05, amount: 1}]}]\n"
    )
    with pytest.raises(NothingDeclared, match="2026-04"):
        calculated(declared, used())
