"""Clients: how a registered process shows the authorization server who it is."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from customer_inventory.access.oauth.issuer import NoSuchIssuer, is_trusted
from customer_inventory.access.registration import NoSuchProcess, demand_not_house
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.record.document import encode, parse
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

SECRET = "client_secret_basic"  # noqa: S105 - the name of a method
ASSERTION = "private_key_jwt"
EXTERNAL = "external"
LONGEST_ASSERTION = timedelta(hours=1)
SECRET_LIFE = timedelta(days=366)
_OVERLAP = timedelta(hours=12)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_PREFIX = "cinvs_"
_PRIVATE = frozenset("dpqk")


@dataclass(frozen=True)
class Client:
    """A client as it authenticates; `secrets` are the SHA-256 of those that are good."""

    id: str
    process: str
    auth_method: str
    jwks: dict[str, Any] | None
    longest_assertion: timedelta
    dpop_required: bool
    generation: int
    is_active: bool
    secrets: tuple[bytes, ...]


class NoSuchClient(NotFound):
    """No client of that id is registered."""

    def __init__(self, client: str) -> None:
        super().__init__(
            f"There is no client {client!r}.", hint="`cinv access client list` names them all."
        )


async def find(database: Database, client: str) -> Client | None:
    """Return the client of that id; None where there is none."""
    row = await database.row(SQL.client_by_id, client)
    if row is None:
        return None
    return Client(
        row["id"],
        row["process"],
        row["auth_method"],
        parse(row["jwks"]) if row["jwks"] else None,
        row["longest_assertion"],
        row["dpop_required"],
        row["generation"],
        row["state"] == "active" and row["process_state"] == "active",
        tuple(row["secrets"]),
    )


async def register_with_secret(
    database: Database,
    client: str,
    process: str,
    *,
    registered_by: str,
    dpop_required: bool = False,
) -> tuple[str, datetime]:
    """Register a client that shows a secret; return the secret, shown once, and its end.

    With `dpop_required` its tokens count only with a proof (RFC 9449). Raises NoSuchProcess,
    Conflict for an id that is taken, Invalid for one that is none.
    """
    await _register(
        database,
        client,
        process,
        SECRET,
        registered_by=registered_by,
        dpop_required=dpop_required,
    )
    return await new_secret(database, client)


async def register_with_keys(
    database: Database,
    client: str,
    process: str,
    jwks: bytes,
    *,
    registered_by: str,
    longest_assertion: timedelta = timedelta(minutes=5),
    dpop_required: bool = False,
) -> None:
    """Register a client that signs with one of the public keys of `jwks` (RFC 7517).

    Raises as `register_with_secret` does, and Invalid for keys that are none, private or too weak.
    """
    keys = _checked(jwks)
    if not timedelta(0) < longest_assertion <= LONGEST_ASSERTION:
        raise Invalid("An assertion lives an hour at most.", hint="Give a shorter lifetime.")
    await _register(
        database,
        client,
        process,
        ASSERTION,
        jwks=encode(keys),
        longest=longest_assertion,
        registered_by=registered_by,
        dpop_required=dpop_required,
    )


async def register_external(
    database: Database,
    client: str,
    process: str,
    *,
    issuer: str,
    external_id: str,
    registered_by: str,
    dpop_required: bool = False,
) -> None:
    """Register a client that a trusted issuer knows as `external_id`; we issue it no tokens.

    Raises NoSuchProcess, NoSuchIssuer, and Conflict for an id that is taken here or there.
    """
    if not await is_trusted(database, issuer):
        raise NoSuchIssuer(issuer)
    if not external_id.strip():
        raise Invalid("The client has a name at its issuer.", hint="Give it.")
    await _register(
        database,
        client,
        process,
        EXTERNAL,
        issuer=issuer,
        external_id=external_id,
        registered_by=registered_by,
        dpop_required=dpop_required,
    )


async def new_secret(database: Database, client: str) -> tuple[str, datetime]:
    """Return a new secret of a client and its end; those before are good for 12 hours more.

    Raises NoSuchClient, and Conflict for a client that has keys or was revoked.
    """
    known = await find(database, client)
    if known is None:
        raise NoSuchClient(client)
    if known.auth_method != SECRET or not known.is_active:
        raise Conflict(f"The client {client} takes no secret.", hint="It has keys, or has ended.")
    secret, until = _PREFIX + secrets.token_urlsafe(32), now() + SECRET_LIFE
    await database.execute(SQL.keep_secret, client, hashed(secret), until, _OVERLAP)
    return secret, until


async def end_tokens(database: Database, client: str) -> None:
    """End every access token of a client at once; it can get new ones. Raises NoSuchClient."""
    if await database.value(SQL.end_tokens_of_client, client) is None:
        raise NoSuchClient(client)


async def revoke(database: Database, client: str) -> None:
    """End a client for good, and its tokens at once. Raises NoSuchClient."""
    if await database.value(SQL.revoke_client, client) is None:
        raise NoSuchClient(client)


async def resume(database: Database, client: str) -> None:
    """Let a client act again that was suspended; raise NoSuchClient, or Conflict for another."""
    if await database.value(SQL.resume_client, client) is None:
        if await find(database, client) is None:
            raise NoSuchClient(client)
        raise Conflict(f"The client {client} is not suspended.", hint="`client list` has states.")


async def clients(database: Database) -> Sequence[Row]:
    """Return every client: rows without secrets or keys."""
    return await database.fetch(SQL.list_clients)


async def purposes(database: Database, client: Client) -> list[str]:
    """Return for what the process of a client holds grants in force; that it asked is kept."""
    rows = await database.fetch(SQL.purposes_of_client, client.id, client.process)
    return [row["purpose"] for row in rows]


async def use_once(database: Database, what: str, until: datetime) -> bool:
    """Remember `what` until then; return False when it was used before."""
    digest = hashlib.sha256(what.encode()).digest()
    return await database.value(SQL.use_once, digest, until) is not None


def hashed(secret: str) -> bytes:
    """Return what is kept of a secret. It is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).digest()


async def _register(
    database: Database,
    client: str,
    process: str,
    method: str,
    *,
    registered_by: str,
    jwks: bytes | None = None,
    longest: timedelta = timedelta(minutes=5),
    issuer: str | None = None,
    external_id: str | None = None,
    dpop_required: bool = False,
) -> None:
    if not _NAME.fullmatch(client):
        raise Invalid(f"{client!r} is no client id.", hint="Write a-z, 0-9 and hyphens.")
    demand_not_house(process)
    if not await database.value(SQL.is_process, process):
        raise NoSuchProcess(process)
    await database.execute(
        SQL.register_client,
        client,
        process,
        method,
        jwks,
        longest,
        registered_by,
        issuer,
        external_id,
        dpop_required,
    )


def _checked(jwks: bytes) -> dict[str, Any]:
    hint = 'Give a JWK set: {"keys": [{"kty": "EC", …}]}, public halves only.'
    value = parse(jwks)
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise Invalid("This is no JWK set.", hint=hint)
    if any(_PRIVATE & key.keys() or key.get("kty") == "oct" for key in keys):
        raise Invalid("The set holds a private or shared key.", hint=hint)
    try:
        KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Invalid("A key of the set cannot be read.", hint=hint) from error
    return {"keys": keys}
