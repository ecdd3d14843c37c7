"""Which statements of the product are sent to more than one shard, by the coordinator's plans."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

import customer_inventory
from customer_inventory.store.database import Connection, Database

_SOURCE = Path(customer_inventory.__file__).parent
_VALUES = {
    "boolean": "true", "smallint": "5", "integer": "1", "bigint": "1", "json": "'{}'",
    "jsonb": "'{}'", "uuid": "'00000000-0000-0000-0000-000000000001'", "interval": "'1 day'",
    "timestamp with time zone": "now()", "date": "'2026-01-01'", "bytea": r"'\x00'",
    "pg_snapshot": "'1:1:'", "double precision": "1", "numeric": "1", "oid": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Fan:
    """A statement (of one type, where there is one of each): how many shards its parts ask.

    `reason` says why it cannot be sent at all, where it cannot.
    """

    name: str
    shards: tuple[int, ...] = ()
    reason: str = ""


async def fans(database: Database) -> list[Fan]:
    """Return what touches more than one shard, or cannot be planned; one type of each."""
    found: dict[str, Fan] = {}
    async with database.session() as connection:
        for name, text in _statements():
            if name not in found:
                found[name] = await _planned(connection, name, text)
    return [each for each in found.values() if each.reason or max(each.shards, default=1) > 1]


def _statements() -> Iterator[tuple[str, str]]:
    """Yield what is sent where records lie in shards, without what it is asked of each type."""
    for file in sorted((_SOURCE / "record").rglob("*.sql")):
        parts = file.relative_to(_SOURCE).with_suffix("").parts
        module = importlib.import_module(f"customer_inventory.{'.'.join(parts)}")
        every = getattr(module, "every_statement", None)
        texts = every() if every else dict(module.SQL)
        spread = {name.replace(":spread", "") for name in texts if ":spread" in name}
        for name, text in texts.items():
            if name not in spread:
                yield f"{'.'.join(parts)}: {name.partition(':')[0]}", text


async def _planned(connection: Connection, name: str, text: str) -> Fan:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f"PREPARE fanning AS {text}")
        types = await connection.fetchval(
            "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'fanning'"
        )
        given = f"({', '.join(map(_value, types))})" if types else ""
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE fanning{given}")
        return Fan(name, tuple(sorted(_tasks(json.loads(plan)), reverse=True)))
    except asyncpg.PostgresError as error:
        # What only the made-up values of parameters bring about says nothing of the statement.
        is_said = isinstance(error, asyncpg.FeatureNotSupportedError)
        return Fan(name, reason=str(error).splitlines()[0]) if is_said else Fan(name)
    finally:
        await transaction.rollback()
        # Prepared statements outlive transactions.
        await connection.execute(
            "DO $$ BEGIN DEALLOCATE fanning; EXCEPTION WHEN OTHERS THEN END $$"
        )


def _value(kind: str) -> str:
    if kind.endswith("[]"):
        return f"ARRAY[{_value(kind[:-2])}]::{kind}"
    return f"{_VALUES.get(kind, repr('1'))}::{kind}"


def _tasks(node: Any) -> Iterator[int]:
    if isinstance(node, dict):
        if "Task Count" in node:
            yield node["Task Count"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _tasks(each)
