"""Events on their way out: the dispatcher with what it needs of access, ledger and presentation."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from customer_inventory.access.guard import Guard
from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.operation import UNGRANTED, Operation
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.record.event import announcing, outbox, progress
from customer_inventory.record.event.announcing import (
    BULLETINS,
    REPOSITORY_PROBLEM,
    REPOSITORY_TICKET,
)
from customer_inventory.record.event.broker import BrokerSender, check_broker
from customer_inventory.record.event.courier import Reach, Surroundings
from customer_inventory.record.event.dispatcher import Dispatcher, Pace
from customer_inventory.record.event.sending import HubSender, Sender
from customer_inventory.record.event.subscription import BROKER, Subscription, feed_own
from customer_inventory.record.types import TYPES
from customer_inventory.shortcomings.handover.delivering import DeskSender
from customer_inventory.shortcomings.handover.remote import (
    RemoteDesk,
    desk_of,
    problem_desk_of,
)
from customer_inventory.store.database import Database
from customer_inventory.store.outward import Allowed
from customer_inventory.tmf.notice import Presenter

PRUNE = "event.prune"
"""The job that removes events which everybody has and nobody may replay any more."""

TICKET_DESK, PROBLEM_DESK = "ticketDesk", "problemDesk"
"""Ids of the subscriptions that hand over to desks outside."""
_DESKS = {TICKET_DESK: REPOSITORY_TICKET.name, PROBLEM_DESK: REPOSITORY_PROBLEM.name}
_DEAD_KEPT = timedelta(days=90)


class Events:
    """Tells listeners and the broker of events, unless switched off. The clock is for tests."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        ledger: Ledger,
        settings: Settings,
        public_url: str,
        *,
        clock: Callable[[], datetime] = now,
        pace: Pace | None = None,
    ) -> None:
        """Raise Invalid for a CINV_CALLBACK_ALLOW or CINV_BROKER_URL that cannot be understood.

        Raises Unavailable when a broker is set and the library for it is not installed.
        """
        self._database = database
        self._guard = guard
        self._ledger = ledger
        self._settings = settings
        self._public_url = public_url
        self._clock = clock
        self.allowed = Allowed.parse(settings.callback_allow)
        if settings.broker_url:
            check_broker(settings.broker_url)
        around = Surroundings(
            clock,
            self._readable,
            Presenter(public_url),
            self._trace,
            timedelta(hours=settings.event_give_up_hours),
        )
        self._dispatcher = Dispatcher(database, around, self._sender_for, pace=pace)

    async def start(self) -> None:
        """Begin to tell."""
        if not self._settings.events:
            return
        every = (*TYPES, *BULLETINS)
        await self._feed(BROKER, "broker", every, is_set=self._settings.broker_url is not None)
        for name, told in _DESKS.items():
            await self._feed(name, "desk", (told,), is_set=self._desk(name) is not None)
        self._dispatcher.start()

    async def stop(self) -> None:
        """Stop telling; what is under way is told again by whoever goes on."""
        await self._dispatcher.stop()

    async def prune(self, _: Mapping[str, Any], __: Actor) -> None:
        """Remove events that are past their retention, and dead letters that nobody replayed."""
        kept = timedelta(days=self._settings.event_retention_days)
        await outbox.prune(self._database, before=self._clock() - kept)
        await progress.forget_dead(self._database, before=self._clock() - _DEAD_KEPT)
        await announcing.forget(self._database, before=self._clock() - max(kept, _DEAD_KEPT))

    async def _feed(
        self, name: str, kind: Literal["broker", "desk"], types: Sequence[str], *, is_set: bool
    ) -> None:
        await feed_own(
            self._database,
            name,
            kind,
            actor=Actor(PROCESS, PURPOSE),
            location=self._public_url,
            record_types=types,
            is_set=is_set,
            at=self._clock(),
        )

    def _desk(self, name: str) -> RemoteDesk | None:
        """Return the desk outside that a subscription of that name tells, None without one."""
        return desk_of(self._settings) if name == TICKET_DESK else problem_desk_of(self._settings)

    async def _readable(self, subscription: Subscription) -> Reach:
        session = await self._guard.acting(subscription.actor)
        if session is None:
            return Reach(frozenset())
        is_own = subscription.kind != "hub"
        types = frozenset(
            name
            for name in subscription.record_types
            # The broker and desks outside are the operator's own.
            if session.may(Operation.READ, _permission(name)) or (is_own and name in BULLETINS)
        )
        rules = {name: session.rule_of(_permission(name)) or UNGRANTED for name in types}
        return Reach(types, session.sight, rules)

    async def _trace(
        self, subscription: Subscription, told: Mapping[str, Sequence[str]], readable: Reach
    ) -> None:
        """Keep one access entry a record type before anything is sent."""
        actor = subscription.actor
        for record_type, ids in told.items():
            await self._ledger.append(
                Entry(
                    at=now().isoformat(),
                    process=actor.process,
                    purpose=actor.purpose,
                    person=actor.person,
                    operation=Operation.READ,
                    type=record_type,
                    status=200,
                    decision="permit",
                    rule=readable.rules.get(record_type),
                    ids=tuple(ids),
                    count=len(ids),
                    source=f"subscription {subscription.id}",
                )
            )

    def _sender_for(self, subscription: Subscription) -> Sender | None:
        if subscription.kind == "hub":
            return HubSender(subscription, self.allowed, self._clock)
        if subscription.kind == "desk":
            desk = self._desk(subscription.id)
            return None if desk is None else DeskSender(self._database, desk)
        if self._settings.broker_url is None:
            return None
        return BrokerSender(self._settings.broker_url, self._settings.broker_topic)


def _permission(name: str) -> str:
    """Return what must be permitted to be told of records of a type, or of bulletins."""
    return BULLETINS[name].permission if name in BULLETINS else name
