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

_LEDGER = "customer-inventory/access-ledger"
_ED25519 = b"\x01"
_ID_BYTES = 4


@dataclass(frozen=True)
class Checkpoint:
    """What a note states: so many entries, with this root."""

    size: int
    root: bytes


class BadNote(Invalid):
    """A note that is not well formed, or not signed by the key."""


def origin_of(log: str) -> str:
    """Return the origin line of the notes of the log with that id (empty: made before ids)."""
    return f"{_LEDGER}/{log}" if log else _LEDGER


def is_of(note: str, log: str) -> bool:
    """Tell whether `note` says that it is of that log; who signed it is another matter."""
    return note.partition("\n")[0] == origin_of(log)


def key_id(public: bytes, origin: str) -> bytes:
    """Return the four bytes by which a note of `origin` names the key that signed it."""
    return hashlib.sha256(b"%b\n%b%b" % (origin.encode(), _ED25519, public)).digest()[:_ID_BYTES]


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

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`, which must say what kind of statement it is."""
        return self._key.sign(message)

    def note(self, checkpoint: Checkpoint, log: str) -> str:
        """Return the signed note of `checkpoint` of the log with that id."""
        origin, root = origin_of(log), base64.b64encode(checkpoint.root).decode()
        body = f"{origin}\n{checkpoint.size}\n{root}\n"
        signature = key_id(self.public, origin) + self._key.sign(body.encode())
        return f"{body}\n\N{EM DASH} {origin} {base64.b64encode(signature).decode()}\n"


def read_note(note: str, public: bytes, log: str) -> Checkpoint:
    """Return what `note` states of `log`; raise BadNote unless `public` signed just that."""
    try:
        body, signed = note.split("\n\n", 1)
        origin, size, root = body.split("\n")
        signature = base64.b64decode(signed.rstrip("\n").split(" ")[2], validate=True)
        checkpoint = Checkpoint(int(size), base64.b64decode(root, validate=True))
    except (ValueError, IndexError):
        raise BadNote("This is no checkpoint note.", hint="It has six lines.") from None
    if origin != origin_of(log):
        raise BadNote(f"It is of another log, {origin}.", hint="Was the database replaced?")
    if signature[:_ID_BYTES] != key_id(public, origin):
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
