"""Confirmations: asking outside, over the event interface, whether what a record says is so.

An auditor asks about an item on their worklist. An event goes out to whoever listens for it by
name; whoever reaches the customer answers by the id of the confirmation. The answer is evidence: it
decides nothing by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.audit.campaign import item as sampled
from customer_inventory.audit.campaign.campaign import held
from customer_inventory.audit.campaign.history import By, take
from customer_inventory.audit.campaign.item import NoSuchItem
from customer_inventory.audit.campaign.verdict import Evidence, Verdicts
from customer_inventory.kit.errors import Conflict, Gone, Invalid, NotFound
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode, parse
from customer_inventory.record.event.asking import ask as ask_outside
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

KIND = "confirmation"
_LONGEST = 500


class NoSuchConfirmation(NotFound):
    """Nothing was asked under that id."""

    def __init__(self) -> None:
        super().__init__("There is no confirmation with this id.", path="id")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What was asked about which record, and what was answered (nothing until it is)."""

    id: str
    campaign: str
    item: int
    record_type: str
    record_id: str | None
    elements: tuple[str, ...]
    asked_at: datetime
    verdicts: Verdicts | None
    reference: str | None
    answered_by: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> "Confirmation":
        """Return the confirmation of a row."""
        verdicts = None
        if row["verdicts"] is not None:
            right = parse(row["right_values"]) if row["right_values"] else {}
            verdicts = Verdicts(parse(row["verdicts"]), right)
        given: dict[str, Any] = {name: row[name] for name in cls.__slots__ if name != "verdicts"}
        return cls(**{**given, "elements": tuple(row["elements"])}, verdicts=verdicts)


async def get(database: Database, confirmation: str) -> Confirmation:
    """Return a confirmation; raise NoSuchConfirmation."""
    row = await database.row(SQL.confirmation_by_id, confirmation)
    if row is None:
        raise NoSuchConfirmation
    return Confirmation.of(row)


async def of_item(database: Database, campaign: str, number: int) -> Sequence[Confirmation]:
    """Return what was asked about an item, in order."""
    rows = await database.fetch(SQL.confirmations_of_item, campaign, number)
    return [Confirmation.of(row) for row in rows]


async def ask(database: Database, campaign: str, number: int, *, by: By) -> Confirmation:
    """Ask about an item on the auditor's worklist; return the confirmation.

    One that waits for its answer already is returned as it is. Raises NoSuchItem, Conflict for a
    campaign that is not under way, and NoSuchRecord for a record that is gone.
    """
    async with held(database, campaign, "underWay") as (within, found):
        waiting = await sampled.open_items(within, campaign, by.person)
        one = next((each for each in waiting if each.number == number), None)
        if one is None or one.record_id is None:
            raise NoSuchItem(number)
        for each in await of_item(within, campaign, number):
            if each.answered_at is None:
                return each
        identifier = new_id()
        await within.execute(SQL.keep_confirmation, identifier, campaign, number, by.person)
        declared = TYPES[found.declared.record_type]
        await ask_outside(within, declared, one.record_id, identifier)
        await take(within, campaign, "ask", by, item=number)
        return await get(within, identifier)


async def answer(
    database: Database, confirmation: str, verdicts: Verdicts, reference: str, *, by: By
) -> Confirmation:
    """Keep what was answered, once; return the confirmation.

    Raises NoSuchConfirmation, Invalid for verdicts that are none or no `reference` to who said so,
    Gone for a record
    that was erased, and Conflict for what is answered, or a campaign that is not under way.
    """
    asked = await get(database, confirmation)
    verdicts.check(asked.elements)
    if not reference.strip() or len(reference) > _LONGEST:
        raise Invalid(f"must be 1 to {_LONGEST} characters.", path="reference")
    async with held(database, asked.campaign, "underWay", "paused") as (within, _):
        if (await get(within, confirmation)).record_id is None:
            raise Gone("The record was erased: nothing is kept of it.")
        done = await within.value(
            SQL.answer_confirmation,
            confirmation,
            encode(dict(verdicts.words)),
            encode(dict(verdicts.right)),
            reference,
            by.person,
        )
        if done is None:
            raise Conflict("This is answered.", hint="It is not answered twice.")
        await take(within, asked.campaign, "answer", by, item=asked.item)
        return await get(within, confirmation)


async def check_evidence(
    database: Database, campaign: str, number: int, evidence: Evidence
) -> None:
    """Raise Invalid for a confirmation as evidence that was not answered about this item."""
    if evidence.kind != KIND:
        return
    asked = await of_item(database, campaign, number)
    if not any(each.id == evidence.reference and each.answered_at for each in asked):
        raise Invalid(
            "is no confirmation of this item that was answered.",
            path="evidence.reference",
            hint="Ask for one, and give its id when it is answered.",
        )
