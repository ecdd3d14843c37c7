"""Matching at entry: which records are likely of the subject of a document, by the batch's model.

What a caller is told is worked out of what it is shown: a record out of its scope is never named,
nor does what a mask hides count. Such a pair is queued for a steward, and the caller is answered
as if there were none.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from customer_inventory.capture.matching import keeping, pair
from customer_inventory.capture.matching.candidate import candidates
from customer_inventory.capture.matching.model import Model, Score
from customer_inventory.capture.matching.normal import MATCHED, Normal, normal
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of, derived_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode_sorted
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database

MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Likely:
    """A record that is likely of the subject of a document."""

    id: str
    score: Score


@dataclass(frozen=True)
class Found:
    """What a check found: what the caller may be told of, the likest first, and all the rest."""

    model: Model
    told: Sequence[Likely] = ()
    untold: Sequence[Likely] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def likely(self) -> Sequence[Likely]:
        """Those told that are likely enough to warn of."""
        return [each for each in self.told if each.score.probability >= self.thresholds.warn]

    @property
    def every(self) -> Sequence[Likely]:
        """All that a steward should look at."""
        return [*self.told, *self.untold]


def demand_matched(declared: RecordType) -> None:
    """Raise Invalid for a type of which no duplicates are found."""
    if declared.name not in MATCHED:
        raise Invalid(
            f"Records of {declared.name} are not matched.",
            path="type",
            hint=f"Those of {' and '.join(MATCHED)} are.",
        )


async def find(
    database: Database,
    declared: RecordType,
    document: Document,
    *,
    thresholds: Thresholds,
    sight: Sight,
    is_reader: bool,
    but: str = "",
) -> Found:
    """Return which records are likely of the subject of a document, but the one with the id `but`.

    Not `is_reader`: the caller may not read the type, and is told of none. Raises Invalid for a
    type that is not matched.
    """
    demand_matched(declared)
    model = await keeping.in_force(database, declared.name)
    form = normal(declared.name, but, document)
    found = await candidates(database, declared, document, form, sight)
    found.pop(but, None)
    documents = {each: kept for each, (kept, _) in found.items()}
    known = _scored(model, form, documents, thresholds.queue)
    visible = {each.id for each in known if is_reader and found[each.id][1]}
    seen = {each: documents[each] for each in visible}
    mask = sight.masks.get(declared.name)
    if mask is not None:
        seen = {each: mask.in_clear(document) for each, document in seen.items()}
        told = _scored(model, form, seen, thresholds.queue)
    else:
        told = [each for each in known if each.id in visible]
    named = {each.id for each in told}
    untold = [each for each in known if each.id not in named]
    return Found(model, told[:MOST_TOLD], untold[:MOST_TOLD], thresholds)


def _scored(
    model: Model, form: Normal, documents: Mapping[str, Document], least: float
) -> list[Likely]:
    """Return the records that are of one subject with a probability of `least`, likest first."""
    scored = [
        Likely(each, model.score(form, normal(model.record_type, each, document)))
        for each, document in documents.items()
    ]
    kept = [each for each in scored if each.score.probability >= least]
    return sorted(kept, key=lambda each: (-each.score.probability, each.id))


async def queue_captured(
    database: Database, declared: RecordType, identifier: str, found: Found
) -> int:
    """Queue the pairs of a record that was just made with what a check had found."""
    pairs = [pair.Pair(identifier, each.id, each.score) for each in found.every]
    return await pair.queue(database, declared.name, pairs, model=found.model.sha256, at_entry=True)


async def queue_checked(
    database: Database, declared: RecordType, document: Document, found: Found
) -> int:
    """Queue what a check had found and may not tell; the document is kept with it.

    The same document again is the same pair.
    """
    if not found.untold:
        return 0
    digest = hashlib.sha256(encode_sorted(document)).hexdigest()
    identifier = derived_id(bucket_of(digest), "checked", declared.name, digest)
    pairs = [pair.Pair(identifier, each.id, each.score) for each in found.untold]
    checked = pair.Checked(identifier, document)
    return await pair.queue(
        database,
        declared.name,
        pairs,
        model=found.model.sha256,
        at_entry=True,
        checked=checked,
    )
