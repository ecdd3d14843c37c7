"""Key sets of issuers (RFC 7517), fetched from the one address that is pinned for each.

Whoever sends tokens cannot drive what we send: an unknown key makes us look once a minute at most,
and what was fetched stays while it cannot be fetched again.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from customer_inventory.access.oauth.issuer import Issuer
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.record.document import parse
from customer_inventory.store.fetch import fetch
from customer_inventory.store.outward import Allowed, Resolve, resolve

log = logging.getLogger(__name__)

MOST_BYTES = 262_144
MOST_KEYS = 100
_AGAIN_AFTER = timedelta(minutes=1)
_OLD_AFTER = timedelta(hours=1)
_LEAST_RSA_BITS = 2048
_KINDS: Mapping[str, type[ECKey] | type[RSAKey] | type[OKPKey]] = {
    "EC": ECKey,
    "RSA": RSAKey,
    "OKP": OKPKey,
}
_NEVER = datetime.fromisoformat("2000-01-01T00:00Z")


class KeySet:
    """The public keys of one issuer, by their id."""

    def __init__(self, uri: str, allowed: Allowed, *, resolving: Resolve = resolve) -> None:
        self.uri = uri
        self._allowed = allowed
        self._resolving = resolving
        self._keys: dict[str | None, Key] = {}
        self._looked_at = self._fetched_at = _NEVER
        self._one_look = asyncio.Lock()

    async def key(self, kid: str | None) -> Key | None:
        """Return the key of that id (None: the only one there is); None where there is none."""
        key = self._known(kid)
        if key is not None and now() - self._fetched_at < _OLD_AFTER:
            return key
        async with self._one_look:
            is_due = now() - self._looked_at >= _AGAIN_AFTER
            if is_due and (self._known(kid) is None or now() - self._fetched_at >= _OLD_AFTER):
                await self._look()
        return self._known(kid)

    def _known(self, kid: str | None) -> Key | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid) if kid is not None else None

    async def _look(self) -> None:
        self._looked_at = now()
        try:
            body = await fetch(self.uri, self._allowed, most=MOST_BYTES, resolving=self._resolving)
            self._keys = public_keys(parse(body))
            self._fetched_at = now()
        except InventoryError as error:
            # Those that we have go on: a provider that is down must not stop its callers here.
            log.warning("the keys at %s were not fetched: %s", self.uri, error)


class KeySets:
    """The key sets of all issuers, each fetched when it is first needed."""

    def __init__(self, allowed: Allowed, *, resolving: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolving = resolving
        self._of: dict[str, KeySet] = {}

    def of(self, issuer: Issuer) -> KeySet:
        """Return the key set of an issuer."""
        known = self._of.get(issuer.issuer)
        if known is None or known.uri != issuer.jwks_uri:
            known = KeySet(issuer.jwks_uri, self._allowed, resolving=self._resolving)
            self._of[issuer.issuer] = known
        return known


def public_keys(value: Any) -> dict[str | None, Key]:
    """Return the keys of a key set that can verify signatures; others are passed over.

    Raises Invalid for what is no key set, has too many keys, or none that we can use.
    """
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        raise Invalid(f"It is no key set of 1 to {MOST_KEYS} keys.")
    found: dict[str | None, Key] = {}
    for one in keys:
        key = _public_key(one)
        if key is not None:
            found[key.kid] = key
    if not found:
        raise Invalid("The key set has no key that verifies signatures.")
    return found


def _public_key(value: Any) -> Key | None:
    kind = _KINDS.get(str(value.get("kty"))) if isinstance(value, dict) else None
    if kind is None or value.get("use", "sig") != "sig":
        return None
    try:
        key = kind.import_key(value)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    if isinstance(key, RSAKey) and key.raw_value.key_size < _LEAST_RSA_BITS:
        return None
    return key
