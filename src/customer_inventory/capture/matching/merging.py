"""Merges that nobody is asked about: above a declared score, and never across a contradiction.

What two records say is looked at again as it is shown by then, after the merges before: nobody is
drawn into a group by a chain. Each merge can be undone, and stands in its pair.
"""

import logging

from customer_inventory.capture.matching import deciding, keeping, pair
from customer_inventory.capture.matching.compare import conflicts
from customer_inventory.capture.matching.normal import normal
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import RecordType
from customer_inventory.record.search.candidate import Candidate
from customer_inventory.record.search.telling import documents_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.store.database import Database, Row

log = logging.getLogger(__name__)

_AT_ONCE = 100


async def merge_unasked(
    database: Database,
    declared: RecordType,
    *,
    least: float,
    actor: Actor,
    sight: Sight = EVERYTHING,
) -> int:
    """Merge the open pairs of a type that score `least` and contradict nothing; return how many.

    What cannot be merged, as a subject that is held, stays for a steward.
    """
    merged = 0
    after: deciding.Position = (2.0, "", "")
    while rows := await pair.waiting(database, [declared.name], after=after, limit=_AT_ONCE):
        last = rows[-1]
        after = (last["probability"], last["one_id"], last["other_id"])
        sure = [each for each in rows if each["probability"] >= least and not each["conflicts"]]
        for row in sure:
            if row["checked_id"] is None:
                merged += await _merge(
                    database, declared, row, least=least, actor=actor, sight=sight
                )
        if last["probability"] < least:
            break
    return merged


async def _merge(
    database: Database,
    declared: RecordType,
    row: Row,
    *,
    least: float,
    actor: Actor,
    sight: Sight,
) -> bool:
    found = await deciding.met(database, [row], sight)
    if not found or not await _is_sure(database, declared, found[0], least):
        return False
    reason = f"unasked: {row['probability']:.4f} of at least {least:.4f}"
    try:
        await deciding.decide(
            database, found[0], deciding.MERGE, reason=reason, actor=actor, sight=sight
        )
    except InventoryError as error:
        log.info("a pair was not merged: %s", error.code)
        return False
    return True


async def _is_sure(
    database: Database, declared: RecordType, each: deciding.Met, least: float
) -> bool:
    """Tell whether two records, as they are shown now, are alike and contradict nothing."""
    key = (min(each.one, each.other), max(each.one, each.other))
    if await pair.told_apart(database, [key]):
        return False
    sides = [Candidate(declared.name, side, bucket_of(side), frozenset()) for side in key]
    documents = await documents_of(database, sides, EVERYTHING)
    if len(documents) < len(sides):
        return False
    model = await keeping.in_force(database, declared.name)
    one, other = (normal(declared.name, side, documents[side]) for side in key)
    score = model.score(one, other)
    return score.probability >= least and not conflicts(declared.name, score.at)
