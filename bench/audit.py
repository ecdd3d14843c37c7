"""`audit`: forty rules over all individuals, against one scan written by hand, and libraries.

By hand is one aggregate over the table that casts each document once, and one that writes the ids
of all that fails, a bit a rule. Ours is the whole run: planned, sliced, with findings that are
opened, verified and scored. Two per cent of the records are spoilt at random before.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import click
from platformdirs import user_cache_path

from bench import command
from bench.audit_rules import TEN, pairs, rules, ten
from bench.cpu import tree_seconds
from bench.individuals import load_individuals
from bench.sample import Sample
from bench.server import Home, new_home
from bench.serving import Plan as ServingPlan
from bench.tables import Connection, connected
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.running import Ran
from customer_inventory.audit.running import audit as audited
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.register.asking import On
from customer_inventory.record.register.judged import judge, slices
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

COUNTS, LISTS = "by hand, counts", "by hand, ids of all that fail"
SERIAL = "by hand, counts, one process"
FIRST, AGAIN, SCAN = "audit, all findings new", "audit, nothing new", "audit, its scan alone"
EXTRACT = "audit of an extract in DuckDB, nothing new"
CHANGED = "audit of 1,000 changes"
OURS_TEN = "audit, ten rules, all findings new"
OURS_SCAN = "audit, ten rules, their scan alone"
LIBRARIES = ("great_expectations", "pointblank")
RELATIONS = {"person": "of the documents", "plain": "of a table made of them"}
"""What libraries are given: a view of what is held, and a plain table that is made before."""
_ACTOR = Actor("bench", "benchmark")
_INDIVIDUAL = TYPES["individual"]
_NEEDED = ("great-expectations>=1.5", "sqlalchemy>=2", "psycopg2-binary", "pointblank>=0.10",
           "ibis-framework[postgres]", "polars")  # fmt: skip
_SPOIL = """
    update record.individual set body = (
        case abs(hashtext(id)) % 4
            when 0 then body::jsonb - 'birthDate'
            when 1 then body::jsonb || '{"gender": "x"}'
            when 2 then body::jsonb || '{"status": "deceased", "nationality": "Germany"}'
            else body::jsonb - 'placeOfBirth' - 'gender'
        end)::json
    where abs(hashtext(id || 'spoil')) % 100 < $1
"""
_CHANGE = """
    with chosen as (select id from record.individual order by md5(id || $1) limit 1000),
    done as (
        update record.individual as r set body = (r.body::jsonb || '{"gender": "y"}')::json,
            revision = r.revision + 1
        from chosen where r.id = chosen.id
        returning r.bucket, r.id, r.revision
    )
    insert into record.outbox (bucket, id, type, revision, event, recorded_at)
    select bucket, id, 'individual', revision, 'attributeValueChange', now() from done
"""
_PERSON = """
    create schema if not exists bench;
    create view bench.person as
    select id, body ->> 'givenName' as given_name, body ->> 'familyName' as family_name,
        body ->> 'gender' as gender, body ->> 'status' as status,
        body ->> 'nationality' as nationality, body ->> 'birthDate' as birth_date,
        body ->> 'placeOfBirth' as place_of_birth
    from record.individual;
    create table bench.plain as select * from bench.person;
    alter table bench.plain add primary key (id);
    analyze bench.plain
"""


@dataclass(frozen=True)
class Plan:
    """How many individuals are audited, how often, and how many of a hundred are spoilt."""

    records: int = 1_000_000
    rounds: int = 3
    spoilt: int = 2
    seed: int = 1
    libraries: bool = True


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by what was done; failing answers and findings."""

    plan: Plan
    postgresql: str
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    failing: int = 0
    findings: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Load, spoil, and audit in turn; raise Unavailable when counts differ from those by hand."""
    async with new_home() as home, connected(home.dsn) as connection:
        await load_individuals(home, ServingPlan(records=plan.records, seed=plan.seed))
        await connection.execute(_SPOIL, plan.spoilt)
        await connection.execute("vacuum (analyze) record.individual")
        result = Result(plan, home.version)
        async with Database(home.dsn) as database:
            run = _Run(result, home, database, connection)
            for number in range(plan.rounds):
                click.echo(f"round {number + 1}", err=True)
                await run.round(number)
            if plan.libraries:
                await run.against_libraries()
        return result


class _Run:
    """A plan under way."""

    def __init__(
        self, result: Result, home: Home, database: Database, connection: Connection
    ) -> None:
        self._result, self._home = result, home
        self._database, self._connection = database, connection
        self._rules, self._by_hand = rules(), [text for _, text in pairs()]

    async def round(self, number: int) -> None:
        """Measure everything once, in turn."""
        counted = await self._timed(COUNTS, self._counts)
        await self._connection.execute("set max_parallel_workers_per_gather = 0")
        await self._timed(SERIAL, self._counts)
        await self._connection.execute("reset max_parallel_workers_per_gather")
        await self._timed(LISTS, self._lists)
        await self._forget()
        ran = await self._timed(FIRST, self._audit)
        _compare(counted, ran)
        await self._timed(SCAN, self._scan)
        await self._timed(AGAIN, lambda: self._audit(is_full=True))
        ran = await self._timed(EXTRACT, lambda: self._audit(is_full=True, on="duckdb"))
        _compare(counted, ran)
        await self._connection.execute(_CHANGE, f"{self._result.plan.seed}:{number}")
        changed = await self._timed(CHANGED, self._audit)
        looked_at = max(each.looked_at for each in changed.outcomes)
        if not 990 <= looked_at <= 1010:
            raise Unavailable(f"An audit of 1,000 changes looked at {looked_at} records.")
        self._set(failing=sum(counted), findings=await self._findings())

    async def against_libraries(self) -> None:
        """Measure ten rules, asked by us of documents and by libraries of a table of columns."""
        await self._connection.execute(_PERSON)
        await self._forget()
        ran = await self._timed(OURS_TEN, lambda: self._audit(asked=ten()))
        ours = {each.rule: each.failed for each in ran.outcomes}
        python = await _environment()
        await self._timed(OURS_SCAN, lambda: self._scan(ten()))
        for library, relation in product(LIBRARIES, RELATIONS):
            name = f"{library}, {RELATIONS[relation]}"
            click.echo(f"ten rules by {name}", err=True)
            before = self._spent()
            told = await _ask(python, library, relation, self._home.dsn)
            cpu = {who: now - before[who] for who, now in self._spent().items()}
            if cpu:
                cpu["ours"] = told["cpu"]
            theirs = [failed for failed, _ in told["counted"]]
            if theirs != [ours[rule.id] for rule in ten()]:
                raise Unavailable(f"{name} counts {theirs}, we count {list(ours.values())}.")
            sample = Sample(self._result.plan.records, told["seconds"], cpu=cpu)
            self._result.samples[name] = [sample]
            self._result.named[name] = sum(named for _, named in told["counted"])
            self._result.versions[name] = told["version"]

    async def _counts(self) -> list[int]:
        filters = ", ".join(f"count(*) filter (where {text})" for text in self._by_hand)
        row = await self._connection.fetchrow(
            f"select {filters} from (select body::jsonb as b from record.individual offset 0) as r"
        )
        return list(row) if row else []

    async def _lists(self) -> None:
        bits = " + ".join(
            f"(case when {text} then {1 << number} else 0 end)::bigint"
            for number, text in enumerate(self._by_hand)
        )
        await self._connection.execute(
            "create schema if not exists bench; drop table if exists bench.failing;"
            " create table bench.failing as select id, bits from"
            f" (select id, {bits} as bits from"
            "  (select id, body::jsonb as b from record.individual offset 0) as r offset 0) as s"
            " where bits <> 0"
        )

    async def _audit(
        self, *, is_full: bool = False, asked: Sequence[Rule] | None = None, on: On = "database"
    ) -> Ran:
        return await audited(
            self._database,
            self._rules if asked is None else asked,
            actor=_ACTOR,
            record_types=["individual"],
            is_full=is_full,
            on=on,
        )

    async def _scan(self, asked: Sequence[Rule] | None = None) -> None:
        tests = [rule.test for rule in (self._rules if asked is None else asked)]
        async for part in slices(self._database, _INDIVIDUAL):
            await judge(self._database, _INDIVIDUAL, tests, part)

    async def _forget(self) -> None:
        """Let no audit have been."""
        await self._connection.execute(
            "truncate audit.finding, audit.step, audit.coverage, audit.run, audit.rule cascade"
        )

    async def _findings(self) -> int:
        return int(await self._connection.fetchval("select count(*) from audit.finding"))

    async def _timed(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        await self._home.checkpoint()
        begun, spent = time.monotonic(), self._spent()
        made = await work()
        seconds = time.monotonic() - begun
        cpu = {who: now - spent[who] for who, now in self._spent().items()}
        sample = Sample(self._result.plan.records, seconds, cpu=cpu)
        self._result.samples.setdefault(name, []).append(sample)
        return made

    def _spent(self) -> dict[str, float]:
        """Return the CPU seconds so far of the database and of this process, where that is told."""
        if self._home.postmaster is None:
            return {}
        return {"database": tree_seconds(self._home.postmaster), "ours": time.process_time()}

    def _set(self, **values: int) -> None:
        for name, value in values.items():
            object.__setattr__(self._result, name, value)


def _compare(by_hand: Sequence[int], ran: Ran) -> None:
    """Raise Unavailable unless every rule fails for as many records as by hand."""
    ours = {each.rule: each.failed for each in ran.outcomes}
    for rule, count in zip(rules(), by_hand, strict=True):
        if ours[rule.id] != count:
            raise Unavailable(f"{rule.id} fails {ours[rule.id]} times, by hand {count} times.")


async def _environment() -> Path:
    """Return the Python of an environment with the libraries, made if it is not there."""
    folder = Path(os.environ.get("CINV_BENCH_CACHE") or user_cache_path("cinv-bench")) / "quality"
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        click.echo("installing the libraries", err=True)
        await command.run([sys.executable, "-m", "venv", folder])
        await command.run([python, "-m", "pip", "install", "-q", *_NEEDED])
        (folder / "made").touch()
    return python


async def _ask(python: Path, name: str, relation: str, dsn: str) -> dict[str, Any]:
    """Return what a library tells of a relation: seconds, counts by rule, its version."""
    script = Path(__file__).parent / "peers" / "quality.py"
    process = await asyncio.create_subprocess_exec(
        str(python), str(script), name, relation, dsn,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, said = await process.communicate(json.dumps(TEN).encode())
    if process.returncode:
        raise Unavailable(f"{name} failed: {said.decode('utf-8', 'replace')[-1000:]}")
    told: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return told
