"""A scripted month of six processes, told twice: by the product, and by a recount that knows none.

What each process does follows a script: who reads by day, who takes lists away, who is refused, who
comes late. The recount takes nothing but the ledger's entries and the declared pools.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from arro3.io import read_parquet

from customer_inventory.access.ledger import Entry
from customer_inventory.store.database import Database, Row
from customer_inventory.usage.cost import closing, declaring
from customer_inventory.usage.cost.focus import What, columns, rows
from customer_inventory.usage.cost.focus_file import as_csv, as_parquet
from customer_inventory.usage.cost.statement import Statement
from customer_inventory.usage.metering.hourly import meter
from tests.usage.cost.test_focus_validator import PROGRAM, failures
from tests.usage.cost.test_month import BY, MARCH
from tests.usage.ledger import Filled, entry

POOLS = {
    "servers": ("requests", 320_011, 9000),
    "team": ("recordsRead", 1_850_003, None),
    "desk": ("recordsWritten", 77_777, None),
    "exports": ("recordsDownloaded", 10_001, None),
    "network": ("bytesAnswered", 3_333, 2),
    "licences": ("processes", 100_000, None),
}
"""Driver, cents, and capacity (in requests; in GB)."""
RATES = {"recordsRead": (1000, "12.50"), "recordsDownloaded": (1, "0.0375")}
BY_DRIVER = {
    "recordsRead": {"read"},
    "recordsDownloaded": {"download"},
    "recordsWritten": {"create", "modify", "update", "delete"},
}


def declared() -> str:
    lines = ["currency: EUR", "pools:"]
    for name, (driver, cents, capacity) in POOLS.items():
        more = f", capacity: {capacity}" if capacity else ""
        cost = f"{{from: 2026-01, amount: {Decimal(cents) / 100}{more}}}"
        lines.append(f"  - {{name: {name}, kind: other, driver: {driver}, costs: [{cost}]}}")
    lines.append("rates:")
    for meter_of, (per, price) in RATES.items():
        prices = f"[{{from: 2026-01, price: {price}}}]"
        lines.append(f"  - {{meter: {meter_of}, per: {per}, prices: {prices}}}")
    lines.append("costCentres:")
    lines += [f"  - {{process: {name}, costCentre: CC-{name}, from: 2026-01}}" for name in ROLES]
    return "\n".join(lines)


def of_billing(day: int) -> Iterator[dict[str, object]]:
    for number in range(40 if day == 1 else 6):
        yield {"operation": "read", "purpose": "billing", "count": 50, "bytes": 41_000 + number}
    yield {"operation": "update", "purpose": "billing", "count": 1, "type": "billingAccount"}


def of_care(day: int) -> Iterator[dict[str, object]]:
    for number in range(25 if day % 7 < 5 else 4):
        yield {"operation": "read", "purpose": "care", "count": 1, "bytes": 3_100, "hour": number}
        if number % 5 == 0:
            yield {"operation": "modify,update", "purpose": "care", "count": 1}


def of_collections(day: int) -> Iterator[dict[str, object]]:
    if day % 2:
        yield {"operation": "read", "purpose": "billing", "count": 17, "bytes": 12_345}
    yield {"operation": "read", "purpose": "care", "status": 403, "decision": "deny"}


def of_marketing(day: int) -> Iterator[dict[str, object]]:
    if day % 10 == 3:
        yield {"operation": "download", "purpose": "campaigns", "count": 2_222, "bytes": 9 * 10**8}
    yield {"operation": "read", "purpose": "campaigns", "count": 0, "status": 404, "bytes": 90}


def of_order(day: int) -> Iterator[dict[str, object]]:
    for _ in range(day % 5):
        yield {"operation": "create", "purpose": "orders", "count": 1, "type": "product"}


def of_reports(day: int) -> Iterator[dict[str, object]]:
    if day == 15:
        yield {"operation": "download", "purpose": "reports", "count": 3_001, "bytes": 7 * 10**8}


ROLES = {
    "billing": of_billing, "care": of_care, "collections": of_collections,
    "marketing": of_marketing, "order": of_order, "reports": of_reports,
}  # fmt: skip


def month() -> list[Entry]:
    made = []
    for day in range(31):
        for process, script in ROLES.items():
            for place, said in enumerate(script(day)):
                at = MARCH.start + timedelta(
                    days=day, hours=int(said.pop("hour", 9)), seconds=place
                )  # type: ignore[call-overload]
                made.append(entry(at, process, **said))
    # The last instant of the month, the first of the next, and the last before.
    made.append(entry(MARCH.stop - timedelta(microseconds=1), "care", purpose="care", count=3))
    made.append(entry(MARCH.stop, "care", purpose="care", count=1_000_000))
    made.append(entry(MARCH.start - timedelta(microseconds=1), "order", count=1_000_000))
    return made


def measured(entries: list[Row], driver: str) -> Counter[tuple[str, str]]:
    """How much of a driver each process used for a purpose, entry by entry."""
    found: Counter[tuple[str, str]] = Counter()
    for each in entries:
        who = (each["process"], each["purpose"])
        done = set(each["operation"].split(","))
        permitted = each["record_count"] if each["decision"] == "permit" else 0
        if driver == "requests":
            found[who] += 1
        elif driver == "processes":
            found[each["process"], ""] = 1
        elif driver == "bytesAnswered":
            found[who] += each["bytes"]
        elif done & BY_DRIVER[driver]:
            found[who] += permitted
    return +found


def shared(cents: int, parts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Largest remainders, by the book: exact shares, what is left to the largest fractions."""
    whole = sum(parts.values())
    exact = {who: Fraction(cents * part, whole) for who, part in parts.items()}
    told = {who: floor(share) for who, share in exact.items()}
    by_fraction = sorted(parts, key=lambda who: -(exact[who] - told[who]))
    for who in by_fraction[: cents - sum(told.values())]:
        told[who] += 1
    return told


def recounted(entries: list[Row]) -> dict[str, dict[tuple[str, str], int]]:
    """What each pool costs whom, ('', 'idle') for what was paid for and not used."""
    found = {}
    for name, (driver, cents, capacity) in POOLS.items():
        parts: dict[tuple[str, str], int] = dict(sorted(measured(entries, driver).items()))
        paid_for = (capacity or 0) * (10**9 if driver == "bytesAnswered" else 1)
        if paid_for > sum(parts.values()):
            parts["", "idle"] = paid_for - sum(parts.values())
        found[name] = {who: part for who, part in shared(cents, parts).items() if parts[who]}
    return found


async def inside(database: Database) -> list[Row]:
    return list(
        await database.fetch(
            "SELECT * FROM access.entry WHERE at >= $1 AND at < $2", MARCH.start, MARCH.stop
        )
    )


def told(lines: closing.Calculated) -> dict[str, dict[tuple[str, str], int]]:
    found: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for part in lines.allocations:
        who = (part.process, part.purpose) if part.process else ("", part.share)
        found[part.pool][who] = part.amount
    return dict(found)


@pytest.fixture
async def closed(database: Database, tmp_path: Path) -> Filled:
    filled = Filled(database, tmp_path)
    await declaring.declare(database, declared(), actor=BY, reason="the tests")
    entries = month()
    # In another order than they happened in, and metered as they come.
    for part in (entries[::3], entries[1::3], entries[2::3]):
        await filled.add(part)
        await meter(database)
    await closing.close(database, MARCH, actor=BY)
    return filled


async def test_statements_are_the_pools_to_the_cent_and_the_recount(closed: Filled) -> None:
    database = closed.database
    lines = (await closing.costs(database, MARCH)).lines
    assert lines.pools == {name: cents for name, (_, cents, _) in POOLS.items()}
    assert sum(part.amount for part in lines.allocations) == sum(lines.pools.values())
    entries = await inside(database)
    assert told(lines) == recounted(entries)
    charged = {(each.meter, each.process, each.purpose): each.amount for each in lines.charges}
    assert charged == {
        (meter_of, *who): Decimal(price) * used / per
        for meter_of, (per, price) in RATES.items()
        for who, used in measured(entries, meter_of).items()
    }
    by_centre: Counter[str] = Counter()
    for part in lines.allocations:
        by_centre[part.cost_centre] += part.amount
    assert set(by_centre) == {"", *(f"CC-{name}" for name in ROLES)}
    assert await closing.faults(database, MARCH, recounted=True) == []


async def test_what_came_late_is_corrected_to_what_a_recount_says(closed: Filled) -> None:
    database = closed.database
    late = [entry(MARCH.start + timedelta(days=9), "reports", count=9_999, purpose="reports")]
    await closed.add([*late, *late])
    assert (await meter(database)).late == 2
    assert (await meter(database)).entries == 0
    correction = await closing.correct(database, MARCH, actor=BY)
    assert correction is not None
    assert sum(part.amount for part in correction.allocations) == 0
    lines = (await closing.costs(database, MARCH)).lines
    assert told(lines) == recounted(await inside(database))


@pytest.mark.parametrize("version", ["1.2", "1.4"])
@pytest.mark.parametrize("what", ["allocated", "charged"])
async def test_files_for_finance_sum_to_the_pools_after_a_correction(
    closed: Filled, version: str, what: What
) -> None:
    database = closed.database
    await closed.add([entry(MARCH.start, "order", operation="download", count=500)])
    await meter(database)
    await closing.correct(database, MARCH, actor=BY)
    found: list[Statement] = await closing.closed(database, MARCH)
    named = columns(version, what)  # type: ignore[arg-type]
    made = list(rows(found, version, what))  # type: ignore[arg-type]
    told_rows = list(csv.DictReader(io.StringIO(as_csv(named, made).decode())))
    costs: Counter[str] = Counter()
    for row in told_rows:
        costs[row["ResourceName"]] += Decimal(row["BilledCost"])  # type: ignore[assignment]
    if what == "allocated":
        assert costs == {name: Decimal(cents) / 100 for name, (_, cents, _) in POOLS.items()}
        assert {row["SubAccountId"] for row in told_rows} == {"", *ROLES}
    else:
        lines = (await closing.costs(database, MARCH)).lines
        assert sum(costs.values()) == sum(each.amount for each in lines.charges)
    assert {row["ChargeClass"] for row in told_rows} == {"", "Correction"}
    table = read_parquet(io.BytesIO(as_parquet(named, made))).read_all()
    billed = list(table.column("BilledCost").to_pylist())
    assert sum(billed) == sum(costs.values())


@pytest.mark.skipif(not PROGRAM, reason="CINV_FOCUS_VALIDATOR does not name the validator")
@pytest.mark.parametrize("what", ["allocated", "charged"])
async def test_the_validator_finds_nothing_but_its_own_in_it(
    closed: Filled, what: What, tmp_path: Path
) -> None:
    assert await failures(await closing.closed(closed.database, MARCH), what, tmp_path) == set()
