"""Who acts: every read and write is traced to a process, a purpose and a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A registered process acting for a purpose, and the person or agent behind it, if any.

    `source` is where the call came from: an address, or the name of a terminal.
    """

    process: str
    purpose: str
    person: str | None = None
    source: str | None = None
