"""The courier of one subscription: reads on from the cursor, tells, and keeps what came of it.

Records are told side by side, the events of one record one after the other. An event that is not
taken is held back, and all later ones of its record behind it, while other records go on. When
nothing gets through at all the listener is down: then the cursor stays, and a single event is
tried now and then until it is taken.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from customer_inventory.record.event import outbox, progress
from customer_inventory.record.event.envelope import Notice, notice
from customer_inventory.record.event.outbox import Horizon, Told
from customer_inventory.record.event.progress import Held, Standing, wait_after
from customer_inventory.record.event.sending import NotTaken, Sender
from customer_inventory.record.event.sifting import GONE, sifted
from customer_inventory.record.event.subscription import Subscription
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.store.database import Database

log = logging.getLogger(__name__)

_BATCH = 200
_DUE_RECORDS = 50
_SIDE_BY_SIDE = 16
_WITHHELD_FOR = timedelta(minutes=1)
"""So long an event of a restricted record waits before it is looked at again; lifting wakes it."""
_SURELY_DOWN = 3
"""So many failures to reach the listener in one round, and the rest is not tried."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What the process of a subscription may read now: records of these types, as in `sight`.

    `rules` says by type what permits it, for the ledger.
    """

    types: Collection[str] = ()
    sight: Sight = EVERYTHING
    rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What couriers need of the rooms above, and of the world.

    `readable` returns what of a subscription's record types its process may read now;
    `present` shows a resource as the listener's API does (its document as kept, None for one
    that is erased); `trace` keeps in the access ledger, before anything is sent, which records
    are told to whom. `clock` tells the time; what fails for `give_up` is given up.
    """

    clock: Callable[[], datetime]
    readable: Callable[[Subscription], Awaitable[Reach]]
    present: Callable[[Subscription, str, str, bytes | None], bytes]
    trace: Callable[[Subscription, Mapping[str, Sequence[str]], Reach], Awaitable[None]]
    give_up: timedelta


@dataclass(slots=True)
class _Round:
    """What comes of a round: what was taken, not wanted, refused, or could not be sent at all."""

    taken: list[Held] = field(default_factory=list)
    unwanted: list[Held] = field(default_factory=list)
    failed: list[Held] = field(default_factory=list)
    behind: list[Held] = field(default_factory=list)
    downs: int = 0
    answers: int = 0
    reason: str | None = None

    @property
    def is_down(self) -> bool:
        """Whether nothing got through to the listener."""
        return self.downs > 0 and self.answers == 0


class Courier:
    """Tells one subscription, under the fence it has."""

    def __init__(
        self,
        database: Database,
        subscription: Subscription,
        horizon: Horizon,
        sender: Sender,
        around: Surroundings,
    ) -> None:
        self.subscription = subscription
        self._database = database
        self._horizon = horizon
        self._sender = sender
        self._around = around
        self._seq = subscription.seq
        self._standing = Standing(
            subscription.attempts, subscription.failing_since, subscription.next_attempt_at
        )

    async def close(self) -> None:
        """Give up the connections to the listener."""
        await self._sender.close()

    async def round(self) -> bool:
        """Tell what there is to tell; return whether there may be more at once.

        Raises Replaced when the subscription is told by somebody else, Unavailable when the
        database cannot be reached.
        """
        now = self._around.clock()
        standing = self._standing
        if standing.state != "active" or (standing.next_attempt_at or now) > now:
            return False
        horizon = self._horizon.seq
        is_probe = standing.attempts > 0
        again = await progress.due(
            self._database, self.subscription.id, now, records=1 if is_probe else _DUE_RECORDS
        )
        if not again and self._seq >= horizon:
            return False
        readable = await self._around.readable(self.subscription)
        if not readable.types:
            return False
        limit = 1 if is_probe else _BATCH
        fresh = [] if is_probe and again else await self._fresh(horizon, readable, limit)
        seq = self._seq
        if not (is_probe and again):
            seq = horizon if len(fresh) < limit else fresh[-1].seq
        came = await self._told(again[:1] if is_probe else again, fresh, readable)
        await self._keep(came, again, seq, now)
        return self._standing.attempts == 0 and (bool(again) or self._seq < horizon)

    async def _fresh(self, horizon: int, readable: Reach, limit: int) -> list[Told]:
        return await outbox.after(
            self._database,
            self._seq,
            to=horizon,
            types=sorted(readable.types),
            since=self.subscription.since,
            limit=limit,
        )

    async def _told(self, again: Sequence[Held], fresh: Sequence[Told], readable: Reach) -> _Round:
        """Tell events; of a record for which something waits already, fresh ones wait behind it."""
        came = _Round()
        waiting = await progress.waiting(
            self._database, self.subscription.id, [told.id for told in fresh]
        )
        came.behind += [Held(told) for told in fresh if told.id in waiting]
        came.unwanted += [held for held in again if held.told.type not in readable.types]
        turns = [held for held in again if held.told.type in readable.types]
        turns += [Held(told) for told in fresh if told.id not in waiting]
        due = self._around.clock() + _WITHHELD_FOR
        may = await sifted(self._database, turns, readable.sight, due=due)
        came.behind += may.behind
        came.unwanted += may.unwanted
        told = [held.told for held in may.turns]
        notices = await self._notices(told, readable, may.gone)
        by_record: dict[str, list[Held]] = defaultdict(list)
        for held in may.turns:
            by_record[held.told.id].append(held)
        places = asyncio.Semaphore(_SIDE_BY_SIDE)
        async with asyncio.TaskGroup() as together:
            for events in by_record.values():
                together.create_task(self._tell_record(events, notices, came, places))
        return came

    async def _notices(
        self, events: Sequence[Told], readable: Reach, gone: Collection[int]
    ) -> dict[int, Notice | None]:
        """Return what is sent of each event, by number; the ledger has it before anything goes.

        Of the records of those with numbers in `gone` it is told that they are gone, by id alone.
        """
        bodies = await outbox.bodies(self._database, events)
        notices: dict[int, Notice | None] = {}
        of_type: dict[str, list[str]] = defaultdict(list)
        for told in events:
            body = bodies.get((told.id, told.revision))
            if told.seq in gone:
                told, body = replace(told, event=GONE), None  # noqa: PLW2901
            try:
                mask = readable.sight.masks.get(told.type)
                if mask is not None and body is not None:
                    body = mask.body(body)
                resource = self._around.present(self.subscription, told.type, told.id, body)
                notices[told.seq] = notice(self.subscription, told, resource)
            except Exception as error:  # noqa: BLE001 - it stops no other event
                # The text of the failure may quote the record.
                kind = type(error).__name__
                log.error("event %s cannot be shown: %s", told.seq, kind)  # noqa: TRY400
                continue
            if notices[told.seq] is not None:
                of_type[told.type].append(told.id)
        if of_type:
            await self._around.trace(self.subscription, of_type, readable)
        return notices

    async def _tell_record(
        self,
        events: Sequence[Held],
        notices: Mapping[int, Notice | None],
        came: _Round,
        places: asyncio.Semaphore,
    ) -> None:
        async with places:
            for number, held in enumerate(events):
                try:
                    if not await self._tell(held, notices, came):
                        came.unwanted.append(held)
                        continue
                except NotTaken as failure:
                    self._note_failure(came, held, failure)
                    came.behind += [Held(later.told) for later in events[number + 1 :]]
                    return
                came.taken.append(held)
                came.answers += 1

    async def _tell(self, held: Held, notices: Mapping[int, Notice | None], came: _Round) -> bool:
        """Send one event; return False if it is not wanted, raise NotTaken if it is not taken."""
        if held.told.seq not in notices:
            raise NotTaken("The event cannot be shown; the log says why.", is_down=False)
        told = notices[held.told.seq]
        if told is None:
            return False
        if came.downs >= _SURELY_DOWN:
            raise NotTaken(came.reason or "not reached", is_down=True)
        await self._sender.send(told)
        return True

    def _note_failure(self, came: _Round, held: Held, failure: NotTaken) -> None:
        came.reason = failure.reason
        came.downs += failure.is_down
        came.answers += not failure.is_down
        now = self._around.clock()
        attempts, since = held.attempts + 1, held.failing_since or now
        if now - since >= self._around.give_up:
            came.failed.append(Held(held.told, "dead", attempts, since, None, failure.reason))
            return
        due = now + wait_after(attempts)
        came.failed.append(Held(held.told, "waiting", attempts, since, due, failure.reason))

    async def _keep(self, came: _Round, again: Sequence[Held], seq: int, now: datetime) -> None:
        """Keep what came of the round; a listener that is down holds nothing and moves nothing."""
        if came.is_down:
            standing, seq, held = self._down(came.reason, now), self._seq, []
        else:
            standing, held = Standing(reason=came.reason), [*came.failed, *came.behind]
        known = {item.told.seq for item in again}
        done = [item.told for item in (*came.taken, *came.unwanted) if item.told.seq in known]
        dead = [item.told for item in came.failed if item.state == "dead" and not came.is_down]
        await progress.keep(
            self._database,
            self.subscription,
            seq=seq,
            standing=standing,
            held=held,
            released=done,
            loosened=sorted({told.id for told in (*done, *dead)}),
            delivered=len(came.taken),
            at=now,
        )
        self._seq, self._standing = seq, standing

    def _down(self, reason: str | None, now: datetime) -> Standing:
        attempts, since = self._standing.attempts + 1, self._standing.failing_since or now
        if now - since >= self._around.give_up:
            said = f"Not reached for {self._around.give_up}: {reason}."
            return Standing(attempts, since, None, "suspended", said)
        return Standing(attempts, since, now + wait_after(attempts), reason=reason)
