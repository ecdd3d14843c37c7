"""The registered schemas: registered, listed, ended. What ended is kept, with who ended it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode
from customer_inventory.record.extension.schema import check_schema
from customer_inventory.record.types import named
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHANNEL = "schema_extension_changed"

MOST = 1000
"""So many schemas count at a time: every service holds them in memory."""
_LONGEST_NAME = 200
_LONGEST_LOCATION = 2000


@dataclass(frozen=True)
class Extension:
    """A registered schema, and the documents it is for.

    It checks what of a record of `record_type`, at any depth, names `location` as its
    `@schemaLocation`, or has `entity` as its `@type` (and `base` as its `@baseType`, unless None).
    `schema` is JSON Schema 2020-12 as JSON.
    """

    id: str
    record_type: str
    location: str | None
    entity: str | None
    base: str | None
    schema: bytes
    registered_at: datetime
    process: str
    person: str | None


class NoSuchSchema(NotFound):
    """No live schema has that id."""

    def __init__(self, identifier: str) -> None:
        super().__init__(
            f"There is no schema {identifier[:100]!r}.",
            path="id",
            hint="`cinv record schema list` names them all.",
        )


async def register(
    database: Database,
    record_type: str,
    schema: Any,
    *,
    location: str | None = None,
    entity: str | None = None,
    base: str | None = None,
    actor: Actor,
) -> Extension:
    """Register `schema`; one of the same location or the same type is ended by it.

    Raises UnfitSchema for a schema that cannot be checked by, NotFound for an unknown record type,
    Invalid when neither location nor type is named, or the type is the declared one, Conflict when
    there are too many.
    """
    declared = named(record_type)
    _check_names(location, entity, base)
    if entity == declared.entity:
        raise Invalid(
            "is the declared type itself.", path="type", hint="Name the type that extends it."
        )
    text, identifier = encode(check_schema(schema)), new_id()
    async with database.transaction() as connection:
        await connection.execute(
            SQL.end_extensions_like, declared.name, location, entity, base, actor.process
        )
        if await connection.fetchval(SQL.count_extensions) >= MOST:
            raise Conflict(
                f"There are {MOST} schemas already.", hint="Remove what is no longer needed."
            )
        registered_at = await connection.fetchval(
            SQL.add_extension,
            identifier, declared.name, location, entity, base, text,
            actor.process, actor.person, actor.purpose,
        )  # fmt: skip
        await _tell(connection)
    return Extension(
        identifier, declared.name, location, entity, base, text,
        registered_at, actor.process, actor.person,
    )  # fmt: skip


async def remove(database: Database, identifier: str, *, actor: Actor) -> None:
    """End a schema: what it was for is accepted as it is. Raise NoSuchSchema for none live."""
    async with database.transaction() as connection:
        if await connection.fetchval(SQL.end_extension, identifier, actor.process) is None:
            raise NoSuchSchema(identifier)
        await _tell(connection)


async def registered(database: Database) -> list[Extension]:
    """Return the live schemas, in the order of registration."""
    return [Extension(**dict(row)) for row in await database.fetch(SQL.live_extensions)]


async def one(database: Database, identifier: str) -> Extension:
    """Return the live schema of that id; raise NoSuchSchema for none."""
    for extension in await registered(database):
        if extension.id == identifier:
            return extension
    raise NoSuchSchema(identifier)


def _check_names(location: str | None, entity: str | None, base: str | None) -> None:
    for path, name, most in (
        ("schemaLocation", location, _LONGEST_LOCATION),
        ("type", entity, _LONGEST_NAME),
        ("baseType", base, _LONGEST_NAME),
    ):
        if name is not None and (not name or len(name) > most or "\x00" in name):
            raise Invalid(f"must have 1 to {most} characters.", path=path)
    if location is None and entity is None:
        raise Invalid(
            "Neither a schema location nor a type is named.",
            path="type",
            hint="Name the @schemaLocation or the @type of the documents that it is for.",
        )
    if base is not None and entity is None:
        raise Invalid("is named without a type.", path="baseType", hint="Name the type as well.")


async def _tell(connection: Connection) -> None:
    await connection.execute(SQL.tell_change, CHANNEL)
