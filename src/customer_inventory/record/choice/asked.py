"""What a purpose asks of the choices of subjects."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

EVERY_NAME = "*"
"""Stands for a choice about a purpose as a whole, without the name of a characteristic."""
LONGEST_WORD = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A purpose that asks for choices, by the words which speak of it, in normal form.

    With `needs_consent` it is shown what belongs to subjects who agreed to one of them and refused
    none; without it, what belongs to nobody who refused.
    """

    words: tuple[str, ...]
    needs_consent: bool


def asked(words: Iterable[str], *, needs_consent: bool) -> Asked:
    """Return what a purpose asks that these words speak of: WORD, or WORD/NAME.

    WORD is a privacyUsagePurpose: every choice about it counts. With the NAME of a characteristic
    (a channel, say) only choices of that name count, and those without any.
    """
    known = {normal(word) for word in words}
    general = {f"{word.partition('/')[0]}/{EVERY_NAME}" for word in known if "/" in word}
    return Asked(tuple(sorted(known | general)), needs_consent)


@lru_cache(maxsize=1024)
def normal(word: str) -> str:
    """Return a word as it is compared: without regard to case and to space around its parts."""
    parts = (part.strip() for part in word.casefold().replace("|", " ").split("/", 1))
    return "/".join(parts)[:LONGEST_WORD]
