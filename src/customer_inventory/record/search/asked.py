"""What somebody searches for, understood: the groups of keys that a record must have."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.search import fold, phone
from customer_inventory.record.search.key import (
    ADDRESS,
    EMAIL,
    NAME,
    PHONE,
    SERVICE,
    identifier_key,
    pair,
)

LONGEST = 200
MOST_WORDS = 8
MOST_MEANT = 10
"""So many words of the dictionary a word may mean."""

Group = tuple[str, ...]
"""Keys of which a record must have one."""
Likely = Mapping[str, Mapping[str, float]]
"""For each word asked for, the words that may be meant and how alike they are."""


@dataclass(frozen=True)
class Asked:
    """A search, taken apart: its text, its folded words, and the words as they were written."""

    text: str
    words: tuple[str, ...]
    written: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, text: str) -> "Asked":
        """Return what `text` asks for; raise Invalid when it asks for nothing or for too much."""
        text = re.sub(r"\s+", " ", text).strip()
        if len(text) > LONGEST:
            raise Invalid(f"is longer than {LONGEST} characters.", path="q", hint="Ask for less.")
        if not fold.identifier(text):
            raise Invalid(
                "holds no letter or digit.",
                path="q",
                hint="Give a name, number, address or identifier.",
            )
        words = fold.words(text)
        return cls(text, tuple(dict.fromkeys(words))[:MOST_WORDS], tuple(text.split(" ")))

    def whole(self) -> dict[str, float]:
        """Return the keys of the text as one value, each with what a hit by it is worth."""
        keys = dict.fromkeys(identifier_key(self.text), 1.0)
        keys |= dict.fromkeys(identifier_key(self.text, SERVICE), 1.0)
        if "@" in self.text:
            keys[f"{EMAIL}{fold.mail(self.text)}"] = 1.0
        if phone.is_written_so(self.text):
            keys |= _phone_keys(self.text)
        if len(self.words) > 1:
            keys[f"{ADDRESS}{''.join(self.words)[: fold.LONGEST_WORD]}"] = 0.8
        return keys

    def of_word(self, word: str, likely: Likely) -> dict[str, float]:
        """Return the keys of one word among several, each with what it is worth."""
        keys = {f"{NAME}{meant}": alike for meant, alike in likely[word].items()}
        keys[f"{ADDRESS}{word}"] = 0.9
        if any(character.isdigit() for character in word):
            keys |= dict.fromkeys(identifier_key(word), 1.0)
            keys |= dict.fromkeys(identifier_key(word, SERVICE), 1.0)
            if phone.is_written_so(word):
                keys |= _phone_keys(word)
        return keys

    def exactly(self) -> list[Group]:
        """Return the groups of a record whose name has these very words."""
        if len(self.words) == 1:
            return [(f"{NAME}{self.words[0]}", f"{ADDRESS}{self.words[0]}")]
        return [(pair(one, other),) for one, other in _pairs(self.words)]

    def nearly(self, likely: Likely) -> list[Group]:
        """Return the groups of a record whose name has words that may be meant."""
        if len(self.words) == 1:
            return [tuple(f"{NAME}{meant}" for meant in likely[self.words[0]])]
        return [
            tuple(pair(*both) for both in product(likely[one], likely[other]))
            for one, other in _pairs(self.words)
        ]

    def scattered(self, likely: Likely) -> list[Group]:
        """Return the groups of a record that has each word somewhere, in names and elsewhere."""
        return [tuple(self.of_word(word, likely)) for word in self.words]

    def worth(self, likely: Likely) -> tuple[dict[str, float], Sequence[dict[str, float]]]:
        """Return what keys are worth: those of the whole text, and those of each word."""
        return self.whole(), [self.of_word(word, likely) for word in self.words]


def widest(ways: Sequence[Sequence[Group]]) -> list[Sequence[Group]]:
    """Return those of `ways` that find what no other of them finds."""
    found: list[Sequence[Group]] = []
    for way in ways:
        if not any(_is_within(way, other) for other in found):
            found = [other for other in found if not _is_within(other, way)]
            found.append(way)
    return found


def _is_within(way: Sequence[Group], other: Sequence[Group]) -> bool:
    """Tell whether whatever has a key of each group of `way` has one of each of `other`."""
    return len(way) == len(other) and all(
        set(group) <= set(wider) for group, wider in zip(way, other, strict=True)
    )


def _phone_keys(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for key in phone.asked(text):
        worth = 1.0 if key.startswith("+") else 0.95
        found |= {f"{PHONE}{key}": worth, f"{SERVICE}{key}": worth}
    return found


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs that hold every one of two words or more."""
    found = list(pairwise(words))
    return found[::2] if len(words) % 2 == 0 else [*found[::2], found[-1]]
