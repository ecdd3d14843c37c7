"""Erasing a subject: planned, noted, carried out holder by holder, certified.

What is to go is noted first (`record.erasure`, ids alone), then every holder is emptied, each
in transactions of its own. Whoever is cut short does it again: a holder emptied twice finds
nothing. The same notes let a restored database erase again what its backup brought back.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import NotFound
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.document import encode, encode_sorted, parse_object
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
from customer_inventory.record.subject.hold import refuse_if_held
from customer_inventory.record.subject.holder import Holders, Scope
from customer_inventory.record.subject.reason import check_case
from customer_inventory.record.subject.words import words_of
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_ROUNDS = 5
"""So often we look again for records that were made while the subject was being erased."""


class NoSuchErasure(NotFound):
    """There is no erasure of that id, or it is not done yet."""

    def __init__(self) -> None:
        super().__init__("There is no finished erasure with this id.", path="id")


class Eraser:
    """Erases subjects from one database, by the holders of all rooms."""

    def __init__(self, database: Database, holders: Holders, policy: Policy | None = None) -> None:
        self._database = database
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
        return await self._finish(identifier, found, actor)

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
            counts.update(await self._empty(await self._scope(found, actor)))
            late = await self._late(found)
            if late is None:
                break
            found = late
            own, shared = own | dict(late.own), shared | dict(late.shared)
        whole = Belongings(found.subject_id, own, shared)
        row = await self._database.row(SQL.erasure, identifier, bucket_of(identifier))
        assert row is not None  # noqa: S101 - it was noted before anything went
        certified = _certificate(row, whole, counts)
        await self._database.execute(
            SQL.end_erasure,
            identifier,
            bucket_of(identifier),
            now(),
            encode(own),
            encode(shared),
            encode(certified),
        )
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

    async def _empty(self, scope: Scope) -> Counter[str]:
        counts: Counter[str] = Counter()
        for holder in self._holders.holders:
            gone = await holder.erase(self._database, scope)
            counts.update({f"{holder.name}: {table}": rows for table, rows in gone.items()})
        return counts


async def erasures(database: Database, *, limit: int = 1000) -> list[dict[str, Any]]:
    """Return the erasures, newest first: whom, why, by whom, when, and whether they are done."""
    return [dict(row) for row in await database.fetch(SQL.list_erasures, limit)]


def readable(certificate: Mapping[str, Any]) -> str:
    """Return a certificate as text for people."""
    told = certificate
    lines = [
        f"Certificate of erasure {told['id']}",
        f"Subject {told['subjectId']}, case {told['reason']}",
        f"Begun {told['begunAt']}, ended {told['endedAt']}",
        f"By {told['person'] or told['process']} ({told['process']}, {told['purpose']})",
        "",
        "Removed: " + (_summed(told["removed"]) or "nothing"),
        "Taken out of records of others: " + (_summed(told["anonymised"]) or "nothing"),
        "",
        *(f"{rows:>8}  {place}" for place, rows in told["rows"].items()),
        "",
        f"SHA-256 {told['sha256']}",
    ]
    return "\n".join(lines)


def _certificate(row: Row, found: Belongings, counts: Mapping[str, int]) -> dict[str, Any]:
    told = {
        "id": row["id"],
        "subjectId": found.subject_id,
        "reason": row["reason"],
        "process": row["process"],
        "person": row["person"],
        "purpose": row["purpose"],
        "begunAt": row["begun_at"].isoformat(),
        "endedAt": now().isoformat(),
        "removed": dict(Counter(found.own.values())),
        "anonymised": dict(Counter(found.shared.values())),
        "rows": {place: rows for place, rows in sorted(counts.items()) if rows},
    }
    return {**told, "sha256": hashlib.sha256(encode_sorted(told)).hexdigest()}


def _noted(row: Row) -> Belongings:
    return Belongings(
        row["subject_id"], parse_object(row["removed"]), parse_object(row["anonymised"])
    )


def _listed(kinds: Mapping[str, str]) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    for identifier, kind in sorted(kinds.items()):
        listed.setdefault(kind, []).append(identifier)
    return listed


def _summed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in _sorted(counts.items()))


def _sorted(items: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(items, key=lambda item: (-item[1], item[0]))
