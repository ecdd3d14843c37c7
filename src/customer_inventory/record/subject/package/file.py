"""What rooms hand over of a subject: files, and tables for the page that people read."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

JSON = "application/json"


@dataclass(frozen=True)
class Subject:
    """Whose data is handed over.

    `own` are its records by id and type, `joint` those it holds together with others (a
    household's agreement), `others` the records of others that merely name it.
    """

    id: str
    own: Mapping[str, str]
    joint: Mapping[str, str]
    others: Mapping[str, str]

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """The records whose content it may see, by id and type."""
        return {**self.own, **self.joint}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page: `about` says in a sentence what it tells; `empty` when it has no row."""

    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package, its content part by part.

    `table` is asked once the content is through, for what the page says of it.
    """

    path: str
    content: AsyncIterator[bytes]
    media_type: str = JSON
    table: Callable[[], Table] | None = None


async def whole(content: bytes) -> AsyncIterator[bytes]:
    """Yield `content` as the one part of a file."""
    yield content


async def listed(items: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a JSON list of `items`, each JSON of its own, one a line."""
    before = b"[\n"
    async for item in items:
        yield before + item
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"
