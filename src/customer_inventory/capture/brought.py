"""Which source brought which record: kept with every chunk, asked by reconciliations.

A record is of a namespace: a source, the alias that its mappings give it, its type. What ids are
derived from is just that, and the key. A chunk keeps its records in a row a namespace: an entry of
an index for each would be a tenth of the work of an import. They are put in order, into a row each,
before anybody asks, and every night.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from customer_inventory.capture.told import Told
from customer_inventory.capture.work import Work
from customer_inventory.kit.ids import buckets_of
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Named = tuple[str, str]
"""The alias of a record in mappings, and its type."""

PUT_IN_ORDER = "capture.orderBrought"
_AT_ONCE = 100_000
"""About so many records are put in order in one transaction."""


async def keep_brought(connection: Connection, work: Work, source: str, told: Told) -> None:
    """Keep that `source` brought what was made or changed of `work`."""
    named: dict[Named, list[str]] = defaultdict(list)
    for (_, name), done in told.done.items():
        if work.aliases:
            for identifier in done:
                named[work.alias_of(name, identifier), name].append(identifier)
        else:
            named[name, name] += done
    if not named:
        return
    numbers = await namespaces(connection, source, named)
    # As text: arrays take the driver a second look at each of their items.
    rows = [
        (numbers[of], len(ids), " ".join(ids), " ".join(map(str, buckets_of(ids))))
        for of, ids in sorted(named.items())
    ]
    await connection.executemany(SQL.keep_brought, rows)


async def put_in_order(database: Database, source: str | None = None) -> None:
    """Put what `source` (None: any) brought until now into a row a record, a part at a time."""
    numbers = [row["number"] for row in await database.fetch(SQL.namespaces_of_late, source)]
    while await database.value(SQL.put_in_order, numbers, _AT_ONCE):
        pass


def named_in(work: Work) -> set[Named]:
    """Return the alias and type of all that `work` makes."""
    if not work.aliases:
        return {(name, name) for name in work.batches}
    return {
        (work.alias_of(name, identifier), name)
        for name, batch in work.batches.items()
        for identifier in batch.ids
    }


async def namespaces(
    database: Connection | Database, source: str, named: Collection[Named]
) -> Mapping[Named, int]:
    """Return the numbers of namespaces of `source`, which are made if they are not there.

    Whoever writes in transactions that overlap makes them before: the second would wait for the
    first to commit.
    """
    found = await _known(database, source)
    missing: Sequence[Named] = sorted(set(named) - found.keys())
    if missing:
        aliases, types = zip(*missing, strict=True)
        await database.execute(SQL.make_namespaces, source, list(aliases), list(types))
        found = await _known(database, source)
    return {each: found[each] for each in named}


async def _known(database: Connection | Database, source: str) -> dict[Named, int]:
    rows = await database.fetch(SQL.namespaces_of, source)
    return {(row["alias"], row["record_type"]): row["number"] for row in rows}
