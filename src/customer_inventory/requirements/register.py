"""The register: requirements with their versions, and who decided what of them.

Their life is that of all that is declared and decided on (`access.lifecycle`); `applying` puts in
force what is approved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from customer_inventory.access.decision import Decision
from customer_inventory.access.lifecycle import SHIPPED, Lifecycle, State
from customer_inventory.access.saying import Saying
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.record.document import parse
from customer_inventory.requirements.requirement import Requirement, of, plain
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

__all__ = ["LIFE", "SHIPPED", "NoSuchRequirement", "Outcome", "State", "Versioned"]

_OF_THE_PRODUCT = range(1_000, 10_000)
Outcome = Literal["new", "changed", "unchanged"]


class NoSuchRequirement(NotFound):
    """The register has no requirement of that id."""

    def __init__(self, identifier: str) -> None:
        super().__init__(
            f"There is no requirement {identifier!r}.", hint="`cinv req list` names them all."
        )


LIFE = Lifecycle(
    objects="requirements.requirement",
    versions="requirements.version",
    decisions="requirements.decision",
    command="cinv req",
    missing=NoSuchRequirement,
)
review, approve, reject = LIFE.review, LIFE.approve, LIFE.reject
_SAYING = Saying(LIFE, of)


@dataclass(frozen=True, slots=True)
class Versioned:
    """A version of a requirement, and the state that it is in."""

    requirement: Requirement
    version: int
    state: State
    proposed_by: str

    @classmethod
    def of(cls, row: Row) -> "Versioned":
        """Return the version of a row with its content."""
        return cls.said(row, of(parse(row["content"])))

    @classmethod
    def said(cls, row: Row, requirement: Requirement) -> "Versioned":
        """Return the version of a row that says `requirement`."""
        return cls(requirement, row["version"], row["state"], row["proposed_by"])


async def latest(database: Database, states: Sequence[State] = ()) -> list[Versioned]:
    """Return the latest version of every requirement, or of those in `states`, by id."""
    return [Versioned.said(*each) for each in await _SAYING.latest(database, states)]


async def in_state(database: Database, *states: State) -> list[Versioned]:
    """Return every version that is in one of `states`, by id."""
    return [Versioned.said(*each) for each in await _SAYING.in_state(database, *states)]


async def versions(database: Database, identifier: str) -> list[Versioned]:
    """Return the versions of a requirement, latest first; raise NoSuchRequirement."""
    return [Versioned.of(row) for row in await LIFE.versions_of(database, identifier)]


async def decisions(database: Database, identifier: str) -> Sequence[Row]:
    """Return every step of a requirement: rows of version, state, who, when and why."""
    return await LIFE.steps(database, identifier)


async def all_decisions(database: Database) -> Sequence[Row]:
    """Return every step of every requirement: rows as of `decisions`, with `id`."""
    return await LIFE.steps(database)


async def next_id(database: Database) -> str:
    """Return an id that no requirement has; REQ-1000 to REQ-9999 are those of the product."""
    highest: int = await database.value(SQL.highest_number)
    free = highest + 1 if highest + 1 not in _OF_THE_PRODUCT else _OF_THE_PRODUCT.stop
    return f"REQ-{free:03d}"


async def propose(
    database: Database, requirements: Iterable[Requirement], *, by: Decision
) -> dict[str, Outcome]:
    """Propose what is new or says something else than before; return what became of each, by id.

    Raises Conflict for a requirement of which another version is under way, that was about another
    element, or about one that another requirement is about.
    """
    outcome: dict[str, Outcome] = {}
    async with database.transaction() as connection:
        for requirement in requirements:
            outcome[requirement.id] = await _propose(connection, requirement, by)
    return outcome


async def _propose(connection: Connection, requirement: Requirement, by: Decision) -> Outcome:
    is_new = await _is_new(connection, requirement)
    number = await LIFE.propose(connection, requirement.id, plain(requirement), by=by)
    if number is None:
        return "unchanged"
    return "new" if is_new else "changed"


async def _is_new(connection: Connection, requirement: Requirement) -> bool:
    """Let the register have a requirement, with no version yet if there was none of its id."""
    identifier, element = requirement.id, (requirement.type, requirement.path)
    known = await connection.fetchrow(SQL.element_of, identifier)
    if known is not None and (known["record_type"], known["path"]) != element:
        raise Conflict(
            f"{identifier} is about {known['record_type']}.{known['path']}.",
            hint="Another element is another requirement: take a new id.",
        )
    other = await connection.fetchval(SQL.requirement_on, *element, identifier)
    if other is not None:
        raise Conflict(
            f"{requirement.type}.{requirement.path} is what {other} is about.",
            hint=f"Change {other} instead.",
        )
    if known is None:
        await connection.execute(SQL.make_requirement, identifier, *element)
    return known is None
