"""An inventory on one node becomes a distributed one, table by table.

Each table moves in a transaction of its own, in which nobody writes to it: its rows are counted and
hashed, moved, counted and hashed again, and if anything differs nothing has happened. What was
broken off goes on where it stopped: how far it came is what lies where.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import perf_counter

from customer_inventory.facilities.distribution.layout import COLUMN, FIRST, Kind
from customer_inventory.facilities.distribution.planning import Plan, Step, plan
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import failures
from customer_inventory.store.database import Connection, connect
from customer_inventory.store.sql import beside

SQL = beside(__name__)

SHARDS = 32
"""How many shards there are unless said otherwise: they can move to twice as many nodes later."""

_CLEAR = "SELECT truncate_local_data_after_distributing_table($1)"
_HASHED = "coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text"


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that lies as it shall: how many rows it has, and how long it took."""

    step: Step
    rows: int
    seconds: float


class Differs(Unavailable):
    """A table was not the same after it was moved; it lies as it did."""

    def __init__(self, table: str, before: tuple[int, str], after: tuple[int, str]) -> None:
        super().__init__(
            f"{table} had {before[0]} rows and has {after[0]} after the move, or they differ.",
            hint="It was undone. Look into the logs of the nodes, then distribute again.",
        )


async def distribute(dsn: str, *, shards: int = SHARDS) -> AsyncIterator[Moved]:
    """Distribute the database of `dsn`; yield each table once it is moved and verified.

    Raises CannotDistribute when something stands in the way, Differs when a table was not the
    same afterwards, Unavailable when a node cannot be reached.
    """
    made: Plan = await plan(dsn)
    made.demand()
    with failures.translated():
        connection = await connect(dsn)
        try:
            for step in made.to_do:
                yield await _moved(connection, step, shards)
            await _clear(connection, made)
            await settle_sessions(connection)
        finally:
            await connection.close()


async def settle_sessions(connection: Connection) -> None:
    """Let every session find its way about the catalogue as quickly as on one node.

    Whether a table is a shard is asked of every row of it otherwise: that takes the driver's look
    for types seconds. Whoever does not own the database leaves it as it is: the sessions of
    services are told so when they begin.
    """
    for row in await connection.fetch(SQL.own_database):
        await connection.execute(
            f"ALTER DATABASE {row['name']} SET citus.override_table_visibility TO off"
        )


async def _moved(connection: Connection, step: Step, shards: int) -> Moved:
    began = perf_counter()
    async with connection.transaction():
        await connection.execute(f"LOCK TABLE {step.table} IN ACCESS EXCLUSIVE MODE")
        before = await _content(connection, step.table)
        await _place(connection, step, shards)
        after = await _content(connection, step.table)
        if before != after:
            raise Differs(step.table, before, after)
    return Moved(step, before[0], perf_counter() - began)


async def _clear(connection: Connection, made: Plan) -> None:
    """Let go of what was moved: it is still there, hidden, until all that refers to it has come."""
    for step in made.steps:
        if step.kind is not Kind.LOCAL:
            await connection.execute(_CLEAR, step.table)


async def _place(connection: Connection, step: Step, shards: int) -> None:
    if step.kind is Kind.COPIED:
        await connection.execute("SELECT create_reference_table($1)", step.table)
    elif step.table == FIRST:
        await connection.execute(
            "SELECT create_distributed_table($1, $2, shard_count := $3, colocate_with := 'none')",
            step.table,
            COLUMN,
            shards,
        )
    else:
        await connection.execute(
            "SELECT create_distributed_table($1, $2, colocate_with := $3)",
            step.table,
            COLUMN,
            FIRST,
        )


async def _content(connection: Connection, table: str) -> tuple[int, str]:
    """Return how many rows a table has, and a sum of their hashes, whatever their order."""
    rows = await connection.fetch(f"SELECT count(*), {_HASHED} FROM {table} AS t")  # noqa: S608 - ours
    return rows[0][0], rows[0][1]
