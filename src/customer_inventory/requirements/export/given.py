"""What exports are made of: the requirements that were asked for, with their decisions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.declaring import declared_by
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.register import State, Versioned
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.store.database import Database, Row

_OVER = ("retired", "rejected", "superseded")


@dataclass(frozen=True)
class Given:
    """Requirements in their latest versions; `decisions` by id, the latest first."""

    versions: Sequence[Versioned]
    decisions: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @cached_property
    def types(self) -> Mapping[str, RecordType]:
        """The record types there are, those included that requirements only ask for."""
        asked = [each.requirement for each in self.versions]
        return {**declared_by(compiled(e for e in asked if e.declares is not None)), **TYPES}

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[Versioned]]:
        """The versions by record type, in the order in which types are declared."""
        found = defaultdict(list)
        for each in self.versions:
            found[each.requirement.type].append(each)
        return {name: found[name] for name in (*TYPES, *self.types) if name in found}

    def requirements(self, record_type: str) -> list[Requirement]:
        """Return what the versions of a record type say."""
        return [each.requirement for each in self.by_type[record_type]]


async def given(
    database: Database, *, record_types: Sequence[str] = (), states: Sequence[State] = ()
) -> Given:
    """Return what the register says of `record_types` (all, if none are named) and is in `states`.

    Without states all that is not over: proposed, reviewed, approved, enforced.
    """
    versions = [
        each
        for each in await register.latest(database, states)
        if (states or each.state not in _OVER)
        and (not record_types or each.requirement.type in record_types)
    ]
    decisions: dict[str, list[Row]] = defaultdict(list)
    for row in await register.all_decisions(database):
        decisions[row["id"]].append(row)
    return Given(versions, decisions)
