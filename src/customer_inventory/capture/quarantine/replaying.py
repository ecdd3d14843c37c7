"""Rows of quarantine loaded again: through the import, as the process that brought them.

What loads leaves quarantine in the transaction that writes it; what is refused again stays, with
the reasons of this time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from customer_inventory.capture.arrival.spool import Spool
from customer_inventory.capture.importing import Summary, import_file
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.quarantine.held import Chosen, Whose, every, mapping_of
from customer_inventory.capture.reading import Said
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.retention.policy import Policy
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

NAME = "quarantine"
"""What the file of a replay is called."""
_MOST_ROWS = 100_000
_PAGE = 100

KeyFor = Callable[[str], bytes]
"""Returns the key of what a process sees as hashes."""


@dataclass(slots=True)
class _Group:
    """Rows that are loaded together: by one mapping, as one process; ids in order."""

    mapping: Mapping
    header: str
    actor: Actor
    ids: list[int] = field(default_factory=list)


async def replay(
    database: Database,
    spool: Spool,
    chosen: Chosen,
    whose: Whose,
    *,
    person: str | None,
    source: str | None = None,
    mapping: Mapping | None = None,
    key_for: KeyFor = lambda _: b"",
    policy: Policy | None = None,
) -> list[Summary]:
    """Load chosen rows that wait again; return what became of each load, one a process and mapping.

    In the order in which their source said them, if it did: what it has said newer things of stays
    as it is. By the mapping that they were refused by, or by another one of the same source and
    format. Rows that were cut or are no UTF-8 are left: they must be corrected before. At most
    100,000 rows.
    Raises Invalid for a mapping of something else, and whatever the import raises.
    """
    groups: dict[tuple[str, ...], _Group] = {}
    ids = [each async for each in every(database, chosen, whose)][:_MOST_ROWS]
    for start in range(0, len(ids), _PAGE):
        for row in await _rows(database, ids[start : start + _PAGE]):
            key = (row["mapping_sha256"], row["header"], row["process"], row["purpose"])
            if key not in groups:
                actor = Actor(row["process"], row["purpose"], person, source)
                groups[key] = _Group(_by(row, mapping), row["header"], actor)
            groups[key].ids.append(row["id"])
    return [
        await _load(database, spool, group, key_for(group.actor.process), policy)
        for group in groups.values()
    ]


async def _load(
    database: Database, spool: Spool, group: _Group, key: bytes, policy: Policy | None
) -> Summary:
    with spool.making() as out:
        line, replays, said = 1, {}, {}
        if group.header:
            out.write(f"{group.header}\n".encode())
            line += 1 + group.header.count("\n")
        for start in range(0, len(group.ids), _PAGE):
            for row in await _rows(database, group.ids[start : start + _PAGE]):
                replays[line] = row["id"]
                said[line] = Said(row["said_at"], row["said_number"], row["is_gone"])
                out.write(f"{row['row_text']}\n".encode())
                line += 1 + row["row_text"].count("\n")
        out.flush()
        return await import_file(
            database, out.path, group.mapping, actor=group.actor, masking_key=key, name=NAME,
            replays=replays, said=said, policy=policy, workers=None if len(replays) > _PAGE else 0,
        )  # fmt: skip


async def _rows(database: Database, ids: Sequence[int]) -> Sequence[Row]:
    return await database.fetch(SQL.rows_to_replay, list(ids))


def _by(row: Row, other: Mapping | None) -> Mapping:
    known = mapping_of(row)
    if other is None:
        return known
    if (other.source, other.format, other.delimiter) != (
        known.source, known.format, known.delimiter,
    ):  # fmt: skip
        raise Invalid(
            f"The mapping {other.name} is not for rows of {known.source} as {known.format}.",
            hint="Its source, format and delimiter must be those that the rows came by.",
        )
    return other
