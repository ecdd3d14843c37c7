"""Which repository is the system of record of what is required: one, none, or several.

Asked of every requirement on an attribute that is approved or in force. Beside that: codes of
sources that no repository bears, and declared dependants that are no registered process.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from customer_inventory.access.registration import processes
from customer_inventory.access.showing import shown_now
from customer_inventory.facilities.repository.catalogue import repositories
from customer_inventory.facilities.repository.declared import COPY, OURS, RECORD, REFERENCE
from customer_inventory.facilities.repository.declared import Repository as Declared
from customer_inventory.requirements import register
from customer_inventory.requirements.requirement import RECORD as ITSELF
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.store.database import Database

Verdict = Literal["one", "none", "several", "otherSource"]
"""`otherSource`: one, but the source that is trusted most for it is another repository."""
FAULTS: tuple[Verdict, ...] = ("none", "several", "otherSource")
_MOST_PROCESSES = 100_000
_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Covered:
    """A requirement, and the repositories that hold its element, by their role.

    `trusted` is the repository that bears the source trusted most for it, None without one.
    """

    requirement: Requirement
    state: str
    records: tuple[str, ...]
    references: tuple[str, ...]
    copies: tuple[str, ...]
    trusted: str | None

    @property
    def verdict(self) -> Verdict:
        """Whether its fact has one place where it is made and kept by rule."""
        if len(self.records) != 1:
            return "several" if self.records else "none"
        # What is kept here comes from many sources by the rules of survivorship: that is no fault.
        is_agreed = self.records[0] == OURS or self.trusted in (None, self.records[0])
        return "one" if is_agreed else "otherSource"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the catalogue does not know: a source, or a dependant of a repository.

    `requirements` are how many name the source, some of them in `examples`; `is_loaded` tells
    whether anything was loaded of it.
    """

    name: str
    requirements: int = 0
    examples: tuple[str, ...] = ()
    is_loaded: bool = False
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """All that the catalogue says of what is required, and what it leaves open."""

    covered: tuple[Covered, ...]
    sources: tuple[Unknown, ...]
    dependants: tuple[Unknown, ...]

    def counted(self) -> Counter[str]:
        """Return how many requirements have which verdict."""
        return Counter(each.verdict for each in self.covered)


async def coverage(database: Database, loaded: Collection[str] = ()) -> Coverage:
    """Return how the catalogue covers the register; `loaded` are sources that captures know."""
    declared = [each.repository for each in await repositories(database)]
    wanted = await register.in_state(database, "approved", "enforced")
    # A requirement may be in force in one version and approved in the next: the later one counts.
    latest = {each.requirement.id: each for each in wanted}
    covered = tuple(
        covering(each.requirement, each.state, declared)
        for each in latest.values()
        if each.requirement.path != ITSELF
    )
    asked = [each.requirement for each in covered]
    return Coverage(
        covered,
        tuple(_unknown_sources(declared, asked, loaded)),
        tuple(await _unknown_dependants(database, declared)),
    )


def covering(requirement: Requirement, state: str, declared: Iterable[Declared]) -> Covered:
    """Return which of the repositories hold the element of a requirement, and as what."""
    named: dict[str, list[str]] = {RECORD: [], REFERENCE: [], COPY: []}
    bears: dict[str, str] = {}
    for each in declared:
        if each.counts:
            bears.update(dict.fromkeys(each.sources, each.name))
        role = each.role_of(requirement.id, requirement.type, requirement.path)
        if role is not None:
            named[role].append(each.name)
    first = next((bears[source] for source in requirement.sources if source in bears), None)
    records, references, copies = (tuple(named[role]) for role in (RECORD, REFERENCE, COPY))
    return Covered(requirement, state, records, references, copies, first)


async def dependants(database: Database, name: str) -> Sequence[str]:
    """Return the registered processes that are shown something of ours, by name; of others none."""
    if name != OURS:
        return []
    return sorted({each.process for each in await shown_now(database)})


def _unknown_sources(
    declared: Sequence[Declared], asked: Sequence[Requirement], loaded: Collection[str]
) -> Iterable[Unknown]:
    known = {source for each in declared for source in each.sources}
    naming: dict[str, list[str]] = {source: [] for source in loaded}
    for requirement in asked:
        for source in requirement.sources:
            naming.setdefault(source, []).append(requirement.id)
    for source in sorted(naming.keys() - known):
        ids = naming[source]
        yield Unknown(source, len(ids), tuple(ids[:_EXAMPLES]), source in loaded)


async def _unknown_dependants(database: Database, declared: Sequence[Declared]) -> list[Unknown]:
    registered = {row["id"] for row in await processes(database, limit=_MOST_PROCESSES)}
    return [
        Unknown(dependant.process, repository=each.name)
        for each in declared
        for dependant in each.dependants
        if dependant.process and dependant.process not in registered
    ]
