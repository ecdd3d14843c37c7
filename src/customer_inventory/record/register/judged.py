"""Records of a type judged by many tests in one scan: which fail which, as bits of a number.

A test is SQL that holds for the records that fail it. Slices are read in the order of ids, each in
a read-only statement of its own with a time limit, so that no writer waits, and a scan that was
broken off goes on after any id.
"""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.kit.errors import Invalid, InventoryError, Unavailable
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_TESTS = 62
"""So many tests fit into one scan: a bit each of a number of 64."""
SLICE = 10_000
PATIENCE_MS = 30_000
"""So long a slice may take, in milliseconds, unless it is said otherwise."""
_BETWEEN = "t.id > $1::text AND t.id <= $2::text"
_NAMED = "t.id = ANY($1::text[]) AND t.id <= $2::text"
_BEHIND_ALL = "~"
_FIRST = 3
_PATH = re.compile(r"(\$\d+::text::jsonpath)")

Value = str | int | float | tuple[str, ...]
_KINDS = {str: "text", tuple: "text[]", int: "float8", float: "float8"}


@dataclass(frozen=True, slots=True)
class Test:
    """A test: SQL over the row `r` and its document `r.b` (jsonb); `{0}`, `{1}` … are its values.

    The row has `id`, `bucket`, `subject_id`, `valid_from`, `valid_to` and `recorded_at`. Values
    travel as parameters.
    """

    sql: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Failing:
    """Records that fail, in columns: `bits` says which tests, the lowest bit is the first.

    `processes` wrote the present `revisions` at `times`. They are in no order.
    """

    ids: Sequence[str]
    buckets: Sequence[int]
    revisions: Sequence[int]
    times: Sequence[datetime]
    processes: Sequence[str]
    bits: Sequence[int]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the records of a type: those after an id up to another (None: all), or `only`."""

    after: str = ""
    upto: str | None = None
    only: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A part that was judged: how many records were looked at, and those that fail."""

    looked_at: int
    failing: Failing


@dataclass(frozen=True, slots=True)
class BrokenTest:
    """A test that cannot be asked, and why."""

    number: int
    reason: str


async def slices(
    database: Database, declared: RecordType, after: str = "", size: int = SLICE
) -> AsyncIterator[Part]:
    """Yield the parts of a type behind an id, `size` records each, in the order of ids.

    There is one at least. The last has no end: what comes meanwhile is in it.
    """
    text = SQL.end_of_slice.format(table=declared.table)
    end: str | None = after
    while end is not None:
        start, end = end, await database.value(text, end, size - 1)
        yield Part(start, end)


async def judge(
    database: Database,
    declared: RecordType,
    tests: Sequence[Test],
    part: Part,
    *,
    patience_ms: int = PATIENCE_MS,
) -> Judged:
    """Return a part of the records of a type, judged by `tests`.

    Raises Invalid or Unavailable for a test that cannot be asked: `sound` leaves it out.
    """
    statement, values = statement_of(declared, tests, is_named=part.only is not None)
    first: Any = part.after if part.only is None else list(part.only)
    async with database.transaction() as connection:
        await connection.execute("SET TRANSACTION READ ONLY")
        await connection.execute(f"SET LOCAL statement_timeout = {patience_ms:d}")
        row = await connection.fetchrow(statement, first, part.upto or _BEHIND_ALL, *values)
    if row is None:
        raise Unavailable("The database has answered nothing.")
    columns = (row[name] for name in ("ids", "buckets", "revisions", "times", "processes", "bits"))
    return Judged(row["looked_at"], Failing(*columns))


async def sound(
    database: Database,
    declared: RecordType,
    tests: Sequence[Test],
    part: Part,
    *,
    patience_ms: int = PATIENCE_MS,
) -> tuple[Judged, Sequence[BrokenTest]]:
    """Return a part judged by `tests`, and those that cannot be asked of it: their bits are clear.

    Raises what `judge` raises when it is not the tests.
    """
    try:
        return await judge(database, declared, tests, part, patience_ms=patience_ms), ()
    except InventoryError:
        # When nothing can be asked at all, this says so.
        nothing = await judge(database, declared, (), part)
    alone, faults = [], []
    for number, test in enumerate(tests):
        try:
            judged = await judge(database, declared, [test], part, patience_ms=patience_ms)
            alone.append((number, judged.failing))
        except InventoryError as error:
            faults.append(BrokenTest(number, _reason(error)))
    return Judged(nothing.looked_at, _together(alone)), faults


def _together(alone: Iterable[tuple[int, Failing]]) -> Failing:
    """Return what fails tests that were asked one by one, given by the number of each."""
    rows: dict[str, tuple[Any, ...]] = {}
    bits: dict[str, int] = {}
    for number, failing in alone:
        known = (failing.ids, failing.buckets, failing.revisions, failing.times)
        for row in zip(*known, failing.processes, strict=True):
            rows[row[0]] = row
            bits[row[0]] = bits.get(row[0], 0) | 1 << number
    ids, buckets, revisions, times, processes = (
        zip(*rows.values(), strict=True) if rows else [()] * 5
    )
    return Failing(ids, buckets, revisions, times, processes, list(bits.values()))


def _reason(error: InventoryError) -> str:
    if error.code == "timeLimit":
        return "takes longer than a slice may."
    if isinstance(error, Invalid):
        return "cannot be asked of what is held: a value is not what it takes it for."
    return "cannot be asked: the database refuses it."


def statement_of(
    declared: RecordType, tests: Sequence[Test], *, is_named: bool = False
) -> tuple[str, list[Any]]:
    """Return the statement that judges a part by `tests`, and their values."""
    values: list[Any] = []
    parts = []
    for number, test in enumerate(tests):
        places = []
        for value in test.values:
            values.append(list(value) if isinstance(value, tuple) else value)
            places.append(f"${len(values) + _FIRST - 1}::{_KINDS[type(value)]}")
        parts.append(f"(CASE WHEN {test.sql.format(*places)} THEN {1 << number} ELSE 0 END)")
    # A path that travels as a parameter is read once a statement, not once a record.
    bits = _PATH.sub(r"(SELECT \1)", " + ".join(parts)) or "0"
    text = SQL.judge_slice.format(
        table=declared.table,
        failed=f"({bits})::bigint",
        which=_NAMED if is_named else _BETWEEN,
    )
    return text, values


def numbers(bits: int) -> tuple[int, ...]:
    """Return the numbers of the tests whose bits are set."""
    return tuple(number for number in range(bits.bit_length()) if bits >> number & 1)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    test = Test("r.b -> {0} IS NULL", ("name",))
    ends = {
        f"end_of_slice:{name}": SQL.end_of_slice.format(table=declared.table)
        for name, declared in TYPES.items()
    }
    return ends | {
        f"judge_slice:{name}:{is_named}": statement_of(declared, [test, test], is_named=is_named)[0]
        for name, declared in TYPES.items()
        for is_named in (False, True)
    }
