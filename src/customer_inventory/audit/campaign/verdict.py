"""Verdicts: what an auditor finds of each element, and what a record comes to by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from customer_inventory.audit.campaign.campaign import Compared
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import encode

Word = Literal["agrees", "differs", "cannotTell"]
Outcome = Literal["conforming", "nonconforming", "untold"]

_LONGEST_VALUE = 4000
_LONGEST_REFERENCE = 500
_MOST_ATTACHMENTS = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """What verdicts are based on: what was compared with, a reference to it, attached files."""

    kind: Compared
    reference: str = ""
    attachments: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise Invalid for what is none."""
        if self.kind not in get_args(Compared):
            raise Invalid(f"must be one of {', '.join(get_args(Compared))}.", path="evidence.kind")
        if len(self.reference) > _LONGEST_REFERENCE:
            raise Invalid(
                f"is longer than {_LONGEST_REFERENCE} characters.", path="evidence.reference"
            )
        if len(self.attachments) > _MOST_ATTACHMENTS:
            raise Invalid(f"are more than {_MOST_ATTACHMENTS} files.", path="evidence.attachment")
        if not self.reference.strip() and not self.attachments:
            raise Invalid(
                "is missing.",
                path="evidence",
                hint="Say what was seen or who was called, or attach a file.",
            )

    def shown(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "kind": self.kind,
            "reference": self.reference,
            "attachment": list(self.attachments),
        }


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A verdict on every element; the right value of each that differs (None: there is none)."""

    words: Mapping[str, Word]
    right: Mapping[str, Any] = field(default_factory=dict)

    def check(self, elements: Sequence[str]) -> None:
        """Raise Invalid unless there is a verdict on each of `elements`, and on nothing else."""
        for path in elements:
            if path not in self.words:
                raise Invalid("has no verdict.", path=path, hint=f"One of: {_WORDS}.")
        for path in (*self.words, *self.right):
            if path not in elements:
                raise Invalid("is no element of this campaign.", path=path[:100])
        for path, word in self.words.items():
            self._check(path, word)

    def _check(self, path: str, word: Word) -> None:
        if word not in get_args(Word):
            raise Invalid(f"must be one of {_WORDS}.", path=path)
        if (word == "differs") != (path in self.right):
            raise Invalid("has a right value if it differs, and only then.", path=path)
        if len(encode(self.right.get(path))) > _LONGEST_VALUE:
            raise Invalid(f"is longer than {_LONGEST_VALUE} bytes.", path=path)

    @property
    def outcome(self) -> Outcome:
        """What the record comes to: one difference makes it nonconforming."""
        if "differs" in self.words.values():
            return "nonconforming"
        return "untold" if "cannotTell" in self.words.values() else "conforming"


_WORDS = ", ".join(get_args(Word))


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of pairs of verdicts; None where chance alone would agree always.

    J. Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    if not pairs:
        return None
    words = {word for pair in pairs for word in pair}
    observed = sum(one == other for one, other in pairs) / len(pairs)
    by_chance = (
        sum(
            sum(one == word for one, _ in pairs) * sum(other == word for _, other in pairs)
            for word in words
        )
        / len(pairs) ** 2
    )
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)
