"""What a steward decides of a pair, and which pairs a caller is shown.

A pair that ended by itself, since its records are gone or are shown as one by now, is closed when
it is met.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from customer_inventory.capture.matching import pair
from customer_inventory.capture.matching.compare import ATTRIBUTES
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.document import parse_object
from customer_inventory.record.identity.merging import Identity
from customer_inventory.record.identity.origin import joined_by, roots_of
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.types import named
from customer_inventory.store.database import Database, Row

MERGE, NOT_SAME, LATER, REOPEN = "merge", "notSame", "later", "reopen"
DECISIONS = (MERGE, NOT_SAME, LATER, REOPEN)

_STATES = {MERGE: pair.MERGED, NOT_SAME: pair.NOT_SAME, LATER: pair.LATER, REOPEN: pair.OPEN}

_AT_ONCE = 100
_MOST_READ = 2000
"""So many pairs are looked at for a page, whatever is not shown among them."""

Position = tuple[float, str, str]


class Met(NamedTuple):
    """A pair as it is met: its row, and the records that its two are shown as now."""

    row: Row
    one: str
    other: str


async def shown_pairs(
    database: Database,
    types: Sequence[str],
    *,
    sight: Sight,
    state: str = pair.OPEN,
    after: Position | None = None,
    limit: int = 20,
) -> tuple[Sequence[Met], Position | None]:
    """Return pairs of which a sight shows both records, the likest first, and where to go on."""
    found: list[Met] = []
    position: Position | None = after or (2.0, "", "")
    read = 0
    while position is not None and read < _MOST_READ:
        rows = await pair.waiting(database, types, state=state, after=position, limit=_AT_ONCE)
        read += len(rows)
        for each in await met(database, rows, sight):
            found.append(each)
            if len(found) == limit:
                return found, _place(each.row)
        position = _place(rows[-1]) if len(rows) == _AT_ONCE else None
    return found, position


async def met(database: Database, rows: Sequence[Row], sight: Sight) -> Sequence[Met]:
    """Return those of some pairs that a sight shows; close those that ended by themselves."""
    ids = {each for row in rows for each in (row["one_id"], row["other_id"])}
    groups = await roots_of(database, sorted(ids))
    roots = {each: groups[each]["root"] if each in groups else each for each in ids}
    now = [Met(row, roots[row["one_id"]], roots[row["other_id"]]) for row in rows]
    kinds = {side: each.row["record_type"] for each in now for side in _records(each)}
    shown = await shown_of(database, kinds, sight)
    present = shown if sight is EVERYTHING else await shown_of(database, kinds, EVERYTHING)
    ended = {
        (each.row["one_id"], each.row["other_id"]): state
        for each in now
        if (state := _ended(each, present))
    }
    await pair.close(database, ended)
    return [
        each
        for each in now
        if all(side in shown for side in _records(each))
        and (
            (each.row["one_id"], each.row["other_id"]) not in ended
            or each.row["state"] not in (pair.OPEN, pair.LATER)
        )
    ]


async def decide(
    database: Database,
    each: Met,
    decision: str,
    *,
    survivor: str | None = None,
    reason: str = "",
    actor: Actor,
    sight: Sight = EVERYTHING,
) -> str:
    """Decide a pair and return its state; a merge shows its records as `survivor`, or the first.

    To reopen it takes back what was decided: it waits again, and what it merged is parted. Raises
    Invalid for a decision or survivor that is none, Conflict for a merge of what was never captured
    and for a pair to reopen of which nothing was decided, and what `Identity` raises.
    """
    if decision not in DECISIONS:
        raise Invalid(f"must be one of {', '.join(DECISIONS)}.", path="decision")
    if decision == MERGE:
        await _merge(database, each, survivor, actor=actor, sight=sight)
    if decision == REOPEN:
        await _take_back(database, each, actor=actor, sight=sight)
    state = _STATES[decision]
    await pair.decide(database, each.row, state, reason, actor=actor)
    return state


async def _merge(
    database: Database, each: Met, survivor: str | None, *, actor: Actor, sight: Sight
) -> None:
    if each.row["checked_id"] is not None:
        raise Conflict(
            "One of the two was checked and never captured: there is nothing to merge.",
            hint="Decide once it is captured, or that they are not the same.",
        )
    sides = {each.row["one_id"]: each.one, each.row["other_id"]: each.other}
    sides |= {each.one: each.one, each.other: each.other}
    if survivor is not None and survivor not in sides:
        raise Invalid("is none of the two records.", path="survivor")
    kept = sides[survivor] if survivor else each.one
    gone = each.other if kept == each.one else each.one
    if kept != gone:
        declared = named(each.row["record_type"])
        await Identity(database).merge(declared, kept, [gone], actor=actor, sight=sight)


async def _take_back(database: Database, each: Met, *, actor: Actor, sight: Sight) -> None:
    """Part what a pair merged, unless that was done otherwise by now."""
    row = each.row
    if row["state"] not in (pair.MERGED, pair.NOT_SAME, pair.LATER):
        raise Conflict("Nothing was decided of this pair.", hint="Look at it: it may wait still.")
    if each.one != each.other:
        return
    if row["state"] != pair.MERGED:
        raise Conflict(
            "The two are shown as one by now.", hint="Part them: what was decided is of before."
        )
    merged = await joined_by(database, row["one_id"], row["other_id"])
    declared = named(row["record_type"])
    await Identity(database).part(declared, merged, actor=actor, sight=sight)


def told(each: Met, mask: Mask | None = None) -> dict[str, Any]:
    """Return what a pair says, without what a mask hides of its records."""
    row = each.row
    clear = [
        name
        for name, path in ATTRIBUTES[row["record_type"]].items()
        if mask is None or mask.is_clear(path)
    ]
    reasons: list[dict[str, Any]] = msgspec.json.decode(row["reasons"])
    shown = {
        "one": each.one,
        "other": each.other,
        "type": row["record_type"],
        "probability": round(row["probability"], 4),
        "weight": row["weight"],
        "reason": [reason for reason in reasons if reason["comparison"] in clear],
        "conflict": [name for name in row["conflicts"] if name in clear],
        "model": row["model"],
        "foundAt": row["found_at"],
        "foundAtEntry": row["found_at_entry"],
        "state": row["state"],
    }
    if row["checked"] is not None:
        document = parse_object(row["checked"])
        shown["document"] = document if mask is None else mask.document(document)
    return shown | {
        name: row[column]
        for name, column in (
            ("cluster", "cluster"),
            ("checked", "checked_id"),
            ("decidedBy", "person"),
            ("decidedAt", "decided_at"),
            ("decisionReason", "reason"),
        )
        if row[column] is not None
    }


def text_of(position: Position) -> str:
    """Return a position as lists have it in their addresses."""
    return ":".join(map(str, position))


def position_of(text: str) -> Position:
    """Return the position that `text_of` gave; raise Invalid for any other text."""
    probability, _, ids = text.partition(":")
    one, _, other = ids.partition(":")
    try:
        return float(probability), one, other
    except ValueError:
        raise Invalid("is none of ours.", path="after", hint="Send `after` as it was.") from None


def _records(each: Met) -> Sequence[str]:
    """Return the sides of a pair that are records."""
    sides = (each.one, each.other)
    return [side for side in sides if side != each.row["checked_id"]]


def _ended(each: Met, present: set[str]) -> str | None:
    if each.one == each.other:
        return pair.MERGED
    return None if all(side in present for side in _records(each)) else pair.OBSOLETE


def _place(row: Row) -> Position:
    return (row["probability"], row["one_id"], row["other_id"])
