"""Text made comparable: one script, one case, no accents, no marks."""

import re
from functools import lru_cache

from anyascii import anyascii

LONGEST_WORD = 40
"""Letters of a word that count; names are no longer, and an index entry must end somewhere."""
LONGEST_IDENTIFIER = 64

_WORD = re.compile(r"[a-z0-9]+")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]+")
_APOSTROPHES = str.maketrans(dict.fromkeys("'`’‘ʼ"))  # noqa: RUF001 - these are meant


@lru_cache(maxsize=16_384)
def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`, folded to a to z and 0 to 9, in order.

    Every script is written in Latin letters: Лавлейс and Lavleys are one word. An apostrophe
    parts no word: O'Neil is oneil.
    """
    folded = text if text.isascii() else anyascii(text)
    found = _WORD.findall(folded.translate(_APOSTROPHES).lower())
    return tuple(word[:LONGEST_WORD] for word in found)


def identifier(text: str) -> str:
    """Return the letters and digits of an identifier in capitals: how it is parted is nothing."""
    folded = text if text.isascii() else anyascii(text)
    return _NOT_ALPHANUMERIC.sub("", folded.upper())[:LONGEST_IDENTIFIER]


def mail(text: str) -> str:
    """Return an e-mail address as it is compared: no spaces, one case (RFC 5321 is kinder)."""
    return "".join(text.split()).casefold()[:LONGEST_MAIL]


LONGEST_MAIL = 320
