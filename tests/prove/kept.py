"""What clients keep of their requests: a line before each, and one after it, never changed again.

All clients share a clock (CLOCK_MONOTONIC is one for a machine). A request without a second line,
or with status 0, may have happened or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

A, B = "location", "placeOfBirth"
"""The two attributes of a person that clients write; every value is written once in a run."""


class Asked(msgspec.Struct, frozen=True):
    """A request that is about to be made."""

    lane: str
    number: int
    at: int
    verb: str
    key: str = ""
    sets: dict[str, str] = {}
    wants: dict[str, str] | None = None
    others: tuple[str, ...] = ()


class Told(msgspec.Struct, frozen=True):
    """What was answered: `saw` are the attributes of the record, `revision` its entity tag."""

    number: int
    ended: int
    status: int
    key: str = ""
    saw: dict[str, str] | None = None
    revision: int = 0


@dataclass(frozen=True)
class Request:
    """A request with its answer; `told` is None where none came."""

    asked: Asked
    told: Told | None

    @property
    def status(self) -> int:
        return self.told.status if self.told else 0

    @property
    def is_done(self) -> bool:
        """Tell whether it was acknowledged."""
        return 200 <= self.status < 300

    @property
    def is_unknown(self) -> bool:
        """Tell whether it may have happened: no answer, or one that the service had trouble."""
        return self.status == 0 or self.status >= 500

    @property
    def key(self) -> str:
        return self.told.key if self.told and self.told.key else self.asked.key


class Writer:
    """Appends the lines of one lane of a client."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._encode = msgspec.json.Encoder().encode

    def keep(self, line: Asked | Told) -> None:
        kind = b"?" if isinstance(line, Asked) else b"!"
        self._file.write(kind + self._encode(line) + b"\n")
        self._file.flush()


def requests(file: Path) -> Iterator[Request]:
    """Yield the requests of a file, in their order; the last line may be cut off."""
    ask, tell = msgspec.json.Decoder(Asked).decode, msgspec.json.Decoder(Told).decode
    asked: dict[int, Asked] = {}
    for line in file.read_bytes().split(b"\n")[:-1]:
        if line[:1] == b"?":
            one = ask(line[1:])
            asked[one.number] = one
        else:
            told = tell(line[1:])
            yield Request(asked.pop(told.number), told)
    for one in asked.values():
        yield Request(one, None)
