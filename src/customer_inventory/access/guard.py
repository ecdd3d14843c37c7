"""The guard: who is calling, and may they? Asked once per request, answered from memory.

A verified token is remembered until anything about access changes, or time changes it: the
database tells every worker, and while it cannot tell us, nothing is remembered.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from customer_inventory.access.heeding import Heeded, heeded
from customer_inventory.access.masking import masks_of, writes_of
from customer_inventory.access.oauth import dpop
from customer_inventory.access.oauth.external import ExternalTokens
from customer_inventory.access.oauth.token import LONGEST, Claimed, Tokens
from customer_inventory.access.operation import FUNCTIONS, UNGRANTED, Operation
from customer_inventory.access.quota.quotas import Quotas
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.access.scope import scoped_rows
from customer_inventory.access.stranger import Strangers
from customer_inventory.access.terms import Terms
from customer_inventory.access.token import digest
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Refused, Unauthenticated
from customer_inventory.record.document import parse
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.store.database import Connection, Database, Listener, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHANNEL = "access_changed"

Permissions = Mapping[str, frozenset[str]]
"""By record type, the operations permitted."""

_MOST_REMEMBERED = 50_000  # tokens, of a few kilobytes each; then the oldest is forgotten


@dataclass(frozen=True, slots=True)
class Session:
    """A verified token: who acts, for what, what it may do by record type, and on which terms.

    `sight` is what its reads are shown, `rules` says what permits, by type. All of it holds until
    `good_until`: then the token expires, or a permission begins or ends. `bound_to` is the key (its
    thumbprint) that the caller must prove to hold at every request.
    """

    actor: Actor
    good_until: datetime
    permissions: Permissions
    sight: Sight
    terms: Mapping[str, Terms] = field(default_factory=dict)
    bound_to: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)

    def terms_of(self, record_type: str) -> Terms:
        """Return what is agreed for records of a type: of itself, or of every type."""
        return self.terms.get(record_type) or self.terms.get(EVERY_TYPE) or {}

    def rule_of(self, record_type: str | None) -> str | None:
        """Return the rule that permits what is permitted on records of a type, for the ledger.

        For None, where any type will do, it is every rule; it is None where nothing is permitted.
        """
        if record_type is None:
            return ", ".join(sorted(set(self.rules.values()))) or None
        found = self.rules.get(record_type)
        if found is None and record_type not in FUNCTIONS:
            found = self.rules.get(EVERY_TYPE)
        return found

    def may(self, operation: Operation, record_type: str | None) -> bool:
        """Tell whether `operation` is permitted on records of `record_type` (None: of some).

        `record_type` may be one of FUNCTIONS too.
        """
        permitted = self.permissions
        if record_type is None:
            return any(
                operation in operations
                for kind, operations in permitted.items()
                if kind not in FUNCTIONS
            )
        if operation in permitted.get(record_type, ()):
            return True
        return operation in permitted.get(EVERY_TYPE, ()) and record_type not in FUNCTIONS

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
        return _of_row(actor, row["good_until"], row, self._key)

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
        session = _of_row(Actor(row["process"], claimed.purpose), until, row, self._key)
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
    return _of_row(Actor(process, purpose), until, row, masking_key)


def session_of(
    actor: Actor,
    good_until: datetime,
    permitted: Permissions,
    terms: Mapping[str, Terms],
    masking_key: bytes = b"",
    *,
    rules: Mapping[str, str],
    heeds: Heeded = Heeded(),  # noqa: B008 - it never changes
) -> Session:
    """Return the session of what is agreed, with what its reads are shown and it may write."""
    session = Session(actor, good_until, permitted, EVERYTHING, terms, rules=rules)
    sight = Sight(
        actor.purpose,
        replace(scoped_rows(terms, rules, actor.process), choice=heeds.choice),
        masks=masks_of(session.terms_of, masking_key, actor.process),
        writes=writes_of(permitted, session.terms_of, EVERY_TYPE),
        despite_restriction=heeds.despite_restriction,
    )
    return replace(session, sight=sight)


def _of_row(actor: Actor, good_until: datetime, row: Row, masking_key: bytes) -> Session:
    permitted = {kind: frozenset(words) for kind, words in parse(row["permissions"]).items()}
    return session_of(
        actor,
        good_until,
        permitted,
        parse(row["terms"]),
        masking_key,
        rules={**dict.fromkeys(permitted, UNGRANTED), **parse(row["rules"])},
        heeds=heeded(actor.purpose, row),
    )
