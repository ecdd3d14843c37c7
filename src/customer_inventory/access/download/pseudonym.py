"""Ids replaced by pseudonyms of one recipient domain: two recipients cannot join their files.

Every id of the inventory, wherever it stands in a document, becomes an id of the same form that is
always the same within the domain. What other systems call a record is left out.
"""

import hashlib
import hmac
import re

from customer_inventory.kit.ids import ALPHABET, LENGTH, compose
from customer_inventory.record.document import EXTERNAL_IDENTIFIERS, encode, parse_object

_ID = re.compile(rb"(?<![0-9A-Za-z])[%b]{%d}(?![0-9A-Za-z])" % (ALPHABET.encode(), LENGTH))


class Pseudonyms:
    """The pseudonyms of one domain."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, identifier: str) -> str:
        """Return the pseudonym of an id."""
        number = int.from_bytes(hmac.digest(self._key, identifier.encode(), hashlib.sha256)[:17])
        return compose(number >> 120 & 1023, number & (1 << 120) - 1)

    def replaced(self, document: bytes) -> bytes:
        """Return a document (JSON) with pseudonyms in place of ids, without foreign keys."""
        if any(name.encode() in document for name in EXTERNAL_IDENTIFIERS):
            members = parse_object(document)
            document = encode(
                {name: value for name, value in members.items() if name not in EXTERNAL_IDENTIFIERS}
            )
        return _ID.sub(lambda found: self.of(found[0].decode()).encode(), document)
