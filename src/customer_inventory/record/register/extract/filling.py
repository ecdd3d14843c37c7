"""What rules look at, taken out of the database and put into an extract.

`link` has references, with what each leads to (`led_id`) where records were merged; `shared` has
the keys that rules ask for, by record.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.declare import KeyKind, RecordType
from customer_inventory.record.register import crossing, extracting
from customer_inventory.record.register.asking import Question
from customer_inventory.record.register.crossed import PREFIXES
from customer_inventory.record.register.crossing import Crossed, LeadsNowhere, Misnames, Repeated
from customer_inventory.record.register.crossing_file import targets_at
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

_KINDS = {
    "bucket": "SMALLINT", "revision": "BIGINT", "valid_from": "TIMESTAMPTZ",
    "valid_to": "TIMESTAMPTZ", "recorded_at": "TIMESTAMPTZ", "body": "JSON",
}  # fmt: skip
_LINKED = """
    CREATE TABLE link AS SELECT l.*, coalesce(o.root, l.other_id) AS led_id
    FROM reference AS l LEFT JOIN merged AS o ON l.other_id = o.id
"""


async def fill(
    connection: duckdb.DuckDBPyConnection,
    database: Database,
    rules: Sequence[Question],
    folder: Path,
) -> None:
    """Take out of the database what rules look at."""
    for name in sorted({name for rule in rules for name in _types_of(rule)}):
        declared = TYPES[name]
        _make(connection, declared.table, extracting.RECORD)
        for file in await extracting.take_records(database, declared, folder):
            await asyncio.to_thread(_load, connection, declared.table, extracting.RECORD, file)
    paths = sorted({each.path for name in TYPES for each in TYPES[name].references})
    file = folder / "file.csv"
    for table, columns, taking in (
        ("reference", extracting.LINK, extracting.take_links(database, paths, file)),
        ("merged", extracting.MERGED, extracting.take_merged(database, file)),
    ):
        _make(connection, table, columns)
        await taking
        await asyncio.to_thread(_load, connection, table, columns, file)
    await asyncio.to_thread(connection.execute, _LINKED)
    _make(connection, "shared", extracting.KEY)
    for name, kind in sorted({each for rule in rules for each in _keys_of(rule)}):
        await extracting.take_keys(database, TYPES[name], PREFIXES[kind], file)
        await asyncio.to_thread(_load, connection, "shared", extracting.KEY, file)


def _make(connection: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str]) -> None:
    typed = ", ".join(f"{name} {_KINDS.get(name, 'VARCHAR')}" for name in columns)
    connection.execute(f"CREATE TABLE {table} ({typed})")


def _load(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], file: Path
) -> None:
    typed = {name: _KINDS.get(name, "VARCHAR") for name in columns}
    try:
        connection.execute(
            f"INSERT INTO {table} SELECT * FROM read_csv(?, header = false, auto_detect = false,"
            " delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = false,"
            f" max_line_size = 134217728, columns = {typed})",
            [str(file)],
        )
    except duckdb.Error as error:
        raise Unavailable(f"The extract cannot be made: {str(error).splitlines()[0]}") from None
    file.unlink()


def _types_of(rule: Question) -> Iterator[str]:
    """Yield the record types that a rule looks at."""
    yield rule.record_type
    if not isinstance(rule.fails, Repeated):
        yield from (name for name, _ in _asked(rule.fails, TYPES[rule.record_type]))


def _keys_of(rule: Question) -> Iterator[tuple[str, KeyKind]]:
    """Yield the record types of which a rule looks at keys that they share, and of which kind."""
    if not isinstance(rule.fails, Repeated):
        for name, part in _asked(rule.fails, TYPES[rule.record_type]):
            if isinstance(part, crossing.Another):
                yield name, part.kind


def _asked(fails: Crossed, declared: RecordType) -> Iterator[tuple[str, Crossed]]:
    """Yield the record types that a condition on records of a type looks at, with what asks."""
    yield declared.name, fails
    match fails:
        case crossing.Names(targets):
            yield from ((name, fails) for name in targets)
            for part in crossing.parts_of(fails):
                yield from (each for name in targets for each in _asked(part, TYPES[name]))
        case Misnames(targets):
            yield from ((name, fails) for name in targets)
        case LeadsNowhere(paths):
            yield from ((name, fails) for name in targets_at(declared, paths))
        case _:
            for part in crossing.parts_of(fails):
                yield from _asked(part, declared)
