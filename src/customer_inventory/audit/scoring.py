"""Scores: the share of what was asked that holds; by dimension, type, segment, source, over time.

Of several rules together it is the share over all of their records: a rule counts as much as there
are records it is asked of. Accepted findings count as failing, false alarms do not. By segment,
process and source it is what was tallied when everything of a type was looked at.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from customer_inventory.audit.drifting import DRIFTS
from customer_inventory.requirements.requirement import DIMENSIONS
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

By = Literal[
    "dimension", "aspect", "type", "rule", "segment", "process", "source", "captureProcess"
]
BY: tuple[By, ...] = (
    "dimension", "aspect", "type", "rule", "segment", "process", "source", "captureProcess",
)  # fmt: skip
OF_NO_RECORD = frozenset(drift.id for drift in DRIFTS)
"""Rules that tell how shares move: no record fails them."""
_COLUMNS = {"dimension": "dimension", "aspect": "aspect", "type": "record_type", "rule": "rule"}


@dataclass(frozen=True, slots=True)
class Score:
    """How something stands: of `population` records and rules so many `failed`.

    `threshold` is what is declared, of a rule; `population` None is not known.
    """

    name: str
    population: int | None
    failed: int
    threshold: float | None = None

    @property
    def is_measured(self) -> bool:
        """Whether anything was asked of any record."""
        return self.population is not None

    @property
    def score(self) -> float | None:
        """The share that holds; None when there is nothing to share."""
        if not self.population:
            return None
        return max(0.0, 1 - self.failed / self.population)

    @property
    def is_breached(self) -> bool:
        """Whether less holds than is declared to."""
        return self.threshold is not None and self.score is not None and self.score < self.threshold


async def current(database: Database, rules: Collection[str] | None = None) -> Sequence[Row]:
    """Return what came of each rule (None: of all that were ever asked) when it was last asked."""
    return await database.fetch(SQL.current, None if rules is None else list(rules))


async def scores(
    database: Database, by: By, *, rules: Collection[str] | None = None
) -> list[Score]:
    """Return the scores by something, of these rules."""
    if by in _COLUMNS:
        return summed(await current(database, rules), by)
    rows = await database.fetch(SQL.by_stratum, None if rules is None else list(rules))
    return [
        Score(row["name"], row["population"], row["failed"]) for row in rows if row["stratum"] == by
    ]


def summed(rows: Iterable[Row], by: By) -> list[Score]:
    """Return scores by something of what came of rules; one that could not be asked has none.

    How far shares move is a score of its own, and part of no other: no record fails it.
    """
    column = _COLUMNS[by]
    population, failed = Counter[str](), Counter[str]()
    thresholds: dict[str, float | None] = {}
    for row in rows:
        if row["error"] is None and (by == "rule" or row["rule"] not in OF_NO_RECORD):
            population[row[column]] += row["population"]
            failed[row[column]] += row["failed"]
            thresholds[row[column]] = row["threshold"] if by == "rule" else None
    # A dimension of which nothing was asked is told, too: not measured is not the same as in order.
    names = DIMENSIONS if by == "dimension" and population else sorted(population)
    return [Score(name, population.get(name), failed[name], thresholds.get(name)) for name in names]


async def over_time(
    database: Database, by: By = "dimension", *, last: int = 12
) -> dict[tuple[int, datetime], list[Score]]:
    """Return the scores by something after each of the last runs over all types, oldest first.

    By segment, process and source after those that counted them: of what such a run did not look
    at wholly, it is what was counted before.
    """
    if by in _COLUMNS:
        found: dict[tuple[int, datetime], list[Row]] = {}
        for row in await database.fetch(SQL.over_time, last):
            found.setdefault((row["run_id"], row["ended_at"]), []).append(row)
        return {run: summed(rows, by) for run, rows in found.items()}
    told: dict[tuple[int, datetime], list[Score]] = {}
    for row in await database.fetch(SQL.strata_over_time, by, last):
        score = Score(row["name"], row["population"], row["failed"])
        told.setdefault((row["run_id"], row["ended_at"]), []).append(score)
    return told


async def open_work(database: Database) -> Sequence[Row]:
    """Return how many findings there are by state and severity, and how many are overdue."""
    return await database.fetch(SQL.open_work)


async def owners(database: Database) -> Sequence[Row]:
    """Return who has how many findings to see to, and how many of them are overdue."""
    return await database.fetch(SQL.owners)


async def responsible(database: Database, rules: Collection[str]) -> dict[str, list[str]]:
    """Return who has to see to what fails these rules."""
    rows = await database.fetch(SQL.responsible, list(rules))
    return {row["rule"]: row["people"] for row in rows}


async def failing_records(database: Database) -> int:
    """Return of how many records something fails."""
    return int(await database.value(SQL.failing_records))


async def false_alarms(database: Database) -> dict[str, int]:
    """Return how many false alarms each rule has."""
    return {row["rule"]: row["false_alarms"] for row in await database.fetch(SQL.false_alarms)}
