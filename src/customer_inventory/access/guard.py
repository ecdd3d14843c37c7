"""The guard: who is calling, and may they? Asked once per request, answered from memory.

A verified token is remembered until anything about access changes, or time changes it: the
database tells every worker, and while it cannot tell us, nothing is remembered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.access.token import digest
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Refused, Unauthenticated
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database, Listener
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHANNEL = "access_changed"

_MOST_REMEMBERED = 10_000
_LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Session:
    """A verified token: who acts, for what, and the operations it may do by record type.

    All of it holds until `good_until`: then the token expires, or a permission begins or ends.
    """

    actor: Actor
    good_until: datetime
    permissions: Mapping[str, frozenset[str]]

    def may(self, operation: Operation, record_type: str | None) -> bool:
        """Tell whether `operation` is permitted on records of `record_type` (None: of some)."""
        permitted = self.permissions
        if record_type is None:
            return any(operation in operations for operations in permitted.values())
        return operation in permitted.get(record_type, ()) or operation in permitted.get(
            EVERY_TYPE, ()
        )

    def demand(self, operation: Operation, record_type: str | None) -> None:
        """Raise NotPermitted unless `operation` on records of `record_type` is permitted."""
        if not self.may(operation, record_type):
            raise NotPermitted(self.actor, operation, record_type)


class NotPermitted(Refused):
    """The process holds no permission for what it asked."""

    def __init__(self, actor: Actor, operation: Operation, record_type: str | None) -> None:
        what = record_type or "any record"
        super().__init__(
            f"The process {actor.process} may not {operation} {what} for {actor.purpose}.",
            hint="The owner of the data can permit it.",
        )


class Guard:
    """Verifies tokens and decides on permissions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listener = Listener(database.dsn, CHANNEL, self._forget)
        self._sessions: dict[str, Session] = {}
        self._changes = 0

    async def start(self) -> None:
        """Begin to hear of changes."""
        await self._listener.start()

    async def stop(self) -> None:
        """Stop hearing of changes, and forget every session."""
        await self._listener.stop()
        self._forget()

    async def authenticate(self, authorization: str) -> Session:
        """Return the session of an `Authorization` header; raise Unauthenticated for none."""
        return self.remembered(authorization) or await self._verify(authorization)

    def remembered(self, authorization: str) -> Session | None:
        """Return the session of an `Authorization` header that was verified lately, if it holds."""
        session = self._sessions.get(authorization)
        return session if session is not None and session.good_until > now() else None

    @staticmethod
    def authorise(session: Session, operation: Operation, record_type: str | None) -> Actor:
        """Return the actor if the session permits the operation; raise NotPermitted if not."""
        session.demand(operation, record_type)
        return session.actor

    async def _verify(self, authorization: str) -> Session:
        scheme, _, secret = authorization.partition(" ")
        if not authorization:
            raise Unauthenticated(
                "A bearer token is needed.", hint="Send `Authorization: Bearer TOKEN`."
            )
        if scheme.lower() != "bearer" or not secret or len(secret) > _LONGEST_TOKEN:
            raise Unauthenticated("The Authorization header holds no bearer token.")
        changes = self._changes
        row = await self._database.row(SQL.session_of_token, digest(secret))
        if row is None:
            raise Unauthenticated("The token is unknown, expired or revoked.")
        permissions = parse(row["permissions"])
        session = Session(
            Actor(row["process"], row["purpose"], row["person"]),
            row["good_until"],
            {kind: frozenset(operations) for kind, operations in permissions.items()},
        )
        # What changed while we asked may not be in the answer: then it is good for this once.
        if changes == self._changes and not self._listener.deaf:
            if len(self._sessions) >= _MOST_REMEMBERED:
                self._sessions.clear()
            self._sessions[authorization] = session
        return session

    def _forget(self) -> None:
        self._changes += 1
        self._sessions.clear()
