"""What it costs a request that its length is counted.

`python -m bench.latency`: in a loop, beside the usual library's histogram. `--served`: the service
against a twin that does not count (`peers/unmeasured.py`), asked for records by id in turn, A B B
A; told is processor time for a request, which other work on the machine moves less than rates.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle, islice
from statistics import median
from time import perf_counter, perf_counter_ns

import click
from prometheus_client import CollectorRegistry, Histogram

from bench.cpu import tree_seconds
from bench.individuals import load_individuals
from bench.kinds import PATH
from bench.server import new_home, our_service
from bench.serving import Plan
from bench.wrk import load
from customer_inventory.access.ledger import Entry
from customer_inventory.store.database import Database
from customer_inventory.usage.metering.latency import BOUNDS, KEY, Latencies

_ROUNDS = 15
_REQUESTS = 100_000
_KEYS = [
    (process, operation, kind)
    for process in ("billing", "care", "collections", "marketing", "order", "reports")
    for operation in ("read", "update", "create")
    for kind in ("customer", "individual", "agreement")
]


@dataclass
class Turn:
    """What a service did in its turns: requests, and processor seconds for them."""

    requests: int = 0
    seconds: float = 0.0
    each: list[float] = field(default_factory=list)

    def add(self, requests: int, seconds: float) -> None:
        """Add a turn."""
        self.requests += requests
        self.seconds += seconds
        self.each.append(seconds / requests * 1e6)


def in_a_loop() -> None:
    """Measure and print nanoseconds for a request."""
    keys = list(islice(cycle(_KEYS), _REQUESTS))
    entries = [
        Entry("", process, "", operation, kind, 200, "permit") for process, operation, kind in keys
    ]
    latencies = Latencies(Database("unused"))
    peer = Histogram("took", "took", KEY, buckets=BOUNDS, registry=CollectorRegistry())

    def ours() -> None:
        for entry in entries:
            latencies.took(entry, perf_counter())

    def theirs() -> None:
        for key in keys:
            peer.labels(*key).observe(perf_counter() - perf_counter())

    def nothing() -> None:
        for _ in keys:
            perf_counter()

    for name, work in (("loop and clock alone", nothing), ("ours", ours), ("library", theirs)):
        print(f"{name:22}{median(_timed(work) for _ in range(_ROUNDS)):8.0f} ns a request")


async def served(rounds: int) -> None:
    """Measure and print microseconds of processor time for a request."""
    turns = {name: Turn() for name in ("counting", "twin")}
    async with new_home() as home:
        await load_individuals(home, Plan(records=2000))
        file = home.folder / "requests.txt"
        async with Database(home.dsn) as database:
            rows = await database.fetch("SELECT id FROM record.individual")
        file.write_text("".join(f"GET\t{PATH}/{row['id']}\t\n" for row in rows))
        twin = (sys.executable, "-m", "bench.peers.unmeasured")
        async with our_service(home) as ours, our_service(home, twin) as other:
            for turn in range(-1, rounds):
                pair = (("counting", ours), ("twin", other))
                for name, service in (*pair, *reversed(pair)):
                    before = tree_seconds(service.pid)
                    sample = await load(
                        service.base, file, media="", clients=16, seconds=3, token=service.token,
                    )  # fmt: skip
                    if turn >= 0:
                        turns[name].add(sample.operations, tree_seconds(service.pid) - before)
    for name, done in turns.items():
        told = f"{done.seconds / done.requests * 1e6:.1f} µs of processor a request"
        print(f"{name:10}{told}, turns from {min(done.each):.1f} to {max(done.each):.1f}")


def _timed(work: Callable[[], None]) -> float:
    began = perf_counter_ns()
    work()
    return (perf_counter_ns() - began) / _REQUESTS


@click.command()
@click.option("--served", "is_served", is_flag=True, help="Of a service, against its twin.")
@click.option("--rounds", default=6, show_default=True, type=click.IntRange(1))
def main(is_served: bool, rounds: int) -> None:
    """Measure and print."""
    if is_served:
        asyncio.run(served(rounds))
    else:
        in_a_loop()


if __name__ == "__main__":
    main()
