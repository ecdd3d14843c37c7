"""What a run of an audit has to look at: all records of a type, or those that changed since.

A rule is asked of everything when it was never, when it says something else now, when its answer
changes with time and that was long ago, or when it is not known any more what changed; and always
when it joins records that lie apart, which an extract is asked. Of all else only what changed since
it was last asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from customer_inventory.audit.rule import Rule
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.record.document import encode
from customer_inventory.record.register import changing
from customer_inventory.record.register.changing import Mark
from customer_inventory.record.register.judged import MOST_TESTS
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

TIMED_EVERY = timedelta(days=7)
"""So often rules whose answers change with time alone are asked of everything."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan of a run: `rules` over all records of a type (`since` is None), or what changed since.

    It goes on after `after`, when `looked_at` records have been looked at. What changes after
    `mark` is not in it.
    """

    run: int
    number: int
    record_type: str
    rules: tuple[Rule, ...]
    mark: Mark
    since: Mark | None = None
    after: str = ""
    looked_at: int = 0


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a rule was asked of records: since `mark` of nothing that changed."""

    sha256: bytes
    mark: Mark
    population: int
    full_at: datetime

    @classmethod
    def of(cls, row: Row) -> "Covered":
        """Return what a row says."""
        mark = Mark(row["floor"], row["snapshot"])
        return cls(row["sha256"], mark, row["population"], row["full_at"])


@dataclass(frozen=True, slots=True)
class Planned:
    """A run: its number, the scans that are left of it, and whether it is gone on with."""

    run: int
    scans: Sequence[Scan]
    is_resumed: bool = False


async def coverage(database: Database) -> dict[str, Covered]:
    """Return how far each rule was asked, by rule."""
    return {row["rule"]: Covered.of(row) for row in await database.fetch(SQL.coverage)}


async def resumed(
    database: Database, rules: Sequence[Rule], record_types: Sequence[str], *, is_full: bool
) -> Planned | None:
    """Return the run that was broken off, if it asks the same of the same; None: there is none."""
    row = await database.row(SQL.unfinished_run)
    asked = (sorted(record_types), is_full)
    if row is None or (sorted(row["record_types"]), row["is_full"]) != asked:
        return None
    by_id = {rule.id: rule for rule in rules}
    known = await coverage(database)
    scans = []
    for left in await database.fetch(SQL.scans_left, row["id"]):
        chosen = [by_id[each] for each in left["rules"] if each in by_id]
        if _hash(chosen) != left["sha256"]:
            return None
        marks = [known[rule.id].mark for rule in chosen if rule.id in known]
        if not (left["is_full"] or marks):
            return None
        since = None if left["is_full"] else marks[0]
        mark = Mark(left["floor"], left["snapshot"])
        scans.append(
            Scan(
                row["id"], left["number"], left["record_type"], tuple(chosen), mark, since,
                left["after_id"], left["looked_at"],
            )
        )  # fmt: skip
    return Planned(row["id"], scans, is_resumed=True)


async def planned(
    database: Database,
    rules: Sequence[Rule],
    record_types: Sequence[str],
    *,
    is_full: bool,
    actor: Actor,
) -> Planned:
    """Begin a run and return what it has to look at; one that was broken off is left so."""
    mark = await changing.mark(database, await database.value(SQL.highest_floor))
    groups = await _groups(database, rules, is_full=is_full)
    async with database.transaction() as connection:
        await connection.execute(SQL.break_off)
        run: int = await connection.fetchval(
            SQL.begin_run, list(record_types), is_full, actor.process, actor.person, actor.purpose
        )
        await note_rules(
            connection,
            [(rule.id, rule.sha256, rule.name, encode(rule.said).decode()) for rule in rules],
        )
        scans = [
            Scan(run, number, name, chosen, mark, since)
            for number, (name, since, chosen) in enumerate(groups)
        ]
        for scan in scans:
            await connection.execute(
                SQL.plan_scan,
                run,
                scan.number,
                scan.record_type,
                [rule.id for rule in scan.rules],
                _hash(scan.rules),
                scan.since is None,
                mark.floor,
                mark.snapshot,
            )
    return Planned(run, scans)


async def note_rules(connection: Connection, rules: Sequence[tuple[str, bytes, str, str]]) -> None:
    """Keep what rules say and are called: id, hash, name, and what they say as JSON."""
    columns = [list(column) for column in zip(*rules, strict=True)] or [[]] * 4
    await connection.execute(SQL.note_rules, *columns)


async def wholly_scanned(database: Database, run: int) -> list[str]:
    """Return the types of which a run looked at everything."""
    return [row["record_type"] for row in await database.fetch(SQL.wholly_scanned, run)]


async def _groups(
    database: Database, rules: Sequence[Rule], *, is_full: bool
) -> list[tuple[str, Mark | None, tuple[Rule, ...]]]:
    """Return rules that are asked together, with their type and since when (None: of all)."""
    known = {} if is_full else await coverage(database)
    marks = {each.mark for each in known.values()}
    kept = {mark: await changing.is_kept(database, mark) for mark in marks}
    found: dict[tuple[str, Mark | None, str], list[Rule]] = {}
    for rule in rules:
        # What only all records together tell is a scan of its own.
        apart = rule.id if rule.is_repeated else ""
        is_apart = rule.is_joined and database.placement.is_distributed
        since = None if is_apart else _since(rule, known, kept)
        found.setdefault((rule.record_type, since, apart), []).append(rule)
    return [
        (name, since, tuple(chosen[first : first + MOST_TESTS]))
        for (name, since, _), chosen in found.items()
        for first in range(0, len(chosen), MOST_TESTS)
    ]


def _since(rule: Rule, known: Mapping[str, Covered], kept: Mapping[Mark, bool]) -> Mark | None:
    """Return since when a rule has to look at what changed; None: at everything."""
    covered = known.get(rule.id)
    if covered is None or covered.sha256 != rule.sha256 or not kept[covered.mark]:
        return None
    if rule.is_timed and covered.full_at < now() - TIMED_EVERY:
        return None
    return covered.mark


def _hash(rules: Iterable[Rule]) -> bytes:
    return sha256(b"".join(rule.sha256 for rule in rules)).digest()
