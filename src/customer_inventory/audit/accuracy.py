"""Accuracy: whether what is held is as it is in the world, from where that is really known.

Two know of it: the authoritative source of an element, as its records were last compared with it
(a reconciliation), and people who compared a sample with the world (an audit campaign). Of all else
it is said that it is not measured.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from customer_inventory.audit.origin import Comparison, Origins
from customer_inventory.audit.planning import note_rules
from customer_inventory.record.document import encode, parse_object
from customer_inventory.requirements import register
from customer_inventory.requirements.requirement import RECORD, Requirement
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

How = Literal["reconciliation", "campaign"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of the accuracy of elements of a type.

    `of` is the source, or the name of the campaign; `looked_at` records were compared, and `differ`
    of them. Of a sample, `low` and `high` are between what the share that differs lies in the whole
    population, with the confidence of statements.
    """

    how: How
    record_type: str
    elements: tuple[str, ...]
    of: str
    at: datetime
    looked_at: int
    differ: int
    low: float | None = None
    high: float | None = None

    @property
    def score(self) -> float | None:
        """The share that is as it should be; None where nothing was looked at."""
        return 1 - self.differ / self.looked_at if self.looked_at else None


def rule_of(requirement: Requirement) -> str:
    """Return the id of the rule by which the accuracy of an element is told."""
    return f"{requirement.id}.accuracy"


async def rules_in_force(database: Database) -> set[str]:
    """Return the ids of the rules of accuracy that requirements in force make."""
    return {rule_of(each) for each in await _elements(database)}


async def keep_accuracy(
    database: Database, run: int, record_types: Collection[str], origins: Origins
) -> None:
    """Keep how far elements agree with their authoritative sources, as last compared.

    The sources of a requirement are asked in its order, the first that was compared tells; of one
    that names none, the source that was compared last.
    """
    if origins.comparisons is None:
        return
    compared = await origins.comparisons(database)
    for requirement in await _elements(database):
        chosen = _authority(requirement, compared)
        if not chosen or (record_types and requirement.type not in record_types):
            continue
        counts = [await each.differing(database, requirement.path) for each in chosen]
        async with database.transaction() as connection:
            await _keep(connection, run, requirement, chosen, counts)


async def measured(database: Database, rules: Collection[str]) -> list[Measured]:
    """Return what is known of accuracy: by these rules, and by campaigns that are closed."""
    sources = await database.fetch(SQL.by_source, list(rules))
    campaigns = await database.fetch(SQL.by_campaign)
    return [*map(_of_source, sources), *map(_of_campaign, campaigns)]


async def _elements(database: Database) -> list[Requirement]:
    enforced = await register.in_state(database, "enforced")
    return [each.requirement for each in enforced if each.requirement.path != RECORD]


def _authority(requirement: Requirement, compared: Sequence[Comparison]) -> list[Comparison]:
    """Return the comparisons with the source that is believed about an element."""
    found = [
        each
        for each in compared
        if each.record_type == requirement.type and each.covers(requirement.path)
    ]
    latest = sorted(found, key=lambda each: each.compared_at, reverse=True)
    for source in requirement.sources or [each.source for each in latest]:
        of_source = [each for each in found if each.source == source]
        if of_source:
            return of_source
    return []


async def _keep(
    connection: Connection,
    run: int,
    requirement: Requirement,
    chosen: Sequence[Comparison],
    counts: Sequence[tuple[int, int]],
) -> None:
    source, rule = chosen[0].source, rule_of(requirement)
    said = encode(
        {
            "dimension": "accuracy",
            "type": requirement.type,
            "path": requirement.path,
            "source": source,
        }
    )
    digest = sha256(said).digest()
    name = f"{requirement.name} is not as {source} says"
    await note_rules(connection, [(rule, digest, name, said.decode())])
    await connection.execute(
        SQL.keep_accuracy,
        run,
        rule,
        digest,
        requirement.type,
        requirement.id,
        requirement.quality.get("accuracy"),
        sum(each.records for each in chosen),
        sum(differing for differing, _ in counts),
        sum(accepted for _, accepted in counts),
    )
    compared_at = min(each.compared_at for each in chosen)
    await connection.execute(SQL.keep_comparison, run, rule, source, compared_at)


def _of_source(row: Row) -> Measured:
    path = str(parse_object(row["said"])["path"])
    return Measured(
        "reconciliation",
        row["record_type"],
        (path,),
        row["source"],
        row["compared_at"],
        row["population"],
        row["failed"],
    )


def _of_campaign(row: Row) -> Measured:
    result: dict[str, Any] = parse_object(row["statement"])["result"]
    interval = result["interval"]
    return Measured(
        "campaign",
        row["record_type"],
        tuple(row["elements"]),
        row["name"],
        row["closed_at"],
        int(result["examined"]),
        int(result["nonconforming"]),
        float(interval["low"]),
        float(interval["high"]),
    )
