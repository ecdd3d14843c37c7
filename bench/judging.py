"""Batches over sets of which the truth is known: pairs found, counted against all there are."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from customer_inventory.capture.matching import second, splinking, staging
from customer_inventory.capture.matching.default import default
from customer_inventory.capture.matching.model import Model
from customer_inventory.capture.matching.normal import MATCHED, normal

Record = tuple[str, str, Mapping[str, Any], Any]
"""Its type, id and document, and who it is of."""

LINK, SURE = 0.5, 0.9
"""The scores that pairs are counted at in every set: the first was set before anything was
measured; the second, from which on callers are warned too, on hard sets of another seed (41)."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs found: the share of them that is right, the share of the right ones that is found."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class Judged:
    """What a batch found in one set, and what Splink's weights alone find in the same run.

    `alone_best` is Splink at the best of all whole weights, which takes the labels to know. `cpu`
    are seconds of processors, of all threads: they hold on a machine that others use as well.
    """

    name: str
    records: int
    linked: Quality
    sure: Quality
    alone: Quality
    alone_best: Quality
    seconds: float
    seconds_alone: float
    cpu: float
    cpu_alone: float
    models: Mapping[str, Model] = field(default_factory=dict)
    silver: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def judge(name: str, records: Sequence[Record]) -> Judged:
    """Find the pairs of a set as `cinv capture pairs find --train` does, and count them."""
    truth = sum(
        times * (times - 1) // 2
        for times in Counter((kind, who) for kind, _, _, who in records).values()
    )
    count = _Count()
    models: dict[str, Model] = {}
    for kind in MATCHED:
        mine = [each for each in records if each[0] == kind]
        if mine:
            models[kind] = _judge(kind, mine, count)
    best = max(
        (_quality(count.alone, weight, truth) for weight in range(-4, 40)), key=lambda each: each.f1
    )
    return Judged(
        name,
        len(records),
        _quality(count.found, LINK, truth),
        _quality(count.found, SURE, truth),
        _quality(count.alone, 0.0, truth),
        best,
        count.seconds,
        count.seconds_alone,
        count.cpu,
        count.cpu_alone,
        models,
        count.silver,
    )


@dataclass
class _Count:
    """What is counted over the types of one set: pairs with their scores, seconds, silver pairs."""

    found: list[tuple[float, bool]] = field(default_factory=list)
    alone: list[tuple[float, bool]] = field(default_factory=list)
    seconds: float = 0.0
    seconds_alone: float = 0.0
    cpu: float = 0.0
    cpu_alone: float = 0.0
    silver: dict[str, Mapping[str, int]] = field(default_factory=dict)


def _judge(kind: str, records: Sequence[Record], count: _Count) -> Model:
    started, spent = time.monotonic(), time.process_time()
    who = [each for _, _, _, each in records]
    with staging.staged(kind) as stage:
        for first in range(0, len(records), 5_000):
            some = records[first : first + 5_000]
            stage.add(normal(kind, identifier, document) for _, identifier, document, _ in some)
        table = stage.finish()
        begun, before = time.monotonic(), time.process_time()
        model = splinking.trained(stage, table, default(kind))
        splinking.compared(stage, table, model)
        count.seconds_alone += time.monotonic() - begun
        count.cpu_alone += time.process_time() - before
        model, judge_, count.silver[kind] = second.taught(stage, model, default(kind))
        pairs = list(second.judged(stage, model, LINK, judge_))
        count.seconds += time.monotonic() - started
        count.cpu += time.process_time() - spent
        count.found += [(chance, who[one] == who[other]) for one, other, chance, _ in pairs]
        rows = staging.values(
            stage.connection, "SELECT one, other, weight FROM compared WHERE weight >= -4"
        )
        count.alone += [(weight, who[one] == who[other]) for one, other, weight in rows]
    return model


def _quality(pairs: Sequence[tuple[float, bool]], least: float, truth: int) -> Quality:
    kept = [is_right for score, is_right in pairs if score >= least]
    right = sum(kept)
    return Quality(right / len(kept) if kept else 1.0, right / truth if truth else 1.0)
