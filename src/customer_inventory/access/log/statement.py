"""Statements signed with the key of the ledger: certificates that can be checked without us.

What is signed names its kind, so that no statement can pass for a checkpoint or for another kind.
"""

from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from customer_inventory.access.log.note import Signer

ALGORITHM = "Ed25519"
ERASURE = "customer-inventory/erasure-certificate"
RETIREMENT = "customer-inventory/ledger-retirement"
AUDIT = "customer-inventory/audit-certificate"


def signing(kind: str, signer: Callable[[], Signer]) -> Callable[[str], Mapping[str, str]]:
    """Return what signs the SHA-256 (hex) of statements of `kind`: algorithm, key and value."""

    def sign(sha256: str) -> Mapping[str, str]:
        own = signer()
        value = own.sign(_message(kind, sha256))
        return {"algorithm": ALGORITHM, "key": own.public.hex(), "value": value.hex()}

    return sign


def is_signed(kind: str, sha256: str, signature: Mapping[str, str], public: bytes) -> bool:
    """Tell whether the key `public` signed the SHA-256 of a statement of `kind`."""
    try:
        value = bytes.fromhex(signature["value"])
        Ed25519PublicKey.from_public_bytes(public).verify(value, _message(kind, sha256))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return signature.get("algorithm") == ALGORITHM


def _message(kind: str, sha256: str) -> bytes:
    return f"{kind}\n{sha256}\n".encode()
