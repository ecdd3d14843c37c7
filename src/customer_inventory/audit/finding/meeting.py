"""What an audit found in a part of the records meets the findings that are known of them.

Findings are changed where something changed: what fails as before is not written again.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.audit.rule import Rule
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register import changing
from customer_inventory.record.register.judged import Failing, Part
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_RANGE = "f.record_id > ($2::text[])[1] AND f.record_id <= ($2::text[])[2]"
_NAMED = "f.record_id = ANY($2::text[])"
_END = "~"
"""Behind every id."""

Given = tuple[str, datetime]
"""By which process a value was written, and when."""
Brought = tuple[str | None, str | None]
"""The source that a value came from and the capture process that brought it, where known."""
Sources = Callable[[Sequence[Given]], Awaitable[Mapping[Given, Brought]]]


@dataclass(frozen=True, slots=True)
class Met:
    """How many findings were opened, opened again, and verified."""

    opened: int
    reopened: int
    passed: int


async def meet(
    database: Database,
    declared: RecordType,
    rules: Sequence[Rule],
    part: Part,
    failing: Failing,
    *,
    run: int,
    left: Collection[str],
) -> Met:
    """Let the findings of a part be what fails in it.

    `failing` has a bit for each of `rules`; those that are not `left` say nothing.
    """
    bounds = [part.after, part.upto or _END] if part.only is None else list(part.only)
    row = await database.row(
        _statement(is_named=part.only is not None),
        declared.name,
        bounds,
        *_columns(rules, left),
        list(failing.ids),
        list(failing.buckets),
        list(failing.revisions),
        list(failing.times),
        list(failing.processes),
        list(failing.bits),
        run,
    )
    assert row is not None  # noqa: S101 - it always answers
    if row["ids"]:
        found = list(zip(row["ids"], row["rules"], row["paths"], strict=True))
        await _note_given(database, declared, found)
    return Met(row["opened"], row["reopened"], row["passed"])


async def note_sources(database: Database, run: int, sources: Sources) -> None:
    """Note of what a run opened from which sources it came, by `sources`."""
    rows = await database.fetch(SQL.without_source, run)
    asked = [(row["process"], row["given_at"]) for row in rows]
    known = {key: each for key, each in (await sources(asked)).items() if any(each)}
    if known:
        await database.execute(
            SQL.note_sources,
            run,
            [process for process, _ in known],
            [at for _, at in known],
            [source for source, _ in known.values()],
            [process for _, process in known.values()],
        )


async def end_acceptances(database: Database, run: int) -> int:
    """Open again what was accepted until a day that is over; return how many."""
    return int(await database.value(SQL.end_acceptances, run))


async def end_without_rule(database: Database, run: int, rules: Collection[str]) -> int:
    """Let what other rules than these found be asked no more; return how many."""
    return int(await database.value(SQL.end_without_rule, run, list(rules)))


async def _note_given(
    database: Database, declared: RecordType, found: Sequence[tuple[str, str, str]]
) -> None:
    """Note who gave the values that fail: of records that changed it need not be the last."""
    attributes = {(identifier, path.partition(".")[0]) for identifier, _, path in found}
    given = await changing.given(database, declared, attributes)
    told = [
        (identifier, bucket_of(identifier), rule, *given[key])
        for identifier, rule, path in found
        if (key := (identifier, path.partition(".")[0])) in given
    ]
    columns = [list(column) for column in zip(*told, strict=True)] or [[]] * 5
    await database.execute(SQL.note_given, declared.name, *columns)


def _columns(rules: Sequence[Rule], left: Collection[str]) -> tuple[list[object], ...]:
    numbered = [(number, rule) for number, rule in enumerate(rules) if rule.id in left]
    rules = [rule for _, rule in numbered]
    return (
        [rule.id for rule in rules],
        [rule.sha256 for rule in rules],
        [rule.requirement for rule in rules],
        [rule.path for rule in rules],
        [rule.dimension for rule in rules],
        [rule.severity for rule in rules],
        [rule.owner for rule in rules],
        [rule.due_days for rule in rules],
        [1 << number for number, _ in numbered],
    )


def _statement(*, is_named: bool) -> str:
    return SQL.meet_failures.format(where=_NAMED if is_named else _RANGE)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    whole = {name: text for name, text in SQL.items() if name != "meet_failures"}
    both = {f"meet_failures:{way}": _statement(is_named=way) for way in (False, True)}
    return whole | both
