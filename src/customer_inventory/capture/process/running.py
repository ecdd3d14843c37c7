"""Runs of capture processes: by hand or by schedule, measured, held to what they are to do."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from customer_inventory.access.house import PROCESS
from customer_inventory.access.masking import masking_key_in
from customer_inventory.capture.arrival.arriving import Wanted, arrivals_of, arriving
from customer_inventory.capture.importing import Summary, import_file
from customer_inventory.capture.process.declared import Controls, Load, Objective
from customer_inventory.capture.process.register import Active
from customer_inventory.capture.process.task import SECONDS, Figures
from customer_inventory.capture.tally import Tally
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import encode
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that ended: what its load did, and what its controls find wrong ("": nothing)."""

    summary: Summary
    breach: str


async def run(
    database: Database,
    settings: Settings,
    process: Active,
    *,
    person: str | None,
    terminal: str | None = None,
    place: str | None = None,
) -> Ran:
    """Load what a process of kind capture declares, or the file at `place` instead.

    As the registered process that it names, for its purpose. Its run is kept with what became of
    it, also when that is a failure, which is raised.
    """
    load = process.declared.load
    if load is None:
        raise Invalid(f"{process.declared.id} loads nothing: it is the task of a job or of people.")
    given = place or load.place
    if given is None:
        raise Invalid(f"{process.declared.id} names no place to load from.", hint="Name a file.")
    measured = await _Measured.begun(database, process, person)
    try:
        actor = Actor(load.process, load.purpose, person, terminal)
        summary = await _loaded(database, settings, load, given, actor)
    except InventoryError as error:
        await measured.failed(str(error))
        raise
    breach = breached(load.controls, summary.tally)
    await measured.ended(figures_of(summary.tally), load=summary, problem=breach)
    return Ran(summary, breach)


async def do(
    database: Database,
    process: Active,
    work: Callable[[], Awaitable[Figures]],
    *,
    person: str | None,
) -> None:
    """Do the task of a process that manages, by `work`, and keep what it counted.

    A failure is kept as that, and raised.
    """
    measured = await _Measured.begun(database, process, person)
    try:
        figures = await work()
    except InventoryError as error:
        await measured.failed(str(error))
        raise
    await measured.ended(figures)


async def note(
    database: Database,
    process: Active,
    *,
    person: str | None,
    figures: Figures | None = None,
    problem: str | None = None,
) -> None:
    """Record a run of what people do: done, with its figures, or why not.

    Raises Invalid for a process that the house runs, and when the figure of the objective is
    missing of a run that was done.
    """
    declared, given = process.declared, figures or {}
    if declared.is_of_house:
        raise Invalid(f"{declared.id} is run by the house, which keeps its record itself.")
    objective = declared.objective
    if isinstance(objective, Objective) and not problem and objective.figure not in given:
        raise Invalid(
            f"The objective of {declared.id} is about {objective.figure} ({objective.unit}).",
            path="figures",
            hint=f"Say it: --figure {objective.figure}=NUMBER.",
        )
    await _note(database, process, person, given, problem)


async def remind(database: Database, process: Active, *, person: str | None) -> None:
    """Keep that what people do is due."""
    await _note(database, process, person, {}, "is due: it is done by people, who record it then")


async def runs(database: Database, process: str | None, *, limit: int) -> Sequence[Row]:
    """Return runs, newest first, of a process or all, with the record of each."""
    return await database.fetch(SQL.list_runs, process, limit)


async def sources(database: Database) -> Sequence[Row]:
    """Return sources with what was loaded of each, what waits in quarantine, and how old it is."""
    return await database.fetch(SQL.list_sources)


def breached(controls: Controls, tally: Tally) -> str:
    """Return what the controls find wrong with a load, "" for nothing."""
    found = []
    if tally.rows < controls.least_rows:
        found.append(f"{tally.rows:,} rows, of {controls.least_rows:,} at least")
    if tally.rows and tally.refused / tally.rows > controls.most_refused:
        share = tally.refused / tally.rows
        found.append(f"{share:.1%} refused, of {controls.most_refused:.1%} at most")
    return "; ".join(found)


def figures_of(tally: Tally) -> Figures:
    """Return the figures of a load."""
    share = tally.refused / tally.rows if tally.rows else 0.0
    return {"rows": tally.rows, "refused": tally.refused, "refusedShare": round(share, 6)}


def figure(text: str) -> tuple[str, float]:
    """Return the name and number of a figure that is written `name=number`; raise Invalid."""
    name, sign, number = text.partition("=")
    with suppress(ValueError):
        if sign and name.strip():
            return name.strip(), float(number)
    raise Invalid(f"{text[:100]!r} is no figure.", hint="Write name=number.")


class _Measured:
    """A run that has begun."""

    def __init__(self, database: Database, process: Active, number: int) -> None:
        self._database = database
        self._process = process
        self._number = number
        self._began = time.monotonic()

    @classmethod
    async def begun(cls, database: Database, process: Active, person: str | None) -> "_Measured":
        declared = process.declared
        number = await database.value(SQL.begin_run, declared.id, process.version, person)
        return cls(database, process, number)

    async def failed(self, problem: str) -> None:
        await self._end("failed", {}, None, problem)

    async def ended(
        self, figures: Figures, *, load: Summary | None = None, problem: str = ""
    ) -> None:
        taken = round(time.monotonic() - self._began, 3)
        outcome = "outOfControl" if problem else "done"
        await self._end(outcome, {SECONDS: taken, **figures}, load, problem)

    async def _end(
        self, outcome: str, figures: Figures, load: Summary | None, problem: str
    ) -> None:
        is_met = self._process.declared.is_met(figures)
        await self._database.execute(
            SQL.end_run,
            self._number,
            load.id if load else None,
            outcome,
            problem or None,
            encode(figures).decode(),
            is_met,
        )


async def _note(
    database: Database,
    process: Active,
    person: str | None,
    figures: Mapping[str, float],
    problem: str | None,
) -> None:
    measured = await _Measured.begun(database, process, person)
    if problem:
        await measured.failed(problem)
    else:
        await measured.ended(figures)


async def _loaded(
    database: Database, settings: Settings, load: Load, given: str, actor: Actor
) -> Summary:
    mapping = load.by()
    spool, storage = arrivals_of(settings)
    key = b"" if load.process == PROCESS else masking_key_in(settings.home)
    wanted = Wanted(load.member, load.sheet)
    with arriving(given, mapping, spool, wanted=wanted, storage=storage) as arrived:
        return await import_file(
            database,
            arrived.path,
            mapping,
            actor=actor,
            masking_key=key,
            name=arrived.name,
        )
