"""Records of a chunk and the scope of their process: what it changes and leaves is within it.

As at the doors: what is changed, and what a record newly refers to, is in scope before; what is
written is in scope after, once all of the chunk is written. What a row brings counts for the
others. Whoever is not bound to some records is asked nothing.
"""

from collections.abc import Collection, Mapping, Sequence

from customer_inventory.capture.told import Denied, Record
from customer_inventory.kit.ids import is_id
from customer_inventory.record.lines import Batch
from customer_inventory.record.link import Link
from customer_inventory.record.reference import Dangling
from customer_inventory.record.scope import Rows
from customer_inventory.record.scoping.landing import OutOfScope, in_scope
from customer_inventory.record.scoping.rule import CUSTOMER
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection

_CREATE = frozenset({"create"})

Names = Sequence[tuple[str, str]]
"""What a record newly refers to: paths and ids."""


def names_in(links: Collection[Link]) -> Names:
    """Return what those of `links` that lead from a record name of this inventory."""
    named = {(each.path, each.other_id) for each in links if each.outward and is_id(each.other_id)}
    return sorted(named)


def names_of(batch: Batch) -> Mapping[str, Names]:
    """Return what each new record of `batch` names, by id: those that name something."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in batch.texts[1].decode().splitlines():
        _, identifier, outward, path, _, other, *_ = line.split("\t")
        if outward == "t" and is_id(other):
            found.setdefault(identifier, []).append((path, other))
    return found


async def outside_before(
    connection: Connection,
    changed: Mapping[Record, frozenset[str]],
    named: Mapping[Record, Names],
    made: Collection[str],
    rows: Rows,
) -> dict[Record, Denied]:
    """Return those of the records to be written that are out of scope, or newly name what is.

    `changed` are those that are there, by which operations; `named` is what each names, and `made`
    are the ids of those to be made: what they bring is judged once it is written.
    """
    others = {other for names in named.values() for _, other in names}.difference(made)
    found = await in_scope(connection, [*(each for _, each in changed), *others], rows)
    outside = {
        record: Denied(OutOfScope(TYPES[record[0]]), operations)
        for record, operations in changed.items()
        if found.get(record[1]) != record[0]
    }
    for record, names in named.items():
        lost = next((path for path, other in names if other in others and other not in found), None)
        if lost is not None:
            operations = changed.get(record, _CREATE)
            outside.setdefault(record, Denied(Dangling(lost), operations))
    return outside


async def outside_after(
    connection: Connection, written: Mapping[Record, frozenset[str]], rows: Rows
) -> dict[Record, Denied]:
    """Return those of the records just written, by which operations, that are out of scope now.

    Customers alone, where one of them is: what hangs on it is in another place without it.
    """
    found = await in_scope(connection, [each for _, each in written], rows)
    outside = {
        record: Denied(OutOfScope(TYPES[record[0]]), operations)
        for record, operations in written.items()
        if found.get(record[1]) != record[0]
    }
    customers = {record: why for record, why in outside.items() if record[0] == CUSTOMER}
    return customers or outside
