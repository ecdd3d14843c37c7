"""Who asks for a token: a client's secret (RFC 6749 2.3.1) or signed assertion (RFC 7523)."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from customer_inventory.access.oauth.client import (
    ASSERTION,
    SECRET,
    Client,
    find,
    hashed,
    use_once,
)
from customer_inventory.access.oauth.error import OAuthError
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_LEEWAY = timedelta(seconds=30)
_LONGEST_ASSERTION_TEXT = 8192
_NOBODY = hashed(secrets.token_hex(32))
"""Compared with when a client is unknown, so that it takes the same work."""


async def authenticate(
    database: Database, authorization: str, form: Mapping[str, str], audiences: tuple[str, ...]
) -> Client:
    """Return the client that shows who it is, by exactly one method.

    `authorization` is the header, `form` the body; `audiences` are what an assertion may name.
    Raises OAuthError `invalid_client`, saying nothing of what was wrong.
    """
    basic = authorization[:6].lower() == "basic "
    if basic == ("client_assertion" in form) or "client_secret" in form:
        raise OAuthError(
            "invalid_client",
            "Show a secret by Basic authentication, or a client_assertion, and not both.",
        )
    if basic:
        client = await _by_secret(database, authorization[6:])
    else:
        client = await _by_assertion(database, form, audiences)
    if client is None or not client.is_active:
        raise OAuthError("invalid_client", "")
    return client


async def _by_secret(database: Database, encoded: str) -> Client | None:
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    name, colon, secret = text.partition(":")
    if not colon:
        return None
    client = await find(database, unquote_plus(name))
    given = hashed(unquote_plus(secret))
    is_by_secret = client is not None and client.auth_method == SECRET
    known = client.secrets if client is not None and is_by_secret else ()
    fits = False
    for one in known or (_NOBODY,):
        fits |= hmac.compare_digest(one, given)
    return client if fits and known else None


async def _by_assertion(
    database: Database, form: Mapping[str, str], audiences: tuple[str, ...]
) -> Client | None:
    assertion = form["client_assertion"]
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        return None
    subject = _claimed_subject(assertion)
    client = await find(database, subject) if subject else None
    if client is None or client.auth_method != ASSERTION or client.jwks is None:
        return None
    claims = _verified(assertion, client.jwks)
    if claims is None or not _is_for_us(claims, client, audiences):
        return None
    until = datetime.fromtimestamp(claims["exp"], UTC) + 2 * _LEEWAY
    is_first = await use_once(database, f"assertion {client.id} {claims['jti']}", until)
    return client if is_first else None


def _claimed_subject(assertion: str) -> str | None:
    """Return whom an assertion says it is from: it only chooses the keys it is checked with."""
    if len(assertion) > _LONGEST_ASSERTION_TEXT or assertion.count(".") != 2:  # noqa: PLR2004
        return None
    payload = assertion.split(".")[1]
    try:
        claims = parse(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (Invalid, binascii.Error, ValueError):
        return None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else None


def _verified(assertion: str, jwks: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        keys = KeySet.import_key_set(dict(jwks))  # type: ignore[arg-type]
        return dict(jwt.decode(assertion, keys, algorithms=list(ALGORITHMS)).claims)
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def _is_for_us(claims: Mapping[str, Any], client: Client, audiences: tuple[str, ...]) -> bool:
    expires, not_before, jti = claims.get("exp"), claims.get("nbf", 0), claims.get("jti")
    # One audience as a string: a list could be meant for another server too.
    is_named = claims.get("aud") in audiences if isinstance(claims.get("aud"), str) else False
    return (
        is_named
        and claims.get("iss") == claims.get("sub") == client.id
        and isinstance(jti, str)
        and 0 < len(jti) <= 200  # noqa: PLR2004 - it is kept
        and is_time(expires)
        and is_time(not_before)
        and -_LEEWAY.total_seconds() < expires - now().timestamp()
        and expires - now().timestamp() <= (client.longest_assertion + _LEEWAY).total_seconds()
        and not_before - now().timestamp() <= _LEEWAY.total_seconds()
    )


def is_time(value: Any) -> TypeGuard[float]:
    """Tell whether `value` is a NumericDate (RFC 7519): a finite number, no text."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value < 2**40
