"""Reading a sample: the next record of an auditor's worklist, and what was found of it.

The second reader of a record sees nothing of the first reading. Verdicts are given once. Where two
readings are not the same, somebody decides who gave neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from customer_inventory.audit.campaign import confirming
from customer_inventory.audit.campaign import item as sampled
from customer_inventory.audit.campaign.campaign import Campaign, get, held
from customer_inventory.audit.campaign.confirming import Confirmation
from customer_inventory.audit.campaign.history import By, take
from customer_inventory.audit.campaign.item import Item, NoSuchItem, Reading
from customer_inventory.audit.campaign.verdict import Evidence, Verdicts
from customer_inventory.kit.errors import Conflict, Gone, Invalid, NotFound, Refused
from customer_inventory.record.attachment.attachment import Attachments
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database

_FIRST, _SECOND, _DECIDES = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Task:
    """What an auditor is to compare: a record as it was drawn, and which elements of it.

    `elements` has what the record says, by path (a list where there may be several).
    `is_changed` tells whether it says something else by now. `left` is how many are to be read
    after this one, `hidden` how many of them this auditor is not shown.
    `confirmations` are what was asked outside of it. `readings` are told to who
    decides between them alone.
    """

    item: Item
    record: Document
    elements: dict[str, Any]
    is_changed: bool
    left: int = 0
    hidden: int = 0
    confirmations: tuple[Confirmation, ...] = field(default=())
    readings: tuple[Reading, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Desk:
    """Where records are compared: what is read through, and whose sight it is."""

    database: Database
    inventory: Inventory
    attachments: Attachments
    sight: Sight


async def following(desk: Desk, campaign: str, *, by: By) -> Task | None:
    """Return the next of the auditor's records, None when all are read or hidden from them.

    What turns out to be gone is void and replaced on the way. Raises Conflict for a campaign that
    is not under way, NotGranted for an auditor who is not shown an element as it is.
    """
    found = await get(desk.database, campaign)
    found.demand_state("underWay")
    desk.sight.demand_clear(found.declared.record_type, *found.declared.elements)
    await _refill(desk, campaign, by)
    hidden: set[int] = set()
    while True:
        waiting = await sampled.open_items(desk.database, campaign, by.person)
        seen = [each for each in waiting if each.number not in hidden]
        if not seen:
            return None
        task = await _task(desk, found, seen[0], by)
        if task is not None:
            return replace(task, left=len(waiting) - 1, hidden=len(hidden))
        hidden.add(seen[0].number)


async def looked_at(desk: Desk, campaign: str, number: int) -> Task:
    """Return a disputed or decided item with its readings.

    Raises NoSuchItem, Refused for one that is not read by all who are to (reading is blind), and
    Gone for one whose record is gone.
    """
    found = await get(desk.database, campaign)
    one = await sampled.item(desk.database, campaign, number)
    if one.state == "open":
        raise Refused(
            "What was read of it is told when both have read it.", hint="Ask for the next item."
        )
    desk.sight.demand_clear(found.declared.record_type, *found.declared.elements)
    task = await _seen(desk, found, one)
    if task is None:
        raise Gone(f"The record of item {number} is gone.")
    given = await sampled.readings(desk.database, campaign, number)
    return replace(task, readings=tuple(given))


async def record(
    desk: Desk, campaign: str, number: int, verdicts: Verdicts, evidence: Evidence, *, by: By
) -> Item:
    """Keep what the auditor found of an item on their worklist; return the item.

    Raises Invalid for verdicts or evidence that are none, NoSuchItem for an item that is not
    theirs, Conflict where they gave a verdict already or the campaign is not under way, Gone for a
    record that is gone meanwhile: the item is void then, and another takes its place.
    """
    await _checked(desk, campaign, number, verdicts, evidence, by=by)
    async with held(desk.database, campaign, "underWay") as (within, found):
        one = await sampled.item(within, campaign, number)
        given = {each.auditor: each for each in await sampled.readings(within, campaign, number)}
        own = given.get(by.person)
        if own is None or own.reader == _DECIDES:
            raise NoSuchItem(number)
        if own.verdicts is not None:
            raise Conflict("Your verdict on this item is given.", hint="It is not given twice.")
        if one.state != "open":
            raise Conflict(f"The item is {one.state}.", hint="Ask for the next one.")
        reading = (number, own.reader, by.person)
        await sampled.give(within, campaign, reading, verdicts, evidence)
        await take(within, found.id, "record", by, item=number)
        others = [each.verdicts for each in given.values() if each is not own]
        if one.is_read_twice and (not others or others[0] is None):
            return await sampled.item(within, campaign, number)
        is_agreed = all(each == verdicts for each in others)
        await sampled.settle(within, campaign, number, verdicts.outcome if is_agreed else None)
        return await sampled.item(within, campaign, number)


async def adjudicate(
    desk: Desk, campaign: str, number: int, verdicts: Verdicts, evidence: Evidence, *, by: By
) -> Item:
    """Decide a disputed item, as somebody who gave neither of its readings; return the item.

    Raises as `record` does, and Refused for one of its readers.
    """
    await _checked(desk, campaign, number, verdicts, evidence, by=by)
    async with held(desk.database, campaign, "underWay") as (within, _):
        one = await sampled.item(within, campaign, number)
        if one.state != "disputed":
            raise Conflict(f"The item is {one.state}.", hint="Only disputed ones are decided.")
        given = await sampled.readings(within, campaign, number)
        if by.person in {each.auditor for each in given}:
            raise Refused("Nobody decides between readings of their own.", hint="Let another.")
        reading = (number, _DECIDES, by.person)
        await sampled.give(within, campaign, reading, verdicts, evidence)
        await sampled.settle(within, campaign, number, verdicts.outcome)
        await take(within, campaign, "adjudicate", by, item=number)
        return await sampled.item(within, campaign, number)


async def _checked(
    desk: Desk, campaign: str, number: int, verdicts: Verdicts, evidence: Evidence, *, by: By
) -> None:
    found = await get(desk.database, campaign)
    found.demand_state("underWay")
    verdicts.check(found.declared.elements)
    evidence.check()
    desk.sight.demand_clear(found.declared.record_type, *found.declared.elements)
    one = await sampled.item(desk.database, campaign, number)
    if one.state == "void" or await _lost(desk.database, _type(found), one):
        await _void(desk, campaign, one, sampled.GONE, by)
        raise Gone(
            f"The record of item {number} is gone: it is void.", hint="Ask for the next one."
        )
    # Who judges a record is shown it.
    await _seen(desk, found, one)
    await _check_attachments(desk, one, evidence.attachments)
    await confirming.check_evidence(desk.database, campaign, number, evidence)


async def _check_attachments(desk: Desk, one: Item, attachments: Sequence[str]) -> None:
    for identifier in attachments:
        try:
            kept = await desk.attachments.get(identifier, sight=desk.sight)
        except NotFound:
            kept = None
        if kept is None or kept.record_id != one.record_id:
            raise Invalid(
                f"{identifier[:100]} is no file of this record.",
                path="evidence.attachment",
                hint="`cinv attachment add` attaches one.",
            )


async def _task(desk: Desk, campaign: Campaign, one: Item, by: By) -> Task | None:
    """Return an item to be read; None for one that is hidden, or void from now on."""
    if await _lost(desk.database, _type(campaign), one):
        await _void(desk, campaign.id, one, sampled.GONE, by)
        return None
    try:
        return await _seen(desk, campaign, one)
    except (NoSuchRecord, Refused):
        return None  # it is there, but not for this auditor, or not just now


async def _seen(desk: Desk, campaign: Campaign, one: Item) -> Task | None:
    """Return an item with its record as it was drawn, in the sight of the desk; None for none."""
    if one.record_id is None:
        return None
    declared = _type(campaign)
    present = await desk.inventory.get(declared, one.record_id, sight=desk.sight)
    body = present.body
    is_changed = present.id != one.record_id or present.revision != one.revision
    if is_changed:
        # Nothing is shown for a version that is kept no more: then it is the present one.
        past = await desk.inventory.versions(
            declared,
            one.record_id,
            limit=1,
            offset=max(0, present.revision - one.revision),
            sight=desk.sight,
        )
        if past and past[0].revision == one.revision and past[0].body is not None:
            body = past[0].body
    document = parse_object(body)
    elements = {path: value_at(document, path) for path in campaign.declared.elements}
    asked = await confirming.of_item(desk.database, campaign.id, one.number)
    return Task(one, document, elements, is_changed, confirmations=tuple(asked))


def value_at(document: Any, path: str) -> Any:
    """Return what a document says at a dotted path; of lists what each of their items says."""
    if isinstance(document, list):
        found = [value_at(each, path) for each in document]
        return [each for each in found if each is not None]
    name, _, rest = path.partition(".")
    inner = document.get(name) if isinstance(document, dict) else None
    return value_at(inner, rest) if rest and inner is not None else inner


async def _lost(database: Database, declared: RecordType, one: Item) -> bool:
    """Tell whether the record of an item is there no more, for anybody."""
    if one.record_id is None:
        return True
    return not await shown_of(database, {one.record_id: declared.name}, EVERYTHING)


async def _void(desk: Desk, campaign: str, one: Item, reason: str, by: By) -> None:
    async with held(desk.database, campaign, "underWay") as (within, found):
        await sampled.void(within, found, one.number, reason, by=by)


async def _refill(desk: Desk, campaign: str, by: By) -> None:
    async with held(desk.database, campaign, "underWay") as (within, found):
        await sampled.refill(within, found, by=by)


def _type(campaign: Campaign) -> RecordType:
    return TYPES[campaign.declared.record_type]
