"""Where the rows of a bucket lie: in one place, or in the shards of a distributed inventory.

On one node everything lies together. With Citus, buckets are spread over shards by a hash that the
server knows; what is read or written in one statement is put together so that it lies in one shard,
and the statement says which buckets it is about, so that it is sent there and nowhere else.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.kit.ids import BUCKETS, bucket_of
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Fetch = Callable[..., Awaitable[Sequence[Any]]]
"""Runs a statement with arguments and returns its rows."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Which shard each bucket lies in, by number; empty on one node."""

    shards: tuple[int, ...] = ()

    @property
    def is_distributed(self) -> bool:
        """Whether rows lie in several shards."""
        return bool(self.shards)

    def shard_of(self, bucket: int) -> int:
        """Return the number of the shard that a bucket lies in; always 0 on one node."""
        return self.shards[bucket] if self.shards else 0

    def apart(self, ids: Iterable[str]) -> Collection[Sequence[str]]:
        """Return ids in groups that lie together, the groups and each of them in one order.

        Whoever locks records group by group never waits for another in a circle.
        """
        groups: dict[int, list[str]] = {}
        for identifier in sorted(ids):
            groups.setdefault(self.shard_of(bucket_of(identifier)), []).append(identifier)
        return [groups[shard] for shard in sorted(groups)]

    def within(self, alias: str, buckets: str) -> str:
        """Return the SQL that the row `alias` lies in one of the `buckets` (SQL of an array).

        It follows other conditions. Empty on one node, where joins by key say so already.
        """
        return f" AND {alias}.bucket = ANY({buckets})" if self.shards else ""


ALONE = Placement()
"""Everything lies together."""
SPREAD = Placement(tuple(range(BUCKETS)))
"""Every bucket lies apart: for planning what a distributed inventory would be sent."""


async def version_of(fetch: Fetch) -> tuple[int, bool]:
    """Return the major version of a server, and whether the database has Citus."""
    (row,) = await fetch(SQL.version_and_citus)
    return row["version"] // 10000, row["has_citus"]


async def placement_of(fetch: Fetch) -> Placement:
    """Return where the buckets of a database that has Citus lie."""
    rows = await fetch(SQL.shards_of_buckets, BUCKETS)
    return Placement(tuple(row["shardid"] for row in rows))


def every_statement() -> dict[str, str]:
    """Return what can be planned without Citus."""
    return {"version_and_citus": SQL.version_and_citus}
