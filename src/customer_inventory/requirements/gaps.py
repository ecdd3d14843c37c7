"""The gap between what is required and what is so, element by element.

Required and (nearly) empty; held and not required; held and never read; read, and not declared for
the process or the purpose. Reads are known by group of attributes, as the ledger has them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from customer_inventory.kit.clock import now
from customer_inventory.record import observation
from customer_inventory.record.facet import facet_of
from customer_inventory.record.register.presence import Presence, presence
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.store.database import Database

Kind = Literal["requiredButEmpty", "heldNotRequired", "neverRead", "readNotDeclared"]

WHOLE = "customer360"
"""What the ledger calls a read of a customer with all that hangs on it: of every type."""
_EVERYTHING = "*"
_COMPLETE = 0.5
"""Without a threshold of its own an element counts as empty below this share."""
_WANTED = ("approved", "enforced")
_OF_EVERY_RECORD = ("id", "href", "@type", "@baseType", "@schemaLocation")


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap: of which kind, at which element, by how much, and what shows it.

    `share` is that of the records that have something there.
    """

    kind: Kind
    record_type: str
    path: str
    requirement: str | None
    share: float
    evidence: str


@dataclass(frozen=True, slots=True)
class Read:
    """A group of attributes that a process read for a purpose, and when last."""

    record_type: str
    group: str
    purpose: str
    process: str
    last_at: datetime

    def is_of(self, record_type: str, group: str) -> bool:
        """Tell whether it told of a group of a type."""
        return self.record_type in (record_type, WHOLE) and self.group in (group, _EVERYTHING)


async def gaps(
    database: Database,
    record_types: Iterable[str] = (),
    *,
    unread_for: timedelta = timedelta(days=90),
    most: int | None = None,
) -> list[Gap]:
    """Return the gaps of the record types (all, if none are named).

    What was not read for `unread_for` counts as never read. Looks at `most` records of a type.
    """
    wanted = [each for each in await register.latest(database) if each.state in _WANTED]
    read = await reads(database)
    found: list[Gap] = []
    for name in list(record_types) or list(TYPES):
        required = {
            each.requirement.path: each.requirement
            for each in wanted
            if each.requirement.type == name
        }
        made = await presence(database, TYPES[name], most=most)
        if made.looked_at:
            found += _empty(made, required)
            found += _not_required(made, required)
            found += _unread(made, required, read, now() - unread_for)
        found += _undeclared_reads(name, required, read)
    return found


def _empty(made: Presence, required: Mapping[str, Requirement]) -> Iterator[Gap]:
    for path, requirement in required.items():
        threshold = requirement.quality.get("completeness", _COMPLETE)
        share = made.share(path)
        if share < threshold and (requirement.obligation == "mandatory" or not share):
            yield Gap(
                "requiredButEmpty",
                made.declared.name,
                path,
                requirement.id,
                share,
                f"{share:.1%} of {made.looked_at:,} records have it, {threshold:.0%} should",
            )


def _not_required(made: Presence, required: Mapping[str, Requirement]) -> Iterator[Gap]:
    for path, processes in made.processes.items():
        if "." in path or path in required or path in _OF_EVERY_RECORD:
            continue
        by = ", ".join(name for name, _ in processes.most_common(3))
        yield Gap(
            "heldNotRequired", made.declared.name, path, None, made.share(path), f"written by {by}"
        )


def _unread(
    made: Presence, required: Mapping[str, Requirement], reads: Iterable[Read], since: datetime
) -> Iterator[Gap]:
    name = made.declared.name
    for path in made.processes:
        if "." in path or path in _OF_EVERY_RECORD:
            continue
        group = facet_of(name, path).group
        last = max((each.last_at for each in reads if each.is_of(name, group)), default=None)
        if last is None or last < since:
            requirement = required.get(path)
            yield Gap(
                "neverRead",
                name,
                path,
                requirement.id if requirement else None,
                made.share(path),
                f"its group {group} was read last {last:%Y-%m-%d}" if last else "never read",
            )


def _undeclared_reads(
    name: str, required: Mapping[str, Requirement], reads: Iterable[Read]
) -> Iterator[Gap]:
    for path, requirement in required.items():
        group = requirement.facet.group
        for each in reads:
            if not each.is_of(name, group):
                continue
            if requirement.used_by and each.process not in requirement.used_by:
                said = f"{each.process} reads it and is not among those that use it"
            elif requirement.purposes and each.purpose not in requirement.purposes:
                said = f"{each.process} reads it for {each.purpose}, which is not declared"
            else:
                continue
            yield Gap("readNotDeclared", name, path, requirement.id, 0.0, said)


async def reads(database: Database) -> list[Read]:
    """Return which groups of attributes which processes read, for what, and when last."""
    rows = await observation.every(database, observation.READ)
    found = []
    for row in rows:
        group, _, purpose = row["path"].partition(" ")
        found.append(Read(row["record_type"], group, purpose, row["process"], row["last_seen_at"]))
    return found
