"""The bench's own tables: the values that the bare statements run with.

They lie in the schema `bench`, which `drop` removes. A row holds the values of one
transaction of pgbench, in columns named by value and number: id1, bucket1, id2, …
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.ids import bucket_of, new_id

Connection = asyncpg.Connection
Document = dict[str, Any]

PATCHED = 20_000
"""Records that patches choose from: few of 32 at a time meet on one."""


@dataclass(frozen=True)
class Values:
    """What a run draws from: rows by table of values, ids, names, and documents to create."""

    blocks: dict[str, int]
    ids: Sequence[str]
    patched_ids: Sequence[str]
    customers: Sequence[str]
    names: Sequence[str]
    documents: Sequence[Document]

    @property
    def known_id(self) -> str:
        """The id of a record that is there."""
        return self.ids[0]


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Connection]:
    """Lend a connection of its own for the length of the block."""
    connection = await asyncpg.connect(dsn, timeout=30)
    try:
        yield connection
    finally:
        await connection.close(timeout=30)


async def prepare(connection: Connection, documents: Sequence[Document]) -> Values:
    """Make the tables of values from the individuals loaded and from `documents` to create."""
    await drop(connection)
    await connection.execute("create schema bench")
    await connection.execute(
        "create table bench.loaded as select id, bucket, row_number() over (order by random()) as n"
        " from record.individual; alter table bench.loaded add primary key (id)"
    )
    await _make_new(connection, documents)
    blocks = {
        "ids": await spread(connection, "ids", 50, ("id", "bucket"), "bench.loaded"),
        "heads": await spread(connection, "heads", 20, ("id", "bucket", "head"), _HEADS),
        "documents": await spread(connection, "documents", 20, _NEW, "bench.new"),
    }
    ids = await _column(connection, "select id from bench.loaded order by n")
    return Values(
        blocks,
        ids=ids,
        patched_ids=ids[:PATCHED],
        customers=await _column(connection, "select id from record.customer order by random()"),
        names=await _column(
            connection,
            "select name from bench.loaded inner join record.individual using (id, bucket)"
            " order by n limit 5000",
        ),
        documents=documents,
    )


async def drop(connection: Connection) -> None:
    """Remove all tables of the bench."""
    await connection.execute("drop schema if exists bench cascade")


async def revisions(connection: Connection) -> int:
    """Return the sum of all revisions: each creation and each change adds one."""
    return int(await connection.fetchval("select sum(revision) from record.individual"))


async def doom(connection: Connection, count: int, relation: str) -> list[str]:
    """Add so many copies of individuals, to be removed; return their ids."""
    ids = [new_id() for _ in range(count)]
    rows = await connection.fetch(_COLUMNS, *relation.split("."))
    own = {
        "id": "k.id",
        "bucket": "k.bucket",
        "subject_id": "k.id",
        "body": "replace(r.body::text, r.id, k.id)::json",
    }
    columns = [row[0] for row in rows]
    chosen = [own.get(column, f"r.{column}") for column in columns]
    await connection.execute(
        f"""insert into {relation} ({", ".join(columns)}) select {", ".join(chosen)}
        from (select *, row_number() over () as n from unnest($1::text[], $2::smallint[])
            as k (id, bucket)) as k
        inner join (select *, row_number() over () as n from {relation} limit 1000) as r
            on r.n = k.n % 1000 + 1""",
        ids,
        [bucket_of(identifier) for identifier in ids],
    )
    return ids


async def count(connection: Connection, relation: str, ids: Sequence[str]) -> int:
    """Return how many of some records are there."""
    query = f"select count(*) from {relation} where id = any($1)"
    return int(await connection.fetchval(query, ids))


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


_COLUMNS = """select attname from pg_attribute where attnum > 0 and not attisdropped
    and attgenerated = '' and attrelid = format('%I.%I', $1::text, $2::text)::regclass"""
_NEW = ("rest", "name", "family_name", "given_name", "status")
# The document up to the value of its last attribute, which a patch sets.
_HEADS = f"""(
    select n, id, bucket, left(body::text, -1) || ',"location":"' as head
    from bench.loaded inner join record.individual using (id, bucket)
    where n <= {PATCHED}
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


async def spread(
    connection: Connection, table: str, width: int, columns: Sequence[str], source: str
) -> int:
    """Make `bench.<table>` of the rows of `source`, `width` of them in each; return its rows."""
    wide = ", ".join(
        f"max({column}) filter (where slot = {slot}) as {column}{slot}"
        for slot in range(1, width + 1)
        for column in columns
    )
    await connection.execute(
        f"create table bench.{table} as select block, {wide}"
        f" from (select {', '.join(columns)}, (n - 1) / {width} + 1 as block,"
        f" (n - 1) % {width} + 1 as slot from {source}) as numbered"
        f" group by block having count(*) = {width};"
        f" alter table bench.{table} add primary key (block); analyze bench.{table}"
    )
    rows = int(await connection.fetchval(f"select count(*) from bench.{table}"))
    if not rows:
        raise Unavailable(f"There are fewer than {width} records to draw from.")
    return rows


async def _column(connection: Connection, query: str) -> list[str]:
    return [row[0] for row in await connection.fetch(query)]
