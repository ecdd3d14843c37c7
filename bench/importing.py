"""`import`: generated records through the product's import, against a bare COPY of the same.

The bare COPY fills tables of the same columns, indexes and storage parameters, with the
same documents in the same order, and does nothing else: no validation, no links, no outbox.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import command, cpu, machine
from bench.sample import Sample
from bench.server import Home, new_home
from bench.tables import Connection, connected
from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.types import TYPES

GENERATE, IMPORT, COPY = "generate", "import", "bare COPY"

_TABLES = sorted(declared.table for declared in TYPES.values())
_SCHEMAS = ("record", "capture")
_SCRATCH = "bench_copy"
_RECORDS_A_CUSTOMER = 10
_KILOBYTES_A_RECORD = 14
_GIGABYTES_BESIDES = 6.0


@dataclass(frozen=True)
class Plan:
    """What to load: all records of so many generated customers, so many times."""

    customers: int = 110_000
    rounds: int = 3
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What came of a plan: `records` were loaded in each round."""

    plan: Plan
    postgresql: str
    records: int
    samples: dict[str, list[Sample]] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Generate, import and copy, in turn, and remove everything.

    Raises Unavailable when there is no room, a command fails or records are missing.
    """
    async with new_home() as home:
        machine.require_disk(home.folder, _gigabytes(plan))
        async with connected(home.dsn) as connection:
            samples: dict[str, list[Sample]] = {GENERATE: [], IMPORT: [], COPY: []}
            for _ in range(plan.rounds):
                for name, sample in (await _round(plan, home, connection)).items():
                    samples[name].append(sample)
    return Result(plan, home.version, samples[IMPORT][0].operations, samples)


def _gigabytes(plan: Plan) -> float:
    records = plan.customers * _RECORDS_A_CUSTOMER
    return records * _KILOBYTES_A_RECORD / 2**20 + _GIGABYTES_BESIDES


async def _round(plan: Plan, home: Home, connection: Connection) -> dict[str, Sample]:
    """Generate a file, import it, copy what was imported; leave the tables empty."""
    documents = home.folder / "records.ndjson"
    generated = await _generate(plan, home, documents)
    imported = await _import(home, connection, documents, generated.operations)
    documents.unlink()
    exported = await _export(home, connection)
    await _empty(connection)
    copied = await _copy(home, connection, exported, generated.operations)
    return {GENERATE: generated, IMPORT: imported, COPY: copied}


async def _generate(plan: Plan, home: Home, file: Path) -> Sample:
    words = ["--customers", str(plan.customers), "--seed", str(plan.seed)]
    with file.open("wb") as output:
        async with _timed(home, operations=lambda: _count_lines(file)) as done:
            await home.cinv("demo", "generate", *words, output=output)
    return done[0]


async def _import(home: Home, connection: Connection, file: Path, records: int) -> Sample:
    async with _timed(home, operations=lambda: records) as done:
        await home.cinv("capture", "import", str(file), "--mapping", "records")
    await _require(connection, "record", records)
    return done[0]


async def _export(home: Home, connection: Connection) -> list[Path]:
    """Write each table to a file, in the order in which its rows lie."""
    files = []
    for table in _TABLES:
        files.append(home.folder / f"{table}.copy")
        await connection.copy_from_query(
            f"select * from record.{table}", output=files[-1], timeout=3600
        )
    return files


async def _copy(home: Home, connection: Connection, files: Sequence[Path], records: int) -> Sample:
    await _make_scratch(connection)
    psql = home.server.tool("psql")
    commands = [f"\\copy {_SCRATCH}.{file.stem} from '{file}'" for file in files]
    arguments = [word for text in commands for word in ("-c", text)]
    async with _timed(home, operations=lambda: records) as done:
        await command.run([psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments, home.dsn])
    await _require(connection, _SCRATCH, records)
    await connection.execute(f"drop schema {_SCRATCH} cascade", timeout=600)
    return done[0]


async def _make_scratch(connection: Connection) -> None:
    """Make empty tables like those of the records, indexes and storage parameters included."""
    await connection.execute(f"create schema {_SCRATCH}")
    for table in _TABLES:
        options = await connection.fetchval(
            "select array_to_string(reloptions, ', ') from pg_class where oid = $1::text::regclass",
            f"record.{table}",
        )
        await connection.execute(
            f"create table {_SCRATCH}.{table} (like record.{table} including all)"
            + (f" with ({options})" if options else "")
        )


async def _empty(connection: Connection) -> None:
    """Remove all records and all that the import left, so that the next begins afresh."""
    rows = await connection.fetch(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables"
        " where schemaname = any($1)",
        _SCHEMAS,
    )
    await connection.execute(f"truncate {', '.join(row['name'] for row in rows)}", timeout=600)


async def _require(connection: Connection, schema: str, records: int) -> None:
    counts = [
        await connection.fetchval(f"select count(*) from {schema}.{table}", timeout=600)
        for table in _TABLES
    ]
    if sum(counts) != records:
        raise Unavailable(f"{records} records were loaded and {schema} holds {sum(counts)}.")


def _count_lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(block.count(b"\n") for block in iter(lambda: lines.read(2**20), b""))


@asynccontextmanager
async def _timed(home: Home, *, operations: Callable[[], int]) -> AsyncIterator[list[Sample]]:
    """Time the block, which gets a list that holds the sample afterwards."""
    await home.checkpoint()
    done: list[Sample] = []
    before, started = _cpu(home), time.monotonic()
    yield done
    seconds, after = time.monotonic() - started, _cpu(home)
    spent = {who: after[who] - before[who] for who in before}
    done.append(Sample(operations=operations(), seconds=seconds, cpu=spent))


def _cpu(home: Home) -> dict[str, float]:
    if home.postmaster is None:
        return {}
    return {
        "command": cpu.ended_children_seconds(),
        "database": cpu.tree_seconds(home.postmaster),
    }
