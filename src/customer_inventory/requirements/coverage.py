"""How far requirements go: by record type, and which process has what to do with which.

Asked for is what a requirement itself says. Granted is what is permitted now, by group of
attributes. Really used is what the ledger has: reads are known by group, as observed in
`observation.READ`, so that of the attributes of a group none is told from the others.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from customer_inventory.access.showing import Shown, shown_now
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.presence import Presence, presence
from customer_inventory.record.schema import paths
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.requirements.gaps import Read, reads
from customer_inventory.requirements.register import Versioned
from customer_inventory.requirements.requirement import RECORD, Requirement
from customer_inventory.store.database import Database

_WANTED = ("approved", "enforced")
_OF_EVERY_OBJECT = ("id", "href", "@type", "@baseType", "@schemaLocation", "@referredType")


@dataclass(frozen=True, slots=True)
class Covered:
    """How far requirements on a record type go.

    `declared` attributes, on every level; `required` those with a requirement that is approved or
    in force, `enforced` those in force; `held` those required that any record has, `filled` the
    mean share of records that have one. `looked_at` records, which are all or a sample.
    """

    record_type: str
    declared: int
    required: int
    enforced: int
    held: int
    filled: float
    looked_at: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A process and a requirement: what the one has to do with the other.

    `asks` and `uses` as the requirement says, `granted` the purposes for which its group is
    permitted now, `read` those for which it was read.
    """

    requirement: Requirement
    process: str
    asks: bool
    uses: bool
    granted: tuple[str, ...]
    read: tuple[str, ...]


async def coverage(
    database: Database, record_types: Iterable[str] = (), *, most: int | None = None
) -> list[Covered]:
    """Return how far requirements on the record types go (all, if none are named).

    Looks at `most` records of a type, at all of them for None.
    """
    wanted = await _wanted(database)
    found = []
    for name in list(record_types) or list(TYPES):
        made = await presence(database, TYPES[name], most=most)
        found.append(_covered(TYPES[name], wanted.get(name, []), made))
    return found


async def matrix(database: Database, record_types: Iterable[str] = ()) -> list[Cell]:
    """Return the cells of requirements on the record types in which there is anything, by id."""
    wanted = await _wanted(database)
    shown, read = await shown_now(database), await reads(database)
    return [
        cell
        for name in list(record_types) or list(TYPES)
        for version in wanted.get(name, [])
        for cell in _cells(version.requirement, shown, read)
    ]


async def _wanted(database: Database) -> Mapping[str, list[Versioned]]:
    """Return what is approved or in force on attributes, by record type."""
    found: dict[str, list[Versioned]] = {}
    for each in await register.latest(database):
        if each.state in _WANTED and each.requirement.path != RECORD:
            found.setdefault(each.requirement.type, []).append(each)
    return found


def _covered(declared: RecordType, wanted: list[Versioned], made: Presence) -> Covered:
    required = [each.requirement.path for each in wanted]
    known = {
        path
        for path in paths(declared.schema)
        if path.rsplit(".", 1)[-1] not in _OF_EVERY_OBJECT or path in required
    }
    shares = [made.share(path) for path in required]
    return Covered(
        declared.name,
        declared=len(known | set(required)),
        required=len(required),
        enforced=sum(each.state == "enforced" for each in wanted),
        held=sum(share > 0 for share in shares),
        filled=sum(shares) / len(shares) if shares else 0.0,
        looked_at=made.looked_at,
        is_whole=made.is_whole,
    )


def _cells(
    requirement: Requirement, shown: Iterable[Shown], read: Iterable[Read]
) -> Iterator[Cell]:
    name, group = requirement.type, requirement.facet.group
    granted: dict[str, list[str]] = {}
    for each in shown:
        if each.record_type == name and group in each.groups:
            granted.setdefault(each.process, []).append(each.purpose)
    used: dict[str, set[str]] = {}
    for one in read:
        if one.is_of(name, group):
            used.setdefault(one.process, set()).add(one.purpose)
    said = (*requirement.requested_by, *requirement.used_by)
    for process in dict.fromkeys((*said, *sorted(granted), *sorted(used))):
        yield Cell(
            requirement,
            process,
            asks=process in requirement.requested_by,
            uses=process in requirement.used_by,
            granted=tuple(granted.get(process, ())),
            read=tuple(sorted(used.get(process, ()))),
        )
