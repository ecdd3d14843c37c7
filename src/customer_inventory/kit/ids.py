"""Identifiers that carry their placement.

An id is 26 characters of Crockford's base 32 in lower case: two for the *bucket*
(0 to 1023, the distribution key of every table) and 24 for 120 bits of value. A record
that refers to a subject is made in that subject's bucket, so all that is known about
one subject lies together. The bucket is placement, never truth: it is read from the id
without a query, and nothing but placement may follow from it.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Iterable
from functools import lru_cache

BUCKETS = 1024
LENGTH = 26
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

_VALUE = {char: number for number, char in enumerate(ALPHABET)}
_PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)
_BUCKET = {pair: number for number, pair in enumerate(_PAIRS)}
_ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_RANDOM_BITS = 72
_VALUE_BITS = 120


def new_id(bucket: int | None = None) -> str:
    """Return a fresh id in `bucket` (a random one when None), ordered by time within it.

    The value is 48 bits of Unix milliseconds and 72 random bits.
    """
    if bucket is None:
        bucket = secrets.randbelow(BUCKETS)
    millis = time.time_ns() // 1_000_000
    return compose(bucket, millis << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS))


def derived_id(bucket: int, *key: str) -> str:
    """Return the id that `key` always has in `bucket`: the same key, the same id.

    Captures use it so that loading a source twice finds what it made the first time.
    """
    digest = hashlib.blake2b("\x1f".join(key).encode(), digest_size=_VALUE_BITS // 8)
    return compose(bucket, int.from_bytes(digest.digest()))


def compose(bucket: int, value: int) -> str:
    """Return the id of `bucket` (0 to 1023) and `value` (120 bits)."""
    pairs = [_PAIRS[bucket]]
    pairs += [_PAIRS[value >> shift & 1023] for shift in range(_VALUE_BITS - 10, -1, -10)]
    return "".join(pairs)


def is_id(text: str) -> bool:
    """Tell whether `text` has the form of an id of this inventory."""
    return _ID.fullmatch(text) is not None


def buckets_of(ids: Iterable[str]) -> list[int]:
    """Return the buckets of many ids, each likely to be asked for once."""
    is_id = _ID.fullmatch
    return [_BUCKET[each[:2]] if is_id(each) else bucket_of(each) for each in ids]


@lru_cache(maxsize=16_384)  # a record is named by others near it: most are asked for again
def bucket_of(text: str) -> int:
    """Return the bucket of an id; any other text (a foreign key) has a stable one too."""
    if _ID.fullmatch(text) is not None:
        return _BUCKET[text[:2]]
    digest = hashlib.blake2b(text.encode(), digest_size=2).digest()
    return int.from_bytes(digest) % BUCKETS
