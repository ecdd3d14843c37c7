"""What becomes of references when records come and go: refused, or named to whoever is in the way.

A reference to an id of this inventory that no record has is a finding by default (`finding`), found
by the nightly job: writes pay nothing for it. Where the declaration says `refuse`, the write looks
first, and holds what it refers to until it is committed. A record that others refer to
is not removed; the statement that removes decides, so that nobody can refer to it meanwhile.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.link import Link
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Change
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.placement import ALONE, SPREAD, Placement
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_NAMED = 20
"""So many of those who refer to a record are named."""


class Referenced(Conflict):
    """Other records refer to the record that is to be removed.

    `named` are those the caller may read, by record type and id.
    """

    code = "referenced"

    def __init__(self, named: Sequence[tuple[str, str]] = (), *, elsewhere: bool = True) -> None:
        self.named = tuple(named)
        said = [f"{record_type} {identifier}" for record_type, identifier in self.named]
        said += ["records elsewhere"] * elsewhere
        super().__init__(
            f"It is referenced by {', '.join(said)}." if named else "It is referenced elsewhere.",
            path="id",
            hint="Remove the references first.",
        )


class Dangling(Invalid):
    """A reference leads nowhere, and its declaration refuses that."""

    code = "danglingReference"

    def __init__(self, path: str) -> None:
        super().__init__(
            "names no record.", path=f"{path}.id", hint="Make what it refers to first."
        )


async def referrers(
    database: Database,
    identifier: str,
    *,
    may_read: Callable[[str], bool],
    sight: Sight = EVERYTHING,
) -> Referenced:
    """Return the failure that names who refers to a record, as far as the caller is shown those."""
    readable = [name for name in TYPES if may_read(name)]
    rows = await database.fetch(
        SQL.referrers, identifier, bucket_of(identifier), readable, MOST_NAMED + 1
    )
    named = [(row["other_type"], row["other_id"]) for row in rows if row["is_readable"]]
    shown = await shown_of(database, {identifier: kind for kind, identifier in named}, sight)
    named = [(kind, identifier) for kind, identifier in named if identifier in shown]
    elsewhere = len(named) < len(rows) or len(named) > MOST_NAMED
    return Referenced(named[:MOST_NAMED], elsewhere=elsewhere)


class Target(NamedTuple):
    """What a reference that must not dangle names: at which path a record of which type and id."""

    path: str
    type: str
    id: str


def demanding(changes: Sequence[Change]) -> list[Target]:
    """Return what the references that `changes` add name, of those that must not dangle."""
    return [target for change in changes for target in _targets(change.declared, change.added)]


def demands(declared: RecordType, named: Iterable[tuple[str, str]]) -> list[Target]:
    """Return what must be there of what is `named`: paths of references, and ids."""
    refused = _refused(declared)
    return [
        Target(path, refused[path], other_id)
        for path, other_id in named
        if path in refused and is_id(other_id)
    ]


def is_demanding(declared: RecordType) -> bool:
    """Tell whether some reference of the type must not dangle."""
    return bool(_refused(declared))


async def hold_targets(connection: Connection, wanted: Sequence[Target]) -> None:
    """Hold what the references `wanted` name until the transaction ends; raise Dangling."""
    held = await there(connection, wanted)
    for target in wanted:
        if (target.type, target.id) not in held:
            raise Dangling(target.path)


async def there(connection: Connection, wanted: Sequence[Target]) -> set[tuple[str, str]]:
    """Return those of `wanted` that are there, by type and id, held until the transaction ends.

    One that was merged into another is there: its id leads to the other.
    """
    held = set()
    placement = connection.placement
    for name in dict.fromkeys(target.type for target in wanted):
        for ids in placement.apart({target.id for target in wanted if target.type == name}):
            buckets = [bucket_of(identifier) for identifier in ids]
            text = statement("hold_shared", TYPES[name], placement)
            rows = await connection.fetch(text, ids, buckets)
            if len(rows) < len(ids):
                rows += await connection.fetch(SQL.hold_origins, ids, buckets, name)
            held |= {(name, row["id"]) for row in rows}
    return held


def is_target(declared: RecordType) -> bool:
    """Tell whether some reference to records of the type must not dangle."""
    return declared.name in {name for kind in TYPES.values() for name in _refused(kind).values()}


async def hold_to_remove(
    connection: Connection, declared: RecordType, changes: Sequence[Change]
) -> None:
    """Wait for whoever is just referring to the records, and let nobody begin to."""
    placement = connection.placement
    for ids in placement.apart({change.id for change in changes}):
        buckets = [bucket_of(identifier) for identifier in ids]
        await connection.fetch(statement("hold_alone", declared, placement), ids, buckets)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    held = {
        f"{name}:{kind}{':spread' * placement.is_distributed}": statement(
            name, TYPES[kind], placement
        )
        for name in ("hold_shared", "hold_alone")
        for kind in TYPES
        for placement in (ALONE, SPREAD)
    }
    return {"referrers": SQL.referrers, "hold_origins": SQL.hold_origins, **held}


def _targets(declared: RecordType, links: Iterable[Link]) -> list[Target]:
    return demands(declared, ((link.path, link.other_id) for link in links if link.outward))


@cache
def _refused(declared: RecordType) -> dict[str, str]:
    """Return the record type that each reference which must not dangle names, by path."""
    return {
        reference.path: reference.targets[0]
        for reference in declared.references
        if reference.dangling == "refuse"
    }


@cache
def statement(name: str, declared: RecordType, placement: Placement = ALONE) -> str:
    """Return a statement that holds records of a type, which lie together by `placement`."""
    return SQL[name].format(table=declared.table, in_r=placement.within("r", "$2"))
