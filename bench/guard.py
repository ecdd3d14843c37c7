"""`guard`: what guard, mask, purpose and ledger cost, against a twin that has none of them.

Our service is asked by a process that sees all, and by one that sees some attributes masked and
others not at all; the twin (`peers/unguarded.py`) is the same reads without any duty, and once more
with a commit before each answer. All four read one table of one database in turn. Besides, one
decision is timed in process.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec

from bench import deciding, machine, tables, wrk
from bench.asking import calling
from bench.deciding import Decided
from bench.individuals import load_individuals
from bench.kinds import GET, PATH, Kind
from bench.sample import Sample, Spread
from bench.server import PURPOSE, Home, Service, new_home, our_service, unguarded_service
from bench.serving import Cell, Run
from bench.serving import Plan as ServingPlan
from bench.tables import connected
from bench.targets import Http
from customer_inventory.access import registration
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import Permission
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.database import Database

OPEN, MASKED, TWIN = "all shown", "masked", "unguarded twin"
DURABLE = "twin, a commit first"
"""The twin that tells nothing before a commit is durable: what the disk alone costs."""

LIST_OF_50 = Kind("list50", "list of 50", size=50)
AIMS = {GET.name: 0.3, LIST_OF_50.name: 0.1}
"""The share of the twin's rate that the duties may cost, by operation."""
_TERMS: Mapping[str, Any] = {
    "groups": ["name", "contact", "person", "relation", "lifecycle"],
    "masks": {"contact": "domain", "person": "year"},
}
_GIGABYTES = 6.0


@dataclass(frozen=True)
class Plan(ServingPlan):
    """What to measure: as `serving` has it, and decisions among so many `processes`."""

    records: int = 20_000
    clients: tuple[int, ...] = (1, 8, 32)
    kinds: tuple[Kind, ...] = (GET, LIST_OF_50)
    processes: int = 10_000


@dataclass(frozen=True)
class Result:
    """What came of a plan."""

    plan: Plan
    postgresql: str
    cells: list[Cell]
    decided: Decided


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
            unguarded_service(home) as twin,
            unguarded_service(home, "--commit") as durable,
        ):
            values = await tables.prepare(connection, documents)
            await tables.settle(connection)
            services = {OPEN: ours, MASKED: await _masked(home, ours), DURABLE: durable, TWIN: twin}
            await _check(services, values.known_id)
            targets = [
                Http(name, service, values, home.folder, home.dsn)
                for name, service in services.items()
            ]
            run = Run(plan, home, connection, targets)
            cells = await run.cells()
            if run.failed:
                raise Unavailable(run.failed[0].why)
            await tables.drop(connection)
        decided = await deciding.measure(home, processes=plan.processes, seed=plan.seed)
    return Result(plan, home.version, cells, decided)


def cost(cell: Cell, name: str) -> Spread:
    """Return the share of the twin's rate that the duties take, round by round."""
    pairs = zip(cell.samples[name], cell.samples[TWIN], strict=True)
    return Spread.of(1 - ours.rate / twin.rate for ours, twin in pairs)


def cpu_cost(cell: Cell, name: str) -> Spread | None:
    """Return what the duties add to the twin's CPU time, as a share of it, round by round.

    Of service and database; the load generator's is left out. None where nobody tells.
    """
    pairs = list(zip(cell.samples[name], cell.samples[TWIN], strict=True))
    if not all(sample.cpu for pair in pairs for sample in pair):
        return None
    return Spread.of(_spent(ours) / _spent(twin) - 1 for ours, twin in pairs)


def _spent(sample: Sample) -> float:
    each = sample.cpu_per_operation()
    return each["service"] + each["database"]


async def _masked(home: Home, ours: Service) -> Service:
    """Return our service as a process is let in that sees some attributes, some of them masked."""
    permission = Permission("*", (Operation.READ,), PURPOSE, _TERMS)
    async with Database(home.dsn) as database:
        await registration.register(
            database,
            "masked",
            name="Masked",
            owner="bench",
            permissions=[permission],
            registered_by="bench",
        )
        token = await registration.issue_token(
            database, "masked", purpose=PURPOSE, lifetime=timedelta(days=1)
        )
    return replace(ours, token=token.secret)


async def _check(services: Mapping[str, Service], known_id: str) -> None:
    """Check that all answer, that the twin shows what ours does, and that masks hide something."""
    shown: dict[str, Any] = {}
    for name, service in services.items():
        async with calling(service) as caller:
            _, record = await caller.ask(f"{PATH}/{known_id}")
            _, listed = await caller.ask(f"{PATH}?limit={LIST_OF_50.size}")
        shown[name] = _plain(msgspec.json.decode(record))
        _require(len(msgspec.json.decode(listed)) == 50, f"{name} lists other than 50")
    for twin in (DURABLE, TWIN):
        _require(shown[OPEN] == shown[twin], f"the {twin} shows other than the service")
    _require(set(shown[MASKED]) < set(shown[OPEN]), "the masks hide nothing")


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without its own address, in which the port is."""
    return {name: value for name, value in document.items() if name != "href"}


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise Unavailable(f"The services do not answer alike: {message}.")
