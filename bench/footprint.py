"""`footprint`: how large the package is, how soon a service answers, what memory each takes.

A service is started anew each time, over an inventory that is there and whose server runs.
"""

import asyncio
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from bench import command, cpu, machine, tables, wrk
from bench.individuals import load_individuals
from bench.kinds import GET, OURS
from bench.peering import OUR_REST
from bench.server import Home, new_home, our_service, typical_service
from bench.tables import connected
from bench.targets import Http

_ROOT = Path(__file__).parent.parent
_GIGABYTES = 4.0
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """How often services are started, and so many seconds of reads before memory is looked at."""

    records: int = 20_000
    rounds: int = 5
    seconds: float = 10.0
    seed: int = 1


@dataclass
class Result:
    """What came of a plan: seconds, bytes, CPU seconds of a start."""

    plan: Plan
    wheel: int = 0
    answering: dict[str, list[float]] = field(default_factory=dict)
    help: list[float] = field(default_factory=list)
    memory: dict[str, tuple[int, int]] = field(default_factory=dict)
    idle: float | None = None


async def measure(plan: Plan) -> Result:
    """Set everything up, measure, and remove everything."""
    await wrk.ensure()
    result = Result(plan)
    async with new_home() as home:
        machine.require_disk(home.folder, _GIGABYTES)
        result.wheel = await _wheel(home)
        documents = await load_individuals(home, plan, customers=1)
        async with connected(home.dsn) as connection:
            values = await tables.prepare(connection, documents)
        for _ in range(plan.rounds):
            begun = time.perf_counter()
            await home.cinv("--help")
            result.help.append(time.perf_counter() - begun)
        for name, serving in ((OURS, our_service), ("typical ORM", typical_service)):
            for round_number in range(plan.rounds):
                async with serving(home) as service:
                    result.answering.setdefault(name, []).append(service.seconds)
                    if round_number == 0:
                        fresh = _shared_out(service.pid)
                        target = Http(name, service, values, home.folder, home.dsn, OUR_REST)
                        await target.ready(GET, 32, plan.seconds, plan.seed)
                        await target.load(GET, 32, plan.seconds, plan.seed)
                        result.memory[name] = fresh, _shared_out(service.pid)
                        if name == OURS:
                            result.idle = await _idle(home, service.pid)
    return result


async def _wheel(home: Home) -> int:
    """Build the wheel; return its bytes."""
    click.echo("building the wheel", err=True)
    words: Sequence[str | Path] = (
        *(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps"),
        *("--wheel-dir", home.folder, _ROOT),
    )
    await command.run(words)
    return next(home.folder.glob("*.whl")).stat().st_size


def _shared_out(pid: int) -> int:
    """Return the bytes of a process, what it shares with others divided among them (Pss)."""
    found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8"))
    return int(found[1]) * 1024 if found else 0


async def _idle(home: Home, pid: int) -> float | None:
    """Return the CPU milliseconds a second of a service, with its database, that nobody asks."""
    if home.postmaster is None:
        return None
    roots = (pid, home.postmaster)
    before = sum(map(cpu.tree_seconds, roots))
    await asyncio.sleep(5)
    return 1000 * (sum(map(cpu.tree_seconds, roots)) - before) / 5
