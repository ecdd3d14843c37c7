"""Indexes tried without being built: hypopg lets the planner believe in them for one session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customer_inventory.kit.errors import InventoryError
from customer_inventory.shortcomings.advising.candidate import Candidate, Plan
from customer_inventory.shortcomings.advising.workload import (
    Limits,
    Statement,
    plan_of,
    promising,
)
from customer_inventory.store.database import Database
from customer_inventory.store.together import together

LEAST_GAIN = 0.3
"""An index is worth a word when a statement's plan costs so much less with it, of one."""
_MOST_PROPOSED = 10


@dataclass(frozen=True, slots=True)
class Helped:
    """A statement that an index helps: what its plan costs without it and with it."""

    statement: Statement
    before: float
    after: float

    @property
    def gain(self) -> float:
        """The share of the cost that is saved, 0 to 1."""
        return 1 - self.after / self.before if self.before else 0.0

    @property
    def saved(self) -> float:
        """The milliseconds that it would have saved so far, as far as cost tells."""
        return self.gain * self.statement.calls * self.statement.mean


@dataclass(frozen=True, slots=True)
class Proposal:
    """An index, the statements that it helps, and what it would take, in bytes (0: not known)."""

    candidate: Candidate
    helped: tuple[Helped, ...]
    size: int = 0

    @property
    def gain(self) -> float:
        """The share of cost saved, over all that it helps, weighed by their time."""
        whole = sum(each.statement.calls * each.statement.mean for each in self.helped)
        return sum(each.saved for each in self.helped) / whole if whole else 0.0


Planned = Mapping[str, tuple[Statement, Plan]]
"""Statements with their plans, by text."""


async def simulated(
    database: Database, workload: Sequence[Statement], schema: str, limits: Limits
) -> list[Proposal]:
    """Return the indexes that help the workload, by hypothetical ones; `schema` is that of hypopg.

    Planned as the service, who owns the tables: never as a superuser, for planning runs functions
    that somebody else may have written.
    """
    async with together(database) as within:
        await within.execute("SET TRANSACTION READ ONLY")
        await within.execute("SET LOCAL statement_timeout = '2s'; SET LOCAL lock_timeout = '1s'")
        before = await planned(within, workload)
        every = [
            each for _, plan in before.values() for each in await promising(within, plan, limits)
        ]
        hypopg = _Hypopg(within, schema)
        costs: dict[Candidate, tuple[int, list[Helped]]] = {}
        for candidate in dict.fromkeys(every):
            size = await hypopg.believe(candidate)
            if size is None:
                continue
            helped = await helped_by(within, before)
            await hypopg.forget()
            if helped:
                costs[candidate] = (size, helped)
    return chosen(costs)


def chosen(costs: Mapping[Candidate, tuple[int, Sequence[Helped]]]) -> list[Proposal]:
    """Return the fewest indexes that help all that can be helped, the most useful first.

    One at a time: that which saves most of what is left; of two that save the same (within a
    fiftieth), the one with fewer columns. What one helps needs no other.
    """
    found: list[Proposal] = []
    done: set[str] = set()
    while len(found) < _MOST_PROPOSED:
        left = [
            Proposal(candidate, tuple(e for e in helped if e.statement.text not in done), size)
            for candidate, (size, helped) in costs.items()
        ]
        left = [each for each in left if each.helped]
        if not left:
            break
        most = max(_saved(each) for each in left)
        best = min(
            (each for each in left if _saved(each) >= 0.98 * most),
            key=lambda each: (len(each.candidate.columns), -_saved(each), each.candidate),
        )
        found.append(best)
        done |= {each.statement.text for each in best.helped}
    return found


def _saved(proposal: Proposal) -> float:
    return sum(each.saved for each in proposal.helped)


async def planned(within: Database, workload: Sequence[Statement]) -> Planned:
    """Return the statements that can be planned, each with its plan, by text."""
    found = {}
    for statement in workload:
        plan = await plan_of(within, statement)
        if plan is not None:
            found[statement.text] = (statement, plan)
    return found


async def helped_by(within: Database, before: Planned) -> list[Helped]:
    """Return the statements whose plans cost so much less now than `before` that it is worth it."""
    found = []
    for statement, plan in before.values():
        after = await plan_of(within, statement)
        if after is not None:
            helped = Helped(statement, plan["Total Cost"], after["Total Cost"])
            if helped.gain >= LEAST_GAIN:
                found.append(helped)
    return found


class _Hypopg:
    """Indexes that the planner of one session believes in, one at a time."""

    def __init__(self, within: Database, schema: str) -> None:
        self._within = within
        self._schema = f'"{schema.replace(chr(34), chr(34) * 2)}"'

    async def believe(self, candidate: Candidate) -> int | None:
        """Let the planner believe in an index; return its bytes, None for one that cannot be."""
        create = f"SELECT indexrelid FROM {self._schema}.hypopg_create_index($1)"  # noqa: S608
        measure = f"SELECT {self._schema}.hypopg_relation_size($1)"
        try:
            async with self._within.transaction() as connection:
                oid = await connection.fetchval(create, f"CREATE INDEX {candidate.definition}")
                size: int = await connection.fetchval(measure, oid)
        except InventoryError:
            await self.forget()
            return None
        return size

    async def forget(self) -> None:
        """Let it forget all of them."""
        await self._within.execute(f"SELECT {self._schema}.hypopg_reset()")
