"""The ways a value is masked: each is a function from a value to what is shown of it.

A way that has nothing to say of a value (the year of a telephone number) shows nothing of it. What
is shown of a text in part begins with stars, what stands for it with `h:`, so that either is known
again when somebody sends it back.
"""

import base64
import hmac
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from customer_inventory.kit.errors import Invalid

GONE: Any = object()
"""Shown of a value of which nothing is shown."""

Show = Callable[[Any], Any]
"""Returns what is shown of a value that is no list and no object; GONE for nothing."""

STARS = "***"
_HASH = "h:"
_HASH_BYTES = 15
_LAST = 4
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])([-T].*)?", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_BUCKET = re.compile(r"bucket(?::([1-9][0-9]{0,8}))?")
_USUAL_BUCKET = 100

KINDS = ("hidden", "hashed", "last4", "domain", "year", "month", "initial", "bucket")
"""The ways there are; `bucket:50` says how wide the buckets are."""


def show_of(kind: str, key: bytes) -> Show | None:
    """Return the way named `kind`, None for `hidden`. Hashes are made with `key`.

    Raises Invalid for a kind that is none.
    """
    if kind == "hidden":
        return None
    if kind == "hashed":
        return lambda value: _hashed(key, value)
    if kind in _SHOWS:
        return _SHOWS[kind]
    match = _BUCKET.fullmatch(kind)
    if match is None:
        raise Invalid(
            f"{kind[:50]!r} is no way to mask.",
            path="masks",
            hint=f"Known: {', '.join(KINDS)}; bucket:50 for buckets of 50.",
            code="invalidMask",
        )
    width = int(match[1] or _USUAL_BUCKET)
    return lambda value: _bucket(width, value)


def is_mask(value: Any) -> bool:
    """Tell whether `value` is what a masked text is shown as, rather than a text itself."""
    return isinstance(value, str) and (
        value.startswith(STARS)
        or (value.startswith(_HASH) and len(value) == len(_HASH) + _HASH_BYTES * 4 // 3)
    )


def _hashed(key: bytes, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return GONE
    digest = hmac.digest(key, str(value).encode("utf-8", "surrogatepass"), "sha256")
    return _HASH + base64.urlsafe_b64encode(digest[:_HASH_BYTES]).decode()


def _last4(value: Any) -> Any:
    if not isinstance(value, str):
        return GONE
    # Of a short text four characters would be most of it.
    return STARS + value[-_LAST:] if len(value) > 2 * _LAST else STARS


def _domain(value: Any) -> Any:
    if not isinstance(value, str) or "@" not in value:
        return GONE
    return f"{STARS}@{value.rpartition('@')[2]}"


def _year(value: Any) -> Any:
    match = _MONTH.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else GONE


def _month(value: Any) -> Any:
    match = _MONTH.fullmatch(value) if isinstance(value, str) else None
    return f"{match[1]}-{match[2]}" if match else GONE


def _initial(value: Any) -> Any:
    return f"{STARS}{value.lstrip()[0]}." if isinstance(value, str) and value.strip() else GONE


def _bucket(width: int, value: Any) -> Any:
    """Return the lower bound of the bucket that a number is in; of a number in text, as text."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return str(int(Decimal(value) // width * width))
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return GONE
    return int(value // width * width)


_SHOWS: dict[str, Show] = {
    "last4": _last4,
    "domain": _domain,
    "year": _year,
    "month": _month,
    "initial": _initial,
}
