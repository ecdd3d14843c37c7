"""Signing in at a provider: OpenID Connect's code flow with PKCE (RFC 7636).

A browser that is sent to the provider gets a random cookie; verifier and nonce are derived from it,
so what the database keeps is only that somebody with that cookie is expected. The answer must come
from the same browser, once, and name the issuer that was asked (RFC 9207): with several issuers a
mix-up would send one's code to another.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError

from customer_inventory.access.oauth import issuer as issuers
from customer_inventory.access.oauth.authentication import is_time
from customer_inventory.access.oauth.issuer import Issuer, NoSuchIssuer
from customer_inventory.access.oauth.key_set import KeySets
from customer_inventory.access.person import account as accounts
from customer_inventory.access.person.account import Account
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, InventoryError, NotFound, Unauthenticated
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database, Row
from customer_inventory.store.fetch import fetch
from customer_inventory.store.outward import Allowed
from customer_inventory.store.safe import Safe
from customer_inventory.store.sql import beside

SQL = beside(__name__)

GOOD_FOR = timedelta(minutes=10)
_MOST_BYTES = 65_536
_LONGEST = 4096


class NotSignedInThere(Unauthenticated):
    """What the provider answered does not show who signs in."""

    code = "notSignedIn"

    def __init__(self) -> None:
        super().__init__("The provider's answer is not good.", hint="Begin again.")


@dataclass(frozen=True)
class Provider:
    """A provider at which people can sign in, as we are known to it."""

    issuer: str
    title: str
    client: str
    sealed_secret: bytes | None
    authorization_endpoint: str
    token_endpoint: str


@dataclass(frozen=True)
class Sent:
    """Where a browser is sent, and the cookie with which it comes back."""

    url: str
    cookie: str


class CodeFlow:
    """Signs people in at the providers of one inventory; `redirect` is where they come back."""

    def __init__(
        self, database: Database, safe: Safe, key_sets: KeySets, allowed: Allowed, redirect: str
    ) -> None:
        self._database = database
        self._safe = safe
        self._key_sets = key_sets
        self._allowed = allowed
        self._redirect = redirect

    async def begin(self, issuer: str) -> Sent:
        """Return where to send a browser to sign in at a provider; raise NotFound for none."""
        provider = await provider_of(self._database, issuer)
        if provider is None:
            raise NotFound("There is no such provider.", hint="Choose one of those shown.")
        state, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        await self._database.execute(
            SQL.begin_flow, _digest(state), _digest(cookie), issuer, now() + GOOD_FOR
        )
        asked = {
            "response_type": "code",
            "client_id": provider.client,
            "redirect_uri": self._redirect,
            "scope": "openid",
            "state": state,
            "nonce": _derived("nonce", cookie),
            "code_challenge": _base64(hashlib.sha256(_derived("verifier", cookie).encode())),
            "code_challenge_method": "S256",
        }
        joined = "&" if "?" in provider.authorization_endpoint else "?"
        return Sent(f"{provider.authorization_endpoint}{joined}{urlencode(asked)}", cookie)

    async def complete(self, told: Sequence[tuple[str, str]], cookie: str) -> Account:
        """Return the account of whom the provider has signed in; `told` is what came back.

        Raises NotSignedInThere for an answer that is not good: another browser, used before, too
        late, another issuer, a token that is not right, or a person who is not linked here.
        """
        answer = dict(told)
        if len(answer) != len(told):
            raise NotSignedInThere
        state, code = answer.get("state", "")[:_LONGEST], answer.get("code", "")[:_LONGEST]
        issuer = await self._database.value(SQL.end_flow, _digest(state), _digest(cookie))
        provider = await provider_of(self._database, issuer) if issuer else None
        if provider is None or not code or answer.get("iss", issuer) != issuer:
            raise NotSignedInThere
        several = len(await providers(self._database)) > 1
        if several and "iss" not in answer:
            raise NotSignedInThere
        claims = await self._identity(provider, code, cookie)
        account = await accounts.person_of(self._database, provider.issuer, claims["sub"])
        if account is None:
            raise NotSignedInThere
        return account

    async def _identity(self, provider: Provider, code: str, cookie: str) -> Mapping[str, Any]:
        """Return the claims of the ID token that the provider gives for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": _derived("verifier", cookie),
        }
        headers = {}
        if provider.sealed_secret is None:
            form["client_id"] = provider.client
        else:
            secret = self._safe.open(provider.sealed_secret, _context(provider.issuer)).decode()
            headers["authorization"] = _basic(provider.client, secret)
        try:
            body = await fetch(
                provider.token_endpoint,
                self._allowed,
                most=_MOST_BYTES,
                form=form,
                headers=headers,
            )
            text = parse(body)["id_token"]
        except (InventoryError, KeyError, TypeError):
            raise NotSignedInThere from None
        issuer = (await issuers.trusted(self._database)).get(provider.issuer)
        if issuer is None or not isinstance(text, str) or len(text) > _MOST_BYTES:
            raise NotSignedInThere
        claims = await self._verified(text, issuer)
        if not _is_for(claims, provider, issuer, _derived("nonce", cookie)):
            raise NotSignedInThere
        return claims

    async def _verified(self, text: str, issuer: Issuer) -> Mapping[str, Any]:
        try:
            header = parse(base64.urlsafe_b64decode(text.split(".", maxsplit=1)[0] + "=="))
            key = await self._key_sets.of(issuer).key(header.get("kid"))
            if key is None:
                raise NotSignedInThere
            return jwt.decode(text, key, algorithms=list(issuer.algorithms)).claims
        except (JoseError, Invalid, ValueError, KeyError, TypeError, AttributeError):
            raise NotSignedInThere from None


async def offer(
    database: Database,
    safe: Safe,
    issuer: str,
    *,
    title: str,
    client: str,
    secret: str | None,
    authorization_endpoint: str,
    token_endpoint: str,
) -> None:
    """Offer to sign in at a provider whose issuer is trusted, as its client `client`.

    Raises NoSuchIssuer, and Invalid for endpoints that are no web addresses or what is empty.
    """
    for url in (authorization_endpoint, token_endpoint):
        if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
            raise Invalid(f"{url!r} is no web address.", hint="Give an https address.")
    if not title.strip() or not client.strip() or secret == "":
        raise Invalid("Title, client and secret are not empty.", hint="Give all of them.")
    if not await issuers.is_trusted(database, issuer):
        raise NoSuchIssuer(issuer)
    sealed = None if secret is None else safe.seal(secret.encode(), _context(issuer))
    await database.execute(
        SQL.offer_provider, issuer, title, client, sealed, authorization_endpoint, token_endpoint
    )


async def providers(database: Database) -> Sequence[Row]:
    """Return the providers at which people can sign in: rows of issuer and title."""
    return await database.fetch(SQL.list_providers)


async def provider_of(database: Database, issuer: str) -> Provider | None:
    """Return the provider of that issuer; None where nobody signs in at it."""
    row = await database.row(SQL.provider_by_issuer, issuer)
    return Provider(**row) if row else None


def _is_for(claims: Mapping[str, Any], provider: Provider, issuer: Issuer, nonce: str) -> bool:
    audience, at = claims.get("aud"), now().timestamp()
    leeway = issuer.leeway.total_seconds()
    named = audience if isinstance(audience, list) else [audience]
    expires, issued = claims.get("exp"), claims.get("iat")
    return (
        claims.get("iss") == provider.issuer
        and provider.client in named
        and (len(named) == 1 or claims.get("azp") == provider.client)
        and isinstance(claims.get("sub"), str)
        and is_time(expires)
        and is_time(issued)
        and at < expires + leeway
        and issued <= at + leeway
        and isinstance(claims.get("nonce"), str)
        and hmac.compare_digest(claims["nonce"], nonce)
    )


def _basic(client: str, secret: str) -> str:
    """Return the header of RFC 6749 section 2.3.1: both parts are encoded first."""
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _context(issuer: str) -> str:
    return f"client secret at {issuer}"


def _derived(what: str, cookie: str) -> str:
    return _base64(hashlib.sha256(f"{what} {cookie}".encode()))


def _base64(hashed: Any) -> str:
    return base64.urlsafe_b64encode(hashed.digest()).decode().rstrip("=")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
