"""Tickets on their way to a desk outside: what is there is brought to what is here.

The couriers of events deliver them: in order for each ticket, tried again until they are taken,
each by one service at a time. What is sent twice changes nothing: a ticket is looked for before it
is made, and what is told is how things stand, not what happened.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.document import parse_object
from customer_inventory.record.event.envelope import Notice
from customer_inventory.record.event.sending import NotTaken
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.document import as_document, note
from customer_inventory.shortcomings.handover.remote import NotAnswered, RemoteDesk
from customer_inventory.shortcomings.handover.ticket import UNDONE, NoSuchTicket
from customer_inventory.store.database import Database, Row

_GAIN = "achievedGain"
_OURS = ("id", "href", "creationDate", "lastUpdate", "statusChangeHistory")
"""What a desk says itself."""
_REFUSED = range(400, 500)
_MAY_PASS = (401, 403, 407, 408, 425, 429)
"""Answers that say nothing of the ticket: nothing else would be taken either."""


class DeskSender:
    """Hands over tickets of one kind to one desk outside."""

    def __init__(self, database: Database, desk: RemoteDesk) -> None:
        self._database = database
        self._desk = desk

    async def send(self, notice: Notice) -> None:
        """Bring the ticket there to how it is here; raise NotTaken when that cannot be."""
        try:
            row, steps = await ticket.one(self._database, notice.id)
        except NoSuchTicket:
            return
        if row["place"] != "remote":
            return
        try:
            await self._brought(row, steps)
        except NotAnswered as error:
            raise NotTaken(error.message, is_down=not _is_of_ticket(error)) from None
        except InventoryError as error:
            raise NotTaken(error.message, is_down=True) from None

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _brought(self, row: Row, steps: Sequence[Row]) -> None:
        there = None if row["remote_id"] is None else await self._desk.get(row["remote_id"])
        is_ours = False
        if there is None:
            there, is_ours = await self._found_or_made(row, steps)
        changes = differences(row, steps, there)
        if changes:
            there = await self._changed(there, changes)
        # A status that others gave it is not taken for known: following it is done elsewhere.
        status = there.get("status") if is_ours or "status" in changes else None
        await ticket.delivered(self._database, row["id"], there["id"], there.get("href"), status)

    async def _changed(self, there: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change a ticket there; one that is over may take nothing more, and need not."""
        try:
            return await self._desk.change(there["id"], changes)
        except NotAnswered as error:
            if "status" in changes or not _is_of_ticket(error):
                raise
            return there

    async def _found_or_made(self, row: Row, steps: Sequence[Row]) -> tuple[dict[str, Any], bool]:
        """Return the ticket there, and whether it was made just now."""
        found = await self._desk.find(row["fingerprint"], UNDONE)
        if found is not None:
            return found, False
        document = as_document(row, steps)
        told = {name: value for name, value in document.items() if name not in _OURS}
        if row["follows"] is not None:
            before, _ = await ticket.one(self._database, row["follows"])
            told |= _following(document, before["remote_id"])
        return await self._desk.create(told, row["id"]), True


def _is_of_ticket(error: NotAnswered) -> bool:
    """Tell whether an answer is about the ticket alone: others may be taken."""
    return error.status in _REFUSED and error.status not in _MAY_PASS


def differences(row: Row, steps: Sequence[Row], there: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a ticket there must be changed to be as it is here: nothing, if it is.

    What others said there stays.
    """
    changes: dict[str, Any] = {}
    if row["status"] != there.get("status") and not _is_ahead(row, there):
        changes["status"] = row["status"]
        if steps[-1]["reason"]:
            changes["statusChangeReason"] = steps[-1]["reason"]
    ours = [each for each in steps if each["reason"] and not each["is_theirs"]]
    new = [each for each in ours if each["reason"] not in _texts(there)]
    if new:
        told = [{k: v for k, v in note(each).items() if k != "id"} for each in new]
        changes["note"] = [*(there.get("note") or ()), *told]
    gain = _gain(parse_object(row["document"]))
    said = there.get("troubleTicketCharacteristic") or ()
    if gain is not None and _gain(there) is None:
        changes["troubleTicketCharacteristic"] = [*said, gain]
    return changes


def _is_ahead(row: Row, there: Mapping[str, Any]) -> bool:
    """Tell whether somebody changed the status there since it was looked at last."""
    known = row["remote_status"] or "acknowledged"
    return bool(there.get("status") != known)


def _texts(there: Mapping[str, Any]) -> set[str]:
    return {str(each.get("text")) for each in there.get("note") or ()}


def _gain(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for each in document.get("troubleTicketCharacteristic") or ():
        if each.get("name") == _GAIN:
            return dict(each)
    return None


def _following(document: Mapping[str, Any], called: str | None) -> dict[str, Any]:
    """Return the relationship to the ticket before, by what that is called there."""
    name = "troubleTicketRelationship"
    if called is None or name not in document:
        return {name: []}
    return {name: [{**each, "id": called} for each in document[name]]}
