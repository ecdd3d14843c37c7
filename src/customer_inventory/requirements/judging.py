"""What an edition would mean for what is held: which records would fail it, and why.

Documents are read in the order of their ids, a chunk in a statement, and checked by the validator
of the doors: what is told here is what would happen there.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.edition import Edition, Enforced
from customer_inventory.record.register.scan import failing, segments_of
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

_MOST_NAMED = 20

Progress = Callable[[str, int], None]
"""Told the record type and how many of its records were looked at so far."""


@dataclass
class Judgement:
    """How the records of a type stand to one requirement.

    `failed` of `looked_at` records; `by_source` tells them apart by the process that wrote them
    last, `by_segment` by the segment of the customer they belong to; `named` are the first of them.
    """

    requirement: str
    record_type: str
    path: str
    looked_at: int = 0
    failed: int = 0
    by_source: Counter[str] = field(default_factory=Counter)
    by_segment: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share that fails, 0 of nothing."""
        return self.failed / self.looked_at if self.looked_at else 0.0

    def count(self, identifier: str, source: str, segment: str | None) -> None:
        """Count a record that fails."""
        self.failed += 1
        self.by_source[source] += 1
        self.by_segment[segment or "unknown"] += 1
        if len(self.named) < _MOST_NAMED:
            self.named.append(identifier)


async def judge(
    database: Database,
    edition: Edition,
    *,
    only: frozenset[str] | None = None,
    progress: Progress = lambda *_: None,
) -> list[Judgement]:
    """Return how what is held stands to the requirements of an edition (`only` those), by id."""
    found: dict[str, Judgement] = {}
    for name, enforced in edition.types.items():
        for element in enforced.elements:
            if only is None or element.requirement in only:
                found[element.requirement] = Judgement(element.requirement, name, element.path)
    for name in dict.fromkeys(each.record_type for each in found.values()):
        mine = {key: each for key, each in found.items() if each.record_type == name}
        # Of a type that would be new nothing is held.
        if name in TYPES:
            await _judge_type(database, TYPES[name], edition.types[name], mine, progress)
    return sorted(found.values(), key=lambda each: (len(each.requirement), each.requirement))


async def _judge_type(
    database: Database,
    declared: RecordType,
    enforced: Enforced,
    judgements: Mapping[str, Judgement],
    progress: Progress,
) -> None:
    looked_at = 0
    async for count, failed in failing(database, declared, enforced):
        looked_at += count
        for judgement in judgements.values():
            judgement.looked_at = looked_at
        counted = [each for each in failed if judgements.keys() & set(each.requirements)]
        segments = await segments_of(database, {each.subject_id for each in counted})
        for each in counted:
            for requirement in each.requirements:
                if requirement in judgements:
                    segment = segments.get(each.subject_id)
                    judgements[requirement].count(each.id, each.source, segment)
        progress(declared.name, looked_at)
