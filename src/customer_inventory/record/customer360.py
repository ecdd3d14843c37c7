"""The customer seen whole (TMF717): the role, the party behind it, and all that hangs on both."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.shown import MOST_KEPT, Shown, Statement
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.types import TYPES, named, over_every_type
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from customer_inventory.store.placement import ALONE, SPREAD, Placement
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_OF_A_KIND = 100
"""So many records of each type are shown, unless the caller asks for another number."""


@dataclass(frozen=True)
class Customer360:
    """A customer with its surroundings, documents as bytes by record type.

    Of each type the latest are shown; `known` says how many of it there are.
    """

    id: str
    customer: bytes
    parts: Mapping[str, list[tuple[str, bytes]]]
    known: Mapping[str, int]

    def shown(self, masks: Mapping[str, Mask]) -> "Customer360":
        """Return what is shown of it: the documents of each type under its mask, if it has one."""
        own = masks.get("customer")
        parts = {
            kind: [(identifier, mask.body(body)) for identifier, body in part] if mask else part
            for kind, part in self.parts.items()
            for mask in (masks.get(kind),)
        }
        return replace(
            self, customer=own.body(self.customer) if own else self.customer, parts=parts
        )

    @property
    def record_ids(self) -> list[str]:
        """Ids of every record shown."""
        return [self.id, *(identifier for part in self.parts.values() for identifier, _ in part)]


async def around(
    database: Database,
    identifier: str,
    sight: Sight = EVERYTHING,
    *,
    most: int = MOST_OF_A_KIND,
) -> Customer360:
    """Return the customer `identifier` and what hangs on it, at most `most` records of a type.

    Raises NoSuchRecord when there is no such customer.
    """
    if not is_id(identifier):
        raise NoSuchRecord(named("customer"))
    asked = statement(sight.rows, placement=database.placement)
    own: tuple[object, ...] = (identifier, bucket_of(identifier), most)
    if database.placement.is_distributed:
        own = (*own, await _buckets(database, identifier))
    rows = await database.fetch(asked.text, *asked.arguments(sight, *own))
    parts: dict[str, list[tuple[str, bytes]]] = {}
    known: dict[str, int] = {}
    for kind, record_id, body, count in rows:
        if record_id == identifier and kind == "customer":
            customer = body
            continue
        parts.setdefault(kind, []).append((record_id, body))
        known[kind] = count
    if not rows:
        raise NoSuchRecord(named("customer"))
    return Customer360(identifier, customer, parts, known)


async def _buckets(database: Database, identifier: str) -> list[int]:
    """Return the buckets of all that hangs on a customer: one, most often."""
    known = await database.fetch(SQL.known_as, identifier, bucket_of(identifier))
    buckets = {row["bucket"] for row in known}
    referring = await database.fetch(
        SQL.buckets_referring, [row["id"] for row in known], sorted(buckets)
    )
    return sorted(buckets | {row["bucket"] for row in referring})


@over_every_type
@lru_cache(maxsize=MOST_KEPT)
def statement(rows: Rows = EVERY_ROW, *, placement: Placement = ALONE) -> Statement:
    """Return the statement over every declared type but the customer itself.

    Where records lie in shards it has the buckets of all of it as its fourth parameter.
    """
    shown = Shown(rows, 4 if placement.is_distributed else 3)
    in_r, in_l = (placement.within(alias, "$4::smallint[]") for alias in ("r", "l"))
    part = SQL.part("part_of_customer")
    kinds = [
        declared
        for name, declared in TYPES.items()
        if name != "customer" and not declared.is_catalogue
    ]
    text = SQL.around_customer.format(
        shown=shown.of(named("customer")),
        in_l=in_l,
        parts="".join(
            "UNION ALL\n"
            + part.format(type=k.name, table=k.table, shown=shown.of(k), in_r=in_r)
            + "\n"
            for k in kinds
        ),
    )
    return Statement(text, tuple(shown.values))


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {
        "around_customer": statement().text,
        "around_customer:spread": statement(placement=SPREAD).text,
        "known_as": SQL.known_as,
        "buckets_referring": SQL.buckets_referring,
    }
