"""`download`: a governed export of all individuals against a bare COPY through the same compressor.

Ours is the whole job in one command: asked for, authorised chunk by chunk, told to the ledger with
every id, marked, compressed, encrypted, read again for its digest. The bare COPY is psql's, piped
through the same compressor into a file, and nothing else.
"""

import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from bench import command, cpu, machine, memory
from bench.individuals import load_individuals
from bench.sample import Sample
from bench.server import Home, new_home
from bench.serving import Plan as ServingPlan
from bench.tables import Connection, connected
from customer_inventory.kit.errors import Unavailable

OURS, COPY = "download", "bare COPY"

_GIGABYTES = 4.0
_UNLIMITED = {"CINV_DOWNLOAD_APPROVAL_ROWS": "100000000", "CINV_DOWNLOADS_PER_PROCESS": "1000"}


@dataclass(frozen=True)
class Plan:
    """How many individuals are exported, smallest first, and how often."""

    rows: tuple[int, ...] = (10_000, 100_000)
    rounds: int = 3
    seed: int = 1


@dataclass(frozen=True)
class Exported:
    """What came of one number of rows: samples, bytes of a file, and most bytes of memory."""

    rows: int
    samples: dict[str, list[Sample]] = field(default_factory=lambda: {OURS: [], COPY: []})
    bytes: dict[str, int] = field(default_factory=dict)
    memory: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """What came of a plan."""

    plan: Plan
    postgresql: str
    sizes: Sequence[Exported]


async def measure(plan: Plan) -> Result:
    """Load, export and copy, in turn, and remove everything.

    Raises Unavailable when there is no room, a command fails or rows are missing.
    """
    async with new_home() as home:
        machine.require_disk(home.folder, _GIGABYTES)
        sizes, loaded = [], 0
        async with connected(home.dsn) as connection:
            for rows in sorted(plan.rows):
                more = ServingPlan(records=rows - loaded, seed=plan.seed + loaded)
                await load_individuals(home, more)
                await connection.execute("vacuum (analyze) record.individual")
                loaded = rows
                sizes.append(await _exported(home, connection, plan, rows))
    return Result(plan, home.version, sizes)


async def _exported(home: Home, connection: Connection, plan: Plan, rows: int) -> Exported:
    exported = Exported(rows)
    for number in range(plan.rounds):
        click.echo(f"{rows:,} rows, round {number + 1}", err=True)
        async with _timed(home, rows) as done:
            exported.memory.append(await _download(home))
        exported.samples[OURS].append(done[0])
        exported.bytes[OURS] = await _size_of_last(connection, rows)
        file = home.folder / "copied.ndjson.zst"
        async with _timed(home, rows) as done:
            await _copy(home, file)
        exported.samples[COPY].append(done[0])
        exported.bytes[COPY] = file.stat().st_size
        file.unlink()
    return exported


async def _download(home: Home) -> int:
    """Make a download in a command of its own; return the most bytes of memory it had."""
    words = [
        *(sys.executable, "-m", "customer_inventory", "access", "download", "request"),
        *("individual", "--format", "ndjson", "--compression", "zstd", "--now"),
    ]
    log = home.folder / "download.log"
    environment = {**home.environment, **_UNLIMITED}
    async with command.running(words, environment=environment, log=log) as process:
        most = await memory.most_of(process)
    if process.returncode:
        raise Unavailable(f"The download failed: {log.read_text('utf-8', 'replace')[-1000:]}")
    return most or 0


async def _size_of_last(connection: Connection, rows: int) -> int:
    """Return the bytes of the last download's content, once its rows are checked."""
    row = await connection.fetchrow(
        "select state, row_count, size from access.download order by requested_at desc limit 1"
    )
    if row is None or row["state"] != "succeeded" or row["row_count"] != rows:
        raise Unavailable(f"A download of {rows} rows came to {row and dict(row)}.")
    return int(row["size"])


async def _copy(home: Home, file: Path) -> None:
    """Copy the documents to standard output, compress them, and write them to a file."""
    psql, statement = home.server.tool("psql"), "copy record.individual (body) to stdout"
    pipe = 'set -o pipefail; "$0" -X -q -c "$1" "$2" | "$3" -m bench.peers.compressing > "$4"'
    await command.run(
        ["bash", "-c", pipe, psql, statement, home.dsn, sys.executable, file],
        environment=home.environment,
    )


@asynccontextmanager
async def _timed(home: Home, rows: int) -> AsyncIterator[list[Sample]]:
    """Time the block, which gets a list that holds the sample afterwards."""
    await home.checkpoint()
    done: list[Sample] = []
    before, started = _cpu(home), time.perf_counter()
    yield done
    seconds, after = time.perf_counter() - started, _cpu(home)
    done.append(Sample(rows, seconds, cpu={who: after[who] - before[who] for who in before}))


def _cpu(home: Home) -> dict[str, float]:
    if home.postmaster is None:
        return {}
    return {
        "command": cpu.ended_children_seconds(),
        "database": cpu.tree_seconds(home.postmaster),
    }
