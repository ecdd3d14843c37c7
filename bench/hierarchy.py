"""`hierarchy`: a tree of organisations, read and rolled up, against the same rows read by key.

The rows by key are those that the roll-up counts, their ids given: what walking the tree and
finding what hangs on it costs beside reading it.
"""

import random
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from bench.sample import Sample
from bench.server import Home, new_home
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode
from customer_inventory.record.hierarchy.tree import IN_TREES, ROLLED_UP, Span, rolled_up, tree
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.lines import Batch, lines_of
from customer_inventory.record.load import load
from customer_inventory.record.types import TYPES, named
from customer_inventory.store.database import Database

ROLL_UP, BY_KEY, PAGE, ABOVE, GROW = (
    "roll-up",
    "the same rows by key",
    "a page of 100 below",
    "all above a leaf",
    "add an edge",
)
_ACTOR = Actor("bench", "benchmark")
_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_CHUNK = 500
_PART = (
    "select '{type}', r.{status}, count(*)"
    " from unnest(${ids}::text[], ${buckets}::smallint[]) as k (id, bucket)"
    " join record.{table} as r on r.id = k.id and r.bucket = k.bucket group by r.{status}"
)


@dataclass(frozen=True)
class Plan:
    """How large a tree: organisations, of which each has so many below it; how often measured."""

    nodes: int = 10_000
    breadth: int = 10
    rounds: int = 9
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What came of a plan; `records` are those that hang on the tree, the nodes included."""

    plan: Plan
    postgresql: str
    records: int
    samples: dict[str, list[Sample]] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Make a tree and measure, in turn, what is read of it; remove everything."""
    async with new_home() as home, Database(home.dsn) as database:
        ids = await _fill(plan, home, database)
        root, leaf = ids["organization"][0], ids["organization"][-1]
        made = sum(map(len, ids.values()))
        span = Span(_NOW)
        whole = await rolled_up(database, root, span)
        records = sum(sum(by_status.values()) for by_status in whole.records.values())
        _require(records == made, f"{records} of {made} records are rolled up")

        async def add() -> None:
            inventory, organization = Inventory(database), named("organization")
            given = {"name": "Added", **_below(root)}
            await inventory.create(organization, given, actor=_ACTOR)

        asked: dict[str, Callable[[], Awaitable[Any]]] = {
            ROLL_UP: lambda: rolled_up(database, root, span),
            BY_KEY: lambda: _by_key(database, ids),
            PAGE: lambda: tree(database, root, span, depth=5),
            ABOVE: lambda: tree(database, leaf, span, depth=0),
            GROW: add,
        }
        samples: dict[str, list[Sample]] = {name: [] for name in asked}
        for number in range(plan.rounds + 1):
            for name, ask in asked.items():
                sample = await _timed(ask)
                if number:  # the first is for the plans and the caches
                    samples[name].append(sample)
    return Result(plan, home.version, records, samples)


async def _fill(plan: Plan, home: Home, database: Database) -> dict[str, list[str]]:
    """Load the tree and what hangs on it; return the ids by type, organisations from the top."""
    ids: dict[str, list[str]] = {name: [] for name in (*IN_TREES, *ROLLED_UP)}
    documents = _documents(plan)
    while chunk := list(islice(documents, _CHUNK)):
        batches: dict[RecordType, dict[str, Any]] = {}
        for name, document in (made for group in chunk for made in group):
            declared = named(name)
            lines = lines_of(declared, document, encode(document), _ACTOR)
            batches.setdefault(declared, {})[document["id"]] = lines
            ids[name].append(document["id"])
        async with database.transaction() as connection:
            await load(
                connection, {kind: Batch.of(lines) for kind, lines in batches.items()}, _ACTOR
            )
    await database.execute("analyze")
    await home.checkpoint()
    return ids


def _documents(plan: Plan) -> Iterator[list[tuple[str, Document]]]:
    """Make each organisation with its customer, accounts, agreements and interactions."""
    draw = random.Random(plan.seed)
    parties: list[str] = []
    for number in range(plan.nodes):
        party, role = new_id(), new_id()
        above = _below(parties[(number - 1) // plan.breadth]) if number else {}
        parties.append(party)
        organization = {"id": party, "@type": "Organization", "name": f"Unit {number}", **above}
        customer = {"id": role, "@type": "Customer", "name": f"Unit {number}"}
        owner = [{"role": "owner", "partyOrPartyRole": {"id": role, "@referredType": "Customer"}}]
        made: list[tuple[str, Document]] = [
            ("organization", organization),
            ("customer", {**customer, "engagedParty": {"id": party}, "status": "active"}),
        ]
        for name, more in (
            *[("billingAccount", {"relatedParty": owner, "state": "open"})] * 2,
            *[("agreement", {"engagedParty": [{"id": role}], "status": "active"})] * 2,
            *[("partyInteraction", {"relatedParty": owner, "status": "done"})] * 5,
        ):
            identifier = new_id(bucket_of(role) if draw.random() else None)
            entity = TYPES[name].entity
            made.append((name, {"id": identifier, "@type": entity, "name": name, **more}))
        yield made


def _below(parent: str) -> Document:
    period = {"startDateTime": "2020-01-01T00:00:00Z"}
    return {"organizationParentRelationship": {"organization": {"id": parent}, "validFor": period}}


async def _by_key(database: Database, ids: Mapping[str, Sequence[str]]) -> None:
    parts: list[str] = []
    arguments: list[Sequence[Any]] = []
    for name, keys in ids.items():
        kind, place = TYPES[name], len(arguments) + 1
        arguments += [keys, [bucket_of(key) for key in keys]]
        names = {"type": name, "table": kind.table, "status": kind.status}
        parts.append(_PART.format(**names, ids=place, buckets=place + 1))
    await database.fetch(" union all ".join(parts), *arguments)


async def _timed(ask: Callable[[], Awaitable[Any]]) -> Sample:
    started = time.monotonic()
    await ask()
    return Sample(operations=1, seconds=time.monotonic() - started)


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)
