"""Access tokens (RFC 9068): short-lived, signed, for one process and one purpose.

A token's scope is `dpv:PURPOSE`, exactly one: what it is for is signed with who it is for. A
token brings no permission of its own: those in force for the purpose are looked up.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from customer_inventory.access.oauth import client as clients
from customer_inventory.access.oauth.authentication import is_time
from customer_inventory.access.oauth.client import Client
from customer_inventory.access.oauth.error import OAuthError
from customer_inventory.access.oauth.signing import ALGORITHM, SigningKeys
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LIFE = timedelta(minutes=5)
SCOPE = "dpv:"
LONGEST = 4096
"""Characters of a token that is looked at."""
_TYPES = ("at+jwt", "application/at+jwt")


@dataclass(frozen=True)
class Issued:
    """A token as it is handed out."""

    text: str
    scope: str
    expires_in: int


@dataclass(frozen=True)
class Claimed:
    """What a token that was signed by us says; whether it still counts is in the database."""

    client: str
    generation: int
    purpose: str
    jti: str
    expires_at: datetime
    claims: Mapping[str, Any]


class Tokens:
    """Issues and reads the access tokens of one inventory, known to callers as `issuer`."""

    def __init__(self, database: Database, keys: SigningKeys, issuer: str) -> None:
        self.issuer = issuer
        self.keys = keys
        self._database = database

    async def issue(self, client: Client, scope: str, bound_to: str | None = None) -> Issued:
        """Return a token of `client` for the purpose that `scope` names.

        Without a scope it is the one purpose that the process has. With `bound_to`, the
        thumbprint of a key, it counts only together with a proof of it. Raises OAuthError
        `invalid_scope` for several, none, or one that the process holds no permission for.
        """
        purpose = await self._purpose(client, scope)
        issued_at = int(now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": client.process,
            "aud": self.issuer,
            "client_id": client.id,
            "iat": issued_at,
            "exp": issued_at + int(LIFE.total_seconds()),
            "jti": secrets.token_urlsafe(16),
            "scope": SCOPE + purpose,
            "gen": client.generation,
        }
        if bound_to is not None:
            claims["cnf"] = {"jkt": bound_to}
        key = await self.keys.active()
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
        text = jwt.encode(header, claims, key, algorithms=[ALGORITHM])
        return Issued(text, SCOPE + purpose, int(LIFE.total_seconds()))

    async def read(self, text: str) -> Claimed | None:
        """Return what the token says if we signed it and its time has not passed, else None."""
        if len(text) > LONGEST or text.count(".") != 2:  # noqa: PLR2004 - the parts of a JWT
            return None
        try:
            token = jwt.decode(text, await self.keys.trusted(), algorithms=[ALGORITHM])
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        kind = token.header.get("typ")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            return None
        return self._claimed(token.claims)

    async def revoke(self, claimed: Claimed) -> None:
        """End one token before its time, at once."""
        await self._database.execute(SQL.revoke_token, claimed.jti, claimed.expires_at)

    async def _purpose(self, client: Client, scope: str) -> str:
        held = await clients.purposes(self._database, client)
        wanted = scope.split()
        if not wanted and len(held) == 1:
            return held[0]
        if len(wanted) != 1 or not wanted[0].startswith(SCOPE):
            raise OAuthError("invalid_scope", "Ask for exactly one purpose: scope=dpv:PURPOSE.")
        purpose = wanted[0].removeprefix(SCOPE)
        if purpose not in held:
            raise OAuthError("invalid_scope", "The process holds nothing for this purpose.")
        return purpose

    def _claimed(self, claims: Mapping[str, Any]) -> Claimed | None:
        texts = [claims.get(name) for name in ("client_id", "jti", "scope", "sub")]
        generation, expires, issued = (claims.get(name) for name in ("gen", "exp", "iat"))
        is_ours = claims.get("iss") == claims.get("aud") == self.issuer
        if not is_ours or not all(isinstance(text, str) for text in texts):
            return None
        if not isinstance(generation, int) or not is_time(expires) or not is_time(issued):
            return None
        scope, at = str(claims["scope"]), now().timestamp()
        if expires <= at or issued > at + 5 or not scope.startswith(SCOPE) or " " in scope:
            return None
        return Claimed(
            claims["client_id"],
            generation,
            scope.removeprefix(SCOPE),
            claims["jti"],
            datetime.fromtimestamp(expires, UTC),
            claims,
        )
