"""`stream`: events taken from brokers into the inventory, against a consumer that keeps nothing.

CloudEvents lie in a stream of NATS JetStream, and in a durable queue of RabbitMQ, before anybody
asks for them; each says a person and a customer. Ours is `cinv capture stream`: each event parsed,
mapped, checked, decided on, written with history, links and search, told to the ledger, and
acknowledged when that is committed. The other reads the same messages through the same client in
batches of the same size, and does nothing but acknowledge them (`peers/acknowledging.py`).
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import click
import msgspec

from bench import brokers, command, cpu
from bench.sample import Sample
from bench.server import Home, new_home, permit
from bench.tables import Connection, connected
from customer_inventory.kit.errors import Unavailable

Kind = Literal["NATS JetStream", "RabbitMQ"]
NATS: Kind = "NATS JetStream"
RABBIT: Kind = "RabbitMQ"
OURS, BARE = "stream", "bare consumer"
SUBJECT = "bench.people"

_PATIENCE = 240.0
_EVERY = 0.02
_MAPPING = """
source: bench
format: ndjson
key: no
records:
  individual:
    attributes:
      givenName: {column: name.first}
      familyName: {column: name.last}
  customer:
    attributes:
      name: {template: "{name.first} {name.last}"}
      status: {column: state}
      engagedParty: {ref: individual}
"""
_STREAM = """
name: NAME
broker: {url: "URL"}
topic: bench.people
format: cloudevents
mapping: people.yaml
process: bench
purpose: benchmark
batch: BATCH
wait: 50
"""


@dataclass(frozen=True)
class Plan:
    """How many events are taken from each broker, how often, and how many are a batch."""

    events: int = 50_000
    rounds: int = 3
    batch: int = 500


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by broker and by who took the events."""

    plan: Plan
    postgresql: str
    samples: dict[tuple[Kind, str], list[Sample]] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Publish, take in turn, and remove everything.

    Raises Unavailable when a broker cannot be had, or not all events were taken.
    """
    async with new_home() as home:
        result = Result(plan, home.version)
        await permit(home)
        async with connected(home.dsn) as connection:
            for kind, running in ((NATS, brokers.nats), (RABBIT, brokers.rabbit)):
                async with running(home.folder / kind.split()[0]) as broker:
                    for number in range(plan.rounds):
                        click.echo(f"{kind}, round {number + 1}", err=True)
                        await _round(_Place(home, connection, broker, kind), plan, number, result)
        return result


@dataclass(frozen=True)
class _Place:
    """Where events go from and to."""

    home: Home
    connection: Connection
    broker: brokers.Broker
    kind: Kind


async def _round(place: _Place, plan: Plan, number: int, result: Result) -> None:
    first = number * plan.events
    messages = [_event(place.kind, each) for each in range(first, first + plan.events)]
    for who, take in ((OURS, _ours), (BARE, _bare)):
        await place.broker.fill(SUBJECT, messages)
        await place.home.checkpoint()
        sample = await take(place, plan, number)
        result.samples.setdefault((place.kind, who), []).append(sample)


def _event(kind: Kind, number: int) -> bytes:
    """Return a CloudEvent of a person of its own."""
    person = f"{kind.split()[0]} {number}"
    data = {"no": person, "name": {"first": "Ada", "last": f"Lovelace {number}"}, "state": "active"}
    event = {"specversion": "1.0", "id": person, "source": "/bench", "type": "person.changed"}
    return msgspec.json.encode({**event, "data": data})


async def _ours(place: _Place, plan: Plan, number: int) -> Sample:
    """Take all events by the command; the clock runs from its first batch to its last."""
    home, connection = place.home, place.connection
    declared = _declared(home.folder, place, plan, number)
    before = int(await connection.fetchval(_TAKEN))
    people = await connection.fetchval(_PEOPLE)
    words = [sys.executable, "-m", "customer_inventory", "capture", "stream", str(declared)]
    log = home.folder / "stream.log"
    async with command.running(words, environment=home.environment, log=log) as process:

        async def taken() -> int:
            if process.returncode is not None:
                raise Unavailable(f"The stream ended: {log.read_text('utf-8', 'replace')[-500:]}")
            return int(await connection.fetchval(_TAKEN)) - before

        at_first = await _until(taken, 1)
        began, spent = time.monotonic(), _cpu(home, process.pid)
        at_last = await _until(taken, plan.events)
        seconds = time.monotonic() - began
        after = _cpu(home, process.pid)
    if at_last != plan.events or await connection.fetchval(_PEOPLE) != people + plan.events:
        raise Unavailable(f"Of {plan.events} events {at_last} were taken.")
    used = {who: after[who] - spent[who] for who in spent}
    return Sample(plan.events - at_first, seconds, cpu=used)


async def _until(count: Callable[[], Awaitable[int]], wanted: int) -> int:
    """Return what `count` says, once that is what is wanted or more."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            said = await count()
            if said >= wanted:
                return said
            await asyncio.sleep(_EVERY)


async def _bare(place: _Place, plan: Plan, number: int) -> Sample:
    """Take all events by a consumer that only acknowledges; it says how long that took."""
    words = [sys.executable, "-m", "bench.peers.acknowledging", place.broker.url, SUBJECT]
    words += [str(plan.events), str(plan.batch), f"bare-{number}"]
    said = json.loads(await command.run(words, seconds=_PATIENCE))
    return Sample(said["events"], said["seconds"], cpu={"command": said["cpu"]})


def _declared(folder: Path, place: _Place, plan: Plan, number: int) -> Path:
    (folder / "people.yaml").write_text(_MAPPING)
    text = _STREAM.replace("URL", place.broker.url).replace("BATCH", str(plan.batch))
    file = folder / "bench.stream.yaml"
    file.write_text(text.replace("NAME", f"bench-{place.kind.split()[0].lower()}-{number}"))
    return file


def _cpu(home: Home, process: int) -> dict[str, float]:
    if home.postmaster is None:
        return {}
    return {
        "command": cpu.tree_seconds(process),
        "database": cpu.tree_seconds(home.postmaster),
    }


_TAKEN = "SELECT coalesce(sum(rows_read), 0)::bigint FROM capture.import"
_PEOPLE = "SELECT count(*) FROM record.individual"
