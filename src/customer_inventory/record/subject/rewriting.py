"""A record written anew everywhere: as it is, as it was, and as it says itself where merged.

The one place where history changes: what must be gone must be gone from the past, too.
"""

from collections.abc import Callable, Mapping
from functools import cache

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.identity.merging import Identity
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import RevisionPassed, Version, replacement
from customer_inventory.record.write import Writer
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Alter = Callable[[Document], Document]
"""Returns a document without what must be gone; done again, it changes nothing."""

_TRIES = 20


async def everywhere(
    database: Database,
    declared: RecordType,
    identifier: str,
    alter: Alter,
    *,
    actor: Actor,
    operation: str,
) -> Mapping[str, int]:
    """Write a record as `alter` makes it, in all its versions; return the rows changed by table.

    `operation` is the word that the history keeps for the present version.
    """
    return {
        f"record.{declared.table}": await _present(
            database, declared, identifier, alter, actor=actor, operation=operation
        ),
        "record.history": await _past(database, identifier, alter),
        "record.origin": await _origin(database, identifier, alter),
    }


async def _present(
    database: Database,
    declared: RecordType,
    identifier: str,
    alter: Alter,
    *,
    actor: Actor,
    operation: str,
) -> int:
    writer, identity = Writer(database), Identity(database)
    for _ in range(_TRIES):
        row = await database.row(present(declared), identifier, bucket_of(identifier))
        if row is None:
            return 0
        old = parse_object(row["body"])
        new = alter(old)
        if new == old:
            return 0
        version = Version(identifier, row["revision"], row["body"])
        try:
            if await identity.root(declared, identifier):
                await identity.edit(declared, version, new, actor=actor)
            else:
                await writer.write(
                    replacement(
                        declared,
                        old,
                        new,
                        revision=version.revision,
                        operation=operation,
                        actor=actor,
                    )
                )
        except RevisionPassed:
            continue
        return 1
    raise RevisionPassed


async def _past(database: Database, identifier: str, alter: Alter) -> int:
    key = (identifier, bucket_of(identifier))
    async with database.transaction() as connection:
        rows = await connection.fetch(SQL.past_of_record, *key)
        read = [(row["revision"], parse_object(row["body"])) for row in rows]
        clean = [(revision, old, alter(old)) for revision, old in read]
        changed = [(*key, revision, encode(new)) for revision, old, new in clean if new != old]
        await connection.executemany(SQL.rewrite_past, changed)
    return len(changed)


async def _origin(database: Database, identifier: str, alter: Alter) -> int:
    """Write anew what a merged record says itself, and who said it."""
    key = (identifier, bucket_of(identifier))
    async with database.transaction() as connection:
        row = await connection.fetchrow(SQL.origin_of_record, *key)
        if row is None:
            return 0
        old = (parse_object(row["body"]), parse_object(row["facts"]))
        new = tuple(map(alter, old))
        if new != old:
            await connection.execute(SQL.rewrite_origin, *key, *map(encode, new))
    return int(new != old)


@cache
def present(declared: RecordType) -> str:
    """Return the statement that reads the present version of a record of a type."""
    return SQL.present_record.format(table=declared.table)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    plain = {name: text for name, text in SQL.items() if name != "present_record"}
    return plain | {f"present_record:{name}": present(TYPES[name]) for name in TYPES}
