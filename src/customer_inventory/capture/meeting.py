"""What a chunk brings of one type meets the inventory: what is new, what changes, what may not.

A statement or two a type, none a record: the decision is made in memory, and of new records only
where what their process may write is bound to some attributes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from customer_inventory.access.writing import Writing
from customer_inventory.capture.scoped import (
    Names,
    names_in,
    names_of,
    outside_after,
    outside_before,
)
from customer_inventory.capture.told import Denied, Record
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError, Refused
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import is_same, parse_object
from customer_inventory.record.identity.origin import roots_of
from customer_inventory.record.lines import Batch, Lines, body_of
from customer_inventory.record.link import extract
from customer_inventory.record.load import known
from customer_inventory.record.mask.restore import IsMask
from customer_inventory.record.subject.restriction import ProcessingRestricted, kept_back
from customer_inventory.record.subject.withholding import NotChosen, chosen_against
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Change, replacement
from customer_inventory.record.writable import operations_of
from customer_inventory.store.database import Connection, Row

_CREATE = frozenset({"create"})
_UPDATE = frozenset({"update"})


class Forbidden(Exception):
    """Some of what was to be written may not be; nothing was, or stays."""

    def __init__(self, denied: Mapping[Record, Denied]) -> None:
        super().__init__()
        self.denied = denied


def demand(denied: Mapping[Record, Denied]) -> None:
    """Raise Forbidden for records that are denied, if any."""
    if denied:
        raise Forbidden(denied)


class Altered(NamedTuple):
    """A change of a record that is there, and the operations that it is made of."""

    change: Change
    operations: frozenset[str]


@dataclass(slots=True)
class Met:
    """Records of one type: those to be made, those to be changed, those that belong to groups.

    Of those of groups `restricted` are shown as one that a restriction keeps back, and
    `contributed` is what those newly name that said something else; `unchosen` are those that the
    choices of their subjects keep back. `denied` says, by id, why some may not be written;
    `unchanged` counts those that are there as they are, `repeated` those that an earlier row of the
    file has made.
    """

    declared: RecordType
    fresh: Batch
    grouped: Mapping[str, Lines] = field(default_factory=dict)
    restricted: frozenset[str] = frozenset()
    unchosen: frozenset[str] = frozenset()
    contributed: dict[str, Names] = field(default_factory=dict)
    altered: list[Altered] = field(default_factory=list)
    denied: dict[str, Denied] = field(default_factory=dict)
    unchanged: int = 0
    repeated: int = 0

    def changed(self) -> Iterator[tuple[Record, frozenset[str]]]:
        """Yield what is there and changes, or may (of groups), and by which operations."""
        for change, operations in self.altered:
            yield (self.declared.name, change.id), operations
        for identifier in self.grouped:
            yield (self.declared.name, identifier), _UPDATE


class Meeting:
    """How records meet the inventory: by whom, as what it may write, in a load begun at `since`."""

    def __init__(self, actor: Actor, since: datetime, writing: Writing) -> None:
        self._actor = actor
        self._since = since
        self._writing = writing

    async def meet(self, connection: Connection, batches: Mapping[str, Batch]) -> list[Met]:
        """Return what becomes of `batches`; raise Forbidden for what may not. It writes nothing."""
        ids = [identifier for batch in batches.values() for identifier in batch.ids]
        buckets = [bucket for batch in batches.values() for bucket in batch.buckets]
        grouped = await roots_of(connection, ids, buckets)
        found = [
            await self._meet(connection, TYPES[name], batch, grouped)
            for name, batch in batches.items()
        ]
        demand(
            {(met.declared.name, each): met.denied[each] for met in found for each in met.denied}
        )
        await self._demand_in_scope(connection, found)
        return found

    async def _demand_in_scope(self, connection: Connection, found: Sequence[Met]) -> None:
        rows = self._writing.session.sight.rows
        if not rows.by_type:
            return
        named: dict[Record, Names] = {}
        for met in found:
            kind = met.declared.name
            named |= {(kind, each): names for each, names in names_of(met.fresh).items()}
            named |= {(kind, each.change.id): names_in(each.change.added) for each in met.altered}
        changed = {each: did for met in found for each, did in met.changed()}
        made = {each for met in found for each in met.fresh.ids}
        demand(await outside_before(connection, changed, named, made, rows))

    async def demand_left(self, connection: Connection, found: Sequence[Met]) -> None:
        """Raise Forbidden for what was written and may not stay, once all of it is."""
        rows = self._writing.session.sight.rows
        if not rows.by_type:
            return
        written: dict[Record, frozenset[str]] = {}
        named: dict[Record, Names] = {}
        for met in found:
            kind = met.declared.name
            written |= {(kind, each): _CREATE for each in met.fresh.ids} | dict(met.changed())
            named |= {(kind, each): names for each, names in met.contributed.items()}
        demand(await outside_before(connection, {}, named, (), rows))
        demand(await outside_after(connection, written, rows))

    async def _meet(
        self,
        connection: Connection,
        declared: RecordType,
        batch: Batch,
        grouped: Mapping[str, Row],
    ) -> Met:
        met = Met(declared, batch)
        if roots := {each: grouped[each] for each in batch.ids if each in grouped}:
            given = batch.taken_apart()
            met.grouped = {identifier: given.pop(identifier) for identifier in roots}
            met.fresh = Batch.of(given)
            met.restricted = await self._restricted(connection, roots)
            shown = {identifier: row["root"] for identifier, row in roots.items()}
            met.unchosen = await self._unchosen(connection, declared, shown)
        sight = self._writing.session.sight
        there = await known(connection, declared, met.fresh, sight.kept_from)
        if there:
            there_as = {identifier: identifier for identifier in there}
            met.unchosen |= await self._unchosen(connection, declared, there_as)
            given = met.fresh.taken_apart()
            for identifier, row in there.items():
                self._take(met, row, body_of(given.pop(identifier)))
            met.fresh = Batch.of(given)
        met.denied |= self._not_made(declared, met.fresh)
        return met

    async def _restricted(self, connection: Connection, roots: Mapping[str, Row]) -> frozenset[str]:
        shown = {identifier: row["root"] for identifier, row in roots.items()}
        back = await kept_back(connection, set(shown.values()), self._writing.session.sight)
        return frozenset(identifier for identifier, root in shown.items() if root in back)

    async def _unchosen(
        self, connection: Connection, declared: RecordType, shown: Mapping[str, str]
    ) -> frozenset[str]:
        """Return those that choices keep back, of ids with what each is shown as."""
        kinds = dict.fromkeys(shown.values(), declared.name)
        against = await chosen_against(connection, kinds, self._writing.session.sight)
        return frozenset(identifier for identifier, as_ in shown.items() if as_ in against)

    def _demand_kept(self, met: Met, identifier: str, *, is_restricted: bool) -> None:
        """Raise ProcessingRestricted or NotChosen for what is kept from the purpose of the load."""
        if is_restricted:
            raise ProcessingRestricted
        if identifier in met.unchosen:
            raise NotChosen.of(self._writing.session.sight)

    def become(self, met: Met, identifier: str, old: Document, given: Document) -> Document:
        """Return what an origin of a group says where it said `old`; raise what forbids it."""
        if not operations_of(met.declared, old, given):
            return given
        self._demand_kept(met, identifier, is_restricted=identifier in met.restricted)
        new = self._writing.changed(met.declared, old, given)
        named = {"id": identifier}
        more = extract(met.declared, {**new, **named}) - extract(met.declared, {**old, **named})
        met.contributed[identifier] = names_in(more)
        return new

    def _take(self, met: Met, row: Row, body: bytes) -> None:
        """Add what becomes of a record that is there, and of which the file says `body`."""
        if row["process"] == self._actor.process and row["recorded_at"] >= self._since:
            met.repeated += 1
        altered = None if row["body"] == body else self._altered(met, row, body)
        if altered:
            met.altered.append(altered)
        else:
            met.unchanged += 1

    def _altered(self, met: Met, row: Row, body: bytes) -> Altered | None:
        """Return the change to `body`; None when that is what is there, or not permitted."""
        declared = met.declared
        old, given = parse_object(row["body"]), parse_object(body)
        if is_same(old, given):
            return None
        try:
            new = self._writing.changed(declared, old, given)
            operations = operations_of(declared, old, new)
            self._demand_kept(met, row["id"], is_restricted=row["is_restricted"])
        except (Refused, IsMask) as error:
            met.denied[row["id"]] = Denied(error, operations_of(declared, old, given))
            return None
        if is_same(old, new):
            return None
        actor = self._actor
        made = replacement(
            declared, old, new, revision=row["revision"], operation="update", actor=actor
        )
        return Altered(made, operations)

    def _not_made(self, declared: RecordType, fresh: Batch) -> dict[str, Denied]:
        """Return those new records that may not be made, and why."""
        if not fresh.ids or self._writing.makes_all(declared):
            return {}
        return {
            identifier: Denied(error, _CREATE)
            for identifier, error in self._refusals(declared, fresh)
        }

    def _refusals(self, declared: RecordType, fresh: Batch) -> Iterator[tuple[str, InventoryError]]:
        try:
            self._writing.demand_makes(declared)
        except Refused as error:
            yield from ((identifier, error) for identifier in fresh.ids)
            return
        for identifier, lines in fresh.taken_apart().items():
            try:
                self._writing.demand_created(declared, parse_object(body_of(lines)))
            except (Refused, IsMask) as error:
                yield identifier, error
