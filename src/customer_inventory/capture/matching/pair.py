"""The queue of pairs: records that may be of one subject, until a steward decides.

What was decided is remembered for ever, for the records and for all that are shown with them: who
was told apart is not asked about again, however often a batch finds the pair.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from customer_inventory.capture.matching.compare import conflicts
from customer_inventory.capture.matching.model import Reason, Score
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.document import encode
from customer_inventory.record.identity.asked import together
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

OPEN, LATER, MERGED, NOT_SAME, OBSOLETE = "open", "later", "merged", "notSame", "obsolete"
STATES = (OPEN, LATER, MERGED, NOT_SAME, OBSOLETE)
LONGEST_REASON = 1000
FORGET = "capture.forgetChecked"
"""Name of the job that forgets documents which were only checked."""
CHECKED_DAYS = 30


class NoSuchPair(NotFound):
    """There is no pair of these records, or not for this caller."""

    def __init__(self) -> None:
        super().__init__("There is no pair of these records.", hint="List them: GET /pair.")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be of one subject, and what says so."""

    one: str
    other: str
    score: Score
    cluster: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Its ids, the smaller first."""
        return (self.one, self.other) if self.one < self.other else (self.other, self.one)


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that was checked without being captured, and the id that it was given."""

    id: str
    document: Mapping[str, Any]


async def queue(
    database: Database,
    record_type: str,
    pairs: Sequence[Pair],
    *,
    model: str,
    at_entry: bool = False,
    checked: Checked | None = None,
) -> int:
    """Keep pairs for a steward, but those that were told apart; return how many are kept."""
    apart = await told_apart(database, [each.key for each in pairs])
    kept = [each for each in pairs if each.key not in apart]
    if not kept:
        return 0
    keys = [each.key for each in kept]
    scores = [each.score for each in kept]
    await database.execute(
        SQL.keep_pairs,
        record_type,
        model,
        at_entry,
        checked.id if checked else None,
        encode(checked.document).decode() if checked else None,
        [one for one, _ in keys],
        [other for _, other in keys],
        [bucket_of(one) for one, _ in keys],
        [score.probability for score in scores],
        [score.weight for score in scores],
        [_told(score.reasons) for score in scores],
        [" ".join(conflicts(record_type, score.at)) for score in scores],
        [each.cluster for each in kept],
    )
    return len(kept)


async def told_apart(database: Database, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of some pairs that were decided not to be of one subject, or their groups."""
    asked = set(keys)
    ids = sorted({each for key in asked for each in key})
    if not ids:
        return set()
    groups = await together(database, ids)
    every = sorted({member for each in ids for member in groups.get(each, (each,))})
    rows = await database.fetch(SQL.told_apart, every)
    apart = {(row["one_id"], row["other_id"]) for row in rows}
    if not apart:
        return set()
    return {key for key in asked if _are_apart(key, groups, apart)}


def _are_apart(
    key: tuple[str, str],
    groups: Mapping[str, Collection[str]],
    apart: Collection[tuple[str, str]],
) -> bool:
    one, other = (groups.get(each, (each,)) for each in key)
    return any((min(pair), max(pair)) in apart for pair in product(one, other))


async def waiting(
    database: Database,
    types: Sequence[str],
    *,
    state: str = OPEN,
    after: tuple[float, str, str] = (2.0, "", ""),
    limit: int = 100,
) -> Sequence[Row]:
    """Return pairs of some types in a state, the likest first, after a position."""
    return await database.fetch(SQL.pairs_waiting, list(types), state, *after, limit)


async def pair_of(database: Database, one: str, other: str) -> Row:
    """Return the pair of two records. Raises NoSuchPair."""
    one, other = sorted((one, other))
    row = await database.row(SQL.pair_of, one, other, bucket_of(one))
    if row is None:
        raise NoSuchPair
    return row


async def decide(database: Database, row: Row, state: str, reason: str, *, actor: Actor) -> None:
    """Keep what was decided of a pair. Raises Invalid for a reason that is too long."""
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise Invalid(f"must have {LONGEST_REASON} characters at most.", path="reason")
    one, other = row["one_id"], row["other_id"]
    who = (actor.process, actor.person, actor.purpose)
    await database.execute(SQL.decide_pair, one, other, bucket_of(one), state, *who, reason or None)


async def close(database: Database, ended: Mapping[tuple[str, str], str]) -> None:
    """Close pairs that ended by themselves: by key, as MERGED or OBSOLETE."""
    if ended:
        keys = list(ended)
        ones, others = [one for one, _ in keys], [other for _, other in keys]
        buckets = [bucket_of(one) for one in ones]
        await database.execute(SQL.close_pairs, ones, others, buckets, list(ended.values()))


async def forget_checked(database: Database) -> None:
    """Forget documents that were only checked, once that was decided, or after a month."""
    await database.execute(SQL.forget_checked, CHECKED_DAYS)


def _told(reasons: Iterable[Reason]) -> str:
    told = [
        {"comparison": each.name, "level": each.level, "weight": each.weight} for each in reasons
    ]
    return encode(told).decode()
