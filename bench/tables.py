"""The bench's own tables: the values that the bare statements run with.

They lie in the schema `bench`, which `drop` removes. A row holds the values of one
transaction of pgbench, in columns named by value and number: id1, bucket1, id2, …
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from bench.kinds import GET, PATCH, POST
from customer_inventory.kit.errors import Unavailable

Connection = asyncpg.Connection
Document = dict[str, Any]

_PATCHED = 20_000
"""Records that patches choose from: few of 32 at a time meet on one."""


@dataclass(frozen=True)
class Values:
    """What a run draws from: rows by table of values, and files for the load scripts."""

    blocks: dict[str, int]
    known_id: str
    ids: Path
    patched_ids: Path
    documents: Path


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Connection]:
    """Lend a connection of its own for the length of the block."""
    connection = await asyncpg.connect(dsn, timeout=30)
    try:
        yield connection
    finally:
        await connection.close(timeout=30)


async def prepare(connection: Connection, documents: Sequence[Document], folder: Path) -> Values:
    """Make the tables of values from the individuals loaded and from `documents` to create."""
    await drop(connection)
    await connection.execute("create schema bench")
    await connection.execute(
        "create table bench.loaded as select id, bucket, row_number() over (order by random()) as n"
        " from record.individual; alter table bench.loaded add primary key (id)"
    )
    await _make_new(connection, documents)
    blocks = {
        "ids": await _spread(connection, "ids", GET.block, "id, bucket", "bench.loaded"),
        "heads": await _spread(connection, "heads", PATCH.block, "id, bucket, head", _HEADS),
        "documents": await _spread(connection, "documents", POST.block, _NEW, "bench.new"),
    }
    rows = await connection.fetch("select id from bench.loaded order by n")
    ids = [row["id"].encode() for row in rows]
    return Values(
        blocks,
        known_id=rows[0]["id"],
        ids=_write(folder / "ids.txt", ids),
        patched_ids=_write(folder / "patched.txt", ids[:_PATCHED]),
        documents=_write(folder / "documents.ndjson", map(msgspec.json.encode, documents)),
    )


async def drop(connection: Connection) -> None:
    """Remove all tables of the bench."""
    await connection.execute("drop schema if exists bench cascade")


async def revisions(connection: Connection) -> int:
    """Return the sum of all revisions: each creation and each change adds one."""
    return int(await connection.fetchval("select sum(revision) from record.individual"))


async def restore(connection: Connection) -> None:
    """Remove the individuals that were created since `prepare`, and bring the table in order."""
    await connection.execute(
        "delete from record.individual as r where not exists"
        " (select from bench.loaded as l where l.id = r.id)"
    )
    await settle(connection)


async def settle(connection: Connection) -> None:
    """Vacuum and analyse the table, so that every measurement begins with it in order."""
    await connection.execute("vacuum (analyze) record.individual")


_NEW = "rest, name, family_name, given_name, status"
# The document up to the value of its last attribute, which a patch sets.
_HEADS = f"""(
    select n, id, bucket, left(body::text, -1) || ',"location":"' as head
    from bench.loaded inner join record.individual using (id, bucket)
    where n <= {_PATCHED}
) as heads"""


async def _make_new(connection: Connection, documents: Sequence[Document]) -> None:
    await connection.execute(
        "create table bench.new (n bigint primary key, rest text, name text,"
        " family_name text, given_name text, status text)"
    )
    await connection.copy_records_to_table(
        "new", schema_name="bench", records=list(_new_rows(documents))
    )


def _new_rows(documents: Sequence[Document]) -> Iterator[tuple[Any, ...]]:
    for n, document in enumerate(documents, start=1):
        given, family = document["givenName"], document["familyName"]
        rest = msgspec.json.encode(document).decode().removeprefix("{")
        yield n, rest, f"{given} {family}", family, given, document.get("status")


async def _spread(connection: Connection, table: str, width: int, columns: str, source: str) -> int:
    """Make `bench.<table>` of the rows of `source`, `width` of them in each; return its rows."""
    wide = ", ".join(
        f"max({column}) filter (where slot = {slot}) as {column}{slot}"
        for slot in range(1, width + 1)
        for column in columns.split(", ")
    )
    await connection.execute(
        f"create table bench.{table} as select block, {wide}"
        f" from (select {columns}, (n - 1) / {width} + 1 as block, (n - 1) % {width} + 1 as slot"
        f" from {source}) as numbered group by block having count(*) = {width};"
        f" alter table bench.{table} add primary key (block); analyze bench.{table}"
    )
    rows = int(await connection.fetchval(f"select count(*) from bench.{table}"))
    if not rows:
        raise Unavailable(f"There are fewer than {width} records to draw from.")
    return rows


def _write(path: Path, lines: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path
