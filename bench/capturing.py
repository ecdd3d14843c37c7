"""`capture`: generated customers through the product's import, against a bare COPY of the same.

The import is the whole command: every record is checked by its declaration and the register in
force, met with what is there under its key, linked, found by its names, told to the outbox and the
ledger. Then the same file comes again with one document in a hundred changed. The bare COPY fills
tables of the same columns, indexes and storage parameters with the rows that the import made, in
their order, and does nothing else. A smaller file goes first: memory must not grow with the file.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import msgspec

from bench import command, cpu, machine, memory
from bench.sample import Sample
from bench.server import Home, new_home
from bench.tables import Connection, connected
from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.types import TYPES

GENERATE, IMPORT, AGAIN, COPY = "generate", "import", "import again", "bare COPY"
CHANGED_OF = 100
"""One document in so many is changed before the file comes again."""

_TABLES = sorted(declared.table for declared in TYPES.values())
_SCHEMAS = ("record", "capture")
_KEPT = ("edition",)
"""The register in force is no data of the import."""
_SCRATCH = "bench_copy"
_SMALLER = 5
_HOURS = 6 * 3600.0
_RECORDS_A_CUSTOMER = 14
_KILOBYTES_A_RECORD = 5.2
"""The document in its file, and what is kept of it: nothing lies on the disk twice."""
_GIGABYTES_BESIDES = 9.0
"""The log between checkpoints, most of it."""
_PUNCHED = 256 * 2**20
"""So much of a file that was read is given back at a time."""


@dataclass(frozen=True)
class Plan:
    """What to load: all records of so many generated customers, so many times."""

    customers: int = 1_000_000
    rounds: int = 1
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What came of a plan: `records` were loaded in each round, in a file of so many `bytes`.

    `memory` are the most bytes that the command and its workers had resident, by customers.
    """

    plan: Plan
    postgresql: str
    records: int
    bytes: int
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    memory: dict[int, list[int]] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Generate, import, import again and copy, in turn, and remove everything.

    Raises Unavailable when there is no room, a command fails or records are missing.
    """
    async with new_home() as home:
        machine.require_disk(home.folder, _gigabytes(plan))
        async with connected(home.dsn) as connection:
            run = _Run(plan, home, connection)
            await run.smaller()
            for number in range(plan.rounds):
                click.echo(f"{plan.customers:,} customers, round {number + 1}", err=True)
                await run.round()
    records = run.samples[IMPORT][0].operations
    return Result(plan, home.version, records, run.bytes, run.samples, run.memory)


def _gigabytes(plan: Plan) -> float:
    records = plan.customers * _RECORDS_A_CUSTOMER
    return records * _KILOBYTES_A_RECORD / 2**20 + _GIGABYTES_BESIDES


class _Run:
    """One run of a plan: what was measured, round by round."""

    def __init__(self, plan: Plan, home: Home, connection: Connection) -> None:
        self.plan = plan
        self.home = home
        self.connection = connection
        self.samples: dict[str, list[Sample]] = {
            name: [] for name in (GENERATE, IMPORT, AGAIN, COPY)
        }
        self.memory: dict[int, list[int]] = {}
        self.bytes = 0

    async def smaller(self) -> None:
        """Import a smaller file, for what memory that takes, and leave the tables empty."""
        customers = max(1, self.plan.customers // _SMALLER)
        documents = await self._generated(customers)
        await self._import(customers, documents, _count_lines(documents))
        documents.unlink()
        await _empty(self.connection)
        for samples in self.samples.values():
            samples.clear()

    async def round(self) -> None:
        """Generate a file, import it twice, copy what was imported; leave the tables empty."""
        documents = await self._generated(self.plan.customers)
        records = self.samples[GENERATE][-1].operations
        self.bytes = documents.stat().st_size
        await self._import(self.plan.customers, documents, records)
        changed = _change(documents)
        await self._again(documents, records, changed)
        documents.unlink()
        exported = await _moved_out(self.home, self.connection)
        await self._copy(exported, records)

    async def _generated(self, customers: int) -> Path:
        documents = self.home.folder / "records.ndjson"
        words = ["--customers", str(customers), "--seed", str(self.plan.seed)]
        with documents.open("wb") as output:
            async with self._timed(GENERATE, lambda: _count_lines(documents)):
                await self.home.cinv("demo", "generate", *words, output=output)
        return documents

    async def _import(self, customers: int, documents: Path, records: int) -> None:
        async with self._timed(IMPORT, lambda: records):
            most = await _command(self.home, documents)
        self.memory.setdefault(customers, []).append(most)
        await _require(self.connection, "record", records)
        await self._require_outcome(created=records, changed=0, unchanged=0)

    async def _again(self, documents: Path, records: int, changed: int) -> None:
        async with self._timed(AGAIN, lambda: records):
            await _command(self.home, documents)
        await self._require_outcome(created=0, changed=changed, unchanged=records - changed)

    async def _require_outcome(self, **expected: int) -> None:
        """Raise Unavailable unless the last import says that it did so."""
        told = await self.connection.fetchval(
            "select records::text from capture.import order by started_at desc limit 1"
        )
        outcomes = msgspec.json.decode(told).values()
        found = {name: sum(each[name] for each in outcomes) for name in expected}
        if found != expected:
            raise Unavailable(f"An import made {found} of what should be {expected}.")

    async def _copy(self, files: Sequence[Path], records: int) -> None:
        await _make_scratch(self.connection)
        psql = self.home.server.tool("psql")
        commands = [f"\\copy {_SCRATCH}.{file.stem} from '{file}'" for file in files]
        arguments = [word for text in commands for word in ("-c", text)]
        whole: list[str | Path] = [
            psql,
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            *arguments,
            self.home.dsn,
        ]
        async with self._timed(COPY, lambda: records):
            await command.run(whole, seconds=_HOURS)
        await _require(self.connection, _SCRATCH, records)
        await self.connection.execute(f"drop schema {_SCRATCH} cascade", timeout=600)
        for file in files:
            file.unlink()

    @asynccontextmanager
    async def _timed(self, name: str, operations: Callable[[], int]) -> AsyncIterator[None]:
        """Time the block."""
        await self.home.checkpoint()
        before, started = _cpu(self.home), time.monotonic()
        yield
        seconds, after = time.monotonic() - started, _cpu(self.home)
        spent = {who: after[who] - before[who] for who in before}
        self.samples[name].append(Sample(operations=operations(), seconds=seconds, cpu=spent))


async def _command(home: Home, documents: Path) -> int:
    """Run the import; return the most bytes that it and its workers had."""
    words = [sys.executable, "-m", "customer_inventory", "capture", "import", str(documents)]
    log = home.folder / "import.log"
    environment = home.environment
    async with command.running(
        [*words, "--mapping", "records"], environment=environment, log=log
    ) as process:
        most = await memory.most_of(process)
    if process.returncode:
        raise Unavailable(f"The import failed: {log.read_text('utf-8', 'replace')[-1000:]}")
    return most or 0


def _change(documents: Path) -> int:
    """Change one document in a hundred of a file; return how many."""
    new = documents.with_suffix(".new")
    changed = given_back = 0
    with documents.open("rb") as old, new.open("wb") as file:
        for number, line in enumerate(old):
            if old.tell() - given_back > 2 * _PUNCHED:
                _give_back(documents, given_back)
                given_back += _PUNCHED
            if number % CHANGED_OF:
                file.write(line)
                continue
            document: dict[str, Any] = msgspec.json.decode(line)
            attribute = "name" if "name" in document else "description"
            document[attribute] = f"{document.get(attribute, '')} again"
            file.write(msgspec.json.encode(document) + b"\n")
            changed += 1
    new.replace(documents)
    return changed


def _give_back(file: Path, start: int) -> None:
    """Give a part of a file that was read back to the disk, where there is a tool that does."""
    if tool := shutil.which("fallocate"):
        part = ("--offset", str(start), "--length", str(_PUNCHED))
        subprocess.run([tool, "--punch-hole", *part, str(file)], check=False)


async def _moved_out(home: Home, connection: Connection) -> list[Path]:
    """Write each table to a file, in the order in which its rows lie, and empty all of them.

    One after the other, and first what is not copied: a disk need not hold all of it twice.
    """
    await _empty(connection, but=_TABLES)
    files = []
    for table in _TABLES:
        files.append(home.folder / f"{table}.copy")
        await connection.copy_from_query(
            f"select * from record.{table}", output=files[-1], timeout=_HOURS
        )
        await connection.execute(f"truncate record.{table}", timeout=600)
    return files


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


async def _empty(connection: Connection, *, but: Sequence[str] = ()) -> None:
    """Remove all records and all that the import left, so that the next begins afresh.

    Tables of the names `but` stay as they are.
    """
    rows = await connection.fetch(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables"
        " where schemaname = any($1) and tablename <> all($2)",
        _SCHEMAS,
        [*_KEPT, *but],
    )
    await connection.execute(f"truncate {', '.join(row['name'] for row in rows)}", timeout=600)


async def _require(connection: Connection, schema: str, records: int) -> None:
    counts = [
        await connection.fetchval(f"select count(*) from {schema}.{table}", timeout=_HOURS)
        for table in _TABLES
    ]
    if sum(counts) != records:
        raise Unavailable(f"{records} records were loaded and {schema} holds {sum(counts)}.")


def _count_lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(block.count(b"\n") for block in iter(lambda: lines.read(2**20), b""))


def _cpu(home: Home) -> dict[str, float]:
    if home.postmaster is None:
        return {}
    return {
        "command": cpu.ended_children_seconds(),
        "database": cpu.tree_seconds(home.postmaster),
    }
