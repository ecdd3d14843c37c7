"""Individuals for a bench, loaded by the product's own import."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import click
import msgspec

from bench.server import Home
from bench.tables import Document
from customer_inventory.demo.generate import generate

_NEW_DOCUMENTS = 2000
_BATCH = 1000


class Amount(Protocol):
    """So many individuals of a seed."""

    @property
    def records(self) -> int: ...
    @property
    def seed(self) -> int: ...


async def load_individuals(home: Home, amount: Amount, *, customers: int = 0) -> list[Document]:
    """Import individuals by the product; return documents of others, without ids.

    All that hangs on the first `customers` comes with them.
    """
    click.echo(f"loading {amount.records:,} individuals", err=True)
    file = home.folder / "individuals.ndjson"
    await asyncio.to_thread(_write, file, amount, customers)
    await home.cinv("capture", "import", str(file), "--mapping", "records")
    others = itertools.islice(_individuals(amount.seed + 1, 0), _NEW_DOCUMENTS)
    return [_without_id(body) for body in others]


def _write(file: Path, amount: Amount, customers: int) -> None:
    count = 0
    with file.open("wb") as lines:
        for record in generate(customers, seed=amount.seed) if customers else ():
            lines.write(record.body + b"\n")
            count += record.type == "individual"
        for body in itertools.islice(
            _individuals(amount.seed, customers), max(amount.records - count, 0)
        ):
            lines.write(body + b"\n")


def _individuals(seed: int, first: int) -> Iterator[bytes]:
    batches = (generate(_BATCH, seed=seed, first=n) for n in itertools.count(first, _BATCH))
    for record in itertools.chain.from_iterable(batches):
        if record.type == "individual":
            yield record.body


def _without_id(body: bytes) -> Document:
    document: Document = msgspec.json.decode(body)
    del document["id"]
    return document
