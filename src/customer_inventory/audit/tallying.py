"""Tallies: how many of the records of a segment, process, source and capture process fail a rule.

They are counted when everything of a type was looked at. What fails is laid to who gave the value
that fails; of how many, is counted by record: those that a process wrote last, a source brought.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from customer_inventory.audit.origin import Origins
from customer_inventory.audit.rule import Rule
from customer_inventory.record.register import strata
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_AT_ONCE = 10_000

Stratum = tuple[str, str]
"""What is told apart (`segment`, `process`, `source`, `captureProcess`), and the name of one."""
Tally = tuple[str, str, str, int | None, int]
"""Rule, stratum, name, of how many records (None: not known), how many fail."""


async def keep_tallies(
    database: Database,
    run: int,
    rules: Sequence[Rule],
    record_types: Iterable[str],
    origins: Origins,
) -> None:
    """Count what fails now of some types by segment, process, source and capture process."""
    for name in record_types:
        mine = [rule.id for rule in rules if rule.record_type == name]
        population = await _population(database, name, origins)
        failed = await _failed(database, name)
        told: list[Tally] = [
            (rule, *stratum, records, failed.pop((rule, *stratum), 0))
            for rule in mine
            for stratum, records in population.items()
        ]
        # Who gave the value that fails need not have written or brought the record.
        told += [(*key, None, count) for key, count in failed.items() if key[0] in mine]
        columns = [list(column) for column in zip(*told, strict=True)]
        if columns:
            await database.execute(SQL.keep_tallies, run, *columns)


async def _population(database: Database, name: str, origins: Origins) -> Counter[Stratum]:
    """Return how many records each stratum of a type has."""
    counted = Counter[Stratum]()
    for row in await strata.strata(database, TYPES[name]):
        counted["segment", row["segment"]] += row["records"]
        counted["process", row["process"]] += row["records"]
    if origins.records is not None:
        relation, values = await origins.records(database, name)
        for row in await strata.counted(database, TYPES[name], relation, values):
            counted[row["stratum"], row["name"]] += row["records"]
    return counted


async def _failed(database: Database, name: str) -> Counter[tuple[str, str, str]]:
    """Return how many records of a type fail, by rule and stratum."""
    failed = Counter[tuple[str, str, str]]()
    for row in await database.fetch(SQL.failing_by, name):
        failed[row["rule"], "process", row["process"]] += row["failed"]
        for stratum, column in (("source", "source"), ("captureProcess", "capture_process")):
            if row[column] is not None:
                failed[row["rule"], stratum, row[column]] += row["failed"]
    after = 0
    while rows := await database.fetch(SQL.failing_after, name, after, _AT_ONCE):
        after = rows[-1]["id"]
        named = [(row["record_id"], row["rule"]) for row in rows]
        for row in await strata.segments(database, TYPES[name], named):
            failed[row["word"], "segment", row["segment"]] += row["records"]
    return failed
