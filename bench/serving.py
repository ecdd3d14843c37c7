"""`serving`: operations on individuals through our service, bare, and through a typical one.

All against one table of one database, interleaved round by round, so that whatever else
the machine does falls on all alike.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import msgspec

from bench import check, cpu, machine, tables, wrk
from bench.kinds import KINDS, Kind
from bench.sample import Sample
from bench.server import Home, Service, new_home, our_service, typical_service
from bench.tables import Connection, Document, Values, connected
from bench.targets import OURS, TYPICAL, Bare, Http, Target
from customer_inventory.demo.generate import generate
from customer_inventory.kit.errors import Unavailable

_NEW_DOCUMENTS = 2000
_WARM_UP_SECONDS = 1.0
_GIGABYTES = 10.0


@dataclass(frozen=True)
class Plan:
    """What to measure: `records` in the table, and each thing for `seconds`, `rounds` times.

    After `most_writes` writes of one kind with one number of clients no further round is
    begun, so that the tables stay of a size.
    """

    records: int = 100_000
    clients: tuple[int, ...] = (1, 8, 32)
    rounds: int = 3
    seconds: float = 5.0
    seed: int = 1
    most_writes: int = 400_000


@dataclass(frozen=True)
class Cell:
    """All samples of one operation with one number of clients, by who was measured."""

    kind: Kind
    clients: int
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    @property
    def operations(self) -> int:
        """How many operations all samples hold together."""
        return sum(sample.operations for each in self.samples.values() for sample in each)


@dataclass(frozen=True)
class Result:
    """What came of a plan."""

    plan: Plan
    postgresql: str
    cells: list[Cell]


async def measure(plan: Plan) -> Result:
    """Set everything up, measure, and remove everything.

    Raises Unavailable when something needed is missing or anything under load failed.
    """
    await wrk.ensure()
    async with new_home() as home:
        machine.require_disk(home.folder, _GIGABYTES)
        documents = await load_individuals(home, plan)
        async with (
            connected(home.dsn) as connection,
            our_service(home) as ours,
            typical_service(home) as typical,
        ):
            values = await tables.prepare(connection, documents, home.folder)
            await tables.settle(connection)
            await _check(values, documents, ours, typical)
            ours_at, typical_at = Http(OURS, ours, values), Http(TYPICAL, typical, values)
            cells = await Run(
                plan, home, connection, (ours_at, Bare(home, values), typical_at)
            ).cells()
            await tables.drop(connection)
    return Result(plan, home.version, cells)


async def load_individuals(home: Home, plan: Plan) -> list[Document]:
    """Import the plan's individuals by the product; return documents of others, without ids."""
    click.echo(f"loading {plan.records:,} individuals", err=True)
    file = home.folder / "individuals.ndjson"
    await asyncio.to_thread(_write_individuals, file, plan)
    await home.cinv("capture", "import", str(file), "--mapping", "records")
    others = itertools.islice(_individuals(plan.seed + 1), _NEW_DOCUMENTS)
    return [_without_id(body) for body in others]


def _write_individuals(file: Path, plan: Plan) -> None:
    with file.open("wb") as lines:
        for body in itertools.islice(_individuals(plan.seed), plan.records):
            lines.write(body + b"\n")


def _individuals(seed: int) -> Iterator[bytes]:
    batches = (generate(1000, seed=seed, first=first) for first in itertools.count(0, 1000))
    for record in itertools.chain.from_iterable(batches):
        if record.type == "individual":
            yield record.body


def _without_id(body: bytes) -> Document:
    document: Document = msgspec.json.decode(body)
    del document["id"]
    return document


async def _check(values: Values, documents: list[Document], *services: Service) -> None:
    for service in services:
        await check.answers(service, values.known_id, documents[0])


class Run:
    """A plan under way: measures `kinds` of operations on `targets`, one cell after another."""

    def __init__(
        self,
        plan: Plan,
        home: Home,
        connection: Connection,
        targets: Sequence[Target],
        kinds: Sequence[Kind] = KINDS,
    ) -> None:
        self.plan = plan
        self.home = home
        self.connection = connection
        self.targets = targets
        self.kinds = kinds
        # A seed for each load: a patch drawn twice would change nothing the second time.
        self.seeds = itertools.count(1000 * plan.seed)

    async def cells(self) -> list[Cell]:
        """Measure every operation with every number of clients."""
        cells = []
        for kind, clients in itertools.product(self.kinds, self.plan.clients):
            click.echo(f"measuring {kind.title}, clients: {clients}", err=True)
            await self.home.checkpoint()
            cells.append(await self._cell(kind, clients))
            if kind.writes:
                await tables.restore(self.connection)
        return cells

    async def _cell(self, kind: Kind, clients: int) -> Cell:
        """Measure all targets in turn, again and again: A B C, A B C, …"""
        cell = Cell(kind, clients, {target.name: [] for target in self.targets})
        for target in self.targets:
            await target.load(kind, clients, _WARM_UP_SECONDS, next(self.seeds))
        for _ in range(self.plan.rounds):
            for target in self.targets:
                async with _verified(self.connection, kind, clients, target.name) as seen:
                    seen.append(await self._metered(target, kind, clients))
                cell.samples[target.name] += seen
            if kind.writes and cell.operations >= self.plan.most_writes:
                break
        return cell

    async def _metered(self, target: Target, kind: Kind, clients: int) -> Sample:
        before = self._cpu(target)
        sample = await target.load(kind, clients, self.plan.seconds, next(self.seeds))
        after = self._cpu(target)
        return replace(sample, cpu={who: after[who] - before[who] for who in before})

    def _cpu(self, target: Target) -> dict[str, float]:
        if self.home.postmaster is None:
            return {}
        service = {} if target.pid is None else {"service": cpu.tree_seconds(target.pid)}
        return {
            **service,
            "database": cpu.tree_seconds(self.home.postmaster),
            "load": cpu.ended_children_seconds(),
        }


@contextlib.asynccontextmanager
async def _verified(
    connection: Connection, kind: Kind, clients: int, who: str
) -> AsyncIterator[list[Sample]]:
    """Check that what was answered as written was written: nobody is fast by doing nothing.

    A patch may by chance set the value that is there, so one in a thousand may be missing;
    what was under way when a load ended may have been written unanswered.
    """
    seen: list[Sample] = []
    if not kind.writes:
        yield seen
        return
    before = await tables.revisions(connection)
    yield seen
    grown = await tables.revisions(connection) - before
    answered = sum(sample.operations for sample in seen)
    if not 0.999 * answered <= grown <= answered + 2 * clients:
        raise Unavailable(
            f"{kind.title}, {who}: {answered} were answered and {grown} were written."
        )
