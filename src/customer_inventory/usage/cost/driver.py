"""What cost is shared out by, and what is charged for: meters, their units, and who used them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from customer_inventory.access.log.partition import Month
from customer_inventory.store.database import Row
from customer_inventory.usage.metering.attribution import NOTHING, Attributed
from customer_inventory.usage.metering.storage import GIGABYTE, Held

User = tuple[str, str]
"""Who used something: a process, and its purpose ('' where that is not known)."""

_MICROSECONDS_AN_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Used:
    """What was used in a month: sums of the ledger, what was stored, the database's effort.

    `effort` is its time in microseconds, `wal` the bytes that it wrote ahead.
    """

    month: Month
    sums: Sequence[Row]
    held: Sequence[Held]
    effort: Attributed
    wal: Attributed = NOTHING


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of a driver was used by whom, and how much is nobody's: whole native units."""

    by_user: Mapping[User, int]
    unattributed: int = 0


@dataclass(frozen=True, slots=True)
class Driver:
    """A meter: `unit` as it is told and priced; a unit is so many native ones (`scale`).

    Most grow with a month: what is used of them by its middle is half of what will be.
    """

    name: str
    unit: str
    measure: Callable[[Used], Measure]
    scale: Callable[[Month], int] = lambda _: 1
    grows: bool = True

    def told(self, native: int, month: Month) -> Decimal:
        """Return native units in those that are told, to nine decimals."""
        return quantity(Fraction(native, self.scale(month)))

    def native(self, told: Decimal, month: Month) -> int:
        """Return told units in native ones, rounded down."""
        return int(told * self.scale(month))


def quantity(exact: Fraction) -> Decimal:
    """Return an exact quantity to nine decimals, half to even."""
    whole, rest = divmod(exact.numerator * 10**9, exact.denominator)
    twice = 2 * rest
    is_up = twice > exact.denominator or (twice == exact.denominator and whole % 2 == 1)
    return Decimal(f"{whole + is_up}E-9")


def _counting(column: str, operations: frozenset[str] | None = None) -> Callable[[Used], Measure]:
    """Return what sums a column of the ledger's sums, of some operations or of all."""

    def measure(used: Used) -> Measure:
        return Measure(
            _summed(
                ((row["process"], row["purpose"]), row[column])
                for row in used.sums
                if operations is None or operations & set(row["operation"].split(","))
            )
        )

    return measure


def _stored(used: Used) -> Measure:
    """Share out what tables of records take to those whose they are; the rest is nobody's."""
    parts: list[tuple[User, int]] = []
    whole = 0
    for held in used.held:
        whole += held.whole
        records = sum(held.owners.values())
        parts += [
            ((process, ""), held.whole * own // records) for process, own in held.owners.items()
        ]
    by_user = _summed(parts)
    return Measure(by_user, whole - sum(by_user.values()))


def _effort(used: Used) -> Measure:
    return _of_database(used.effort)


def _written_ahead(used: Used) -> Measure:
    return _of_database(used.wal)


def _of_database(found: Attributed) -> Measure:
    by_user = {(process, ""): part for process, part in found.by_process.items() if part}
    return Measure(by_user, found.unattributed)


def _processes(used: Used) -> Measure:
    """Count each process once, for whatever it was there."""
    return Measure({(process, ""): 1 for process in sorted({row["process"] for row in used.sums})})


def _summed(parts: Iterable[tuple[User, int]]) -> dict[User, int]:
    """Return the sums of parts by user, in order, without those that used nothing."""
    found: dict[User, int] = {}
    for user, part in parts:
        found[user] = found.get(user, 0) + part
    return {user: part for user, part in sorted(found.items()) if part}


def _month_of_bytes(month: Month) -> int:
    return GIGABYTE * int((month.stop - month.start).total_seconds())


_WRITING = frozenset(("create", "modify", "update", "delete"))
DRIVERS: Mapping[str, Driver] = {
    driver.name: driver
    for driver in (
        Driver("requests", "Requests", _counting("requests")),
        Driver("recordsRead", "Records", _counting("records", frozenset(("read",)))),
        Driver("recordsWritten", "Records", _counting("records", _WRITING)),
        Driver("recordsDownloaded", "Records", _counting("records", frozenset(("download",)))),
        Driver("bytesAnswered", "GB", _counting("bytes"), lambda _: GIGABYTE),
        Driver("stored", "GB-Months", _stored, _month_of_bytes),
        Driver("databaseTime", "Hours", _effort, lambda _: _MICROSECONDS_AN_HOUR),
        Driver("writtenAhead", "GB", _written_ahead, lambda _: GIGABYTE),
        Driver("processes", "Processes", _processes, grows=False),
    )
}
"""Every meter, by the name under which a file calls it."""
