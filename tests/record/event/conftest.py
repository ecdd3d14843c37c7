"""A dispatcher's parts over a fresh database, under a clock that the test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.event.courier import Courier, Reach, Surroundings
from customer_inventory.record.event.envelope import Notice
from customer_inventory.record.event.outbox import Horizon
from customer_inventory.record.event.sending import NotTaken
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

GIVE_UP = timedelta(hours=72)
PERSON = {"givenName": "Ada", "familyName": "Byron"}


@dataclass
class Clock:
    """The time as the test has it."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **much: float) -> None:
        self.at += timedelta(**much)


@dataclass
class Ear:
    """A listener without a socket: `answering` raises NotTaken for what it does not take."""

    answering: Callable[[Notice], None] = lambda notice: None
    tried: list[Notice] = field(default_factory=list)
    taken: list[Notice] = field(default_factory=list)

    async def send(self, notice: Notice) -> None:
        self.tried.append(notice)
        self.answering(notice)
        self.taken.append(notice)

    async def close(self) -> None:
        pass

    @property
    def heard(self) -> list[tuple[str, int]]:
        return [(notice.id, notice.revision) for notice in self.taken]


def down(_: Notice) -> None:
    raise NotTaken("not reached", is_down=True)


@dataclass
class Stage:
    """One subscription, its courier, and the records that events are told of."""

    database: Database
    inventory: Inventory
    actor: Actor
    clock: Clock
    horizon: Horizon
    ear: Ear
    around: Surroundings
    id: str = ""
    courier: Courier | None = None
    readable: frozenset[str] = frozenset(TYPES)
    traced: list[str] = field(default_factory=list)

    async def make(self, **more: Any) -> str:
        made = await self.inventory.create(
            TYPES["individual"], {**PERSON, **more}, actor=self.actor
        )
        return made.id

    async def change(self, identifier: str, **to: Any) -> None:
        await self.inventory.change(
            TYPES["individual"], identifier, lambda old: {**old, **to}, actor=self.actor
        )

    async def begin(self) -> None:
        """Take over the subscription, as a service that starts does."""
        taken = await subscriptions.take_over(self.database, self.id)
        assert taken is not None
        self.courier = Courier(self.database, taken, self.horizon, self.ear, self.around)

    async def tell(self) -> None:
        """Let the courier go round until there is nothing to do at once."""
        assert self.courier is not None
        await self.horizon.look()
        while await self.courier.round():
            pass

    async def standing(self) -> dict[str, Any]:
        (row,) = await subscriptions.standing(self.database)
        return row


@pytest.fixture
async def stage(database: Database, actor: Actor) -> Stage:
    clock, ear = Clock(), Ear()

    async def readable(_: object) -> Reach:
        return Reach(stage.readable)

    async def trace(_: object, told: Any, __: object) -> None:
        stage.traced += [identifier for ids in told.values() for identifier in ids]

    def present(_: object, __: str, ___: str, body: bytes | None) -> bytes:
        return body or b"{}"

    around = Surroundings(clock, readable, present, trace, GIVE_UP)
    stage = Stage(database, Inventory(database), actor, clock, Horizon(database), ear, around)
    made = await subscriptions.subscribe(
        database,
        actor=actor,
        api="party",
        version=5,
        location="http://here/party",
        record_types=("individual", "organization"),
        callback="http://there/",
        query=None,
        conditions=(),
        at=clock(),
    )
    stage.id = made.id
    await stage.begin()
    return stage
