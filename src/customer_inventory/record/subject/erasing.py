"""Erasing a subject: planned, noted, carried out holder by holder, certified.

What is to go is noted first (`record.erasure`, ids alone), then every holder is emptied, each
in transactions of its own. Whoever is cut short does it again: a holder emptied twice finds
nothing. The same notes let a restored database erase again what its backup brought back.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import NotFound
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.retention.keeping import Keeping
from customer_inventory.record.retention.policy import Policy
from customer_inventory.record.search.key import keys_of
from customer_inventory.record.search.word import words_in
from customer_inventory.record.subject.belonging import (
    Belongings,
    belongings,
    gathered,
    versions,
)
from customer_inventory.record.subject.certificate import Sign, certificate
from customer_inventory.record.subject.hold import refuse_if_held
from customer_inventory.record.subject.holder import Holders, Scope
from customer_inventory.record.subject.reason import check_case
from customer_inventory.record.subject.words import words_of
from customer_inventory.store.database import Database, Row
from customer_inventory.store.replica import tell_protected
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_ROUNDS = 5
"""So often we look again for records that were made while the subject was being erased."""


AT_ONCE = 500
"""So many records go within the request; a larger subject is a job."""


class NoSuchErasure(NotFound):
    """There is no erasure of that id, or it is not done yet."""

    def __init__(self) -> None:
        super().__init__("There is no finished erasure with this id.", path="id")


class Eraser:
    """Erases subjects from one database, by the holders of all rooms."""

    def __init__(
        self,
        database: Database,
        holders: Holders,
        policy: Policy | None = None,
        *,
        sign: Sign | None = None,
    ) -> None:
        self._database = database
        self._sign = sign
        self._keeping = Keeping(database, policy)
        self._holders = holders

    async def plan(self, subject_id: str) -> dict[str, Any]:
        """Return what an erasure would remove and anonymise, changing nothing.

        Raises NoSuchSubject, Held when a legal hold keeps any of it, Kept when a rule does.
        """
        found = await self._free(subject_id)
        return {
            "subjectId": found.subject_id,
            "removed": _listed(found.own),
            "anonymised": _listed(found.shared),
        }

    async def erase(self, subject_id: str, *, reason: str, actor: Actor) -> dict[str, Any]:
        """Erase a subject for the case `reason`; return the certificate.

        Raises NoSuchSubject; Held when a legal hold keeps any of it, Kept when a rule of retention
        does; Invalid for a reason that is no reference to a case. Nothing has been erased then.
        """
        identifier, found = await self._begun(subject_id, reason, actor)
        return await self._finish(identifier, found, actor)

    async def begin(
        self, subject_id: str, *, reason: str, actor: Actor, at_once: int = AT_ONCE
    ) -> dict[str, Any]:
        """Erase a subject of `at_once` records at most, as `erase` does; begin with a larger one.

        Returns the certificate, or how far it is (`status`): `finish` does the rest. Raises as
        `erase` does.
        """
        identifier, found = await self._begun(subject_id, reason, actor)
        if len(found.own) + len(found.shared) <= at_once:
            return await self._finish(identifier, found, actor)
        return await self.status(identifier)

    async def finish(self, identifier: str, *, actor: Actor) -> None:
        """Carry out an erasure that was begun; one that is done is left as it is."""
        row = await self._database.row(SQL.begun_erasure, identifier, bucket_of(identifier))
        if row is not None:
            await self._finish(row["id"], _noted(row), actor)

    async def status(self, identifier: str) -> dict[str, Any]:
        """Return the certificate of an erasure, or how far it is; raise NoSuchErasure for none."""
        row = await self._database.row(SQL.status, identifier, bucket_of(identifier))
        if row is None:
            raise NoSuchErasure
        if row["certificate"] is not None:
            return parse_object(row["certificate"])
        return {
            "id": identifier,
            "subjectId": row["subject_id"],
            "state": row["state"],
            "begunAt": row["begun_at"].isoformat(),
            "emptied": row["emptied"],
            "toEmpty": row["to_empty"],
        }

    async def _begun(self, subject_id: str, reason: str, actor: Actor) -> tuple[str, Belongings]:
        check_case(reason)
        found = await self._free(subject_id)
        identifier = new_id(bucket_of(found.subject_id))
        await self._database.execute(
            SQL.begin_erasure,
            identifier,
            bucket_of(identifier),
            found.subject_id,
            reason,
            actor.process,
            actor.person,
            actor.purpose,
            now(),
            encode(found.own),
            encode(found.shared),
        )
        return identifier, found

    async def resume(self, *, begun_before: datetime, actor: Actor) -> int:
        """Finish the erasures begun before an instant and not done; return how many.

        One that is under way elsewhere is not disturbed: what is gone is gone for both.
        """
        rows = await self._database.fetch(SQL.unfinished_erasures, begun_before)
        for row in rows:
            await self._finish(row["id"], _noted(row), actor)
        return len(rows)

    async def replay(self, *, actor: Actor) -> list[str]:
        """Erase again whatever of erased subjects is here, as after a restore.

        Returns the ids of the erasures of which something was here.
        """
        again = []
        for row in await self._database.fetch(SQL.every_erasure):
            scope = await self._scope(_noted(row), actor)
            if sum((await self._empty(scope)).values()):
                again.append(row["id"])
        return again

    async def certificate(self, identifier: str) -> dict[str, Any]:
        """Return the certificate of a finished erasure; raise NoSuchErasure when there is none."""
        body = await self._database.value(SQL.certificate, identifier, bucket_of(identifier))
        if body is None:
            raise NoSuchErasure
        return parse_object(body)

    async def _free(self, subject_id: str) -> Belongings:
        """Return what belongs to a subject, if all of it may go."""
        found = await belongings(self._database, subject_id)
        await refuse_if_held(self._database, found.own)
        await self._keeping.refuse_if_kept(found.own)
        return found

    async def _finish(self, identifier: str, found: Belongings, actor: Actor) -> dict[str, Any]:
        counts: Counter[str] = Counter()
        own, shared = dict(found.own), dict(found.shared)
        for _ in range(_ROUNDS):
            counts.update(await self._empty(await self._scope(found, actor), identifier))
            late = await self._late(found)
            if late is None:
                break
            found = late
            own, shared = own | dict(late.own), shared | dict(late.shared)
        whole = Belongings(found.subject_id, own, shared)
        row = await self._database.row(SQL.erasure, identifier, bucket_of(identifier))
        assert row is not None  # noqa: S101 - it was noted before anything went
        certified = certificate(row, whole, counts, self._sign)
        await self._database.execute(
            SQL.end_erasure,
            identifier,
            bucket_of(identifier),
            now(),
            encode(own),
            encode(shared),
            encode(certified),
        )
        await tell_protected(self._database)
        return certified

    async def _late(self, found: Belongings) -> Belongings | None:
        """Return what came to belong to the subject while it was being erased, if anything did."""
        late = await gathered(self._database, found.subject_id, found.own)
        return late if late.shared or late.own.keys() != found.own.keys() else None

    async def _scope(self, found: Belongings, actor: Actor) -> Scope:
        known = await versions(self._database, {**found.shared, **found.own})
        words = words_of(document for i, _, document in known if i in found.own)
        keys = (" ".join(keys_of(declared, said)) for _, declared, said in known)
        names = words_in(keys)
        return Scope(found.own, found.shared, words | found.own.keys(), frozenset(names), actor)

    async def _empty(self, scope: Scope, identifier: str = "") -> Counter[str]:
        """Empty every holder; of the erasure `identifier` it is noted how far that is."""
        counts: Counter[str] = Counter()
        holders = self._holders.holders
        for number, holder in enumerate(holders):
            if identifier:
                key = (identifier, bucket_of(identifier))
                await self._database.execute(SQL.note_progress, *key, number, len(holders))
            gone = await holder.erase(self._database, scope)
            counts.update({f"{holder.name}: {table}": rows for table, rows in gone.items()})
        return counts


async def erasures(database: Database, *, limit: int = 1000) -> list[dict[str, Any]]:
    """Return the erasures, newest first: whom, why, by whom, when, and whether they are done."""
    return [dict(row) for row in await database.fetch(SQL.list_erasures, limit)]


def _noted(row: Row) -> Belongings:
    return Belongings(
        row["subject_id"], parse_object(row["removed"]), parse_object(row["anonymised"])
    )


def _listed(kinds: Mapping[str, str]) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    for identifier, kind in sorted(kinds.items()):
        listed.setdefault(kind, []).append(identifier)
    return listed
