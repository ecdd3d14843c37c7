"""The product's own statements, as pgbench can run them: one at a time, values in hand.

What the service sends for one request (the select that looks who is kept out, the one statement
that writes row, history, links, search keys and outbox), without HTTP, JSON, token and ledger.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bench.kinds import AROUND, FILTER, GET, LIST, PATCH, POST, Kind, Script
from bench.server import PURPOSE, Home
from bench.tables import PATCHED, Connection, Values, spread
from customer_inventory.access.guard import session_for
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.ids import compose
from customer_inventory.record import customer360
from customer_inventory.record.document import parse_object, prepared
from customer_inventory.record.page import found
from customer_inventory.record.read import by_id
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Change, creation, replacement
from customer_inventory.record.write import Sent, statement
from customer_inventory.store.database import Database
from customer_inventory.tmf.query import parse

_INDIVIDUAL = TYPES["individual"]
_MADE = compose(1023, 0)
"""Stands for the id of a record that is made."""
_MARK = "@valu@"
"""Stands for the value of a patch."""
_FRESH = "('zz' || lpad(:high{i}::text, 12, '0') || lpad(:low{i}::text, 12, '0'))"
_HIGH_LOW = (("high", 0, 999_999_999_999), ("low", 0, 999_999_999_999))
_BLOCK = 5
"""pgbench prepares each of a block on every connection, which takes ours milliseconds each."""
_OF_LINKS = ("added", "dropped", "ended", "begun", "cut", "grown")
"""What parameters of rows beside the record begin with: one change has any number of them."""
_PARAMETER = re.compile(r"\$(\d+)")


class _Asked(NamedTuple):
    """A statement and the SQL of its arguments."""

    text: str
    arguments: Sequence[str]


async def ours(home: Home, connection: Connection, values: Values) -> dict[str, tuple[Script, ...]]:
    """Return the scripts by kind, their values in tables of the schema `bench`."""
    async with Database(home.dsn) as database:
        session = await session_for(database, process="bench", purpose=PURPOSE)
        if session is None:
            raise Unavailable("The process bench is not registered.")
        sight = session.sight
        scripts = {
            GET.name: await _get(connection, sight),
            AROUND.name: await _around(connection, values, sight),
            LIST.name: await _list(database, connection, LIST, sight),
            FILTER.name: await _list(database, connection, FILTER, sight),
        }
    actor = Actor("bench", PURPOSE)
    scripts[POST.name] = await _create(connection, values, actor)
    scripts[PATCH.name] = await _change(connection, values, actor)
    return {name: (script,) for name, script in scripts.items()}


async def _get(connection: Connection, sight: Sight) -> Script:
    asked = by_id(_INDIVIDUAL, sight.rows)
    own = ("array[:id{i}]", "array[:bucket{i}]", f"array['{sight.kept_from}']")
    text = await _filled(connection, _Asked(asked.text, own), asked.values)
    return Script("our-get", text, block=20, values="ids")


async def _around(connection: Connection, values: Values, sight: Sight) -> Script:
    asked = customer360.statement(sight.rows)
    await connection.execute(
        "create table bench.customer as select id, bucket, row_number() over () as n"
        " from record.customer"
    )
    columns = ("id", "bucket")
    values.blocks["customers"] = await spread(connection, "customers", 1, columns, "bench.customer")
    own = (":id{i}", ":bucket{i}", str(customer360.MOST_OF_A_KIND), f"'{sight.kept_from}'")
    text = await _filled(connection, _Asked(asked.text, own), asked.values)
    return Script("our-360", text, block=1, values="customers")


async def _list(database: Database, connection: Connection, kind: Kind, sight: Sight) -> Script:
    """Return the statement of a page, as it is sent."""
    sent: list[tuple[str, Sequence[Any]]] = []
    words = f"limit={kind.size}" + (f"&status={kind.status}" if kind.status else "")
    query = parse(words.encode(), most=kind.size).query
    async with database.connection() as own:
        hear: Callable[[Any], None] = lambda record: sent.append((record.query, record.args))  # noqa: E731
        own.add_query_logger(hear)
        try:
            await found(own, _INDIVIDUAL, query, sight)  # type: ignore[arg-type]
            await asyncio.sleep(0.1)  # it hears a turn of the loop later
        finally:
            own.remove_query_logger(hear)
    text, arguments = sent[-1]
    filled = await _filled(connection, _Asked(text, ()), arguments)
    return Script(f"our-{kind.name}", filled, block=_BLOCK)


async def _create(connection: Connection, values: Values, actor: Actor) -> Script:
    changes = [
        creation(_INDIVIDUAL, prepared(_INDIVIDUAL, document, _MADE), actor)
        for document in values.documents
    ]
    sent = statement("create_records", _INDIVIDUAL)
    writing = _Writing("our-post", sent, changes, {}, _HIGH_LOW)
    return await _written(connection, values, writing)


async def _change(connection: Connection, values: Values, actor: Actor) -> Script:
    """Return the statement of a patch; the revision that it is made at is looked up in it."""
    rows = await connection.fetch(
        "select id, body from bench.loaded inner join record.individual using (id, bucket)"
        " where n <= $1",
        PATCHED,
    )
    changes = []
    for row in rows:
        old = parse_object(row["body"].encode())
        new = {**old, "location": _MARK}
        changes.append(
            replacement(_INDIVIDUAL, old, new, revision=1, operation="update", actor=actor)
        )
    revision = (
        "array[(select k.revision from record.individual as k"
        " where k.id = :id{i} and k.bucket = :bucket{i})]"
    )
    sent = statement("change_records", _INDIVIDUAL)
    randoms = (("value", 100_000, 999_999),)
    writing = _Writing("our-patch", sent, changes, {"revision": revision}, randoms)
    return await _written(connection, values, writing)


class _Writing(NamedTuple):
    """What a script writes: one of `changes` at a time.

    `given` is the SQL of arguments that are computed.
    """

    name: str
    sent: Sent
    changes: Sequence[Change]
    given: Mapping[str, str]
    randoms: tuple[tuple[str, int, int], ...]


async def _written(connection: Connection, values: Values, writing: _Writing) -> Script:
    """Return the script.

    Arguments that are the same for all changes stand in the statement, others in a table of
    values. What stands for an id that is made, and for a value, is put in by the statement.
    """
    sent, table = writing.sent, writing.name.replace("-", "_")
    arrays = [sent.arguments(_INDIVIDUAL, [change]) for change in writing.changes]
    is_many = [name.partition("_")[0] in _OF_LINKS for name in sent.names]
    told = [
        [_array(array) if many else _text(array) for array, many in zip(row, is_many, strict=True)]
        for row in arrays
    ]
    varying = [
        at
        for at, argument in enumerate(sent.names)
        if argument not in writing.given and len({row[at] for row in told}) > 1
    ]
    columns = [sent.names[at] for at in varying]
    await connection.execute(
        f"create table bench.{table}_row (n bigint, {', '.join(f'{c} text' for c in columns)})"
    )
    await connection.copy_records_to_table(
        f"{table}_row",
        schema_name="bench",
        records=[(n, *(row[at] for at in varying)) for n, row in enumerate(told, start=1)],
    )
    values.blocks[table] = await spread(connection, table, _BLOCK, columns, f"bench.{table}_row")
    arguments = []
    for at, name in enumerate(sent.names):
        one = f":{name}{{i}}" if at in varying else _literal(told[0][at])
        one = _put_in(one, " ".join(row[at] or "" for row in told))
        arguments.append(writing.given.get(name) or (one if is_many[at] else f"array[{one}]"))
    text = await _filled(connection, _Asked(sent.text, arguments), ())
    return Script(writing.name, text, block=_BLOCK, values=table, randoms=writing.randoms)


def _put_in(one: str, first: str) -> str:
    if _MADE in first:
        return f"replace({one}::text, '{_MADE}', {_FRESH})"
    if _MARK in first:
        return f"replace({one}::text, '{_MARK}', :value{{i}}::text)"
    return one


def _text(array: Sequence[Any]) -> str | None:
    """Return the one value of an array as the server reads it."""
    (value,) = array
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.decode() if isinstance(value, bytes) else str(value)


def _array(array: Sequence[Any]) -> str:
    """Return an array of words, numbers and truths as the server reads it."""
    return "{" + ",".join(f'"{_text((value,))}"' for value in array) + "}"


async def _filled(connection: Connection, asked: _Asked, values: Sequence[Any]) -> str:
    """Return a statement with its arguments in their places, ready for pgbench.

    `values` are those after the arguments that are given as SQL.
    """
    prepared_statement = await connection.prepare(asked.text)
    types = [parameter.name for parameter in prepared_statement.get_parameters()]
    literals = list(asked.arguments)
    for value, kind in zip(values, types[len(literals) :], strict=True):
        text = await connection.fetchval(f"select $1::{kind}::text", value)
        literals.append(_literal(text))
    text = "\n".join(line.partition("--")[0] for line in asked.text.splitlines())
    text = text.replace("{", "{{").replace("}", "}}")
    filled = _PARAMETER.sub(
        lambda found: f"({literals[int(found[1]) - 1]})::{types[int(found[1]) - 1]}", text
    )
    return filled.rstrip().rstrip(";") + ";"


def _literal(text: str | None) -> str:
    if text is None:
        return "NULL"
    return "'" + text.replace("'", "''").replace("{", "{{").replace("}", "}}") + "'"
