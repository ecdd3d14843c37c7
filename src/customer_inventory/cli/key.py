"""Public keys as commands take them."""

from customer_inventory.kit.errors import Invalid

_BYTES = 32


def public_key(text: str) -> bytes:
    """Return the Ed25519 public key that `text` writes in hexadecimal; raise Invalid for none."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise Invalid("This is no public key.", hint="Give its 64 hexadecimal digits.")
    return key
