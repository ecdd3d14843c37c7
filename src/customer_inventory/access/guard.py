"""The guard: who is calling, and may they? Asked once per request, answered from memory.

A verified token is remembered until anything about access changes, or time changes it: the
database tells every worker, and while it cannot tell us, nothing is remembered.
"""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from customer_inventory.access.heeding import heeded
from customer_inventory.access.oauth import dpop
from customer_inventory.access.oauth.external import ExternalTokens
from customer_inventory.access.oauth.token import LONGEST, Claimed, Tokens
from customer_inventory.access.operation import UNGRANTED
from customer_inventory.access.quota.quotas import Quotas
from customer_inventory.access.session import NotPermitted, Permissions, Session, session_of
from customer_inventory.access.stranger import Strangers
from customer_inventory.access.token import digest
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Unauthenticated
from customer_inventory.record.document import parse
from customer_inventory.store.database import Connection, Database, Listener, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

__all__ = ["Guard", "NotPermitted", "Permissions", "Session", "session_for", "session_of"]

CHANNEL = "access_changed"

_MOST_REMEMBERED = 50_000  # tokens, of a few kilobytes each; then the oldest is forgotten


class Guard:
    """Verifies tokens and decides on permissions.

    With `tokens` it takes the signed ones of the authorization server as well, with `external`
    those of the issuers that are trusted; `strangers` counts those that it does not know,
    `quotas` how much those that it knows ask for. Values that are shown as hashes are hashed with
    `masking_key`; without one their hashes are good for as long as the guard is.
    """

    def __init__(
        self,
        database: Database,
        tokens: Tokens | None = None,
        strangers: Strangers | None = None,
        quotas: Quotas | None = None,
        *,
        external: ExternalTokens | None = None,
        masking_key: bytes | None = None,
    ) -> None:
        self._database = database
        self.quotas = quotas or Quotas(database)
        self._key = masking_key or secrets.token_bytes(32)
        self._tokens = tokens
        self._strangers = strangers
        self._external = external
        self._listener = Listener(database.dsn, CHANNEL, self.forget)
        self._sessions: dict[str, Session] = {}
        self._changes = 0

    async def start(self) -> None:
        """Begin to hear of changes."""
        await self._listener.start()

    async def stop(self) -> None:
        """Stop hearing of changes, and forget every session."""
        await self._listener.stop()
        self.forget()

    async def authenticate(
        self, authorization: str, source: str | None = None, shown: dpop.Shown | None = None
    ) -> Session:
        """Return the session of an `Authorization` header; raise Unauthenticated for none.

        `source` is the address it came from: refusals are counted by it. `shown` is what a
        request with the scheme DPoP proves.
        """
        session = self.remembered(authorization)
        if session is not None:
            return session
        try:
            session = self._held(authorization) or await self._verify(authorization)
            if session.bound_to is not None:
                await self._prove(session.bound_to, authorization, shown)
        except Unauthenticated:
            if self._strangers:
                self._strangers.refused(source)
            raise
        return session

    def remembered(self, authorization: str) -> Session | None:
        """Return the session of an `Authorization` header that was verified lately, if it holds.

        One that is bound to a key is not remembered: each request has its own proof.
        """
        session = self._held(authorization)
        return session if session is not None and session.bound_to is None else None

    def _held(self, authorization: str) -> Session | None:
        session = self._sessions.get(authorization)
        return session if session is not None and session.good_until > now() else None

    async def _prove(self, bound_to: str, authorization: str, shown: dpop.Shown | None) -> None:
        base = self._tokens.issuer if self._tokens else ""
        token = authorization.partition(" ")[2]
        await dpop.demand(self._database, shown, base, token=token, bound_to=bound_to)

    async def _verify(self, authorization: str) -> Session:
        scheme, _, secret = authorization.partition(" ")
        if not authorization:
            raise Unauthenticated(
                "A bearer token is needed.", hint="Send `Authorization: Bearer TOKEN`."
            )
        scheme = scheme.lower()
        if scheme not in ("bearer", dpop.SCHEME) or not secret or len(secret) > LONGEST:
            raise Unauthenticated("The Authorization header holds no bearer token.")
        changes = self._changes
        session = await (self._signed(secret) if "." in secret else self._opaque(secret))
        if session is None or (session.bound_to is not None) != (scheme == dpop.SCHEME):
            raise Unauthenticated("The token is unknown, expired or revoked.")
        # What changed while we asked may not be in the answer: then it is good for this once.
        if changes == self._changes and not self._listener.deaf:
            if len(self._sessions) >= _MOST_REMEMBERED:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[authorization] = session
        return session

    async def _opaque(self, secret: str) -> Session | None:
        row = await self._database.row(SQL.session_of_token, digest(secret))
        if row is None:
            return None
        actor = Actor(row["process"], row["purpose"], row["person"])
        return _of_row(self._database, actor, row["good_until"], row, self._key)

    async def _signed(self, text: str) -> Session | None:
        claimed = await self._tokens.read(text) if self._tokens else None
        if claimed is None and self._external:
            claimed = await self._external.read(text)
        return await self.session_of(claimed) if claimed else None

    async def session_of(self, claimed: Claimed) -> Session | None:
        """Return the session of a signed token; None when it no longer counts."""
        bound_to = dpop.bound_to(claimed.claims)
        row = await self._database.row(
            SQL.session_of_client,
            claimed.client,
            claimed.generation,
            claimed.jti,
            claimed.purpose,
            bound_to is not None,
        )
        if row is None:
            return None
        until = min(claimed.expires_at, row["good_until"] or claimed.expires_at)
        session = _of_row(
            self._database, Actor(row["process"], claimed.purpose), until, row, self._key
        )
        return replace(session, bound_to=bound_to)

    async def acting(self, actor: Actor) -> Session | None:
        """Return the session of an actor without a token: for work that goes on after its call.

        None when its process is not active.
        """
        session = await session_for(
            self._database, process=actor.process, purpose=actor.purpose, masking_key=self._key
        )
        return replace(session, actor=actor) if session else None

    def forget(self) -> None:
        """Forget every session: what anybody may do is asked anew."""
        self._changes += 1
        if self._tokens:
            self._tokens.keys.forget()
        if self._external:
            self._external.forget()
        self._sessions.clear()


async def session_for(
    database: Connection | Database, *, process: str, purpose: str, masking_key: bytes = b""
) -> Session | None:
    """Return the session that a token of `process` would have now; None when it is not active.

    For telling what it may, and for work that goes on after its call, without a token.
    """
    row = next(iter(await database.fetch(SQL.session_of_process, process, purpose)), None)
    if row is None:
        return None
    until = row["good_until"] or datetime.max.replace(tzinfo=UTC)
    return _of_row(database, Actor(process, purpose), until, row, masking_key)


def _of_row(
    database: Connection | Database,
    actor: Actor,
    good_until: datetime,
    row: Row,
    masking_key: bytes,
) -> Session:
    permitted = {kind: frozenset(words) for kind, words in parse(row["permissions"]).items()}
    return session_of(
        actor,
        good_until,
        permitted,
        parse(row["terms"]),
        masking_key,
        rules={**dict.fromkeys(permitted, UNGRANTED), **parse(row["rules"])},
        heeds=heeded(actor.purpose, row),
        is_spread=database.placement.is_distributed,
    )
