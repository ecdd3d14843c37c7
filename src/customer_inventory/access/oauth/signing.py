"""The keys that sign access tokens, and their rotation: next, active, retired, gone.

The next key is published before it signs, so that whoever caches our keys has it by then; a
retired one stays published until the last token it signed has long expired.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from joserfc.jwk import ECKey, KeySet

from customer_inventory.kit.clock import now
from customer_inventory.record.document import encode, parse
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.safe import Safe
from customer_inventory.store.sql import beside

SQL = beside(__name__)

ALGORITHM = "ES256"
ROTATED_EVERY = timedelta(days=30)
_KEPT_RETIRED = timedelta(days=1)
_ONE_ROTATION = 0x6B657973  # "keys"
_REMEMBERED = timedelta(seconds=30)


class SigningKeys:
    """The signing keys of one inventory."""

    def __init__(self, database: Database, safe: Safe) -> None:
        self._database = database
        self._safe = safe
        self._rows: Sequence[Row] = ()
        self._good_until = now()

    def forget(self) -> None:
        """Read the keys anew at the next use."""
        self._good_until = now()

    async def active(self) -> ECKey:
        """Return the key that signs, rotated when it is due; made at the first use."""
        rows = await self._read()
        active = next((row for row in rows if row["state"] == "active"), None)
        if active is None or now() - active["changed_at"] > ROTATED_EVERY:
            await self.rotate(only_if_due=True)
            rows = await self._read()
            active = next(row for row in rows if row["state"] == "active")
        private = self._safe.open(active["sealed_private"], active["kid"])
        return ECKey.import_key(parse(private))

    async def listed(self) -> Sequence[Row]:
        """Return every key that is published: rows of kid, state, public_jwk and changed_at."""
        return await self._read()

    async def published(self) -> dict[str, Any]:
        """Return the JWK set (RFC 7517) of every public key whose signature counts or will."""
        return {"keys": [parse(row["public_jwk"]) for row in await self._read()]}

    async def trusted(self) -> KeySet:
        """Return the public keys whose signatures count."""
        return KeySet.import_key_set(await self.published())  # type: ignore[arg-type]

    async def rotate(self, *, only_if_due: bool = False) -> None:
        """Let the next key sign, retire the one that did, make a new next one."""
        async with self._database.transaction() as connection:
            await connection.execute(SQL.lock_signing_keys, _ONE_ROTATION)
            states = {row["state"]: row for row in await connection.fetch(SQL.signing_keys)}
            is_due = "active" not in states or (
                now() - states["active"]["changed_at"] > ROTATED_EVERY
            )
            if is_due or not only_if_due:
                await self._rotate(connection, has_next="next" in states)
        self.forget()

    async def _rotate(self, connection: Connection, *, has_next: bool) -> None:
        await connection.execute(SQL.drop_retired_keys, _KEPT_RETIRED)
        await connection.execute(SQL.retire_active_key)
        if has_next:
            await connection.execute(SQL.activate_next_key)
        else:
            await self._make(connection, "active")
        await self._make(connection, "next")

    async def _make(self, connection: Connection, state: str) -> None:
        kid = secrets.token_hex(8)
        parameters = {"use": "sig", "alg": ALGORITHM, "kid": kid}
        key = ECKey.generate_key("P-256", parameters=parameters)  # type: ignore[arg-type]
        public, private = encode(key.as_dict(private=False)), encode(key.as_dict(private=True))
        await connection.execute(SQL.keep_key, kid, state, public, self._safe.seal(private, kid))

    async def _read(self) -> Sequence[Row]:
        if now() >= self._good_until:
            self._rows = await self._database.fetch(SQL.signing_keys)
            self._good_until = now() + _REMEMBERED
        return self._rows
