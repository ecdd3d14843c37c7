"""`backup`: base copies taken and brought back, against PostgreSQL's own programs alone.

The peer of a copy is `pg_basebackup` with the same options, writing the same archive into a file in
the clear and uncompressed, flushed as ours is. A drill is run once:
its recovery time and point are told, with no peer.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click

from bench import machine
from bench.sample import Sample
from bench.server import Home, new_home
from bench.tables import connected
from customer_inventory.facilities.backup.catalogue import Backup, Folder
from customer_inventory.facilities.backup.drilling import Drill, drill
from customer_inventory.facilities.backup.keeping import archived
from customer_inventory.facilities.backup.sealing import Seal
from customer_inventory.facilities.backup.taking import back_up, take
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.settings import Settings

FULL, CHANGED = "whole copy", "copy of what changed"
OURS, ALONE = "cinv db backup", "pg_basebackup alone"
AIM = 1.3
"""So many times the seconds of `pg_basebackup` alone at most."""
_KILOBYTES_A_RECORD, _RECORDS_A_CUSTOMER, _COPIES = 9.0, 14, 4


@dataclass(frozen=True)
class Plan:
    """How many generated customers are held with all their records, and how often it is copied."""

    customers: int = 100_000
    rounds: int = 5
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by who copied what; the last whole copy, and the drill."""

    plan: Plan
    postgresql: str
    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    copies: list[Backup] = field(default_factory=list)
    drills: list[Drill] = field(default_factory=list)


async def measure(plan: Plan) -> Result:
    """Import, copy in turn, drill; remove everything. Raises Unavailable when there is no room."""
    async with new_home() as home:
        needed = plan.customers * _RECORDS_A_CUSTOMER * _KILOBYTES_A_RECORD / 1e6 * _COPIES + 2
        machine.require_disk(home.folder, needed)
        await _fill(home, plan)
        settings = Settings(home=home.server.home, backup=home.folder / "backups")
        vault = Vault(Folder(home.folder / "backups").made(), Seal.kept_in(settings.home))
        result = Result(plan, home.version)
        async with archived(settings, home.dsn):
            await back_up(home.server, vault, full=True)
            for number in range(plan.rounds):
                click.echo(f"round {number + 1}", err=True)
                for full in (True, False):
                    await _copied(home, vault, result, full=full)
            click.echo("drill", err=True)
            result.drills.append(await drill(home.server, vault))
        return result


async def _fill(home: Home, plan: Plan) -> None:
    file = home.folder / "held.ndjson"
    await home.cinv(
        "demo", "generate", "--customers", str(plan.customers), "--seed", str(plan.seed),
        "-f", str(file),
    )  # fmt: skip
    await home.cinv("capture", "import", str(file), "--mapping", "records")
    file.unlink()
    async with connected(home.dsn) as connection:
        await connection.execute("VACUUM ANALYZE")


async def _copied(home: Home, vault: Vault, result: Result, *, full: bool) -> None:
    """Take one copy of each kind of both, in turn; what is alone is removed at once."""
    what = FULL if full else CHANGED
    await home.checkpoint()
    since = None if full else await _manifest(vault, result.copies[-1])
    alone = home.folder / "alone.tar"
    seconds = await _timed(lambda: _alone(home, alone, since))
    result.samples.setdefault((ALONE, what), []).append(Sample(alone.stat().st_size, seconds))
    alone.unlink()
    await home.checkpoint()
    began = time.monotonic()
    taken = await asyncio.to_thread(lambda: take(home.server, vault, full=full))
    sample = Sample(taken.size, time.monotonic() - began)
    result.samples.setdefault((OURS, what), []).append(sample)
    result.copies.append(taken)


async def _manifest(vault: Vault, last: Backup) -> Path:
    """Return the manifest of the last copy in the clear, as the peer needs it."""
    file = vault.folder.root / "peer.manifest"
    file.write_bytes(b"".join(vault.seal.read(vault.folder.manifest(last.id))))
    return file


def _alone(home: Home, file: Path, since: Path | None) -> None:
    """Copy by PostgreSQL's own program alone, into a file that is on disk at the end."""
    with file.open("wb") as out:
        subprocess.run(
            [
                str(home.server.tool("pg_basebackup")), f"--dbname={home.superuser}",
                "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast",
                "--no-estimate-size", *([f"--incremental={since}"] if since else []),
            ],
            stdout=out, stderr=subprocess.PIPE, check=True,
        )  # fmt: skip
        os.fsync(out.fileno())


async def _timed(work: Callable[[], None]) -> float:
    began = time.monotonic()
    await asyncio.to_thread(work)
    return time.monotonic() - began
