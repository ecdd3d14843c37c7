"""Items of a sample: their records, and what becomes of one whose record is gone.

An item is open until it is read (twice, where it is), disputed where two readings differ, decided
in the end. One whose record is gone before that is void: the next of the reserve of its stratum
takes its place, with whether it is read twice. Where the reserve is used up the sample is smaller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from customer_inventory.audit.campaign import staffing
from customer_inventory.audit.campaign.campaign import Campaign
from customer_inventory.audit.campaign.history import By, take
from customer_inventory.audit.campaign.verdict import Evidence, Verdicts
from customer_inventory.kit.errors import NotFound
from customer_inventory.record.document import encode, parse
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

GONE = "The record is gone."
MERGED = "The record was merged into another."


class NoSuchItem(NotFound):
    """The sample has no item of that number, or none that is this auditor's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no item {number} for you in this sample.", path="item")


@dataclass(frozen=True, slots=True)
class Item:
    """A record of a sample as it was drawn; `record_id` is None when it was erased."""

    number: int
    record_id: str | None
    revision: int
    stratum: str
    state: str
    is_read_twice: bool
    outcome: str | None
    replaces: int | None
    reason: str | None
    corrected_by: str | None
    corrected_revision: int | None

    @classmethod
    def of(cls, row: Row) -> "Item":
        """Return the item of a row."""
        return cls(*(row[name] for name in cls.__slots__))


class Reading(NamedTuple):
    """What a reader (1, 2; 3 decides between them) found; nothing until it is given."""

    item: int
    reader: int
    auditor: str
    verdicts: Verdicts | None
    evidence: Mapping[str, Any] | None


async def items(database: Database, campaign: str) -> list[Item]:
    """Return the items of a sample in order, without its reserve."""
    return [Item.of(row) for row in await database.fetch(SQL.items_of_campaign, campaign)]


async def item(database: Database, campaign: str, number: int) -> Item:
    """Return one item of a sample; raise NoSuchItem."""
    row = await database.row(SQL.item_by_number, campaign, number)
    if row is None:
        raise NoSuchItem(number)
    return Item.of(row)


async def open_items(database: Database, campaign: str, auditor: str) -> list[Item]:
    """Return what an auditor is still to read, in order."""
    return [Item.of(row) for row in await database.fetch(SQL.open_items_of, campaign, auditor)]


async def readings(database: Database, campaign: str, number: int | None = None) -> list[Reading]:
    """Return the readings of an item, or of all, by item and reader."""
    rows = await database.fetch(SQL.list_readings, campaign, number)
    return [_reading(row) for row in rows]


async def give(
    within: Database, campaign: str, reading: tuple[int, int, str], verdicts: Verdicts,
    evidence: Evidence,
) -> None:  # fmt: skip
    """Keep what a reader (item, reader, auditor) found."""
    await within.execute(
        SQL.give_reading,
        campaign,
        *reading,
        encode(dict(verdicts.words)),
        encode(dict(verdicts.right)),
        encode(evidence.shown()),
    )


async def settle(within: Database, campaign: str, number: int, outcome: str | None) -> None:
    """Decide an item, or let it be disputed (None)."""
    state = "decided" if outcome else "disputed"
    await within.execute(SQL.settle_item, campaign, number, state, outcome)


async def corrected(
    within: Database, campaign: str, number: int, person: str, revision: int
) -> None:
    """Keep that the record of an item was corrected."""
    await within.execute(SQL.correct_item, campaign, number, person, revision)


async def void(within: Database, campaign: Campaign, number: int, reason: str, *, by: By) -> None:
    """Let an item of a campaign that is held be void, and another take its place."""
    if await within.value(SQL.void_item, campaign.id, number, reason) is not None:
        await take(within, campaign.id, "void", by, item=number)
    await refill(within, campaign, by=by)


async def refill(within: Database, campaign: Campaign, *, by: By) -> Sequence[int]:
    """Let reserves take the places of items that are void; return their numbers.

    Erasure makes items void too, wherever it is done.
    """
    taken = [row["number"] for row in await within.fetch(SQL.replace_void, campaign.id)]
    for number in taken:
        await take(within, campaign.id, "replace", by, item=number)
    if taken and campaign.state != "sampled":
        await staffing.deal(within, campaign.id, campaign.declared.auditors)
    return taken


def _reading(row: Row) -> Reading:
    verdicts = None
    if row["verdicts"] is not None:
        right = parse(row["right_values"]) if row["right_values"] else {}
        verdicts = Verdicts(parse(row["verdicts"]), right)
    evidence = parse(row["evidence"]) if row["evidence"] else None
    return Reading(row["item"], row["reader"], row["auditor"], verdicts, evidence)
