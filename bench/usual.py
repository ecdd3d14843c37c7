"""Traffic of six processes as it usually is, weeks of it, and fifteen kinds of misuse put into it.

The same seed makes the same traffic. Each process has its hours, days, records and noise: days that
are busier, campaigns, hours that come in bursts, public holidays, people who stay late,
others from new desks, types seldom asked for, lists taken out of turn, calls tried again, a
source that is refused for a while, a monthly run. Entries are those that the doors leave.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp, sin

from customer_inventory.access.ledger import Entry
from customer_inventory.kit.ids import new_id

START = datetime(2026, 1, 12, tzinfo=UTC)
"""A Monday, so that the month has a first day in it, and the history two."""
HISTORY_DAYS, DAYS = 56, 84
"""The last four weeks of twelve are the month that is looked at; eight are before it."""
PROCESSES = ("billing", "care", "collections", "marketing", "order", "reports")
_SATURDAY = 5
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class World:
    """Whose records there are: ids of usual customers, of some of a segment apart, of others."""

    customers: Sequence[str]
    apart: Sequence[str]
    others: Sequence[str] = field(default_factory=lambda: [new_id() for _ in range(4000)])


class Draw(random.Random):
    """Chance, as counts of use have it."""

    def count(self, mean: float) -> int:
        """Return a count with bursts: Poisson of a mean that varies itself by a third."""
        mean *= self.lognormvariate(0, 0.3)
        if mean > 50:
            return max(0, round(self.gauss(mean, mean**0.5)))
        left, found = exp(-mean), 0
        product = self.random()
        while product > left:
            product *= self.random()
            found += 1
        return found


def entry(at: datetime, process: str, **more: object) -> Entry:
    """Return an entry, of a permitted read of a customer unless told otherwise."""
    said: dict[str, object] = {
        "purpose": PURPOSES[process], "operation": "read", "type": "customer", "status": 200,
        "decision": "permit", "bytes": 900, "source": f"10.0.0.{PROCESSES.index(process)}",
    }  # fmt: skip
    return Entry(at=at.isoformat(), process=process, **{**said, **more})  # type: ignore[arg-type]


PURPOSES = {
    "billing": "billing",
    "care": "customerCare",
    "collections": "debtCollection",
    "marketing": "campaign",
    "order": "orderHandling",
    "reports": "reporting",
}


def usual(world: World, *, seed: int, days: int = DAYS) -> list[Entry]:
    """Return the entries of so many days from START on, in their order."""
    draw = Draw(seed)
    holidays = {draw.randrange(7, days) for _ in range(days // 40)}
    made: list[Entry] = []
    for day in range(days):
        date = START + timedelta(days=day)
        busy = draw.lognormvariate(0, 0.2) * (1.8 if draw.random() < 0.03 else 1.0)
        is_workday = date.weekday() < _SATURDAY and day not in holidays
        for work in (_care, _collections, _marketing):
            made += work(draw, world, date, busy * (1.0 if is_workday else 0.0))
        for steady in (_billing, _order, _reports):
            made += steady(draw, world, date, busy)
    return sorted(made, key=lambda each: each.at)


def _hours(draw: Draw, date: datetime, counts: Mapping[int, float]) -> Iterator[datetime]:
    """Yield instants of a day: so many in each hour on average."""
    for hour, mean in counts.items():
        burst = 2.5 if draw.random() < 0.005 else 1.0
        for _ in range(draw.count(mean * burst)):
            yield date + hour * _HOUR + timedelta(seconds=draw.uniform(0, 3599))


def _care(draw: Draw, world: World, date: datetime, busy: float) -> Iterator[Entry]:
    shape = dict.fromkeys(range(7, 19), 8 * busy)
    if date.weekday() == _SATURDAY:
        shape = dict.fromkeys(range(9, 13), 4.0)
    if busy and draw.random() < 0.05:
        shape |= {20: 3.0, 21: 2.0}
    desks = 3 if draw.random() < 0.97 else 5
    for at in _hours(draw, date, shape):
        said: dict[str, object] = {
            "person": f"agent {draw.randrange(9)}", "source": f"10.0.1.{draw.randrange(desks)}",
        }  # fmt: skip
        yield from _call(draw, world, at, said)


def _call(draw: Draw, world: World, at: datetime, said: Mapping[str, object]) -> Iterator[Entry]:
    """Yield what an agent does for a caller."""
    one = draw.choice(world.others)
    if draw.random() < 0.004:
        seldom = draw.choice(("product", "troubleTicket", "agreement", "partyRole"))
        yield entry(at, "care", ids=(one,), count=1, type=seldom, **said)
    chance = draw.random()
    if chance < 0.005:
        yield entry(at, "care", status=404, ids=(new_id(),), **said)
    elif chance < 0.01:
        yield entry(at, "care", status=403, decision="deny", rule="forbidden", **said)
    elif chance < 0.1:
        ids = tuple(draw.sample(world.others, draw.randrange(1, 12)))
        yield entry(at, "care", ids=ids, count=len(ids), type="individual", **said)
    elif chance < 0.2:
        yield entry(at, "care", operation="update", ids=(one,), count=1, **said)
    else:
        known = draw.choice(world.customers) if draw.random() < 0.2 else one
        yield entry(at, "care", ids=(known,), count=1, **said)


def _collections(draw: Draw, world: World, date: datetime, busy: float) -> Iterator[Entry]:
    for at in _hours(draw, date, dict.fromkeys(range(9, 17), 3 * busy)):
        chance = draw.random()
        one = draw.choice(world.customers)
        if chance < 0.6:
            yield entry(at, "collections", ids=(one,), count=1)
        elif chance < 0.9:
            ids = tuple(draw.sample(world.others, 20))
            yield entry(at, "collections", ids=ids, count=20, type="billingAccount")
        else:
            yield entry(at, "collections", operation="update", ids=(one,), count=1)


def _marketing(draw: Draw, world: World, date: datetime, busy: float) -> Iterator[Entry]:
    if busy and (date.weekday() in (1, 3) or draw.random() < 0.1):
        rows = round(800 * draw.lognormvariate(0, 0.25))
        yield entry(date + 10.4 * _HOUR, "marketing", operation="download", count=rows)
    for at in _hours(draw, date, dict.fromkeys(range(10, 16), busy)):
        ids = tuple(draw.sample(world.others, draw.randrange(1, 20)))
        yield entry(at, "marketing", ids=ids, count=len(ids))


def _billing(draw: Draw, world: World, date: datetime, _: float) -> Iterator[Entry]:
    for page in range(6):
        at = date + 2 * _HOUR + timedelta(seconds=300 * page + draw.uniform(0, 60))
        ids = tuple(draw.sample(world.others, 50))
        yield entry(at, "billing", ids=ids, count=50, type="billingAccount")
    if date.day == 1:
        rows = round(3000 * draw.lognormvariate(0, 0.1))
        yield entry(date + 3 * _HOUR, "billing", operation="download", count=rows)
    if date < START + timedelta(days=12):
        # What was needed for a while and then not any more.
        yield entry(date + 2.5 * _HOUR, "billing", purpose="migration", count=5)


def _order(draw: Draw, world: World, date: datetime, busy: float) -> Iterator[Entry]:
    shape = {hour: busy * (4 + 3 * sin((hour - 8) / 24 * 6.283)) for hour in range(24)}
    for at in _hours(draw, date, shape):
        one = draw.choice(world.others)
        operation = draw.choice(("read", "read", "create", "update", "modify,update"))
        if draw.random() < 0.01:
            yield entry(at, "order", status=409, operation=operation)
        else:
            yield entry(at, "order", operation=operation, ids=(one,), count=1)


def _reports(draw: Draw, world: World, date: datetime, _: float) -> Iterator[Entry]:
    is_down = draw.random() < 0.02
    for hour in range(0, 24, 4):
        for page in range(3):
            at = date + hour * _HOUR + timedelta(seconds=20 * page + draw.uniform(0, 10))
            if is_down:
                # It tries again and again.
                for more in range(5):
                    again = at + timedelta(seconds=more)
                    yield entry(again, "reports", status=403, decision="deny", rule="forbidden")
            else:
                ids = tuple(draw.sample(world.others, 20))
                yield entry(at, "reports", ids=ids, count=20, type="individual")


@dataclass(frozen=True)
class Misuse:
    """Something planted: of which kind, by whom, and its entries."""

    kind: str
    process: str
    entries: Sequence[Entry]


def misuse(world: World, *, seed: int, first: int = HISTORY_DAYS) -> list[Misuse]:
    """Return one of each kind of misuse, on days of its own in the four weeks from a day on."""
    draw = Draw(seed)
    found = []
    for place, (kind, process, made) in enumerate(_MISUSE):
        # Two days apart, from a Monday on, over weekends too where the kind wants it.
        day = START + timedelta(days=first + place * 2 - place * 2 % 7 // 5)
        if kind == "unusualHour":
            day = START + timedelta(days=first + 6)
        elif kind in ("downloadSpike", "readSpike", "harvesting", "subjectOften") and (
            day.weekday() >= _SATURDAY
        ):
            day += timedelta(days=2)
        found.append(Misuse(kind, process, list(made(draw, world, day))))
    return found


Made = Callable[[Draw, World, datetime], Iterator[Entry]]


def _many(process: str, number: int, hours: tuple[float, float], /, **said: object) -> Made:
    """Return what makes `number` entries between two hours of a day."""

    def made(draw: Draw, _: World, day: datetime) -> Iterator[Entry]:
        for _each in range(number):
            yield entry(day + draw.uniform(*hours) * _HOUR, process, **said)

    return made


def _harvest(draw: Draw, world: World, day: datetime) -> Iterator[Entry]:
    for place in range(50):
        ids = tuple(world.others[place * 24 : place * 24 + 24])
        at = day + (7 + place * 11 / 50) * _HOUR + timedelta(seconds=draw.uniform(0, 60))
        yield entry(at, "care", ids=ids, count=24, type="individual", source="10.0.1.1")


def _watch(draw: Draw, world: World, day: datetime) -> Iterator[Entry]:
    one = world.customers[0]
    for _ in range(60):
        at = day + draw.uniform(8, 18) * _HOUR
        yield entry(at, "care", ids=(one,), count=1, person="agent 3", source="10.0.1.1")


def _guess(draw: Draw, _: World, day: datetime) -> Iterator[Entry]:
    for _each in range(60):
        at = day + draw.uniform(13, 14) * _HOUR
        yield entry(at, "collections", status=404, ids=(new_id(),))


def _stray(draw: Draw, world: World, day: datetime) -> Iterator[Entry]:
    for one in world.apart[:5]:
        yield entry(day + draw.uniform(10, 11) * _HOUR, "collections", ids=(one,), count=1)


_MISUSE: tuple[tuple[str, str, Made], ...] = (
    ("downloadSpike", "marketing", _many("marketing", 4, (11, 12), operation="download",
                                         count=5000)),
    ("readSpike", "collections", _many("collections", 30, (11, 12), count=50)),
    ("changeSpike", "order", _many("order", 1500, (9, 17), operation="update", count=1)),
    ("harvesting", "care", _harvest),
    ("subjectOften", "care", _watch),
    ("refusals", "reports", _many("reports", 60, (12, 13), status=403, decision="deny")),
    ("unknownIds", "collections", _guess),
    ("unusualHour", "collections", _many("collections", 40, (3, 4), count=1)),
    ("newPurpose", "billing", _many("billing", 3, (2, 3), purpose="marketResearch", count=1)),
    ("newRecordType", "marketing", _many("marketing", 10, (11, 12), type="agreement", count=1)),
    ("newOperation", "care", _many("care", 4, (9, 10), operation="delete", source="10.0.1.1")),
    ("newSegment", "collections", _stray),
    ("newSource", "order", _many("order", 20, (10, 12), source="203.0.113.9", count=1)),
    ("dormantUse", "billing", _many("billing", 3, (2, 3), purpose="migration", count=5)),
    ("breakGlass", "care", _many("care", 8, (10, 12), purpose="breakGlass-1", count=20,
                                 person="agent 7", source="10.0.1.1")),
)  # fmt: skip
