"""Samples of records: drawn by a seed, so that whoever draws again draws the same.

Each record has a lot, a hash of the seed and its id; those with the lowest are drawn. So nothing
depends on the order in which records lie, and what comes after the sample is its reserve.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.record.declare import RecordType
from customer_inventory.record.page import Query, columns_by_path, condition_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.where import Where, check_path

SQL = beside(__name__)

_LOT_BYTES, _BITS, _LEAST = 32, 64, 20
SOURCE = "source"
"""The stratum of a record by the process that wrote it last."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A record that was drawn: its revision, its stratum, its place there from 1.

    `population` is how many records the stratum has.
    """

    id: str
    revision: int
    stratum: str
    place: int
    population: int


async def drawn(
    database: Database,
    declared: RecordType,
    query: Query,
    sight: Sight,
    *,
    seed: str,
    stratum: str | None,
    wanted: Mapping[str, tuple[int, int]],
) -> list[Drawn]:
    """Return the first records of each stratum by their lots, in that order.

    `stratum` is a path of single values in the document, SOURCE, or None for one stratum. `wanted`
    says by stratum how many are wanted, and how many it is known to have: whoever has a low lot is
    found in one pass, and only those are sorted.
    """
    bounds = {name: _bound(count, known) for name, (count, known) in wanted.items()}
    text, values = _drawing(declared, query, sight, seed=seed, stratum=stratum, bounds=bounds)
    rows = await database.fetch(text, *values)
    found = {row["stratum"]: row for row in rows}
    if any(
        len(found[name]["ids"] or ()) < min(count, found[name]["population"])
        for name, (count, _) in wanted.items()
        if name in found
    ):
        # So rare that it is not to be seen: too few had a low lot. Then all are looked at.
        text, values = _drawing(declared, query, sight, seed=seed, stratum=stratum, bounds={})
        rows = await database.fetch(text, *values)
    return [
        each
        for row in sorted(rows, key=lambda row: str(row["stratum"]))
        for each in _first(row, seed, wanted.get(row["stratum"], (row["population"], 0))[0])
    ]


async def strata(
    database: Database,
    declared: RecordType,
    query: Query,
    sight: Sight,
    *,
    stratum: str | None,
    most: int,
) -> dict[str, int]:
    """Return how many records the strata have, of the first `most` by name."""
    where, condition = _where(declared, query, sight)
    text = SQL.count_strata.format(
        table=declared.table, stratum=_stratum(where, stratum), condition=condition, limit=int(most)
    )
    rows = await database.fetch(text, *where.parameters)
    return {row["stratum"]: row["population"] for row in rows}


def every_statement() -> dict[str, str]:
    """Return every kind of statement this module can send, by a name of its own (for planning)."""
    found = {}
    for name, declared in TYPES.items():
        found[f"draw_records:{name}"] = _drawing(
            declared, Query(), EVERYTHING, seed="", stratum="status", bounds={}
        )[0]
        where, condition = _where(declared, Query(), EVERYTHING)
        found[f"count_strata:{name}"] = SQL.count_strata.format(
            table=declared.table, stratum=_stratum(where, SOURCE), condition=condition, limit=1
        )
    return found


def _first(row: Row, seed: str, count: int) -> Iterator[Drawn]:
    pairs = sorted(
        zip(row["ids"] or (), row["revisions"] or (), strict=True),
        key=lambda pair: hashlib.sha256(f"{seed}{pair[0]}".encode()).digest(),
    )
    for place, (identifier, revision) in enumerate(pairs[:count], 1):
        yield Drawn(identifier, revision, row["stratum"], place, row["population"])


def _bound(wanted: int, population: int) -> bytes:
    """Return a lot below which so many of a population are, but for one time in a thousand million.

    Lots are even: how many lie below a share of them is binomial.
    """
    enough = wanted + 6 * math.sqrt(wanted) + _LEAST
    if enough >= population:
        return b"\xff" * (_LOT_BYTES + 1)
    share = int(enough / population * 2**_BITS)
    return share.to_bytes(_BITS // 8, "big")


def _drawing(
    declared: RecordType,
    query: Query,
    sight: Sight,
    *,
    seed: str,
    stratum: str | None,
    bounds: Mapping[str, bytes],
) -> tuple[str, Sequence[Any]]:
    where, condition = _where(declared, query, sight)
    names, lots = where.parameter(list(bounds)), where.parameter(list(bounds.values()))
    text = SQL.draw_records.format(
        table=declared.table,
        stratum=_stratum(where, stratum),
        word=f"{where.parameter(seed)}::text",
        condition=condition,
        values=f"{names}::text[], {lots}::bytea[]",
    )
    return text, where.parameters


def _where(declared: RecordType, query: Query, sight: Sight) -> tuple[Where, str]:
    where = Where(columns_by_path(declared), [sight.kept_from])
    return where, condition_of(where, declared, query, sight.rows)


def _stratum(where: Where, stratum: str | None) -> str:
    if stratum is None:
        return "''"
    if stratum == SOURCE:
        return "r.process"
    return f"r.body #>> {where.parameter(check_path(stratum).split('.'))}::text[]"
