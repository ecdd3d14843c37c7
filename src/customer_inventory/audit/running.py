"""An automated audit: every rule over what it has to look at, and findings of what fails.

One runs at a time. One that was killed is gone on with by the next that is to ask the same.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from customer_inventory.access.saying import Saying
from customer_inventory.audit import accuracy, doubting, packs
from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.drifting import DRIFTS, keep_drift
from customer_inventory.audit.finding import meeting
from customer_inventory.audit.origin import UNKNOWN, Origins
from customer_inventory.audit.planning import Planned, planned, resumed, wholly_scanned
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.scanning import Pace, Progress, Scanning
from customer_inventory.audit.tallying import keep_tallies
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.record.register.asking import On, whole
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register, requirement
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_ONE_AUDIT = 0x6175646974  # "audit": the advisory lock that lets one run at a time


class NoSuchRun(NotFound):
    """There is no audit run of that number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no audit run {number}.", hint="`cinv audit runs` lists them.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a rule: of how many records it was asked, of how many it is true how many fail.

    `looked_at` were looked at by this run; `failed` of the `population` fail now, `accepted` of
    them with a reason. `error` says why it could not be asked: then nothing else is known.
    """

    rule: str
    record_type: str
    requirement: str | None
    dimension: str
    aspect: str
    threshold: float | None
    looked_at: int
    population: int
    failed: int
    accepted: int
    error: str | None

    @classmethod
    def of(cls, row: Row) -> "Outcome":
        """Return what a row tells."""
        return cls(**row)

    @property
    def score(self) -> float | None:
        """The share that passes, None when there is nothing to look at."""
        if self.error or not self.population:
            return None
        return max(0.0, 1 - self.failed / self.population)

    @property
    def is_breached(self) -> bool:
        """Whether fewer pass than are declared to."""
        score, threshold = self.score, self.threshold
        return score is not None and threshold is not None and score < threshold


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that ended: its number, whether it went on with a broken one, and what came of it."""

    run: int
    is_resumed: bool
    outcomes: Sequence[Outcome]


async def rules_in_force(database: Database, record_types: Iterable[str] = ()) -> list[Rule]:
    """Return the rules of what is in force, and those between records, of these types or of all."""
    wanted = set(record_types) or TYPES.keys()
    enforced = await _FOLLOWING.in_state(database, "enforced")
    between = await packs.in_force(database)
    rules = [*(rule for _, rules in enforced for rule in rules), *between]
    return [rule for rule in rules if rule.record_type in wanted]


def _follow(content: Any) -> Sequence[Rule]:
    return tuple(rules_of(requirement.of(content)))


_FOLLOWING = Saying(register.LIFE, _follow)
"""The rules that follow from each version of a requirement."""


async def asked_in_force(database: Database) -> set[str]:
    """Return the ids of all that is asked: rules in force, how far shares may move, accuracy."""
    asked = {rule.id for rule in await rules_in_force(database)} | {each.id for each in DRIFTS}
    return asked | await accuracy.rules_in_force(database)


async def audit(
    database: Database,
    rules: Sequence[Rule],
    *,
    actor: Actor,
    record_types: Sequence[str] = (),
    is_full: bool = False,
    origins: Origins = UNKNOWN,
    pace: Pace | None = None,
    progress: Progress = lambda *_: None,
    on: On = "database",
) -> Ran:
    """Ask `rules`, which are all those of `record_types` (none: of all), of what is held.

    Of what changed since they were asked, or of everything (`is_full`), which `on` stands for. What
    fails becomes findings, what fails no more is verified; a rule that cannot be asked is reported
    and stops nothing else. Raises Conflict while another audit runs, Unavailable without DuckDB.
    """
    async with _alone(database):
        run = await resumed(database, rules, record_types, is_full=is_full)
        if run is None:
            run = await planned(database, rules, record_types, is_full=is_full, actor=actor)
        everywhere = [rule for scan in run.scans if scan.since is None for rule in scan.rules]
        async with whole(database, everywhere, on) as asked:
            scanning = Scanning(database, asked, pace or Pace(), progress)
            for scan in run.scans:
                await scanning.make(scan)
        await _end(database, run, rules, origins, record_types)
        return Ran(run.run, run.is_resumed, await outcomes(database, run.run))


async def outcomes(database: Database, run: int) -> list[Outcome]:
    """Return what came of each rule in a run."""
    return [Outcome.of(row) for row in await database.fetch(SQL.results_of, run)]


async def runs(database: Database, *, limit: int = 20) -> Sequence[Row]:
    """Return runs, newest first, with how far they are."""
    return await database.fetch(SQL.list_runs, None, limit)


async def one_run(database: Database, number: int) -> Row:
    """Return a run, with how far it is; raise NoSuchRun."""
    row = await database.row(SQL.list_runs, number, 1)
    if row is None:
        raise NoSuchRun(number)
    return row


async def _end(
    database: Database,
    run: Planned,
    rules: Sequence[Rule],
    origins: Origins,
    record_types: Sequence[str],
) -> None:
    await meeting.note_sources(database, run.run, origins.sources)
    whole = await wholly_scanned(database, run.run)
    await keep_tallies(database, run.run, rules, whole, origins)
    await meeting.end_acceptances(database, run.run)
    if not record_types:
        await meeting.end_without_rule(database, run.run, [rule.id for rule in rules])
        await doubting.tell(database)
    async with database.transaction() as connection:
        await connection.execute(
            SQL.keep_results,
            run.run,
            [rule.id for rule in rules],
            [rule.sha256 for rule in rules],
            [rule.record_type for rule in rules],
            [rule.requirement for rule in rules],
            [rule.dimension for rule in rules],
            [rule.aspect for rule in rules],
            [rule.threshold for rule in rules],
        )
    counted = {each.record_type: each.population for each in await outcomes(database, run.run)}
    for drift in DRIFTS:
        if drift.record_type in whole and counted.get(drift.record_type):
            await keep_drift(database, run.run, drift, counted[drift.record_type])
    await accuracy.keep_accuracy(database, run.run, record_types, origins)
    await database.execute(SQL.end_run, run.run)


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """Let no other audit run inside the block. Raises Conflict when one does."""
    async with database.session() as connection:
        if not await connection.fetchval(SQL.hold, _ONE_AUDIT):
            raise Conflict("An audit is running.", hint="`cinv audit runs` says how far it is.")
        yield
