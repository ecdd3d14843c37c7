"""Merging and parting: several records shown as one, and each for itself again.

Origins are never altered by it. What is shown is computed anew of all that belong together, so
parting is right also after later edits and captures: each origin has kept its own.
"""

from collections.abc import Sequence

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import is_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.identity import origin
from customer_inventory.record.identity.group import Become, Groups, IsMerged, Merged, as_given
from customer_inventory.record.scoping.landing import demand_present
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.subject.restriction import settle_around
from customer_inventory.record.version import NoSuchRecord, Version
from customer_inventory.store.database import Connection, Database

__all__ = ["Identity", "IsMerged", "Merged", "contribute"]

MOST_MERGED = 100
"""So many records may be merged at once."""
MERGEABLE = ("individual", "organization", "customer")
"""Record types of which several may turn out to be one subject."""


class _Rehearsed(Exception):
    """Ends a transaction that was only to show what it would do."""

    def __init__(self, made: Merged) -> None:
        self.made = made


class Identity:
    """Which records of one database are shown as one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def merge(
        self,
        declared: RecordType,
        survivor: str,
        merged: Sequence[str],
        *,
        actor: Actor,
        is_rehearsal: bool = False,
        sight: Sight = EVERYTHING,
    ) -> Merged:
        """Show the records `merged` as `survivor` from now on; doing it twice changes nothing.

        A rehearsal tells what would be, and leaves nothing behind. Raises Invalid for a type or
        number that cannot be merged, NoSuchRecord, IsMerged for one that is shown as another, and
        OutOfScope when what is shown then would be out of `sight`.
        """
        _check(declared, survivor, merged)
        try:
            async with self._database.transaction() as connection:
                await origin.hold(connection, shared=False)
                made = await Groups(connection, declared, actor).merge(survivor, merged)
                await demand_present(connection, declared, made.ids[:1], sight)
                _end(made, is_rehearsal=is_rehearsal)
        except _Rehearsed as rehearsed:
            return rehearsed.made
        await settle_around(self._database, made.ids)
        return made

    async def part(
        self,
        declared: RecordType,
        identifier: str,
        *,
        actor: Actor,
        is_rehearsal: bool = False,
        sight: Sight = EVERYTHING,
    ) -> Merged:
        """Let a merged record, and what was merged into it, stand for itself again.

        Raises IsMerged for one that is not shown as another, and OutOfScope when what stands for
        itself then would be out of `sight`.
        """
        try:
            async with self._database.transaction() as connection:
                await origin.hold(connection, shared=False)
                made = await Groups(connection, declared, actor).part(identifier)
                await demand_present(connection, declared, (made.ids[0], identifier), sight)
                _end(made, is_rehearsal=is_rehearsal)
        except _Rehearsed as rehearsed:
            return rehearsed.made
        await settle_around(self._database, (*made.ids, identifier))
        return made

    async def root(self, declared: RecordType, identifier: str) -> str | None:
        """Return what a record of a type is shown as (itself, if it is shown); None if no group."""
        if not is_id(identifier):
            return None
        row = (await origin.roots_of(self._database, [identifier])).get(identifier)
        return row["root"] if row is not None and row["type"] == declared.name else None

    async def edit(
        self, declared: RecordType, version: Version, new: Document, *, actor: Actor
    ) -> Version:
        """Write a change of a record that is shown for several: what was edited is the root's own.

        Raises RevisionPassed when the record is no longer at `version`.
        """
        async with self._database.transaction() as connection:
            await origin.hold(connection, shared=True)
            return await Groups(connection, declared, actor).edit(version, new)


async def contribute(
    connection: Connection,
    declared: RecordType,
    identifier: str,
    given: Document,
    *,
    source: str,
    actor: Actor,
    become: Become = as_given,
) -> frozenset[str]:
    """Let an origin of a group say what its source says now; return the operations it took.

    None of them when that is nothing new. `become` returns what becomes of what the origin said
    before, and raises what forbids it. In the open transaction. It shows through whatever is shown
    for the origin.
    """
    await origin.hold(connection, shared=True)
    return await Groups(connection, declared, actor).contribute(identifier, given, source, become)


def _end(made: Merged, *, is_rehearsal: bool) -> None:
    """Let the transaction end as it should: a rehearsal by being undone."""
    if is_rehearsal:
        raise _Rehearsed(made)


def _check(declared: RecordType, survivor: str, merged: Sequence[str]) -> None:
    if declared.name not in MERGEABLE:
        raise Invalid(
            f"Records of {declared.name} are not merged.",
            path="type",
            hint=f"Those of {', '.join(MERGEABLE)} are.",
        )
    if not merged or len(merged) > MOST_MERGED or len({survivor, *merged}) <= len(merged):
        raise Invalid(
            f"must be 1 to {MOST_MERGED} ids, each once, none of them the survivor's.",
            path="merged",
        )
    if not all(is_id(each) for each in (survivor, *merged)):
        raise NoSuchRecord(declared)
