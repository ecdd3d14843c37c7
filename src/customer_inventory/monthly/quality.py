"""The quality of what is held, as a part of the month report: scores, alerts, and open work."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from customer_inventory.access.log.partition import Month
from customer_inventory.audit import alerting, scoring
from customer_inventory.audit.running import asked_in_force
from customer_inventory.audit.scoring import Score
from customer_inventory.kit.report.model import (
    Cell,
    Chart,
    Column,
    Section,
    Sentence,
    Table,
    percent,
)
from customer_inventory.requirements.requirement import DIMENSIONS
from customer_inventory.store.database import Database
from customer_inventory.usage.report.found import Remark

_HEADS = (Column("Holds", "share"), Column("Looked at", "count"), Column("Fail", "count"))


async def quality(database: Database, month: Month) -> list[Section]:
    """Return how much of what was asked of the records holds, as it was last asked."""
    rules = await asked_in_force(database)
    by_dimension = await scoring.scores(database, "dimension", rules=rules)
    by_type = await scoring.scores(database, "type", rules=rules)
    history = await scoring.over_time(database)
    return [
        _whole(by_dimension, by_type),
        await _breached(database),
        _over_time({at: scores for (_, at), scores in history.items() if at < month.stop}),
    ]


async def remarks(database: Database) -> list[Remark]:
    """Return what quality asks somebody to do."""
    raised = await alerting.alerts(database, state="raised")
    made = [
        Remark(
            "act",
            "Quality",
            f"{row['name'] or row['rule']} holds for {percent(row['score'])}, declared are "
            f"{percent(row['threshold'])}.",
            "Correct what fails: cinv audit findings.",
        )
        for row in raised[:10]
    ]
    overdue = sum(row["overdue"] for row in await scoring.open_work(database))
    if overdue:
        what = f"{overdue:,} findings of audits are past their day."
        made.append(Remark("act", "Quality", what, "Ask who has them: cinv audit findings."))
    return made


def _whole(by_dimension: Sequence[Score], by_type: Sequence[Score]) -> Section:
    asked = [each for each in by_type if each.population]
    population = sum(each.population or 0 for each in asked)
    whole = Score("all", population, sum(each.failed for each in asked))
    said = (
        f"{percent(whole.score)} of {population:,} answers of records to rules are as they must be."
    )
    dimensions = Table(
        "Quality by dimension",
        (Column("Dimension"), *_HEADS),
        [_row(each) for each in by_dimension],
        empty="Nothing has been asked.",
    )
    types = Table(
        "Quality by type", (Column("Type"), *_HEADS), [_row(each) for each in asked],
        empty="Nothing has been asked.", is_folded=True,
    )  # fmt: skip
    sentence = Sentence(said if population else "Nothing has been asked yet: cinv audit run.")
    chart = Chart("The share that holds, by dimension", 1)
    return Section("How good it is", (sentence,), (dimensions, types), chart)


async def _breached(database: Database) -> Section:
    raised = await alerting.alerts(database, state="raised")
    rows = [
        (row["name"] or row["rule"], row["record_type"], _share(row["score"]),
         _share(row["threshold"]), row["failed"], f"{row['raised_at']:%Y-%m-%d}")
        for row in raised
    ]  # fmt: skip
    heads = (
        Column("What is asked"), Column("Type"), Column("Holds", "share"),
        Column("Declared", "share"), Column("Records that fail", "count"), Column("Since"),
    )  # fmt: skip
    said = (
        Sentence(f"{len(rows)} rules hold for fewer records than is declared.", "bad")
        if rows
        else Sentence("Every declared threshold is met.", "good")
    )
    table = Table("Thresholds not met", heads, rows, empty="There is none.")
    return Section("What is below what is declared", (said,), (table,))


def _over_time(history: dict[datetime, list[Score]]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for at, scores in history.items():
        by_name = {each.name: each for each in scores}
        told = (by_name[name].score if name in by_name else None for name in DIMENSIONS)
        rows.append((f"{at:%Y-%m-%d %H:%M}", *map(_share, told)))
    heads = (Column("Audit"), *(Column(name, "share") for name in DIMENSIONS))
    empty = "No audit of everything has ended."
    table = Table("Quality over time", heads, rows, empty=empty)
    return Section("How it went", (), (table,))


def _row(score: Score) -> tuple[Cell, ...]:
    return (score.name, _share(score.score), score.population, score.failed)


def _share(share: float | None) -> Decimal | None:
    return None if share is None else Decimal(f"{share:.6f}")
