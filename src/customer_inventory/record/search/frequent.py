"""Keys so common that looking them up in the index would cost more than looking at records.

Of a key that every tenth record has, the index tells all; a look at the first records finds as
many as are ranked. Which keys those are the server knows: it keeps the commonest of each column.
"""

import time
from collections.abc import Collection, Sequence
from weakref import WeakKeyDictionary

from customer_inventory.record.search.asked import Group
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MANY = 20_000
"""So many records with a key are read from the index in a millisecond or two."""
_REMEMBERED_SECONDS = 300.0

Commons = dict[str, dict[str, int]]
"""By record type, the keys of more than MANY records, and of how many."""

_known: WeakKeyDictionary[Database, tuple[float, Commons]] = WeakKeyDictionary()


async def commons(database: Database) -> Commons:
    """Return the common keys; what was known five minutes ago is good enough."""
    until, known = _known.get(database, (0.0, {}))
    if until < time.monotonic():
        rows = await database.fetch(SQL.common_keys, MANY)
        known = {}
        types = {declared.table: name for name, declared in TYPES.items()}
        for table, key, records in rows:
            if table in types:
                known.setdefault(types[table], {})[key] = records
        _known[database] = (time.monotonic() + _REMEMBERED_SECONDS, known)
    return known


def where_common(groups: Sequence[Group], known: Commons) -> Collection[str]:
    """Return the types in which every one of `groups` holds for very many records."""
    return [
        name
        for name, keys in known.items()
        if all(sum(keys.get(key, 0) for key in group) > MANY for group in groups)
    ]
