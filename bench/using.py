"""`usage`: a month of 100 million events allocated, and reports of it over HTTP.

The month is given as it is metered: sums by hour, process, purpose, operation and record type, for
50 processes. It is allocated as `cinv cost allocate` does it, and by one statement that somebody
who knows the tables would write by hand: the sums, and largest remainders by window functions. Both
must come to the same cents. Reports are asked for as they are kept, and as they are made anew.
"""

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import click

from bench import machine
from bench.asking import Caller, calling
from bench.individuals import load_individuals
from bench.sample import Sample
from bench.server import PURPOSE, Home, new_home, our_service
from bench.serving import Plan as ServingPlan
from bench.tables import Connection, connected
from customer_inventory.access.log.partition import Month
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unavailable
from customer_inventory.monthly.kind import NAMES
from customer_inventory.store.database import Database
from customer_inventory.usage.cost import declaring
from customer_inventory.usage.cost.closing import costs

OURS, BY_HAND = "allocation", "by hand"
POINT, KEPT, MADE = "a record by id", "report, kept", "report, made anew"
POOLS = ("requests", "recordsRead", "recordsWritten", "recordsDownloaded", "bytesAnswered")
_CENTS = 1_000_003
_ACTOR = Actor("bench", "benchmark")
_GIGABYTES = 3.0
_FILL = """
    insert into usage.hourly (
        hour, process, purpose, operation, record_type, requests, errors, denied, records, bytes
    )
    select
        h, 'process-' || p, 'purpose-' || p % 3, o, t, n, n / 50, n / 100, n * 4, n * 900 + p
    from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour')
            as h
        cross join generate_series(1, $3::int) as p
        cross join unnest('{read,update,create,download}'::text[]) as o
        cross join unnest(
            '{customer,individual,billingAccount,product,agreement,partyInteraction,troubleTicket}'
            ::text[]
        ) as t
        cross join lateral (
            select $4::bigint / 2 + abs(hashtext(h::text || p || o || t)) % $4::bigint + 1 as n
        ) as c
"""
_HAND = """
    with used as (
        select process, purpose,
            sum(requests) as requests,
            sum(records) filter (where operation = 'read') as read,
            sum(records) filter (where operation in ('create', 'update')) as written,
            sum(records) filter (where operation = 'download') as downloaded,
            sum(bytes) as bytes
        from usage.hourly where hour >= $1 and hour < $2
        group by process, purpose
    ),
    weighed as (
        select u.process, u.purpose, p.pool, p.weight,
            sum(p.weight) over (partition by p.pool) as whole
        from used as u
        cross join lateral (values
            ('requests', u.requests), ('recordsRead', u.read), ('recordsWritten', u.written),
            ('recordsDownloaded', u.downloaded), ('bytesAnswered', u.bytes)
        ) as p (pool, weight)
    ),
    shared as (
        select *, div($3 * weight, whole) as least, mod($3 * weight, whole) as rest from weighed
    )
    select pool, process, purpose, least + (
        row_number() over (partition by pool order by rest desc, process, purpose)
        <= $3 - sum(least) over (partition by pool)
    )::int as cents
    from shared
"""


@dataclass(frozen=True)
class Plan:
    """How many processes did how much an hour and key, and how often each is measured."""

    processes: int = 50
    each: int = 96
    rounds: int = 5
    requests: int = 100
    records: int = 10_000


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by what was measured; a report's by its name too."""

    plan: Plan
    postgresql: str
    sums: int
    events: int
    samples: dict[tuple[str, ...], list[Sample]] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Make a month, allocate it in turn, ask for its reports; remove everything.

    Raises Unavailable when both allocations do not come to the same.
    """
    async with new_home() as home:
        machine.require_disk(home.folder, _GIGABYTES)
        await load_individuals(home, ServingPlan(records=plan.records))
        month = Month.of(datetime.now(UTC)).before
        async with connected(home.dsn) as connection, Database(home.dsn) as database:
            await connection.execute(_FILL, month.start, month.stop, plan.processes, plan.each)
            await connection.execute("vacuum analyze usage.hourly")
            sums = await connection.fetchval("select count(*) from usage.hourly")
            events = await connection.fetchval("select sum(requests)::bigint from usage.hourly")
            await declaring.declare(database, _declared(), actor=_ACTOR, reason="bench")
            result = Result(plan, home.version, sums, events)
            for number in range(plan.rounds):
                click.echo(f"{sums:,} sums, round {number + 1}", err=True)
                await _allocated(database, connection, month, result)
        await _asked(home, month, result)
        return result


def _declared() -> str:
    amount = Decimal(_CENTS) / 100
    pools = [
        f"  - {{name: {each}, kind: other, driver: {each}, costs: [{{from: 2026-01, amount:"
        f" {amount}}}]}}"
        for each in POOLS
    ]
    return "\n".join(["currency: EUR", "pools:", *pools])


async def _allocated(
    database: Database, connection: Connection, month: Month, result: Result
) -> None:
    began = time.perf_counter()
    lines = (await costs(database, month)).lines
    middle = time.perf_counter()
    rows = await connection.fetch(_HAND, month.start, month.stop, _CENTS)
    ended = time.perf_counter()
    ours = {(part.pool, part.process, part.purpose): part.amount for part in lines.allocations}
    hand = {(row["pool"], row["process"], row["purpose"]): int(row["cents"]) for row in rows}
    sums = Counter[str]()
    for (pool, *_), cents in ours.items():
        sums[pool] += cents
    if ours != hand or set(sums.values()) != {_CENTS}:
        raise Unavailable("The allocation, and that by hand, are not the same.")
    for who, seconds in ((OURS, middle - began), (BY_HAND, ended - middle)):
        result.samples.setdefault((who,), []).append(Sample(result.events, seconds))


async def _asked(home: Home, month: Month, result: Result) -> None:
    """Ask a service for a record, and for reports, in turn."""
    async with our_service(home) as service:
        token = await _finance(home)
        known, finance = await _known(home), replace(service, token=token)
        for name in NAMES:
            path = f"/inventory/v1/report/{name}?month={month}"
            for _ in range(3):
                await _forget(home)
                # A connection of its own: others would be closed as idle while a report is made.
                async with calling(finance) as caller:
                    seconds, _ = await caller.ask(path)
                result.samples.setdefault((MADE, name), []).append(Sample(1, seconds))
            async with calling(service) as reader, calling(finance) as caller:
                for _ in range(result.plan.requests // 10):
                    await _one(reader, known, result, (POINT, name), 10)
                    await _one(caller, path, result, (KEPT, name), 10)


async def _one(caller: Caller, path: str, result: Result, key: tuple[str, ...], times: int) -> None:
    seconds = sum([(await caller.ask(path))[0] for _ in range(times)])
    result.samples.setdefault(key, []).append(Sample(times, seconds))


async def _finance(home: Home) -> str:
    await home.cinv(
        *("access", "register", "finance", "--name", "Finance", "--owner", "bench"),
        *("--allow", "usage:read", "--purpose", PURPOSE),
    )
    return (await home.cinv("access", "token", "finance", "--purpose", PURPOSE)).strip()


async def _known(home: Home) -> str:
    async with connected(home.dsn) as connection:
        found = await connection.fetchval("select id from record.individual limit 1")
    return f"/tmf-api/party/v5/individual/{found}"


async def _forget(home: Home) -> None:
    async with connected(home.dsn) as connection:
        await connection.execute("delete from monthly.page")
