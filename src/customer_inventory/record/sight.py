"""What the caller of a read is shown: for which purpose, which records, with which masks.

Whoever verifies a caller makes one (a door's session has it) and hands it to every read. What it
keeps out is kept out by the statement that reads, so that nothing is counted, ranked or told that
is not shown. Work of the house itself, which shows nothing to anybody, sees EVERYTHING.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller is shown.

    `purpose` is what it asks for; None is the house itself, which no restriction keeps out.
    `rows` has a condition by record type (a type without: all its records), `masks` what is done
    to the documents of a type before they are shown (a type without: nothing).
    """

    purpose: str | None = None
    rows: Mapping[str, Hashable] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    masks: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)


EVERYTHING = Sight()
"""All records as they are."""
