"""`overload`: what becomes of a service that is asked for twice what it can do.

How much it can do is found first, by clients that wait for their answers. Then requests come by the
clock, whether or not those before were answered: 70 % of that, twice that, and half of it right
afterwards, to see how soon all is as before. The same twice once more with nobody sent away.
"""

import itertools
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import click
import msgspec

from bench import command, machine, tables
from bench.dialects import Call, Rest
from bench.individuals import load_individuals
from bench.server import Home, Service, new_home, our_service
from bench.tables import Values, connected

_SCRIPT = Path(__file__).parent / "load" / "open_loop.py"
_GIGABYTES = 6.0
_REQUESTS = 20_000
_SLICE_SECONDS = 0.25
_SETTLING = 1.0
"""The first second of twice the load fills the queues, and is told apart."""
_NOBODY_SENT_AWAY = {"CINV_MOST_UNDER_WAY": "1000000"}


class Slice(msgspec.Struct, rename="camel"):
    """A quarter of a second, as `load/open_loop.py` tells it; latencies in milliseconds."""

    due: int
    answered: int
    sent_away: int
    lost: int
    p50: float | None = None
    p99: float | None = None


class Came(msgspec.Struct):
    """What came of one load; `late` were answered after its end."""

    slices: list[Slice]
    late: int
    unanswered: int

    def rate(self, after: float = 0.0) -> float:
        """Return how many were answered well a second, those of the beginning left out."""
        counted = self.slices[int(after / _SLICE_SECONDS) :]
        return sum(each.answered for each in counted) / (len(counted) * _SLICE_SECONDS)

    def sum(self, what: str) -> int:
        """Return a count over all slices."""
        return sum(getattr(each, what) for each in self.slices)

    def quantile(self, what: str, after: float = 0.0) -> float:
        """Return the median over the slices of a quantile of latency, in milliseconds."""
        counted = self.slices[int(after / _SLICE_SECONDS) :]
        known = [value for each in counted if (value := getattr(each, what)) is not None]
        return median(known) if known else float("nan")


@dataclass(frozen=True)
class Plan:
    """What to do: twice the load for `seconds`, over `connections`."""

    records: int = 20_000
    seconds: float = 600.0
    connections: int = 1024
    clients: int = 64
    seed: int = 1


@dataclass
class Result:
    """What came of a plan. Rates are of answers a second."""

    plan: Plan
    postgresql: str
    bound: int = 256
    loads: dict[str, Came] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)

    @property
    def peak(self) -> float:
        """What it can do."""
        return self.loads[PEAK].rate(_SETTLING)


PEAK, MOST, TWICE, AFTER, UNBOUND = "peak", "70 %", "twice", "half, afterwards", "twice, all let in"


async def measure(plan: Plan) -> Result:
    """Set everything up, measure, and remove everything."""
    async with new_home() as home:
        machine.require_disk(home.folder, _GIGABYTES)
        documents = await load_individuals(home, plan, customers=1)
        async with connected(home.dsn) as connection:
            values = await tables.prepare(connection, documents)
            await tables.settle(connection)
        file = home.folder / "requests.txt"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines("\t".join(call) + "\n" for call in _calls(values, plan.seed))
        result = Result(plan, home.version)
        async with our_service(home) as service:
            result.memory["before"] = _resident(service.pid)
            await _bounded(result, home, service, file)
            result.memory["after"] = _resident(service.pid)
        async with our_service(home, settings=_NOBODY_SENT_AWAY) as service:
            load = _Load(home, service, file)
            await load.run(0, plan.clients, 2)
            result.loads[UNBOUND] = await load.run(
                2 * result.peak, plan.connections, max(plan.seconds / 3, 5)
            )
    return result


async def _bounded(result: Result, home: Home, service: Service, file: Path) -> None:
    plan, load = result.plan, _Load(home, service, file)
    click.echo("how much it can do", err=True)
    await load.run(0, plan.clients, 2)
    result.loads[PEAK] = await load.run(0, plan.clients, 6)
    click.echo(f"it answers {result.peak:,.0f} a second; twice that", err=True)
    result.loads[MOST] = await load.run(0.7 * result.peak, plan.clients, 6)
    result.loads[TWICE] = await load.run(2 * result.peak, plan.connections, plan.seconds)
    result.loads[AFTER] = await load.run(0.5 * result.peak, plan.clients, 6)


@dataclass(frozen=True)
class _Load:
    """The load generator, in a process of its own."""

    home: Home
    service: Service
    file: Path

    async def run(self, rate: float, connections: int, seconds: float) -> Came:
        address = urlsplit(self.service.base)
        words: Sequence[object] = (
            *(sys.executable, _SCRIPT, address.hostname, address.port, self.file),
            *(Rest.patch_media, self.service.token, connections, rate, seconds),
        )
        printed = await command.run([str(word) for word in words], seconds=seconds + 120)
        return msgspec.json.decode(printed.encode(), type=Came)


def _calls(values: Values, seed: int) -> Iterator[Call]:
    """Yield what a service is asked: of ten requests eight reads by id, a list and a patch."""
    chance, rest = random.Random(seed), Rest()
    reads = map(rest.get, chance.choices(values.ids, k=_REQUESTS))
    for identifier in chance.choices(values.patched_ids, k=_REQUESTS // 10):
        yield from itertools.islice(reads, 4)
        yield rest.find(20, None)
        yield from itertools.islice(reads, 4)
        yield rest.patch(identifier, str(chance.randint(100_000, 999_999)))


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def recovered(result: Result) -> float | None:
    """Return after how many seconds of half the load answers came as before, None for never.

    As before: nobody is sent away or lost, and the p99 is within twice that at 70 %.
    """
    most = 2 * result.loads[MOST].quantile("p99")
    slices = result.loads[AFTER].slices
    for at, each in enumerate(slices):
        is_well = not each.sent_away and not each.lost and (each.p99 or 0.0) <= most
        if is_well and each.answered:
            return at * _SLICE_SECONDS
    return None


def parts(result: Result) -> Mapping[str, float]:
    """Return the rate of each load over the peak."""
    return {name: came.rate(_SETTLING) / result.peak for name, came in result.loads.items()}
