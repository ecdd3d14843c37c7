"""Transfer of ownership: an account, agreement or product goes from one holder to another.

The record keeps its id, its history and its place; its document names the new holder from now
on. What passed between the old holder and the enterprise stays with the old one: interactions
refer to the party, not to what it held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import is_same, parse_object
from customer_inventory.record.identity import origin
from customer_inventory.record.identity.group import Groups
from customer_inventory.record.scoping.landing import demand_present
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.subject.restriction import settle_around
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord, Version, replacement
from customer_inventory.record.write import write_all
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

TRANSFERRED = ("partyAccount", "billingAccount", "agreement", "product")
"""Record types that have a holder who may change."""
HOLDERS = ("customer", "individual", "organization")
KINDS = ("sale", "succession", "death", "insolvency")
"""Why a holder changes: it sold, a successor took over, it died, an administrator took over."""

_HOLDER_PATHS = ("relatedParty", "engagedParty")


@dataclass(frozen=True)
class Transfer:
    """A transfer: of what, from whom, to whom; `document` is what was transferred as it is now."""

    id: str
    record_id: str
    from_id: str
    to_id: str
    document: Document


class _Rehearsed(Exception):
    def __init__(self, made: Transfer) -> None:
        self.made = made


async def transfer(
    database: Database,
    declared: RecordType,
    identifier: str,
    to: tuple[RecordType, str],
    *,
    kind: str,
    effective_at: datetime,
    actor: Actor,
    is_rehearsal: bool = False,
    sight: Sight = EVERYTHING,
) -> Transfer:
    """Transfer a record to another holder (`to`: type and id), with what lists it, in one step.

    Raises Invalid for what cannot be transferred, NoSuchRecord, and Conflict when the record is
    the new holder's already or has none. Raises OutOfScope when it would leave `sight` by it.
    """
    _check(declared, to[0], kind, effective_at)
    try:
        async with database.transaction() as connection:
            await origin.hold(connection, shared=True)
            moving = _Moving(connection, actor)
            made = await moving.move(declared, identifier, to, kind, effective_at)
            await demand_present(connection, declared, (made.record_id,), sight)
            _end(made, is_rehearsal=is_rehearsal)
    except _Rehearsed as rehearsed:
        return rehearsed.made
    await settle_around(database, (made.record_id, made.from_id, made.to_id))
    return made


async def transfers_of(database: Database, identifier: str) -> Sequence[Row]:
    """Return the transfers of a record, or to or from a holder: rows, latest first."""
    return await database.fetch(SQL.transfers_of, identifier)


class _Moving:
    """One transfer, in an open transaction."""

    def __init__(self, connection: Connection, actor: Actor) -> None:
        self._connection = connection
        self._actor = actor

    async def move(
        self,
        declared: RecordType,
        identifier: str,
        to: tuple[RecordType, str],
        kind: str,
        effective_at: datetime,
    ) -> Transfer:
        holder_type, holder = to
        row = await self._held(declared, identifier)
        old = parse_object(row["body"])
        before = declared.subject_of(old)
        if before in (None, holder):
            raise Conflict(
                "The record has no holder." if before is None else "It is this holder's already.",
                path="to",
            )
        after = await self._held(holder_type, holder)
        name = parse_object(after["body"]).get("name")
        new = _renamed(old, str(before), holder_type, holder, name)
        await self._write(declared, row, old, new)
        await self._relist(declared, identifier, str(before), holder_type, after)
        made = new_id(bucket_of(identifier))
        who = (self._actor.process, self._actor.person, self._actor.purpose)
        place = (made, bucket_of(identifier), identifier, declared.name, before, holder)
        await self._connection.execute(SQL.keep_transfer, *place, kind, effective_at, *who)
        return Transfer(made, identifier, str(before), holder, new)

    async def _relist(
        self,
        declared: RecordType,
        identifier: str,
        before: str,
        holder_type: RecordType,
        after: Row,
    ) -> None:
        """Take the record from the list of the customer that had it, and list it at the new one."""
        path = "agreement" if declared.name == "agreement" else "account"
        customers = TYPES["customer"]
        rows = await origin.held(self._connection, customers, [before])
        if before not in rows:
            return
        old = parse_object(rows[before]["body"])
        listed = [each for each in old.get(path, []) if each.get("id") == identifier]
        if not listed:
            return
        rest = [each for each in old[path] if each.get("id") != identifier]
        new = {**old, path: rest} if rest else {k: v for k, v in old.items() if k != path}
        await self._write(customers, rows[before], old, new)
        if holder_type.name == customers.name:
            theirs = parse_object(after["body"])
            more = [*theirs.get(path, []), *listed]
            await self._write(customers, after, theirs, {**theirs, path: more})

    async def _held(self, declared: RecordType, identifier: str) -> Row:
        known = (await origin.roots_of(self._connection, [identifier])).get(identifier)
        wanted = known["root"] if known is not None else identifier
        rows = await origin.held(self._connection, declared, [wanted])
        if wanted not in rows:
            raise NoSuchRecord(declared)
        return rows[wanted]

    async def _write(self, declared: RecordType, row: Row, old: Document, new: Document) -> None:
        if is_same(old, new):
            return
        identifier = row["id"]
        if await origin.roots_of(self._connection, [identifier]):
            version = Version(identifier, row["revision"], row["body"])
            await Groups(self._connection, declared, self._actor).edit(version, new)
            return
        change = replacement(
            declared, old, new, revision=row["revision"], operation="transfer", actor=self._actor
        )
        (result,) = await write_all(self._connection, "change_records", declared, [change])
        if isinstance(result, Exception):
            raise result


def _renamed(
    document: Document, before: str, holder_type: RecordType, holder: str, name: Any
) -> Document:
    """Return `document` with the new holder wherever it names the one before."""
    reference = {
        "@type": "PartyRoleRef" if holder_type.name == "customer" else "PartyRef",
        "id": holder,
        "@referredType": holder_type.entity,
        **({"name": name} if isinstance(name, str) else {}),
    }

    def of(item: Any) -> Any:
        if not isinstance(item, dict):
            return item
        if item.get("id") == before:
            return reference
        inner = item.get("partyOrPartyRole")
        if isinstance(inner, dict) and inner.get("id") == before:
            return {**item, "partyOrPartyRole": reference}
        return item

    new = dict(document)
    for path in _HOLDER_PATHS:
        value = document.get(path)
        if isinstance(value, list):
            new[path] = [of(item) for item in value]
        elif value is not None:
            new[path] = of(value)
    return new


def _end(made: Transfer, *, is_rehearsal: bool) -> None:
    if is_rehearsal:
        raise _Rehearsed(made)


def _check(declared: RecordType, to: RecordType, kind: str, effective_at: datetime) -> None:
    if declared.name not in TRANSFERRED:
        raise Invalid(
            f"Records of {declared.name} have no holder.",
            path="type",
            hint=f"Those of {', '.join(TRANSFERRED)} have.",
        )
    if to.name not in HOLDERS:
        raise Invalid(
            f"A {to.name} holds nothing.", path="toType", hint="Name a party or customer."
        )
    if kind not in KINDS:
        raise Invalid(f"is none of {', '.join(KINDS)}.", path="kind")
    if effective_at > now():
        raise Invalid("is still to come.", path="effectiveAt", hint="Transfer it then.")
