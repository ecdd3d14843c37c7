"""A batch: every record of a type compared with every other that it may be the same as.

Records are read in the order of their ids, a chunk at a time, and only their normal forms go to
DuckDB, within a bound of memory. The model in force judges, unless one is trained on these records
first. Pairs from the queue's threshold on are kept for stewards, in clusters; those above the one
of merging are merged when they contradict each other in nothing.

Records whose processing is restricted (GDPR article 18) are not compared.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from customer_inventory.capture.matching import keeping, pair
from customer_inventory.capture.matching.checking import demand_matched
from customer_inventory.capture.matching.grouping import clusters
from customer_inventory.capture.matching.merging import merge_unasked
from customer_inventory.capture.matching.model import Model
from customer_inventory.capture.matching.normal import Normal, normal
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.register.scan import records_after
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.subject.restriction import kept_back
from customer_inventory.store.database import Database

if TYPE_CHECKING:
    from customer_inventory.capture.matching.staging import Stage

FEWEST_TRAINED_ON = 5_000
"""An inventory with fewer records of a type teaches a model too little."""

_CHUNK = 5_000
_QUEUED_AT_ONCE = 1_000


@dataclass
class Outcome:
    """What a batch did: records read, pairs kept, records merged, and what it was trained on."""

    record_type: str
    records: int = 0
    pairs: int = 0
    clusters: int = 0
    merged: int = 0
    model: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)


Tell = Callable[[str, int], None]
"""Hears what is done now, and how many records or pairs so far."""


async def find_pairs(
    database: Database,
    declared: RecordType,
    *,
    actor: Actor,
    thresholds: Thresholds,
    sight: Sight = EVERYTHING,
    train: bool | None = None,
    tell: Tell = lambda _, __: None,
) -> Outcome:
    """Find the pairs of a type and keep them; a pair that was decided stays as it is.

    With `train` a model is trained on what is there and kept; None: if there never was one of the
    inventory's own, and there is enough. Raises Unavailable without the extra `matching`.
    """
    demand_matched(declared)
    outcome = Outcome(declared.name)
    with _staged(declared.name) as stage:
        async for forms in _forms(database, declared, sight):
            outcome.records = stage.add(forms)
            tell("read", outcome.records)
        if outcome.records:
            await _find(
                database,
                stage,
                outcome,
                actor=actor,
                least=thresholds.queue,
                train=train,
                tell=tell,
            )
    if thresholds.merge is not None:
        outcome.merged = await merge_unasked(
            database, declared, least=thresholds.merge, actor=actor, sight=sight
        )
    return outcome


async def _find(
    database: Database,
    stage: "Stage",
    outcome: Outcome,
    *,
    actor: Actor,
    least: float,
    train: bool | None,
    tell: Tell,
) -> None:
    from customer_inventory.capture.matching import second, splinking  # noqa: PLC0415 - an extra

    before = await keeping.in_force(database, stage.record_type)
    table = stage.finish()
    if train is None:
        is_own = await keeping.is_own(database, stage.record_type)
        train = not is_own and outcome.records >= FEWEST_TRAINED_ON
    model, judge = before, None
    if train:
        tell("train", 0)
        model = splinking.trained(stage, table, before)
    tell("compare", 0)
    splinking.compared(stage, table, model)
    if train:
        model, judge, told = second.taught(stage, model, before)
        outcome.training = {"records": outcome.records, "prior": model.prior, **told}
        await keeping.keep(database, model, outcome.training, actor=actor)
    outcome.model = model.sha256
    found = [(one, other) for one, other, _, _ in second.judged(
        stage, model, least, judge
    )]  # fmt: skip
    cluster = clusters(found)
    outcome.clusters = len(set(cluster.values()))
    names = stage.ids(set(cluster.values()))
    for first in range(0, len(found), _QUEUED_AT_ONCE):
        some = found[first : first + _QUEUED_AT_ONCE]
        pairs = _pairs(stage, model, some, {each: names[cluster[each]] for each, _ in some})
        outcome.pairs += await pair.queue(database, stage.record_type, pairs, model=outcome.model)
        tell("queue", outcome.pairs)


def _pairs(
    stage: "Stage",
    model: Model,
    some: Sequence[tuple[int, int]],
    cluster: Mapping[int, str],
) -> list[pair.Pair]:
    """Return pairs with their scores, explained as at entry."""
    forms = stage.forms({each for both in some for each in both})
    return [
        pair.Pair(
            forms[one].id, forms[other].id, model.score(forms[one], forms[other]), cluster[one]
        )
        for one, other in some
    ]


async def _forms(
    database: Database, declared: RecordType, sight: Sight
) -> AsyncIterator[Iterable[Normal]]:
    """Yield the normal forms of the records of a type, a chunk at a time."""
    statement, after = records_after(declared), ""
    while rows := await database.fetch(statement, after, _CHUNK):
        after = rows[-1]["id"]
        withheld = await kept_back(database, [row["id"] for row in rows], sight)
        yield [
            normal(declared.name, row["id"], parse_object(row["body"]))
            for row in rows
            if row["id"] not in withheld
        ]


def _staged(record_type: str) -> "AbstractContextManager[Stage]":
    """Return the table to compare in. Raises Unavailable without the extra."""
    try:
        from customer_inventory.capture.matching.staging import staged  # noqa: PLC0415
    except ImportError:
        raise Unavailable(
            "Finding duplicates in batch takes libraries that are not installed.",
            hint="pip install 'customer-inventory[matching]'",
        ) from None
    return staged(record_type)
