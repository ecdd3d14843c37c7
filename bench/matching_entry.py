"""Matching at entry, over a real database: what is found of who is there, and of who is new.

What a check takes is measured twice: as callers ask, `POST /inventory/v1/check` beside a read by
id, both of one caller on one connection to the service with guard and ledger on; and within one
process, without HTTP and duties.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.asking import calling
from bench.hard_set import HardSet
from bench.kinds import PATH
from bench.server import Home, new_home, our_service
from customer_inventory.capture.matching import checking, keeping
from customer_inventory.capture.matching.default import default
from customer_inventory.capture.matching.model import Model
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.sight import EVERYTHING
from customer_inventory.record.types import named
from customer_inventory.store.database import Database

_WARM = 50
_PERSON = "individual"
_SHIPPED = Thresholds.of(Settings(home=Path()))
"""The scores from which on a steward is asked and a caller warned, as they are unless set."""


@dataclass(frozen=True)
class Entries:
    """What checks found: of those that are there, and of those that are new; and how long it took.

    `false_alarms` is the share of new customers for whom a caller is warned, `queued_alarms` of
    those for whom a steward is asked besides; `recall_shipped` and `false_alarms_shipped` are by
    the models that come with the product, all others by the models given. Times are milliseconds,
    those `within` one process without HTTP, guard and ledger; `within_check_cpu_ms` are of its
    processor alone, and hold on a machine that others use as well.
    """

    records: int
    there: int
    new: int
    recall: float
    recall_queued: float
    false_alarms: float
    queued_alarms: float
    recall_shipped: float
    false_alarms_shipped: float
    check_ms: Sequence[float]
    read_ms: Sequence[float]
    within_check_ms: Sequence[float]
    within_check_cpu_ms: Sequence[float]
    within_read_ms: Sequence[float]


async def measure(records: int, checks: int, seed: int, models: Mapping[str, Model]) -> Entries:
    """Load a set that the models never saw, one record of each; check the others, and new ones."""
    async with new_home() as home:
        return await _measure(home, records, checks, seed, models)


async def _measure(
    home: Home, records: int, checks: int, seed: int, models: Mapping[str, Model]
) -> Entries:
    file = home.folder / "hard.ndjson"
    drawn = HardSet(seed)
    loaded, again = _written(file, drawn, records)
    await home.cinv("capture", "import", str(file), "--mapping", "records")
    file.unlink()
    new = _singles(drawn, checks, loaded)
    async with Database(home.dsn) as database:
        await database.execute("ANALYZE")
        asked = (again[:checks], [(kind, document, "") for kind, document in new])
        shipped = {kind: default(kind) for kind in models}
        there, fresh = await _judged(database, models, asked)
        shipped_there, shipped_fresh = await _judged(database, shipped, asked)
        await _keep(database, models)
        reads = await _reads(database, list(loaded.values())[: 4 * checks])
    people = [(document, own) for kind, document, own in again[:checks] if kind == _PERSON]
    posted, got = await _asked(home, people)
    warn, queue = _SHIPPED.warn, _SHIPPED.queue
    return Entries(
        len(loaded),
        len(there),
        len(fresh),
        _share(each.own >= warn for each in there),
        _share(each.own >= queue for each in there),
        _share(each.other >= warn for each in fresh),
        _share(queue <= each.other < warn for each in fresh),
        _share(each.own >= warn for each in shipped_there),
        _share(each.other >= warn for each in shipped_fresh),
        posted,
        got,
        [each.ms for each in (*there, *fresh)],
        [each.cpu_ms for each in (*there, *fresh)],
        reads,
    )


_Asked = Sequence[tuple[str, dict[str, Any], str]]
"""Types, documents, and the ids of the records that are of the same subject."""


class _Check(NamedTuple):
    """What a check found: the score of its own record, the best of others; and milliseconds."""

    own: float
    other: float
    ms: float
    cpu_ms: float


_Checks = list[_Check]


async def _judged(
    database: Database, models: Mapping[str, Model], asked: tuple[_Asked, _Asked]
) -> tuple[_Checks, _Checks]:
    """Return what checks by models find of those that are there, and of those that are new."""
    await _keep(database, models)
    there, fresh = asked
    return await _checked(database, there), await _checked(database, fresh)


async def _keep(database: Database, models: Mapping[str, Model]) -> None:
    for model in models.values():
        await keeping.keep(database, model, {}, actor=Actor("bench", "benchmark"))


async def _asked(
    home: Home, people: Sequence[tuple[Mapping[str, Any], str]]
) -> tuple[list[float], list[float]]:
    """Return the milliseconds of checks and of reads by id, asked of the service in turn."""
    checks: list[float] = []
    reads: list[float] = []
    async with our_service(home) as service, calling(service) as caller:
        for number, (document, identifier) in enumerate(people):
            asked = msgspec.json.encode({"type": _PERSON, "document": document})
            check, _ = await caller.ask("/inventory/v1/check", asked)
            read, _ = await caller.ask(f"{PATH}/{identifier}")
            if number >= min(_WARM, len(people) // 2):
                checks.append(1000 * check)
                reads.append(1000 * read)
    return checks, reads


def _written(
    file: Path, drawn: HardSet, records: int
) -> tuple[dict[int, str], list[tuple[str, dict[str, Any], str]]]:
    """Write the first record of each entity; return their ids, and the others with whose."""
    loaded: dict[int, str] = {}
    again: list[tuple[str, dict[str, Any], str]] = []
    with file.open("wb") as lines:
        for kind, identifier, document, entity in drawn.records(records):
            if entity in loaded:
                again.append((kind, document, loaded[entity]))
            else:
                loaded[entity] = identifier
                lines.write(msgspec.json.encode(document) + b"\n")
    return loaded, again


def _singles(
    drawn: HardSet, count: int, loaded: Collection[int]
) -> list[tuple[str, dict[str, Any]]]:
    """Return a record each of entities of the same set that come after those loaded."""
    seen: dict[int, tuple[str, dict[str, Any]]] = {}
    for kind, _, document, entity in drawn.records(3 * count):
        if entity not in loaded:
            seen.setdefault(entity, (kind, document))
    return list(seen.values())[:count]


async def _checked(database: Database, asked: _Asked) -> _Checks:
    """Return what is found of each document, but the first, which are checked twice."""
    found = []
    for number, (kind, document, own) in enumerate((*asked[:_WARM], *asked)):
        document.pop("id", None)
        started, before = time.perf_counter(), time.process_time()
        answer = await checking.find(
            database,
            named(kind),
            document,
            thresholds=_SHIPPED,
            sight=EVERYTHING,
            is_reader=True,
        )
        spent = 1000 * (time.perf_counter() - started)
        cpu = 1000 * (time.process_time() - before)
        scores = {each.id: each.score.probability for each in answer.every}
        others = [score for identifier, score in scores.items() if identifier != own]
        if number >= min(_WARM, len(asked)):
            found.append(_Check(scores.get(own, 0.0), max(others, default=0.0), spent, cpu))
    return found


async def _reads(database: Database, ids: Sequence[str]) -> list[float]:
    inventory = Inventory(database)
    spent = []
    for identifier in ids:
        kind = await database.value(
            "SELECT 'individual' FROM record.individual WHERE id = $1", identifier
        )
        if kind:
            started = time.perf_counter()
            await inventory.get(named(kind), identifier, sight=EVERYTHING)
            spent.append(1000 * (time.perf_counter() - started))
    return spent


def _share(values: Any) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
