"""`serving`: operations through our service, as statements, and through services of others.

All on one database server, interleaved round by round, so that whatever else the machine does
falls on all alike.
"""

import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import click

from bench import check, cpu, machine, statements, tables, wrk
from bench.individuals import load_individuals
from bench.kinds import BARE, GET, KINDS, OURS, SAME, TYPICAL, Kind
from bench.peering import OUR_REST, TYPICAL_REST, Lacking, installing, others
from bench.sample import Sample
from bench.server import Home, new_home, our_service, typical_service
from bench.tables import Connection, connected
from bench.targets import Http, Statements, Target
from customer_inventory.kit.errors import Unavailable

_WARM_UP_SECONDS = 1.0
_CONNECTIONS = 300
"""pgbench's own, and the pools of all services."""
_GIGABYTES = 10.0
_MOST_AT_ALL_KINDS = 32


@dataclass(frozen=True)
class Plan:
    """What to measure: `records` in the table, and each thing for `seconds`, `rounds` times.

    Reads by id are asked by each number of `clients`, everything else by 32, or by each too where
    `everywhere`. After `most_writes` writes of one kind with one number of clients no further
    round is begun, so that the tables stay of a size. `customers` are there whole.
    """

    records: int = 100_000
    customers: int = 5_000
    clients: tuple[int, ...] = (1, 8, 32, 128)
    rounds: int = 3
    seconds: float = 5.0
    seed: int = 1
    most_writes: int = 400_000
    everywhere: bool = True
    peers: bool = True
    kinds: tuple[Kind, ...] = KINDS


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
    """What came of a plan, who could not be measured, and what failed."""

    plan: Plan
    postgresql: str
    cells: list[Cell]
    lacking: Sequence[Lacking] = ()
    failed: Sequence[Lacking] = ()


async def measure(plan: Plan) -> Result:
    """Set everything up, measure, and remove everything.

    Raises Unavailable when something needed is missing or a service does not answer rightly.
    """
    await wrk.ensure()
    async with (
        installing(wanted=plan.peers) as installed,
        new_home(connections=_CONNECTIONS) as home,
    ):
        machine.require_disk(home.folder, _GIGABYTES)
        documents = await load_individuals(home, plan, customers=plan.customers)
        async with (
            connected(home.dsn) as connection,
            our_service(home) as ours,
            typical_service(home) as typical,
            others(home, installed) as peers,
        ):
            values = await tables.prepare(connection, documents)
            scripts = await statements.ours(home, connection, values)
            await tables.settle(connection)
            bare = {kind.name: kind.bare for kind in KINDS}
            services = [
                Http(OURS, ours, values, home.folder, home.dsn, OUR_REST),
                Http(TYPICAL, typical, values, home.folder, home.dsn, TYPICAL_REST),
                *(
                    Http(p.name, p.service, values, home.folder, p.dsn, p.dialect, p.relation)
                    for p in peers.found
                ),
            ]
            for service in services:
                await check.answers(service, documents[0])
            targets: list[Target] = [
                services[0],
                Statements(BARE, home, values, bare),
                Statements(SAME, home, values, scripts),
                *services[1:],
            ]
            run = Run(plan, home, connection, targets)
            cells = await run.cells()
            await tables.drop(connection)
    return Result(plan, home.version, cells, peers.lacking, run.failed)


class Run:
    """A plan under way: measures operations on `targets`, one cell after another."""

    def __init__(
        self, plan: Plan, home: Home, connection: Connection, targets: Sequence[Target]
    ) -> None:
        self.plan = plan
        self.home = home
        self.connection = connection
        self.targets = targets
        # A seed for each load: a patch drawn twice would change nothing the second time.
        self.seeds = itertools.count(1000 * plan.seed)
        self.failed: list[Lacking] = []

    async def cells(self) -> list[Cell]:
        """Measure every operation with every number of clients."""
        cells = []
        for kind, clients in itertools.product(self.plan.kinds, self.plan.clients):
            if not (self.plan.everywhere or kind is GET or clients == self._usual()):
                continue
            click.echo(f"measuring {kind.title}, clients: {clients}", err=True)
            await self.home.checkpoint()
            try:
                cells.append(await self._cell(kind, clients))
            except Unavailable as error:
                # A figure of what failed means nothing; what was measured of others still does.
                click.echo(f"  {error}", err=True)
                self.failed.append(Lacking(f"{kind.title}, {clients} clients", str(error)[:500]))
            if kind.writes:
                await tables.restore(self.connection)
        return cells

    def _usual(self) -> int:
        """Return the number of clients that everything is asked by."""
        return min(self.plan.clients, key=lambda clients: abs(clients - _MOST_AT_ALL_KINDS))

    async def _cell(self, kind: Kind, clients: int) -> Cell:
        """Measure all targets in turn, again and again: A B C, A B C, …"""
        targets = [target for target in self.targets if target.offers(kind)]
        cell = Cell(kind, clients, {target.name: [] for target in targets})
        for target in targets:
            if target.pid is not None:  # pgbench leaves its first second out by itself
                await target.ready(kind, clients, _WARM_UP_SECONDS, seed := next(self.seeds))
                await target.load(kind, clients, _WARM_UP_SECONDS, seed)
        for _ in range(self.plan.rounds):
            for target in targets:
                async with self._verified(kind, clients, target) as seen:
                    seen.append(await self._metered(target, kind, clients))
                cell.samples[target.name] += seen
            if kind.writes and cell.operations >= self.plan.most_writes:
                break
        return cell

    async def _metered(self, target: Target, kind: Kind, clients: int) -> Sample:
        await target.ready(kind, clients, self.plan.seconds, seed := next(self.seeds))
        before = self._cpu(target)
        sample = await target.load(kind, clients, self.plan.seconds, seed)
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
        self, kind: Kind, clients: int, target: Target
    ) -> AsyncIterator[list[Sample]]:
        """Check that what was answered as written was written: nobody is fast by doing nothing.

        A patch may by chance set the value that is there, or meet another on its record, so one in
        a hundred may be missing; what was under way when a load ended may have been written
        unanswered. What is removed is counted where it is asked for.
        """
        seen: list[Sample] = []
        written = _WRITTEN.get(kind.name)
        if written is None or not target.counts(kind):
            yield seen
            return
        before = await tables.revisions(self.connection)
        yield seen
        grown = await tables.revisions(self.connection) - before
        answered = sum(sample.operations for sample in seen)
        least, most = written
        if not least * answered <= grown <= most * answered + 2 * clients:
            raise Unavailable(
                f"{kind.title}, {target.name}: {answered} were answered and {grown} were written."
            )


_WRITTEN = {"post": (0.99, 1.0), "patch": (0.99, 1.0), "mixed": (0.05, 0.15)}
"""How many of the answers of an operation stand for something written, at least and at most."""
