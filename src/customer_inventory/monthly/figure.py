"""The figures of a month that everybody asks for first, each beside that of the month before."""

from dataclasses import dataclass
from fractions import Fraction

from customer_inventory.access.log.partition import Month
from customer_inventory.audit import scoring
from customer_inventory.audit.running import asked_in_force
from customer_inventory.kit import clock
from customer_inventory.kit.report.model import Cell, Column, Kind, Section, Table, percent
from customer_inventory.store.database import Database
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.closing import costs
from customer_inventory.usage.cost.driver import DRIVERS
from customer_inventory.usage.cost.span import passed
from customer_inventory.usage.cost.unit import CUSTOMER
from customer_inventory.usage.cost.used import used_in
from customer_inventory.usage.metering import storage
from customer_inventory.usage.metering.latency import latencies
from customer_inventory.usage.report.money import change, money, share
from customer_inventory.usage.report.served import QUICK, failures

_KINDS: tuple[Kind, ...] = ("text", "figure", "figure", "text")


@dataclass(frozen=True, slots=True)
class _Figures:
    """What is counted of a month; None is not known."""

    cost: tuple[int, str] | None
    requests: int
    read: int
    answered: str
    quick: str
    stored: int
    customers: int


async def figures(database: Database, month: Month) -> Section:
    """Return the figures of a month beside those of the one before."""
    now, before = await _of(database, month), await _of(database, month.before)
    gone = passed(month, clock.now())
    gigabytes = DRIVERS["stored"]
    rows: list[tuple[Cell, ...]] = [
        ("Cost", _money(now.cost), _money(before.cost), _changed(now.cost, before.cost)),
        _counted("Requests", now.requests, before.requests, gone),
        _counted("Records read", now.read, before.read, gone),
        ("Requests answered", now.answered, before.answered, None),
        (f"Answers within {QUICK:g} s", now.quick, before.quick, None),
        (
            "Storage, GB-months",
            f"{gigabytes.told(now.stored, month):,.3f}",
            f"{gigabytes.told(before.stored, month.before):,.3f}",
            change(now.stored, round(before.stored * gone)),
        ),
        _counted("Customers", now.customers, before.customers),
        ("Answers of records to rules that are right", await _quality(database), None, None),
    ]
    so_far = "" if gone == 1 else " so far"
    changed = "Change" if gone == 1 else "Change, by this time of the month"
    names = ("", f"{month.start:%B %Y}{so_far}", f"{month.before.start:%B %Y}", changed)
    # Each row has a unit of its own: cells are told already, and aligned as figures are.
    heads = tuple(Column(name, kind) for name, kind in zip(names, _KINDS, strict=True))
    table = Table("Figures", heads, rows)
    return Section("The month in figures", (), (table,))


async def _of(database: Database, month: Month) -> _Figures:
    used = await used_in(database, month)
    try:
        lines = (await costs(database, month)).lines
        cost = (sum(lines.pools.values()), lines.currency)
    except NothingDeclared:
        cost = None
    requests = sum(row["requests"] for row in used.sums)
    failed = sum(failures(row["errors"], row["denied"]) for row in used.sums)
    all_latencies = await latencies(database, month.start, month.stop, by=())
    return _Figures(
        cost,
        requests,
        sum(DRIVERS["recordsRead"].measure(used).by_user.values()),
        percent(share(requests - failed, requests)),
        percent(all_latencies[0].within(QUICK) if all_latencies else None),
        sum(each.whole for each in used.held),
        await storage.records_at(database, CUSTOMER, month.stop),
    )


async def _quality(database: Database) -> str:
    rules = await asked_in_force(database)
    scores = await scoring.scores(database, "dimension", rules=rules)
    population = sum(each.population or 0 for each in scores)
    return percent(share(population - sum(each.failed for each in scores), population))


def _counted(name: str, now: int, before: int, gone: Fraction = Fraction(1)) -> tuple[Cell, ...]:
    return (name, f"{now:,}", f"{before:,}", change(now, round(before * gone)))


def _money(cost: tuple[int, str] | None) -> str | None:
    return None if cost is None else money(*cost)


def _changed(now: tuple[int, str] | None, before: tuple[int, str] | None) -> str | None:
    if now is None or before is None or now[1] != before[1]:
        return None
    return change(now[0], before[0])
