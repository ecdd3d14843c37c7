"""`assessment`: the whole assessment of inventories of several sizes, beside its queries by hand.

By hand is `psql` that runs the very statements of the checks one after the other, without limits,
and throws away what comes back. Ours bounds each, judges, keeps, looks at other rooms and forecasts
besides. The whole is what `cinv shortcomings assess` does, statistics of every age allowed.
"""

import asyncio
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from bench import scale_data
from bench.sample import Sample
from bench.scale_data import Size
from bench.server import Home
from bench.tables import connected
from customer_inventory.background.assessing import assessed
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import snapshot
from customer_inventory.shortcomings.assessing import CHECKS, assess
from customer_inventory.shortcomings.check import Check
from customer_inventory.store.database import Database

WHOLE, OURS, BY_HAND = "whole assessment", "checks of the server", "the same in psql"
AIM = 10.0
"""So many seconds the whole may take at most: "in seconds"."""
_BY = Actor("bench", "benchmark", "bench")
_ASKED = tuple(replace(check, least_days=0.0, history_days=0.0) for check in CHECKS)


@dataclass(frozen=True)
class Plan:
    """How many generated customers are held with all their records, and how often it is assessed.

    `keep` leaves the inventories for the next run.
    """

    sizes: tuple[int, ...] = (7_200, 72_000)
    rounds: int = 5
    seed: int = 1
    keep: bool = False


@dataclass(frozen=True)
class Held:
    """What an inventory holds: its records and bytes."""

    records: int
    size: int


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by size and who asked, the slowest checks of each size."""

    plan: Plan
    postgresql: str = ""
    held: dict[int, Held] = field(default_factory=dict)
    samples: dict[tuple[int, str], list[Sample]] = field(default_factory=dict)
    slowest: dict[int, list[tuple[str, float]]] = field(default_factory=dict)
    skipped: dict[int, list[str]] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Make inventories, assess them in turn with psql; remove them unless they are kept."""
    result = Result(plan)
    for customers in plan.sizes:
        size = Size(customers, plan.seed)
        try:
            await scale_data.make(size)
            async with scale_data.opened(size) as home:
                result = replace(result, postgresql=home.version)
                await _measured(result, customers, home)
        finally:
            if not plan.keep:
                scale_data.forget(size)
    return result


async def _measured(result: Result, customers: int, home: Home) -> None:
    async with connected(home.superuser) as connection:
        await connection.execute("create extension if not exists pgstattuple")
        result.held[customers] = Held(
            await connection.fetchval(_RECORDS), await connection.fetchval(_SIZE)
        )
    settings = Settings(home=home.server.home)
    script = home.folder / "checks.sql"
    async with Database(home.superuser, pool_size=2) as server, Database(home.dsn) as database:
        script.write_text(await _script(server))
        for number in range(result.plan.rounds + 1):
            click.echo(f"{customers:,} customers, round {number}", err=True)
            began = time.monotonic()
            await assessed(database, settings, actor=_BY)
            whole = Sample(1, time.monotonic() - began)
            began = time.monotonic()
            told = await assess(server, checks=_ASKED)
            ours = Sample(len(told.outcomes), time.monotonic() - began)
            hand = await asyncio.to_thread(lambda: _by_hand(home, script))
            if number == 0:
                continue  # what is read first is not counted
            for who, sample in ((WHOLE, whole), (OURS, ours), (BY_HAND, hand)):
                result.samples.setdefault((customers, who), []).append(sample)
    by_time = sorted(told.outcomes, key=lambda each: -each.seconds)
    result.slowest[customers] = [(each.check.id, each.seconds) for each in by_time[:5]]
    result.skipped[customers] = [
        f"{each.check.id}: {each.reason}" for each in told.outcomes if each.reason
    ]
    script.unlink()


async def _script(server: Database) -> str:
    """Return the statements of all checks, and of the snapshot, for psql."""
    lines = ["\\set QUIET on"]
    for check in _ASKED:
        lines += [await _text(server, check)]
    taken = (snapshot.SQL.take_server, snapshot.SQL.take_relations, snapshot.SQL.take_statements)
    return "\n".join([*lines, *(f"{text.replace('$1', 'now()')};" for text in taken)])


async def _text(server: Database, check: Check) -> str:
    floor = f"{check.floor:g}::float8"
    if not check.objects:
        return f"{check.statement.replace('$1', floor)};"
    objects: Sequence[int] = [row["oid"] for row in await server.fetch(check.objects, check.floor)]
    each = check.statement.replace("$1", floor)
    found = [f"{each.replace('$2', str(oid))};" for oid in objects]
    return "\n".join([f"{check.objects.replace('$1', floor)};", *found])


def _by_hand(home: Home, script: Path) -> Sample:
    began = time.monotonic()
    subprocess.run(
        [str(home.server.tool("psql")), "-X", "-q", "-o", "/dev/null", "-f", str(script),
         home.superuser],
        check=True, stderr=subprocess.PIPE,
    )  # fmt: skip
    return Sample(len(_ASKED), time.monotonic() - began)


_SIZE = "select pg_database_size(current_database())"
_RECORDS = (
    "select sum(c.reltuples)::bigint from pg_class as c join pg_namespace as n"
    " on n.oid = c.relnamespace where n.nspname = 'record' and c.relkind = 'r' and exists"
    " (select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'revision')"
    " and c.relname not in ('history', 'outbox', 'delivery')"
)
