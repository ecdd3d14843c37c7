"""The second factor: codes of an authenticator (TOTP, RFC 6238), each good once; recovery codes."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

import pyotp

from customer_inventory.kit.clock import now
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.safe import Safe
from customer_inventory.store.sql import beside

SQL = beside(__name__)

ISSUER = "Customer Inventory"
RECOVERY_CODES = 10
_STEP_SECONDS = 30
_DIGITS = 6
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """Return a new secret of an authenticator: 160 bits in base 32."""
    return pyotp.random_base32()


def address(secret: str, person: str) -> str:
    """Return the `otpauth:` address that authenticators read."""
    return pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=ISSUER)


def step_of(secret: str, code: str) -> int | None:
    """Return the time step whose code this is: now, the one before or after; None for none."""
    totp, present = pyotp.TOTP(secret), int(now().timestamp()) // _STEP_SECONDS
    found = None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


async def take(database: Database, safe: Safe, person: str, sealed: bytes, code: str) -> bool:
    """Tell whether `code` is a good one of a person's authenticator, or a recovery code.

    It is good once: of an authenticator no code of the same or an earlier time step is taken
    again, a recovery code is gone.
    """
    plain = "".join(code.split()).replace("-", "").lower()
    if len(plain) == _DIGITS and plain.isascii() and plain.isdigit():
        step = step_of(safe.open(sealed, context(person)).decode(), plain)
        return step is not None and bool(await database.value(SQL.take_step, person, step))
    return bool(await database.value(SQL.take_recovery_code, person, _digest(plain)))


async def renew_recovery_codes(connection: Connection, person: str) -> Sequence[str]:
    """Return new recovery codes of a person, shown once; those before are gone."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    await connection.execute(SQL.drop_recovery_codes, person)
    await connection.execute(SQL.keep_recovery_codes, person, [_digest(code) for code in codes])
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def context(person: str) -> str:
    """Return the context in which the secret of a person's authenticator is sealed."""
    return f"second factor {person}"


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
