"""What is really in the documents of a record type: every path, how often, of which kind.

A large table is sampled; the profile says how many records it is made of. Values are never kept: an
example has its letters and digits replaced, so that its form shows and nobody does.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.expecting import expected_rows
from customer_inventory.store.sql import beside

SQL = beside(__name__)

SAMPLE = 20_000
"""So many records of a type are looked at, unless all are asked for."""

_KINDS: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    Decimal: "number",
    dict: "object",
    list: "list",
    type(None): "nothing",
}
_FORMS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "dateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
}
_FEW = 12
"""So many different values may be a list of those allowed."""
_EXAMPLES = 3
_LONGEST_EXAMPLE = 40


@dataclass
class Seen:
    """What was seen at a path: in how many records, values of which kinds, from which processes.

    `values` counts different texts as long as they are few; `examples` are masked.
    """

    records: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    processes: Counter[str] = field(default_factory=Counter)
    values: Counter[str] | None = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    longest: int = 0

    def take(self, value: Any) -> None:
        """Look at a value."""
        kind = kind_of(value)
        self.kinds[kind] += 1
        if not isinstance(value, str):
            return
        self.longest = max(self.longest, len(value))
        if self.values is not None:
            self.values[value] += 1
            if len(self.values) > _FEW:
                self.values = None
        masked = masked_form(value)
        if masked not in self.examples and len(self.examples) < _EXAMPLES:
            self.examples.append(masked)


@dataclass
class Profile:
    """What is in the records of a type: of how many it was made, and whether these are all."""

    declared: RecordType
    looked_at: int = 0
    is_whole: bool = True
    paths: dict[str, Seen] = field(default_factory=dict)

    def share(self, path: str) -> float:
        """Return the share of records that have something at `path`."""
        seen = self.paths.get(path)
        return seen.records / self.looked_at if seen and self.looked_at else 0.0


async def profile(
    database: Database, declared: RecordType, *, most: int | None = SAMPLE
) -> Profile:
    """Return what is in the records of a type: in `most` of them, in all of them for None."""
    made = Profile(declared)
    async with sampling(database, declared, most=most) as (records, made.is_whole):
        async for document, process in records:
            made.looked_at += 1
            _take(made, document, process)
    return made


@asynccontextmanager
async def sampling(
    database: Database, declared: RecordType, *, most: int | None
) -> AsyncIterator[tuple[AsyncIterator[tuple[Document, str]], bool]]:
    """Lend `most` records of a type, or all of them for None, and tell whether these are all.

    Each with the process that wrote it. Of a large table they are a sample, the same one each time.
    """
    there = 0 if most is None else await _estimated(database, declared, most)
    is_whole = most is None or there <= most
    share = 100.0 if is_whole or most is None else 100.0 * most / there
    async with database.session() as connection, connection.transaction(readonly=True):
        yield _read(connection, declared, share), is_whole


async def _estimated(database: Database, declared: RecordType, most: int) -> int:
    """Return how many records a type has, as far as the server knows."""
    if not database.placement.is_distributed:
        return int(await database.value(SQL.estimated_count, declared.table) or 0)
    # The coordinator has no statistics of shards, and nodes guess of those never looked at.
    counted = int(await database.value(SQL.counted.format(table=declared.table), most + 1))
    if counted <= most:
        return counted
    text = SQL.every_record.format(table=declared.table)
    return max(counted, await expected_rows(database, text))


async def _read(
    connection: Connection, declared: RecordType, share: float
) -> AsyncIterator[tuple[Document, str]]:
    async for row in connection.cursor(sampled(declared), share, prefetch=500):
        yield parse_object(row["body"].encode()), row["process"]


def kind_of(value: Any) -> str:
    """Return what kind of value it is, in the words of requirements."""
    if not isinstance(value, str):
        return _KINDS[type(value)]
    forms = (kind for kind, pattern in _FORMS.items() if pattern.fullmatch(value))
    return next(forms, "text")


def masked_form(text: str) -> str:
    """Return the form of a text: its letters and digits replaced, the rest as it is."""
    return "".join(
        "A" if c.isalpha() and c.isupper() else "a" if c.isalpha() else "9" if c.isdigit() else c
        for c in text[:_LONGEST_EXAMPLE]
    )


def sampled(declared: RecordType) -> str:
    """Return the statement that reads a share of the records of a type."""
    return SQL.sampled_records.format(table=declared.table)


def _take(made: Profile, document: dict[str, Any], process: str) -> None:
    met: set[str] = set()
    for path, value in _leaves(document, ""):
        seen = made.paths.setdefault(path, Seen())
        seen.take(value)
        if path not in met:
            met.add(path)
            seen.records += 1
            seen.processes[process] += 1


def _leaves(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every attribute below `node` by its path, lists walked through."""
    if isinstance(node, list):
        for item in node:
            yield from _leaves(item, path)
    elif isinstance(node, dict):
        for name, part in node.items():
            below = f"{path}.{name}" if path else name
            yield below, part
            yield from _leaves(part, below)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    read = {f"sampled_records:{name}": sampled(declared) for name, declared in TYPES.items()}
    there = {
        f"{name}:{kind}": text.format(table=declared.table)
        for kind, declared in TYPES.items()
        for name, text in (("counted", SQL.counted), ("every_record", SQL.every_record))
    }
    return {"estimated_count": SQL.estimated_count, **read, **there}
