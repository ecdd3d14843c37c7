"""A password as the server keeps it (RFC 5803): the password itself is never sent, nor logged."""

import base64
import hashlib
import hmac
import secrets

from customer_inventory.kit.errors import Invalid

LEAST = 16
_ITERATIONS = 4096


def verifier(password: str) -> str:
    """Return the SCRAM-SHA-256 verifier of a password; raise Invalid for one that is too weak.

    Printable ASCII alone: other characters mean the same in several ways (RFC 4013).
    """
    if len(password) < LEAST or not all(" " <= each <= "~" for each in password):
        raise Invalid(
            f"must be {LEAST} or more printable characters of ASCII.",
            path="password",
            hint="Let a program draw it: `openssl rand -base64 24`.",
        )
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(_mac(salted, b"Client Key")).digest()
    server = _mac(salted, b"Server Key")
    return f"SCRAM-SHA-256${_ITERATIONS}:{_text(salt)}${_text(stored)}:{_text(server)}"


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, said, "sha256").digest()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
