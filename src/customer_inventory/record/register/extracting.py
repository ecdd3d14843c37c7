"""What is held, written to files of an extract: records, references, keys, what is merged.

A slice is one statement that copies a range of ids: the database reads it, and judges nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.judged import slices
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

RECORD = (
    "id", "bucket", "subject_id", "revision", "valid_from", "valid_to", "recorded_at", "process",
    "body", "called",
)  # fmt: skip
"""The columns of a record in a file; `called` is its name where the type has a column of it."""
LINK = ("id", "path", "role", "other_id")
"""The columns of a reference in a file."""
MERGED = ("id", "root")
"""The columns of a record that is shown as another."""
KEY = ("id", "word")
"""The columns of a key of a record in a file."""
_SLICE = 50_000
_BEHIND_ALL = "~"
_PATIENCE_SECONDS = 600.0


async def take_records(database: Database, declared: RecordType, folder: Path) -> list[Path]:
    """Write the records of a type to CSV files in `folder`, in the order of their ids."""
    files: list[Path] = []
    async for part in slices(database, declared, size=_SLICE):
        file = folder / f"{declared.table}.{len(files)}.csv"
        await _copy(database, file, _records(declared), part.after, part.upto or _BEHIND_ALL)
        files.append(file)
    return files


async def take_links(database: Database, paths: Sequence[str], file: Path) -> None:
    """Write the references at some paths to a CSV file."""
    await _copy(database, file, SQL.links, list(paths))


async def take_merged(database: Database, file: Path) -> None:
    """Write which records are shown as another to a CSV file."""
    await _copy(database, file, SQL.merged)


async def take_keys(database: Database, declared: RecordType, kind: str, file: Path) -> None:
    """Write the keys of a kind, which begin so, of the records of a type to a CSV file."""
    await _copy(database, file, SQL.keys_of_type.format(table=declared.table), f"{kind}%")


async def _copy(database: Database, file: Path, statement: str, *values: object) -> None:
    async with database.transaction() as connection:
        await connection.execute("SET TRANSACTION READ ONLY")
        await connection.copy_from_query(
            statement.rstrip().removesuffix(";"), *values,
            output=file, format="csv", timeout=_PATIENCE_SECONDS,
        )  # fmt: skip


def _records(declared: RecordType) -> str:
    has_name = any(column.name == "name" for column in declared.columns)
    return SQL.records.format(table=declared.table, value="t.name" if has_name else "NULL")


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    read = {f"records:{name}": _records(declared) for name, declared in TYPES.items()}
    text = SQL.keys_of_type
    keyed = {name: each for name, each in TYPES.items() if each.searched}
    keys = {f"keys:{name}": text.format(table=each.table) for name, each in keyed.items()}
    return {"links": SQL.links, "merged": SQL.merged, **read, **keys}
