"""`scope`: what it costs that a grant is bound to records, beside the same reads without.

Reads go through the product's own reader, one at a time: statement, driver and lane. A list of
subjects is as long as one may be. What is told is CPU time, of this process and of the one that
serves its connection: on a machine that does other work, nothing else holds.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from bench.sample import Sample
from bench.server import Home, new_home
from customer_inventory.access.scope import scoped_rows
from customer_inventory.demo.generate import generate
from customer_inventory.kit.actor import Actor
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.lines import Batch, lines_of
from customer_inventory.record.load import load
from customer_inventory.record.page import Query
from customer_inventory.record.read import Reader
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

FREE = "not bound"
MARKET, LISTED = "customers of a market", "customers on a list"
BY_ID = ("customer", "product", "individual")
PAGES = ("customer", "product")
_LIST = "million"
_ACTOR = Actor("bench", "benchmark")
_CHUNK = 2_000
_OFFSETS = range(0, 200, 20)

Read = Callable[[Sight], Awaitable[Any]]
"""A read, for a caller."""


@dataclass(frozen=True)
class Plan:
    """How many customers there are and subjects on the list; how often measured."""

    customers: int = 10_000
    listed: int = 1_000_000
    reads: int = 300
    rounds: int = 7
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by what was asked and how the caller is bound."""

    plan: Plan
    postgresql: str
    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Make customers and a list, and measure reads of who is bound and who is not, in turn."""
    async with new_home() as home, Database(home.dsn, pool_size=1) as database:
        await _fill(plan, home, database)
        market = await database.value("select min(market) from record.customer")
        rules = {
            FREE: EVERY_ROW,
            MARKET: _rows({"in": {"market": [market]}}),
            LISTED: _rows({"list": _LIST}),
        }
        ids = await _in_all(database, plan.reads, market)
        reader = Reader(database)
        server = Path(f"/proc/{await database.value('select pg_backend_pid()')}/schedstat")
        sights = {name: Sight("benchmark", rows) for name, rows in rules.items()}
        samples: dict[tuple[str, str], list[Sample]] = {}
        for number in range(plan.rounds + 1):
            for what, reads in _asked(reader, ids).items():
                found = await _in_turn(reads, sights, server)
                if number:  # the first is for the plans and the caches
                    for name, sample in found.items():
                        samples.setdefault((what, name), []).append(sample)
    return Result(plan, home.version, samples)


def _rows(rule: dict[str, Any]) -> Rows:
    return scoped_rows({"*": {"scope": rule}}, {}, "bench")


async def _fill(plan: Plan, home: Home, database: Database) -> None:
    """Load believable customers, and put them on a list among others that are nobody."""
    records = generate(plan.customers, seed=plan.seed)
    while chunk := list(islice(records, _CHUNK)):
        batches: dict[RecordType, dict[str, Any]] = {}
        for record in chunk:
            declared = TYPES[record.type]
            lines = lines_of(declared, parse_object(record.body), record.body, _ACTOR)
            batches.setdefault(declared, {})[record.id] = lines
        made = {declared: Batch.of(lines) for declared, lines in batches.items()}
        async with database.transaction() as connection:
            await load(connection, made, _ACTOR)
    await database.execute(
        "insert into record.listed (id, bucket, list)"
        " select lpad(n::text, 26, '0'), n % 1024, $2 from generate_series(1, $1::int) as n"
        " union all select id, bucket, $2 from record.customer",
        plan.listed - plan.customers,
        _LIST,
    )
    await database.execute("analyze")
    await home.checkpoint()


async def _in_all(database: Database, number: int, market: str) -> dict[str, list[str]]:
    """Return ids of records of each type that whoever is bound sees too."""
    rows = {
        "customer": "select id from record.customer where market = $1 limit $2",
        "individual": "select p.id from record.individual as p join record.customer as c"
        " on p.id = c.subject_id where c.market = $1 limit $2",
        "product": "select p.id from record.product as p join record.customer as c"
        " on p.subject_id = c.id where c.market = $1 limit $2",
    }
    return {
        kind: [row["id"] for row in await database.fetch(text, market, number)]
        for kind, text in rows.items()
    }


def _asked(reader: Reader, ids: dict[str, list[str]]) -> dict[str, list[Read]]:
    """Return the reads by what they are called: by id, and of pages at different places."""

    def by_id(kind: str, identifier: str) -> Read:
        return lambda sight: reader.get(TYPES[kind], identifier, sight)

    def page(kind: str, offset: int) -> Read:
        return lambda sight: reader.page(TYPES[kind], Query(limit=20, offset=offset), sight)

    asked = {f"{kind} by id": [by_id(kind, each) for each in ids[kind]] for kind in BY_ID}
    pages = {f"page of 20 of {kind}": [page(kind, at) for at in _OFFSETS] for kind in PAGES}
    return {**asked, **pages}


async def _in_turn(
    reads: Sequence[Read], sights: Mapping[str, Sight], server: Path
) -> dict[str, Sample]:
    """Make each read for each caller, one after the other, so that all have the same weather."""
    spent = {name: [0.0, 0.0, 0.0] for name in sights}
    for read in reads:
        for name, sight in sights.items():
            before = _clocks(server)
            await read(sight)
            for place, (end, begin) in enumerate(zip(_clocks(server), before, strict=True)):
                spent[name][place] += end - begin
    return {
        name: Sample(len(reads), seconds, cpu={"service": service, "database": database})
        for name, (seconds, service, database) in spent.items()
    }


def _clocks(server: Path) -> tuple[float, float, float]:
    """Return the time, and the CPU seconds of this process and of the server's."""
    of_server = int(server.read_text("ascii").split()[0]) / 1e9
    return time.monotonic(), time.process_time(), of_server
