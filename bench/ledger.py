"""`ledger`: what "who saw me" takes as the ledger grows, and how fast it is written and verified.

Ledgers of all sizes stand side by side and are asked in turn, customer by customer: what else the
machine does falls on all alike. Writing, sealing and verifying are the product's own.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import ledger_data, machine
from bench.ledger_data import Ledger
from bench.server import Home, new_home
from bench.tables import connected
from customer_inventory.access.ledger import Entry
from customer_inventory.access.ledger import Ledger as Writer
from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.naming import entries_naming
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.access.log.verifying import verify
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.ids import new_id
from customer_inventory.store.database import Database

AIM_SECONDS = 0.05
_GIGABYTES_BESIDES = 4.0
_WARM_UP = 30


@dataclass(frozen=True)
class Plan:
    """Which sizes to make, how often to ask, how long to write and from how many at a time."""

    sizes: tuple[int, ...] = (100_000, 1_000_000, 10_000_000)
    requests: int = 400
    seconds: float = 10.0
    writers: int = 32
    seed: int = 1


@dataclass(frozen=True)
class Asked:
    """What was taken of one size: seconds of the statement, and rows it returned."""

    entries: int
    bytes: int
    seconds: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Rates:
    """Entries a second: durable before the answer, sealed into the log, and verified."""

    entries: int
    append: float
    append_seconds: Sequence[float]
    seal: float
    verify: float


@dataclass(frozen=True)
class Result:
    """What came of a plan, smallest size first."""

    plan: Plan
    postgresql: str
    sizes: Sequence[Asked]
    rates: Rates


async def measure(plan: Plan) -> Result:
    """Make the ledgers, ask, write, seal and verify; remove everything.

    Raises Unavailable when there is no room, or an answer lacks entries that must be there.
    """
    async with new_home() as home, AsyncExitStack() as stack:
        needed = sum(plan.sizes) / 1e6 * ledger_data.GIGABYTES_A_MILLION + _GIGABYTES_BESIDES
        machine.require_disk(home.folder, needed)
        asked: list[tuple[Ledger, Database, Asked]] = []
        for entries in sorted(plan.sizes):
            dsn = await stack.enter_async_context(ledger_data.made(home, f"ledger_{entries}"))
            ledger = Ledger(entries, dsn)
            await ledger_data.fill(ledger)
            async with connected(dsn) as connection:
                taken = Asked(entries, await ledger_data.size_of(connection))
            asked.append((ledger, await stack.enter_async_context(Database(dsn)), taken))
        await home.checkpoint()
        await _ask(asked, plan)
        rates = await _rates(home, plan)
    return Result(plan, home.version, [taken for *_, taken in asked], rates)


async def _ask(asked: Sequence[tuple[Ledger, Database, Asked]], plan: Plan) -> None:
    draw = random.Random(plan.seed)
    for number in range(-_WARM_UP, plan.requests):
        for ledger, database, taken in asked:
            ids = await _records(database, ledger, draw.randrange(ledger.customers))
            started = time.perf_counter()
            rows = await entries_naming(database, ids)
            seconds = time.perf_counter() - started
            if number >= 0:
                taken.seconds.append(seconds)
                taken.rows.append(len(rows))
    for _, _, taken in asked:
        if not 50 <= sum(taken.rows) / len(taken.rows) <= 200:
            raise Unavailable(f"A customer of {taken.entries:,} entries is seen too seldom.")


async def _records(database: Database, ledger: Ledger, customer: int) -> list[str]:
    return [row[0] for row in await database.fetch(ledger.records_of(customer))]


async def _rates(home: Home, plan: Plan) -> Rates:
    """Write entries as doors do, then seal and verify just those, in a ledger of their own."""
    async with (
        ledger_data.made(home, "ledger_written") as dsn,
        Database(dsn) as database,
    ):
        with TemporaryDirectory(dir=home.folder) as folder:
            signer = Signer.kept_in(Path(folder))
            sealer = Sealer(database, signer, Anchors(Path(folder)))
            taken, began = await _appended(database, plan), time.perf_counter()
            sealed = await sealer.seal_all()
            seal = sealed / (time.perf_counter() - began)
            report = await verify(database, signer.public)
    if report.faults or report.entries != len(taken):
        raise Unavailable(f"{len(taken)} entries were written, {report.entries} verified.")
    return Rates(sealed, len(taken) / plan.seconds, taken, seal, sealed / report.seconds)


async def _appended(database: Database, plan: Plan) -> list[float]:
    """Return the seconds that each entry took to be durable, written for so long as planned."""
    writer, until = Writer(database), time.perf_counter() + plan.seconds
    taken: list[float] = []

    async def write() -> None:
        while (started := time.perf_counter()) < until:
            await writer.append(_entry())
            taken.append(time.perf_counter() - started)

    await asyncio.gather(*(write() for _ in range(plan.writers)))
    return taken


def _entry() -> Entry:
    return Entry(
        at=now().isoformat(),
        process="bench",
        purpose="benchmark",
        operation="read",
        type="individual",
        status=200,
        decision="permit",
        ids=(new_id(),),
        count=1,
        bytes=1300,
        source="127.0.0.1",
        groups=("*",),
    )
