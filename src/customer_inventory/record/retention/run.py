"""What is past its time goes: in chunks, with pauses, and on from where a run was broken off.

A record goes with all its past, as an erasure takes it out of the holders of the record room; the
ledger keeps what was done. It waits while a legal hold is on it, and while records stand that
belong to it. Attributes with a rule of their own go from records that have ended.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.retention.ending import Standing, page_of
from customer_inventory.record.retention.policy import Policy
from customer_inventory.record.subject import rewriting
from customer_inventory.record.subject.belonging import naming, shown_with
from customer_inventory.record.subject.hold import held_among
from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

RETAIN = "record.retain"
"""Name of the job that removes what is past its time."""
OPERATION = "retain"
"""The history's word for a version that lost attributes to retention."""

_CHUNK = 200
_ONE_RUN = 0x72657461  # "reta": the advisory lock that lets one run work at a time
_RECORD = "record"
_REMOVED, _HELD, _WAITING = "removed", "held", "waiting"
_ROLES = ("customer", "partyRole")


class IsRunning(Conflict):
    """Another run is under way."""

    def __init__(self) -> None:
        super().__init__("A run of retention is under way.", hint="Wait until it has ended.")


class NoPolicy(Invalid):
    """No policy of retention is in force."""

    def __init__(self) -> None:
        super().__init__(
            "No policy of retention is in force.", hint="CINV_RETENTION names one, or `example`."
        )


@dataclass(frozen=True, slots=True)
class Due:
    """What of a record is past its time by `rule`: all of it, or `attributes` alone."""

    standing: Standing
    rule: str
    attributes: tuple[str, ...] = ()

    def key(self, state: str) -> str:
        """Return under what it is counted."""
        part = ",".join(self.attributes) or _RECORD
        return f"{self.rule} {self.standing.declared.name} {part} {state}"


@dataclass
class Run:
    """A run: judged by the instant `judged_at`; so far at `type` and `after`, with `counts`."""

    id: str
    judged_at: datetime
    begun_at: datetime
    type: str = ""
    after: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    ended_at: datetime | None = None

    def lines(self) -> list[dict[str, Any]]:
        """Return what was counted, by rule, type, part and state."""
        names = ("rule", "type", "part", "state")
        return [
            {**dict(zip(names, key.split(" "), strict=True)), "count": count}
            for key, count in sorted(self.counts.items())
        ]


class Retainer:
    """Removes from one database what `policy` says must not be there any more."""

    def __init__(
        self, database: Database, policy: Policy | None, holders: Sequence[Holder]
    ) -> None:
        self._database = database
        self._policy = policy
        self._holders = holders

    async def plan(self, policy: Policy, *, at: datetime | None = None) -> Run:
        """Return what a run by `policy` would do, changing nothing."""
        run = Run("", at or now(), now())
        await self._walk(run, policy, self._count, pause=0)
        return run

    async def run(self, *, actor: Actor, at: datetime | None = None, pause: float = 1.0) -> Run:
        """Remove what is past its time; go on with a run that was broken off.

        After each chunk it rests `pause` times as long as that took. Raises NoPolicy, IsRunning.
        """
        policy = self._policy
        if policy is None:
            raise NoPolicy
        async with self._database.session() as connection:
            if not await connection.fetchval(SQL.try_to_run, _ONE_RUN):
                raise IsRunning
            run = await self._begun(policy, actor, at or now())

            async def act(run: Run, due: Due, state: str) -> None:
                if state == _REMOVED:
                    await self._go(due, actor)
                run.counts[due.key(state)] += 1

            await self._walk(run, policy, act, pause=pause, is_kept=True)
            run.ended_at = now()
            await self._database.execute(SQL.end_run, *_key(run), run.ended_at)
        return run

    async def _walk(
        self, run: Run, policy: Policy, act: Callable[..., Any], *, pause: float,
        is_kept: bool = False,
    ) -> None:  # fmt: skip
        for declared in _in_order(policy, run.type):
            after = run.after if declared.name == run.type else ""
            while True:
                began = time.monotonic()
                found = await page_of(self._database, policy, declared, after=after, limit=_CHUNK)
                due = [each for one in found if (each := _due(policy, one, run.judged_at))]
                held = await held_among(self._database, [each.standing.id for each in due])
                for each in due:
                    await act(run, each, _state(each, held))
                if len(found) < _CHUNK:
                    break
                after = found[-1].id
                if is_kept:
                    await self._note(run, declared, after)
                    await asyncio.sleep(pause * (time.monotonic() - began))
            if is_kept:
                await self._note(run, declared, "~")

    @staticmethod
    async def _count(run: Run, due: Due, state: str) -> None:
        run.counts[due.key(state)] += 1

    async def _go(self, due: Due, actor: Actor) -> None:
        each = due.standing
        if due.attributes:
            await rewriting.everywhere(
                self._database,
                each.declared,
                each.id,
                _without(due.attributes),
                actor=actor,
                operation=OPERATION,
            )
            return
        merged, _ = await shown_with(self._database, [each.id])
        ids = {each.id: each.declared.name, **merged}
        others = await naming(self._database, list(ids), known=ids)
        shared = {identifier: kind for identifier, (kind, _) in others.items()}
        scope = Scope(ids, shared, frozenset(ids), frozenset(), actor)
        for holder in self._holders:
            await holder.erase(self._database, scope)

    async def _begun(self, policy: Policy, actor: Actor, at: datetime) -> Run:
        """Return the run that was broken off, or a new one."""
        row = await self._database.row(SQL.unfinished_run)
        if row is not None:
            return _read(row)
        identifier = new_id()
        values = (identifier, bucket_of(identifier), policy.origin, at, now())
        await self._database.execute(
            SQL.begin_run, *values, actor.process, actor.person, actor.purpose
        )
        return Run(identifier, at, now())

    async def _note(self, run: Run, declared: RecordType, after: str) -> None:
        run.type, run.after = declared.name, after
        await self._database.execute(
            SQL.note_run, *_key(run), run.type, run.after, encode(run.counts)
        )


async def runs(database: Database, *, limit: int = 100) -> list[Run]:
    """Return the runs, newest first."""
    return [_read(row) for row in await database.fetch(SQL.list_runs, limit)]


def _due(policy: Policy, each: Standing, at: datetime) -> Due | None:
    """Return what of a record is past its time at `at`, None for nothing."""
    if each.end is None:
        return None
    rule = policy.of(each.declared)
    gone_by = rule.gone_by(each.end) if rule else None
    if rule and gone_by and gone_by <= at:
        return Due(each, rule.name)
    past: dict[str, list[str]] = {}
    for name in each.document:
        own = policy.of_attribute(each.declared, name)
        gone_by = own.gone_by(each.end) if own else None
        if own and gone_by and gone_by <= at:
            past.setdefault(own.name, []).append(name)
    names = sorted(name for each_rule in past.values() for name in each_rule)
    return Due(each, "+".join(sorted(past)), tuple(names)) if names else None


def _state(due: Due, held: Iterable[str]) -> str:
    if due.standing.id in held:
        return _HELD
    return _WAITING if due.standing.has_dependents and not due.attributes else _REMOVED


def _without(names: Sequence[str]) -> rewriting.Alter:
    def alter(document: Document) -> Document:
        return {name: value for name, value in document.items() if name not in names}

    return alter


def _in_order(policy: Policy, begin: str) -> list[RecordType]:
    """Return the types that have a rule, those that belong to others first, from `begin` on."""
    declared = sorted(
        (each for each in TYPES.values() if policy.of(each)),
        key=lambda each: (not each.subject, each.name in _ROLES, each.name),
    )
    names = [each.name for each in declared]
    return declared[names.index(begin) if begin in names else 0 :]


def _key(run: Run) -> tuple[str, int]:
    return run.id, bucket_of(run.id)


def _read(row: Row) -> Run:
    counts: Mapping[str, int] = parse_object(row["counts"])
    return Run(
        row["id"],
        row["judged_at"],
        row["begun_at"],
        row["at_type"],
        row["at_id"],
        Counter(counts),
        row["ended_at"],
    )
