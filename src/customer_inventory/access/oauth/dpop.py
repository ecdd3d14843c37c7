"""Proofs of possession (RFC 9449): who sends a token holds the key that it is bound to."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from customer_inventory.access.oauth.authentication import ALGORITHMS, is_time
from customer_inventory.access.oauth.client import use_once
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, Unauthenticated
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database

SCHEME = "dpop"
OLDEST = timedelta(minutes=1)
_AHEAD = timedelta(seconds=5)
_LONGEST = 8192
_LONGEST_JTI = 200
_TYPE = "dpop+jwt"
_PRIVATE = frozenset("dpqk")
_KINDS: Mapping[str, type[ECKey] | type[RSAKey] | type[OKPKey]] = {
    "EC": ECKey,
    "RSA": RSAKey,
    "OKP": OKPKey,
}


class BadProof(Unauthenticated):
    """The proof of possession is missing, wrong, old or was used before."""

    code = "invalid_dpop_proof"

    def __init__(self) -> None:
        super().__init__(
            "The token is bound to a key, and the DPoP proof does not hold.",
            hint="Send a fresh proof (RFC 9449) of this method, address and token.",
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows: its `DPoP` headers, method and path, for the proof to be about."""

    proofs: tuple[str, ...]
    method: str
    path: str


class _Registry(JWSRegistry):
    """Takes headers that bring a key with them."""

    max_header_length = 2048


async def prove(
    database: Database, shown: Shown | None, base: str, *, token: str | None = None
) -> str:
    """Return the thumbprint (RFC 7638) of the key that the one proof of a request holds.

    `base` is how callers reach the service; with `token` the proof must be about it. Raises
    BadProof for anything but one proof, of this method and address, fresh and never used.
    """
    if shown is None or len(shown.proofs) != 1 or len(shown.proofs[0]) > _LONGEST:
        raise BadProof
    text = shown.proofs[0]
    key = _key_within(text)
    claims = _verified(text, key)
    if not _is_about(claims, shown, base) or not _names(claims, token):
        raise BadProof
    until = now() + 2 * OLDEST
    thumbprint = key.thumbprint()
    if not await use_once(database, f"proof {thumbprint} {claims['jti']}", until):
        raise BadProof
    return thumbprint


async def demand(
    database: Database, shown: Shown | None, base: str, *, token: str, bound_to: str
) -> None:
    """Raise BadProof unless the request proves to hold the key that `token` is bound to."""
    if not hmac.compare_digest(await prove(database, shown, base, token=token), bound_to):
        raise BadProof


def bound_to(claims: Mapping[str, Any]) -> str | None:
    """Return the thumbprint of the key that a token is bound to; None for a bearer token.

    Raises Unauthenticated for a token that is bound in a way that is not checked here.
    """
    if "cnf" not in claims:
        return None
    confirmation = claims["cnf"]
    thumbprint = confirmation.get("jkt") if isinstance(confirmation, dict) else None
    if not isinstance(thumbprint, str):
        raise Unauthenticated("The token is bound in a way that is not served.")
    return thumbprint


def _key_within(text: str) -> Key:
    try:
        part = text.split(".", maxsplit=1)[0]
        header = parse(base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True))
        told = header["jwk"]
        if header["typ"].lower() != _TYPE or _PRIVATE & told.keys():
            raise BadProof
        return _KINDS[told["kty"]].import_key(told)
    except (JoseError, Invalid, binascii.Error, ValueError, KeyError, TypeError, AttributeError):
        raise BadProof from None


def _verified(text: str, key: Key) -> Mapping[str, Any]:
    try:
        return jwt.decode(text, key, registry=_Registry(algorithms=list(ALGORITHMS))).claims
    except (JoseError, ValueError, KeyError, TypeError):
        raise BadProof from None


def _is_about(claims: Mapping[str, Any], shown: Shown, base: str) -> bool:
    issued, jti = claims.get("iat"), claims.get("jti")
    at = now().timestamp()
    return (
        isinstance(jti, str)
        and 0 < len(jti) <= _LONGEST_JTI
        and claims.get("htm") == shown.method
        and _is_address(claims.get("htu"), base, shown.path)
        and is_time(issued)
        and at - OLDEST.total_seconds() <= issued <= at + _AHEAD.total_seconds()
    )


def _is_address(told: Any, base: str, path: str) -> bool:
    """Tell whether an address is the one that was called; its query does not count."""
    if not isinstance(told, str):
        return False
    try:
        named, ours = urlsplit(told), urlsplit(base)
        same_host = (named.hostname, named.port) == (ours.hostname, ours.port)
    except ValueError:
        return False
    whole = unquote(ours.path) + path
    return same_host and named.scheme == ours.scheme and unquote(named.path) == whole


def _names(claims: Mapping[str, Any], token: str | None) -> bool:
    if token is None:
        return True
    digest = hashlib.sha256(token.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return isinstance(claims.get("ath"), str) and hmac.compare_digest(claims["ath"], expected)
