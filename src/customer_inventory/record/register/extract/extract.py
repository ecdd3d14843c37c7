"""An extract of what is held, in DuckDB, that stands for the database while rules are asked.

Its file lies in a folder of its own, which is gone afterwards: it holds what customers are. DuckDB
keeps within the memory it is given.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import duckdb

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.asking import Answer, Question
from customer_inventory.record.register.crossing import Repeated
from customer_inventory.record.register.extract.compiling import compiled
from customer_inventory.record.register.extract.filling import fill
from customer_inventory.record.register.extract.pattern import Inexpressible
from customer_inventory.record.register.extract.valued import SETUP, values_at
from customer_inventory.record.register.judged import BrokenTest, Failing, Judged, Part
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

_MEMORY, _THREADS = "2GB", 2
_BEHIND_ALL = "~"
_FOUND = ("id", "bucket", "revision", "recorded_at", "process")
_ATTRIBUTE = re.compile(r"""json_extract\(r\.body, ('\$\."[^"]+"')\)""")


@asynccontextmanager
async def extracted(database: Database, rules: Sequence[Question]) -> AsyncIterator["Extract"]:
    """Lend an extract of all that `rules` look at; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="cinv-extract-") as place:
        folder = Path(place)
        connection = duckdb.connect(str(folder / "extract.duckdb"))
        try:
            for setting in (
                f"SET threads = {_THREADS}",
                f"SET memory_limit = '{_MEMORY}'",
                f"SET temp_directory = '{folder}'",
                "SET enable_progress_bar = false",
                "SET GLOBAL TimeZone = 'UTC'",
                SETUP,
            ):
                connection.execute(setting)
            await fill(connection, database, rules, folder)
            yield Extract(connection)
        finally:
            connection.close()


class Extract:
    """Who is asked instead of the database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    async def parts(self, declared: RecordType, after: str, size: int) -> AsyncIterator[Part]:
        """Yield the parts of a type behind an id."""
        text = (
            f"SELECT id FROM {declared.table} WHERE id > $1 ORDER BY id LIMIT 1 OFFSET {size - 1}"
        )
        end: str | None = after
        while end is not None:
            start, rows = end, await asyncio.to_thread(_run, self._connection.cursor(), text, [end])
            end = rows[0][0] if rows else None
            yield Part(start, end)

    async def ask(
        self, declared: RecordType, rules: Sequence[Question], part: Part, patience_ms: int
    ) -> Answer:
        """Return what rules say of a part; one that cannot be said here stops no other."""
        faults, sound = [], []
        for number, rule in enumerate(rules):
            try:
                sound.append((number, *_said(rule)))
            except Inexpressible as error:
                reason = f"cannot be asked of an extract: {error.message}"
                faults.append(BrokenTest(number, reason))
        try:
            return await self._judge(declared, sound, part, patience_ms), faults
        except (duckdb.Error, TimeoutError):
            # When nothing can be asked at all, this says so.
            judged = await self._judge(declared, [], part, patience_ms)
        left = []
        for each in sound:
            try:
                await self._judge(declared, [each], part, patience_ms)
                left.append(each)
            except TimeoutError:
                faults.append(BrokenTest(each[0], "takes longer than a slice may."))
            except duckdb.Error:
                reason = "cannot be asked of the extract: a value is not what it takes it for."
                faults.append(BrokenTest(each[0], reason))
        if left:
            judged = await self._judge(declared, left, part, patience_ms * len(left))
        return judged, faults

    async def repeated(self, declared: RecordType, path: str) -> tuple[int, Failing]:
        """Return how many records there are, and those with a value that others have as well."""
        found = ", ".join(f"list(t.{name})" for name in _FOUND)
        text = f"""
            WITH told AS (
                SELECT o.id, CASE
                    WHEN json_type(o.v) = 'VARCHAR' THEN 's' || text_of(o.v)
                    ELSE coalesce('n' || number_of(o.v), 'j' || o.v::VARCHAR)
                END AS x
                FROM (
                    SELECT r.id, unnest({values_at(path, "r.body")}) AS v
                    FROM {declared.table} AS r
                ) AS o
                WHERE json_type(o.v) <> 'NULL'
            ),
            several AS (SELECT x FROM told GROUP BY x HAVING count(DISTINCT id) > 1)
            SELECT (SELECT count(*) FROM {declared.table}), {found}
            FROM {declared.table} AS t
            WHERE t.id IN (SELECT o.id FROM told AS o JOIN several USING (x))
        """
        try:
            rows = await asyncio.to_thread(_run, self._connection.cursor(), text, [])
        except duckdb.Error:
            raise Invalid("cannot be asked of the extract: values cannot be compared.") from None
        looked_at, *columns = rows[0]
        ids, buckets, revisions, times, processes = (column or [] for column in columns)
        return looked_at, Failing(ids, buckets, revisions, times, processes, [1] * len(ids))

    async def _judge(
        self,
        declared: RecordType,
        tests: Sequence[tuple[int, str, list[Any]]],
        part: Part,
        patience_ms: int,
    ) -> Judged:
        text, values = _statement(declared, tests)
        cursor = self._connection.cursor()
        bounds = [part.after, part.upto or _BEHIND_ALL]
        work = asyncio.create_task(asyncio.to_thread(_run, cursor, text, [*bounds, *values]))
        try:
            done, _ = await asyncio.wait({work}, timeout=patience_ms / 1000)
        except asyncio.CancelledError:
            # Nobody waits for it any more: it lets go of the extract before that is closed.
            cursor.interrupt()
            await asyncio.wait({work})
            work.exception()
            raise
        if not done:
            cursor.interrupt()
            await asyncio.wait({work})
            if work.exception() is not None:
                raise TimeoutError
        looked_at, *columns = (await work)[0]
        return Judged(looked_at, Failing(*(column or [] for column in columns)))


def _statement(
    declared: RecordType, tests: Iterable[tuple[int, str, list[Any]]]
) -> tuple[str, list[Any]]:
    """Return the statement that judges a part, with the bounds of it as its first values."""
    values: list[Any] = []
    parts = []
    for number, sql, own in tests:
        # Values of a test are numbered from one; those before it are counted in.
        moved = sql
        for place in range(len(own), 0, -1):
            moved = moved.replace(f"${place}", f"$%{place + len(values) + 2}")
        values += own
        parts.append(f"(CASE WHEN {moved.replace('$%', '$')} THEN {1 << number} ELSE 0 END)")
    # Each document is read once, for all of its attributes that are looked at.
    names: dict[str, int] = {}
    bits = _ATTRIBUTE.sub(
        lambda found: f"r.x[{names.setdefault(found[1], len(names) + 1)}]", " + ".join(parts) or "0"
    )
    looked_at = f"json_extract(t.body, [{', '.join(names)}]::VARCHAR[]) AS x"
    found = ", ".join(f"list(s.{name}) FILTER (WHERE s.bits <> 0)" for name in (*_FOUND, "bits"))
    return (
        f"SELECT count(*), {found} FROM (SELECT {', '.join(f'r.{name}' for name in _FOUND)},"
        f" ({bits})::BIGINT AS bits FROM (SELECT t.*, {looked_at} FROM {declared.table} AS t"
        " WHERE t.id > $1 AND t.id <= $2) AS r) AS s"
    ), values


def _said(rule: Question) -> tuple[str, list[Any]]:
    assert not isinstance(rule.fails, Repeated)  # noqa: S101 - it is a scan of its own
    return compiled(rule.fails, TYPES[rule.record_type])


def _run(
    cursor: duckdb.DuckDBPyConnection, text: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    try:
        return list(cursor.execute(text, list(values)).fetchall())
    finally:
        cursor.close()
