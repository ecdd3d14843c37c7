"""Signed checkpoints: size and root of the log as a C2SP signed note (tlog-checkpoint), Ed25519."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.store.keyfile import kept

ORIGIN = "customer-inventory/access-ledger"
_ED25519 = b"\x01"
_ID_BYTES = 4


@dataclass(frozen=True)
class Checkpoint:
    """What a note states: so many entries, with this root."""

    size: int
    root: bytes


class BadNote(Invalid):
    """A note that is not well formed, or not signed by the key."""


def key_id(public: bytes) -> bytes:
    """Return the four bytes by which a note names the key that signed it."""
    return hashlib.sha256(b"%b\n%b%b" % (ORIGIN.encode(), _ED25519, public)).digest()[:_ID_BYTES]


class Signer:
    """Signs checkpoints with a key of its own."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )

    @classmethod
    def kept_in(cls, home: Path) -> "Signer":
        """Return the signer whose key lies in `home`, made at the first use, for its owner alone.

        The key is outside the database: who can rewrite the ledger cannot sign what they wrote.
        Raises Unavailable when the file cannot be read or made.
        """
        pem = kept(home, "ledger.pem", _made)
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except ValueError:
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise Unavailable(
                f"{home / 'keys' / 'ledger.pem'} holds no Ed25519 key.",
                hint="Put the right one back; without it new entries are not sealed.",
            )
        return cls(key)

    def note(self, checkpoint: Checkpoint) -> str:
        """Return the signed note of `checkpoint`."""
        root = base64.b64encode(checkpoint.root).decode()
        body = f"{ORIGIN}\n{checkpoint.size}\n{root}\n"
        signature = key_id(self.public) + self._key.sign(body.encode())
        return f"{body}\n\N{EM DASH} {ORIGIN} {base64.b64encode(signature).decode()}\n"


def read_note(note: str, public: bytes) -> Checkpoint:
    """Return what `note` states; raise BadNote unless the key `public` signed just that."""
    try:
        body, signed = note.split("\n\n", 1)
        origin, size, root = body.split("\n")
        signature = base64.b64decode(signed.rstrip("\n").split(" ")[2], validate=True)
        checkpoint = Checkpoint(int(size), base64.b64decode(root, validate=True))
    except (ValueError, IndexError):
        raise BadNote("This is no checkpoint note.", hint="It has six lines.") from None
    if origin != ORIGIN or signature[:_ID_BYTES] != key_id(public):
        raise BadNote("The checkpoint was signed by another key.", hint="Give that key.")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature[_ID_BYTES:], f"{body}\n".encode()
        )
    except (InvalidSignature, ValueError):
        raise BadNote("The signature of the checkpoint does not fit it.") from None
    return checkpoint


def _made() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
