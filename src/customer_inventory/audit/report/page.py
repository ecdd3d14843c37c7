"""The quality report as one page of HTML: counts and shares alone, nothing of any customer."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from customer_inventory.audit import accuracy, doubting, scoring
from customer_inventory.audit.accuracy import Measured
from customer_inventory.audit.report.step import steps
from customer_inventory.audit.scoring import By, Score
from customer_inventory.kit.clock import now
from customer_inventory.kit.report.chart import spark
from customer_inventory.kit.report.template import template
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.requirements.requirement import DIMENSIONS
from customer_inventory.store.database import Database, Row

_WORST = 25
_STRATA: tuple[tuple[By, str, str], ...] = (
    ("segment", "By segment of the customer", "Segment"),
    ("source", "By the source that brought the records", "Source"),
    ("captureProcess", "By the process that loads the source", "Capture process"),
    ("process", "By the process that wrote the record last", "Process"),
)

MEANING = {
    "completeness": "What must be there is there.",
    "validity": "What is there has the form that is required.",
    "uniqueness": "What belongs to one is held once.",
    "consistency": "Records do not contradict each other.",
    "timeliness": "What is there is not older than it may be.",
    "accuracy": "What is there is as it is in the world.",
}
"""What dimensions (ISO/IEC 25012, DAMA) ask, in a sentence."""
ASPECTS = {
    "syntactic": "Form: is it written as it must be?",
    "semantic": "Meaning: does it say what is the case, as far as records and sources tell?",
    "pragmatic": "Use: is it fit for what it is used for, and recent enough?",
}
"""What the aspects of ISO 8000-8 ask."""


@dataclass(frozen=True, slots=True)
class Course:
    """How something went: its name, its shares after each audit, and the line of them."""

    name: str
    scores: Sequence[float | None]
    line: Markup

    @property
    def change(self) -> float | None:
        """By how much the share of now is more than that before; None where one is not known."""
        *_, before, last = (None, *self.scores)
        return None if before is None or last is None else last - before


async def page(database: Database, rules: Collection[str]) -> str:
    """Return the report on what is asked by these rules, as they were last asked."""
    rows = await scoring.current(database, rules)
    who = await scoring.responsible(database, rules)
    types = [_named(each) for each in scoring.summed(rows, "type")]
    breached, worst = _rules(rows, who, is_breached=True), _rules(rows, who, is_breached=False)
    broken = [row for row in rows if row["error"] is not None]
    known = await accuracy.measured(database, rules)
    doubted = await doubting.doubted(database)
    work = await _work(database)
    return template(__package__, "page.html.jinja").render(
        made_at=now(),
        whole=_whole(rows),
        records=await scoring.failing_records(database),
        steps=steps(breached, len(broken), worst, work, doubted, is_measured=bool(known))
        if rows
        else [],
        breached=breached,
        worst=worst[:_WORST],
        broken=broken,
        dimensions=_with_meaning(rows, "dimension", MEANING),
        aspects=_with_meaning(rows, "aspect", ASPECTS),
        known=[_told(each) for each in known],
        unknown=_not_measured(types, known),
        types=[each for each in types if each.population],
        empty=[each.name for each in types if not each.population],
        strata=await _strata(database, rules),
        work=work,
        owners=await scoring.owners(database),
        courses=await _courses(database, "dimension", DIMENSIONS),
        by_source=await _courses(database, "source"),
        register=await _register(database),
        words=words,
    )


def words(name: str) -> str:
    """Return the name of a record type, or another of ours, as people write it."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", TYPES[name].entity if name in TYPES else name)
    return spaced[:1].upper() + spaced[1:].lower()


def _whole(rows: Sequence[Row]) -> Score:
    by_type = scoring.summed(rows, "type")
    population = sum(each.population or 0 for each in by_type)
    return Score("all", population, sum(each.failed for each in by_type))


def _named(score: Score) -> Score:
    return Score(words(score.name), score.population, score.failed, score.threshold)


def _with_meaning(rows: Sequence[Row], by: By, meaning: dict[str, str]) -> list[dict[str, Any]]:
    """Return every dimension or aspect in order, those too of which nothing was asked."""
    scores = {each.name: each for each in scoring.summed(rows, by)}
    counted = Counter(row[by] for row in rows if row["rule"] not in scoring.OF_NO_RECORD)
    return [
        {"name": words(name), "meaning": said, "score": scores.get(name), "rules": counted[name]}
        for name, said in meaning.items()
    ]


def _rules(
    rows: Sequence[Row], who: Mapping[str, Sequence[str]], *, is_breached: bool
) -> list[dict[str, Any]]:
    """Return rules that fail, those most that fail most: with or without a threshold breached."""
    scores = {each.name: each for each in scoring.summed(rows, "rule")}
    told = [
        {
            "what": row["what"],
            "where": words(row["record_type"]),
            "who": ", ".join(who.get(row["rule"], ())),
            "row": row,
            "score": scores[row["rule"]],
        }
        for row in rows
        if row["error"] is None and row["failed"]
        and scores[row["rule"]].is_breached == is_breached
    ]  # fmt: skip
    return sorted(told, key=lambda each: -each["row"]["failed"])


def _told(each: Measured) -> dict[str, Any]:
    return {
        "measured": each,
        "where": words(each.record_type),
        "elements": ", ".join(each.elements),
    }


def _not_measured(types: Sequence[Score], known: Sequence[Measured]) -> list[str]:
    """Return the types that have records and of whose accuracy nothing is known."""
    told = {words(each.record_type) for each in known}
    return [each.name for each in types if each.population and each.name not in told]


async def _strata(
    database: Database, rules: Collection[str]
) -> list[tuple[str, str, Sequence[Score]]]:
    told: list[tuple[str, str, Sequence[Score]]] = []
    for by, title, first in _STRATA:
        found = await scoring.scores(database, by, rules=rules)
        if found:
            told.append((title, first, [_of_somebody(each) for each in found]))
    return told


def _of_somebody(score: Score) -> Score:
    """Return the score of a segment; of records of nobody, or of customers without one, as that."""
    name = "none is known" if score.name == "unknown" else score.name
    return Score(name, score.population, score.failed, score.threshold)


async def _work(database: Database) -> dict[str, int]:
    """Return how many findings there are by state, and how many are overdue."""
    found = Counter[str]()
    for row in await scoring.open_work(database):
        found[row["state"]] += row["findings"]
        if row["state"] in ("open", "assigned", "corrected"):
            found["overdue"] += row["overdue"]
    return dict(found)


async def _courses(
    database: Database, by: By, names: Sequence[str] = ()
) -> dict[str, Sequence[Any]]:
    """Return when audits ended, and how each name went in them."""
    history = await scoring.over_time(database, by)
    after: list[datetime] = [at for _, at in history]
    every = [{each.name: each.score for each in found} for found in history.values()]
    listed = names or sorted({name for found in every for name in found})
    shares = {name: [found.get(name) for found in every] for name in listed}
    return {
        "after": after,
        "of": [
            Course(words(name) if names else name, of, spark(of, f"How {name} went"))
            for name, of in shares.items()
        ],
    }


async def _register(database: Database) -> dict[str, int]:
    """Return how many requirements are in force, and how many wait to be."""
    return {
        "enforced": len(await register.in_state(database, "enforced")),
        "approved": len(await register.in_state(database, "approved")),
    }
