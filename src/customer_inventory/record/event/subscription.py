"""Subscriptions: who is told of what, how far each is, and how it goes.

A subscription belongs to the process that registered it. It is told only of record types that
the process may read, and of nothing while it may read none.
"""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode, parse
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.where import Term

SQL = beside(__name__)

BROKER = "broker"
"""Id of the one subscription that feeds the broker."""

SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark of a secret, as Standard Webhooks has it
_SECRET_BYTES = 32
MOST_OF_A_PROCESS = 100
"""So many subscriptions one process may have."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is told of what.

    `api` and `version` (4 or 5) say in which envelope, `location` is the base address of that
    API, `conditions` what an envelope must fulfil. `seq` is the cursor in the outbox, `since` a
    snapshot: what was committed before it is not told. `attempts` counts how often in a row the
    listener could not be reached. `secret` signs; `repr` does not show it.
    """

    id: str
    number: int
    kind: str
    api: str
    version: int
    location: str
    record_types: tuple[str, ...]
    callback: str = field(repr=False)
    query: str | None
    conditions: tuple[Term, ...]
    secret: str | None = field(repr=False)
    actor: Actor
    state: str
    seq: int
    since: str | None
    fence: int
    attempts: int
    failing_since: datetime | None
    next_attempt_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> "Subscription":
        """Return the subscription of a row of the table."""
        given = {name: row[name] for name in cls.__slots__ if name not in _DERIVED}
        given["record_types"] = tuple(row["record_types"])
        conditions = msgspec.convert(parse(row["terms"]), tuple[Term, ...])
        actor = Actor(row["process"], row["purpose"], row["person"])
        return cls(conditions=conditions, actor=actor, **given)


_DERIVED = ("conditions", "actor")


class NoSuchSubscription(NotFound):
    """There is no subscription of that id, or it is another process's."""

    def __init__(self) -> None:
        super().__init__("There is no subscription with this id.", path="id")


async def subscribe(
    database: Database,
    *,
    actor: Actor,
    api: str,
    version: int,
    location: str,
    record_types: Sequence[str],
    callback: str,
    query: str | None,
    conditions: Sequence[Term],
    at: datetime,
) -> Subscription:
    """Register a listener for what is committed from now on, and return its subscription."""
    row = await database.row(
        SQL.add_subscription,
        new_id(),
        "hub",
        api,
        version,
        location,
        list(record_types),
        callback,
        query,
        encode(list(conditions)),
        actor.process,
        actor.person,
        actor.purpose,
        at,
    )
    assert row is not None  # noqa: S101 - an INSERT returns its row
    return Subscription.of(row)


async def demand_new(
    database: Database,
    *,
    process: str,
    api: str,
    version: int,
    callback: str,
    query: str | None = None,
) -> None:
    """Raise Conflict for a listener that a process has already, or for one too many."""
    own = await of_process(database, process)
    asked = (api, version, callback, query)
    if asked in {(one.api, one.version, one.callback, one.query) for one in own}:
        raise Conflict("This listener is registered already.", path="callback")
    if len(own) >= MOST_OF_A_PROCESS:
        raise Conflict(
            f"The process has {MOST_OF_A_PROCESS} subscriptions.", hint="End some first."
        )


async def feed_own(
    database: Database,
    identifier: str,
    kind: Literal["broker", "desk"],
    *,
    actor: Actor,
    location: str,
    record_types: Sequence[str],
    is_set: bool,
    at: datetime,
) -> None:
    """Keep a subscription of the operator's own as set: told while there is one, else at rest.

    A new one begins with the oldest event that the outbox still has.
    """
    rests = f"No {kind} is set."
    if is_set:
        await database.execute(
            SQL.keep_own, identifier, location, list(record_types), actor.process, actor.purpose,
            at, kind, rests,
        )  # fmt: skip
    else:
        await database.execute(SQL.rest_own, identifier, rests)


async def get(database: Database, identifier: str) -> Subscription:
    """Return a subscription; raise NoSuchSubscription when there is none."""
    row = await database.row(SQL.subscription_by_id, identifier)
    if row is None:
        raise NoSuchSubscription
    return Subscription.of(row)


async def active(database: Database) -> list[Subscription]:
    """Return every subscription that is to be told."""
    return [Subscription.of(row) for row in await database.fetch(SQL.active_subscriptions)]


async def of_process(database: Database, process: str) -> list[Subscription]:
    """Return the subscriptions that a process registered."""
    rows = await database.fetch(SQL.subscriptions_of_process, process)
    return [Subscription.of(row) for row in rows]


async def unsubscribe(database: Database, identifier: str, *, actor: Actor) -> None:
    """End a subscription of the actor's process, and all that was held for it.

    Raises NoSuchSubscription for one that is not there or another's.
    """
    if await database.value(SQL.remove_subscription, identifier, actor.process) is None:
        raise NoSuchSubscription


async def standing(database: Database, *, process: str | None = None) -> list[dict[str, Any]]:
    """Return how it goes with every subscription (of one process): rows without secrets.

    `health` is `healthy`, `failing` (something waits for another attempt) or `suspended`;
    `behind` counts numbers of the outbox beyond the cursor.
    """
    return [dict(row) for row in await database.fetch(SQL.subscription_standing, process)]


async def lags(database: Database) -> dict[str, tuple[str, float, int]]:
    """Return how far each subscription is behind, by id.

    Its process, for how many seconds the oldest event has been waiting that it was not told of, and
    how many were given up.
    """
    rows = await database.fetch(SQL.subscription_lags)
    return {row["id"]: (row["process"], row["seconds"], row["dead"]) for row in rows}


async def replay(database: Database, identifier: str, *, after: int) -> None:
    """Tell everything after the number `after` again, in order; a suspended one is resumed.

    What waits beyond it is told in its turn instead; dead letters stay.
    """
    if await database.value(SQL.replay_subscription, identifier, after) is None:
        raise NoSuchSubscription


async def resume(database: Database, identifier: str) -> None:
    """Tell a suspended or failing subscription again, from where it was, at once."""
    if await database.value(SQL.resume_subscription, identifier) is None:
        raise NoSuchSubscription


async def renew_secret(database: Database, identifier: str) -> str:
    """Return a new secret with which what a listener is told is signed from now on.

    It is not shown again. Raises NoSuchSubscription.
    """
    secret = SECRET_PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    if await database.value(SQL.set_secret, identifier, secret) is None:
        raise NoSuchSubscription
    return secret


async def take_over(database: Database, identifier: str) -> Subscription | None:
    """Return an active subscription under a new fence: who told it before can move it no more."""
    row = await database.row(SQL.take_over_subscription, identifier)
    return None if row is None else Subscription.of(row)
