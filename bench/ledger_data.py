"""Ledgers of several sizes, each in a database of its own, their entries made by SQL.

A row is as the sealer writes it, into the same partitioned table with the same indexes; only its
leaf and salt are made up, for nothing here is verified. Entries are spread over two years. Of 20,
19 name one record and one names 20, as a page of a list does. Each customer has ten records, and
about a hundred entries name one of them, whatever the size: inventories grow, customers do not.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

import click

from bench.server import Home
from bench.tables import Connection, connected
from customer_inventory.access.log import partition
from customer_inventory.access.log.partition import Month
from customer_inventory.cli.running import prepare
from customer_inventory.store.database import Database

RECORDS_A_CUSTOMER = 10
ENTRIES_A_CUSTOMER = 51
GIGABYTES_A_MILLION = 1.0
"""What a million entries take at most, with indexes and what is written ahead."""
_START = datetime(2024, 1, 1, tzinfo=UTC)
_MONTHS = 24
_AT_ONCE = 250_000
_LAST = 20_000
"""So many are written after the table was put in order: an index in use has a pending list."""

# A record's id has the form of ours: 26 characters, the same for the same number.
_ID = "substr(md5('record ' || ({})), 1, 26)"
# Spread by a hash, so that neighbours in time have nothing to do with each other.
_DRAWN = "(('x' || substr(md5(({0})::text), 1, 15))::bit(60)::bigint % $4::bigint)"
_FILL = f"""
insert into access.sealed (
    number, at, written_at, seq, writer, writer_entry, process, person, purpose, operation,
    record_type, record_ids, record_count, status, decision, bytes, source, rule, groups, reason,
    salt, form, leaf
)
select
    n, m.at, to_char(m.at, 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'), n / 8,
    md5((n / 100000)::text)::uuid, n % 100000 + 1, 'process-' || n % 40, null, 'purpose-' || n % 5,
    'read', 'individual', m.ids, cardinality(m.ids), 200, 'permit', 1300, '10.0.0.1', null,
    array['*'], null, substr(sha256(n::text::bytea), 1, 16), 2, sha256(n::text::bytea)
from generate_series($1::bigint, $2::bigint - 1) as n
cross join lateral (
    select
        $5::timestamptz + ($6::timestamptz - $5::timestamptz) * (n::double precision / $3) as at,
        case
            when n % 20 > 0 then array[{_ID.format(_DRAWN.format("n"))}]
            else array(
                select {_ID.format(_DRAWN.format("n + 1000000000::bigint * k"))}
                from generate_series(1, 20) as k
            )
        end as ids
) as m
"""


@dataclass(frozen=True)
class Ledger:
    """A ledger of so many entries, in the database at `dsn`."""

    entries: int
    dsn: str

    @property
    def customers(self) -> int:
        """How many customers its entries are about."""
        return self.entries // ENTRIES_A_CUSTOMER

    def records_of(self, customer: int) -> str:
        """Return the SQL of the ids of a customer's records."""
        first = customer * RECORDS_A_CUSTOMER
        made = _ID.format("n")
        return f"select {made} from generate_series({first}, {first + RECORDS_A_CUSTOMER - 1}) as n"


@asynccontextmanager
async def made(home: Home, name: str) -> AsyncIterator[str]:
    """Lend the address of a new database of the product, and drop it after the block."""
    owner = urlsplit(home.dsn).netloc.rpartition("@")[0]
    async with connected(home.superuser) as superuser:
        await superuser.execute(f"create database {name} owner {owner} template template0")
    dsn = urlunsplit(urlsplit(home.dsn)._replace(path=f"/{name}"))
    try:
        await prepare(dsn)
        yield dsn
    finally:
        async with connected(home.superuser) as superuser:
            await superuser.execute(f"drop database {name} with (force)")


async def fill(ledger: Ledger) -> None:
    """Write all its entries, put the table in order, and write the last ones after that."""
    async with connected(ledger.dsn) as connection:
        await _make_months(ledger)
        for first in range(0, ledger.entries - _LAST, _AT_ONCE):
            stop = min(first + _AT_ONCE, ledger.entries - _LAST)
            await _write(connection, ledger, first, stop)
            click.echo(f"{stop:,} of {ledger.entries:,} entries", err=True)
        await connection.execute("vacuum (analyze) access.sealed", timeout=3600)
        await _write(connection, ledger, ledger.entries - _LAST, ledger.entries)


async def size_of(connection: Connection) -> int:
    """Return the bytes of the sealed ledger with its indexes."""
    return int(
        await connection.fetchval(
            "select sum(pg_total_relation_size(inhrelid)) from pg_inherits"
            " where inhparent = 'access.sealed'::regclass"
        )
    )


async def _make_months(ledger: Ledger) -> None:
    months = [Month.of(_START)]
    while len(months) < _MONTHS:
        months.append(months[-1].next)
    async with Database(ledger.dsn) as database, database.transaction() as connection:
        await partition.make(connection, months)


async def _write(connection: Connection, ledger: Ledger, first: int, stop: int) -> None:
    records = ledger.customers * RECORDS_A_CUSTOMER
    end = _START.replace(year=_START.year + _MONTHS // 12)
    await connection.execute(_FILL, first, stop, ledger.entries, records, _START, end, timeout=3600)
