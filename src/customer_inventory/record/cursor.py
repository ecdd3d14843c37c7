"""Cursors: a position in an order, as opaque text that is checked when it comes back.

A cursor holds the keys of a record at the edge of a page, so that it stays good when that record
or any other is changed, made or removed. It fits one record type and one order, and a check sum
tells when it was cut or altered; whoever forges one reaches only another position.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import encode, parse
from customer_inventory.store.keyset import Key
from customer_inventory.store.where import Order

_LONGEST = 6000
_LONGEST_NUMBER = 400
_CHECKED = 8


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the record of `text`, or before it (`backwards`).

    An empty text is the beginning of the list, or its end.
    """

    text: str = ""
    backwards: bool = False

    @property
    def name(self) -> str:
        """The parameter that asks for it."""
        return "before" if self.backwards else "after"


def written(declared: RecordType, order: Sequence[Order], values: Sequence[Any]) -> str:
    """Return the cursor of the record whose keys in `order`, id included, are `values`."""
    texts = [None if value is None else _text(value) for value in values]
    content = encode([_check(declared, order, texts), *texts])
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def read(
    declared: RecordType, order: Sequence[Order], keys: Sequence[Key], cursor: Cursor
) -> list[Any] | None:
    """Return the values that `cursor` holds, one for each of `keys`; None for an empty one.

    Raises Invalid (invalidPage) for a cursor that is not whole, or of another list.
    """
    if not cursor.text:
        return None
    try:
        check, *texts = _opened(cursor.text)
        if len(texts) != len(keys) or check != _check(declared, order, texts):
            raise _spoilt(cursor)
        return [
            None if text is None else _OF_KIND[key.kind](text)
            for key, text in zip(keys, texts, strict=True)
        ]
    except (binascii.Error, ValueError, TypeError, Invalid):
        raise _spoilt(cursor) from None


def _opened(text: str) -> list[Any]:
    if len(text) > _LONGEST or not text.isascii():
        raise ValueError
    padded = text + "=" * (-len(text) % 4)
    content = parse(base64.b64decode(padded, altchars=b"-_", validate=True))
    if not isinstance(content, list) or not content:
        raise ValueError
    return content


def _spoilt(cursor: Cursor) -> Invalid:
    return Invalid(
        "is no cursor of this list in this order.",
        path=cursor.name,
        hint="Follow the links of an answer; an empty after= begins at the beginning.",
        code="invalidPage",
    )


def _check(declared: RecordType, order: Sequence[Order], texts: Sequence[Any]) -> str:
    said = encode([declared.name, [(key.path, key.descending) for key in order], texts])
    return hashlib.blake2b(said, digest_size=_CHECKED).hexdigest()


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _instant(text: Any) -> datetime:
    instant = parse_instant(text)
    if instant is None:
        raise ValueError
    return instant


def _number(text: Any) -> Decimal:
    try:
        number = Decimal(text[:_LONGEST_NUMBER])
    except InvalidOperation:
        raise ValueError from None
    if not number.is_finite():
        raise ValueError
    return number


def _string(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError
    return text


_OF_KIND: dict[str, Callable[[Any], Any]] = {
    "text": _string,
    "timestamptz": _instant,
    "numeric": _number,
}
