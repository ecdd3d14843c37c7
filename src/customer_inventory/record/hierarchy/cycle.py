"""No record becomes its own ancestor, whatever others write at the same moment.

Whoever adds edges holds one lock until the end of the transaction, writes, and then looks
whether a way leads back. So of two transactions that would close a circle between them the
later one sees the edges of the earlier. Ending edges needs no lock: it closes nothing.
"""

from collections.abc import Sequence

from customer_inventory.record.hierarchy.edge import Cycle, Edge, TooHigh
from customer_inventory.store.database import Connection
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_LEVELS = 64
"""So many levels a tree may have above a record."""


async def hold(connection: Connection) -> None:
    """Wait until nobody else adds edges; the others wait until the open transaction ends."""
    await connection.execute(SQL.hold_the_trees)


async def refuse_cycles(connection: Connection, grown: Sequence[Edge]) -> None:
    """Raise Cycle or TooHigh if an edge of `grown`, all just written, closes a circle."""
    upward = [edge for edge in grown if edge.upward]
    row = await connection.fetchrow(
        SQL.ways_back,
        [edge.id for edge in upward],
        [edge.other_id for edge in upward],
        [edge.other_bucket for edge in upward],
        [edge.kind for edge in upward],
        [edge.valid_from for edge in upward],
        [edge.valid_to for edge in upward],
        MOST_LEVELS,
    )
    if row is not None:
        path = upward[row["place"] - 1].path
        raise Cycle(path) if row["is_back"] else TooHigh(MOST_LEVELS, path)
