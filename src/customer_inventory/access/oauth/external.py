"""Access tokens of external issuers: they show which client calls, and permit nothing.

Several providers mark access tokens and ID tokens alike (`typ: JWT`), so the audience is what tells
them apart: a token must name ours, whatever else it says.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from customer_inventory.access.oauth import issuer as issuers
from customer_inventory.access.oauth.authentication import is_time
from customer_inventory.access.oauth.issuer import Issuer
from customer_inventory.access.oauth.key_set import KeySets
from customer_inventory.access.oauth.token import SCOPE, Claimed
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database

_KEYS_ELSEWHERE = ("jwk", "jku", "x5u", "x5c", "crit")
"""Header members that bring or point to other keys, or rules that we do not know."""


class ExternalTokens:
    """Reads the access tokens of the issuers that one inventory trusts."""

    def __init__(self, database: Database, key_sets: KeySets) -> None:
        self._database = database
        self._key_sets = key_sets
        self._issuers: Mapping[str, Issuer] | None = None
        self._forgotten = 0

    def forget(self) -> None:
        """Read anew, at the next use, who is trusted. Keys that were fetched stay."""
        self._issuers = None
        self._forgotten += 1

    async def read(self, text: str) -> Claimed | None:
        """Return what a token says if a trusted issuer signed it for us, else None."""
        parts = text.split(".")
        if len(parts) != 3:  # noqa: PLR2004 - the parts of a JWT
            return None
        header, payload = _looked_into(parts[0]), _looked_into(parts[1])
        issuer = (await self._trusted()).get(str(payload.get("iss")))
        if issuer is None or not _is_plain(header, issuer):
            return None
        claims = await self._verified(text, header, issuer)
        if claims is None or not _is_for_us(claims, issuer):
            return None
        return await self._claimed(claims, issuer)

    async def _verified(
        self, text: str, header: Mapping[str, Any], issuer: Issuer
    ) -> Mapping[str, Any] | None:
        kid = header.get("kid")
        if kid is not None and not isinstance(kid, str):
            return None
        key = await self._key_sets.of(issuer).key(kid)
        if key is None:
            return None
        try:
            return jwt.decode(text, key, algorithms=list(issuer.algorithms)).claims
        except (JoseError, ValueError, KeyError, TypeError):
            return None

    async def _claimed(self, claims: Mapping[str, Any], issuer: Issuer) -> Claimed | None:
        name = claims.get(issuer.client_claim)
        if not isinstance(name, str):
            return None
        client = await issuers.client_of(self._database, issuer.issuer, name)
        if client is None:
            return None
        purpose = _purpose(claims.get(issuer.scope_claim), client["purposes"])
        # What was opened for a person in an emergency is not for whoever else can name it.
        if purpose is None or purpose in client["personal"]:
            return None
        until = datetime.fromtimestamp(claims["exp"], UTC) + issuer.leeway
        jti = f"{issuer.issuer} {claims.get('jti', '')}"
        return Claimed(client["id"], client["generation"], purpose, jti, until, claims)

    async def _trusted(self) -> Mapping[str, Issuer]:
        if self._issuers is None:
            before = self._forgotten
            found = await issuers.trusted(self._database)
            if before != self._forgotten:
                return found
            self._issuers = found
        return self._issuers


def _looked_into(part: str) -> Mapping[str, Any]:
    """Return what a part of a token says: it only chooses what the token is verified with."""
    try:
        value = parse(base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True))
    except (Invalid, binascii.Error, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_plain(header: Mapping[str, Any], issuer: Issuer) -> bool:
    kind = str(header.get("typ", "")).lower().removeprefix("application/")
    return kind in issuer.accepted_types and not any(name in header for name in _KEYS_ELSEWHERE)


def _is_for_us(claims: Mapping[str, Any], issuer: Issuer) -> bool:
    audience, at = claims.get("aud"), now().timestamp()
    named = audience if isinstance(audience, list) else [audience]
    expires, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    leeway = issuer.leeway.total_seconds()
    return (
        claims.get("iss") == issuer.issuer
        and issuer.audience in named
        and is_time(expires)
        and is_time(issued)
        and is_time(begins)
        and at < expires + leeway
        and max(issued, begins) <= at + leeway
        and 0 < expires - issued <= issuer.longest_life.total_seconds()
    )


def _purpose(scope: Any, held: list[str]) -> str | None:
    """Return the one purpose that a scope names; without one, the only one that is held."""
    words = scope.split() if isinstance(scope, str) else scope if isinstance(scope, list) else []
    named = [word for word in words if isinstance(word, str) and word.startswith(SCOPE)]
    if len(named) == 1:
        return str(named[0].removeprefix(SCOPE))
    return held[0] if not named and len(held) == 1 else None
