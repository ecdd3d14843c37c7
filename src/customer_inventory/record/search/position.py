"""A position among hits as text, for those who come back for the next page."""

import base64
import binascii

import msgspec

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.search.find import Position

_decode = msgspec.json.Decoder(tuple[float, str, str]).decode


def text_of(position: Position) -> str:
    """Return the text that `position_of` reads."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def position_of(text: str) -> Position:
    """Return the position that `text` tells; raise Invalid for text that tells none."""
    try:
        padded = text + "=" * (-len(text) % 4)
        return Position(*_decode(base64.urlsafe_b64decode(padded.encode("ascii"))))
    except (binascii.Error, UnicodeError, msgspec.DecodeError):
        raise Invalid(
            "is no position.", path="after", hint="Send `after` of the page before."
        ) from None
