"""The inventory as the doors see it: records found, made, changed, removed and seen whole.

Whatever a door does with a record it does here, so that API, command line and console
share one behaviour. Every change takes the actor who makes it.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.record.declare import ApiVersion, Document, RecordType
from customer_inventory.record.document import is_same, parse_object, place, prepared, with_given_id
from customer_inventory.record.extension.validation import Extensions
from customer_inventory.record.identity.merging import IsMerged
from customer_inventory.record.mask.restore import Alter, altered
from customer_inventory.record.observation import MISSING, REFUSED, UNDECLARED, Observations
from customer_inventory.record.patch import check_size
from customer_inventory.record.reading import Reading
from customer_inventory.record.reference import Referenced, referrers
from customer_inventory.record.retention.keeping import Keeping
from customer_inventory.record.retention.policy import Policy
from customer_inventory.record.scoping.landing import demand_written
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.subject.hold import refuse_if_held
from customer_inventory.record.subject.restriction import settle_around
from customer_inventory.record.validate import check
from customer_inventory.record.version import (
    Change,
    RevisionPassed,
    Version,
    creation,
    removal,
    replacement,
)
from customer_inventory.record.writable import operations_of
from customer_inventory.record.write import Writer
from customer_inventory.store.database import Database
from customer_inventory.store.replica import Replicas

_TRIES = 20
"""So often a change without a revision of its own is repeated when other services are faster."""


class Inventory(Reading):
    """The records of one database, kept by `policy` (without one, until they are removed)."""

    def __init__(
        self,
        database: Database,
        policy: Policy | None = None,
        replicas: Replicas | None = None,
    ) -> None:
        super().__init__(database, replicas)
        self._keeping = Keeping(database, policy)
        self._writer = Writer(database)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.observations = Observations(database)
        self.extensions = Extensions(database)

    @property
    def policy(self) -> Policy | None:
        """The policy of retention in force; None: there is none."""
        return self._keeping.policy

    def missed(self, record_type: str, path: str, process: str) -> None:
        """Count that a process named an attribute that it may not see."""
        self.observations.saw(REFUSED, record_type, (path,), process)

    async def create(
        self,
        declared: RecordType,
        given: Document,
        *,
        actor: Actor,
        version: ApiVersion = "v5",
        sight: Sight = EVERYTHING,
    ) -> Version:
        """Make a record of `given` and return it, as it is shown.

        Demanded is what `version` demands; what is missing for version 5 is counted. An id of the
        caller's own becomes an external identifier, where the type has such: it never chooses the
        record's. Raises Rejected when `given` breaks the declaration, Invalid for an id that is
        none or one of this inventory, NotWritable for attributes out of what `sight` may write,
        Dangling and OutOfScope for what would be out of what it shows.
        """
        sight.demand_created(declared, given)
        own = with_given_id(declared, given, owner=actor.process)
        document = prepared(declared, own, place(declared, own))
        undeclared = await self._checked(declared, document, declared.obligation(version))
        await demand_written(self._database, declared, document, sight, process=actor.process)
        made = await self._writer.write(creation(declared, document, actor))
        self._count(declared, undeclared, actor)
        missing = tuple(name for name in declared.mandatory if name not in document)
        if missing:
            self.observations.saw(MISSING, declared.name, missing, actor.process)
        return sight.shown(declared, made)

    async def change(
        self,
        declared: RecordType,
        identifier: str,
        alter: Alter,
        *,
        actor: Actor,
        revision: int | None = None,
        sight: Sight = EVERYTHING,
    ) -> Version:
        """Change a record by `alter`, which gets the present document and returns the next.

        It gets what `sight` shows of the document, and what is not shown stays as it is.

        With `revision` the change is made at that revision or RevisionPassed is raised; without
        it, a change that comes too late is repeated on what is there by then. A change that
        alters nothing makes no version. What is returned tells its operations. Raises NoSuchRecord,
        Rejected and Invalid, NotWritable for changes that `sight` may not make, Dangling and
        OutOfScope for what would leave its rows.
        """
        mask = sight.masks.get(declared.name)

        async def attempt(version: Version) -> Version:
            old = parse_object(version.body)
            new = altered(declared, old, alter, mask)
            if is_same(new, old):
                return version
            sight.demand_changed(declared, old, new)
            # What was missing from the beginning may go on missing.
            demanded = tuple(name for name in declared.mandatory if name in old)
            undeclared = await self._checked(declared, new, demanded, before=old)
            await demand_written(
                self._database, declared, new, sight, process=actor.process, old=old
            )
            change = replacement(
                declared, old, new, revision=version.revision, operation="update", actor=actor
            )
            check_size(len(change.body or b""))
            made = await self._written(declared, version, new, change)
            if change.subjects:
                # What belongs to it goes with it.
                await settle_around(self._database, (version.id, *declared.subjects_of(new)))
            self._count(declared, undeclared, actor)
            return dataclasses.replace(made, operations=operations_of(declared, old, new))

        made = await self._attempted(declared, identifier, revision, sight, attempt)
        return sight.shown(declared, made)

    async def remove(
        self,
        declared: RecordType,
        identifier: str,
        *,
        actor: Actor,
        revision: int | None = None,
        may_read: Callable[[str], bool] = lambda _: False,
        sight: Sight = EVERYTHING,
    ) -> None:
        """Remove a record; its history stays. `revision` guards as in `change`.

        Raises Referenced while others refer to it (those of types that the caller `may_read` are
        named), Held when a legal hold is on it or on whom it belongs to, Kept
        when the policy of retention says so.
        """
        if sight.rows.by_type:
            # What is not there for the caller has no reasons either.
            await self._stored(declared, identifier, sight)
        await refuse_if_held(self._database, (identifier,))
        await self._keeping.refuse_if_kept({identifier: declared.name})

        async def attempt(version: Version) -> Version:
            gone = removal(
                declared, identifier, revision=version.revision, actor=actor, is_guarded=True
            )
            try:
                return await self._writer.write(gone)
            except RevisionPassed:
                if await self.identity.root(declared, identifier):
                    raise IsMerged(
                        "The record stands for several origins.",
                        path="id",
                        hint="Part them first, or erase the subject.",
                    ) from None
                raise

        shown_as = await self.identity.root(declared, identifier)
        if shown_as not in (None, identifier):
            raise IsMerged(
                f"The record is merged into {shown_as}.", path="id", hint="Part them first."
            )
        try:
            await self._attempted(declared, identifier, revision, sight, attempt)
        except Referenced:
            raise await referrers(
                self._database, identifier, may_read=may_read, sight=sight
            ) from None

    async def _attempted(
        self,
        declared: RecordType,
        identifier: str,
        revision: int | None,
        sight: Sight,
        attempt: Callable[[Version], Awaitable[Version]],
    ) -> Version:
        """Return what `attempt` makes of the present version, tried again when others were faster.

        Changes of one record take turns here, so that only those of other services are.
        """
        async with self._turns.setdefault(identifier, asyncio.Lock()):
            for _ in range(_TRIES):
                version = await self._stored(declared, identifier, sight)
                if revision not in (None, version.revision):
                    raise RevisionPassed
                try:
                    return await attempt(version)
                except RevisionPassed:
                    if revision is not None:
                        raise
        raise Conflict("Others keep changing this record.", hint="Try again in a moment.")

    async def _written(
        self, declared: RecordType, version: Version, new: Document, change: Change
    ) -> Version:
        """Write a change of one record; with its group, where it is shown for several."""
        try:
            return await self._writer.write(change)
        except RevisionPassed:
            if await self.identity.root(declared, version.id) != version.id:
                raise
            return await self.identity.edit(declared, version, new, actor=change.actor)

    async def _checked(
        self,
        declared: RecordType,
        document: Document,
        demanded: tuple[str, ...],
        *,
        before: Document | None = None,
    ) -> tuple[str, ...]:
        """Return the paths of `document` that neither its type nor an extension declares."""
        undeclared = check(declared, document, demanded, before=before)
        extended = await self.extensions.check(declared, document)
        return tuple(path for path in undeclared if path not in extended)

    def _count(self, declared: RecordType, undeclared: tuple[str, ...], actor: Actor) -> None:
        if undeclared:
            self.observations.saw(UNDECLARED, declared.name, undeclared, actor.process)
