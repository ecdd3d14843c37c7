"""Normal forms in DuckDB, one table a run: what Splink blocks and compares.

DuckDB keeps within the memory it is given and swaps to a folder of its own, which is gone
afterwards. A value that very many records share, as a switchboard's number or `unknown@x.com`, says
nothing of who they are and is left out.
"""

import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import duckdb

from customer_inventory.capture.matching.normal import Normal, Organisation, Person
from customer_inventory.record.document import encode

MEMORY = "2GB"
"""What DuckDB may take of memory; beyond it swaps."""
SHARED_BY_MANY = 60
"""A telephone number or e-mail address of more records says nothing."""
COMMON = 5
"""A name that fewer records bear is kept in no model."""
RARE = 15
"""So many records with a name are few enough to compare each with each."""

_FORMS: dict[str, type[Normal]] = {"individual": Person, "organization": Organisation}
_LISTS = ("formals", "emails", "locals", "phones", "ids", "kinds", "domains")


class Stage:
    """A table of normal forms of one type, under numbers that count up from 0."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, record_type: str) -> None:
        self.connection = connection
        self.record_type = record_type
        self.rows = 0
        self._names = [each.name for each in fields(_FORMS[record_type])]
        typed = ", ".join(f'"{name}" {_type(name)}' for name in self._names)
        self._shape = encode([{name: _type(name) for name in self._names}]).decode()
        connection.execute(f"CREATE TABLE staged (unique_id INTEGER, {typed})")

    def add(self, forms: Iterable[Normal]) -> int:
        """Add normal forms; return how many are staged now."""
        rows = [{name: getattr(form, name) for name in self._names} for form in forms]
        if rows:
            columns = ", ".join(f'f."{name}"' for name in self._names)
            self.connection.execute(
                f"INSERT INTO staged SELECT {self.rows} + number - 1, {columns} FROM ("  # noqa: S608
                " SELECT unnest(forms) AS f, generate_subscripts(forms, 1) AS number FROM ("
                "  SELECT from_json(?::JSON, ?) AS forms))",
                [encode(rows).decode(), self._shape],
            )
        self.rows += len(rows)
        return self.rows

    def finish(self) -> str:
        """Return the name of the table to compare, with what it is blocked by."""
        for column in ("emails", "phones"):
            self._leave_out_common(column)
        self.connection.execute(_PREPARED[self.record_type])
        self.connection.execute("DROP TABLE staged")
        return "source"

    def ids(self, numbers: Collection[int]) -> dict[int, str]:
        """Return the ids of records by their numbers in the table."""
        rows = self.connection.execute(
            "SELECT s.unique_id, s.id FROM source AS s"
            " INNER JOIN (SELECT unnest(?::INTEGER[]) AS unique_id) AS k USING (unique_id)",
            [list(numbers)],
        ).fetchall()
        return dict(rows)

    def forms(self, numbers: Collection[int]) -> dict[int, Normal]:
        """Return the normal forms of records, as they are compared, by their numbers."""
        columns = ", ".join(f's."{name}"' for name in self._names)
        rows = self.connection.execute(
            f"SELECT s.unique_id, {columns} FROM source AS s"  # noqa: S608
            " INNER JOIN (SELECT unnest(?::INTEGER[]) AS unique_id) AS k USING (unique_id)",
            [list(numbers)],
        ).fetchall()
        form = _FORMS[self.record_type]
        return {number: form(*map(_plain, values)) for number, *values in rows}

    def shares(self, column: str, most: int) -> dict[str, float]:
        """Return how common values of a column are, of those that COMMON records bear or more.

        Under "" how common the others are: in the mean over the records that bear one of them.
        """
        rows = self.connection.execute(
            f'SELECT "{column}", count(*) AS times FROM source WHERE "{column}" IS NOT NULL'  # noqa: S608
            " GROUP BY 1 ORDER BY times DESC, 1"
        ).fetchall()
        whole = sum(times for _, times in rows) or 1
        told = {value: _short(times / whole) for value, times in rows[:most] if times >= COMMON}
        rest = [times for _, times in rows[len(told) :]]
        usual = sum(times * times for times in rest) / (sum(rest) or 1)
        return told | {"": _short(max(usual, 1) / whole)}

    def _leave_out_common(self, column: str) -> None:
        self.connection.execute(
            f'CREATE TABLE common AS SELECT value FROM (SELECT unnest("{column}") AS value'  # noqa: S608
            f" FROM staged) GROUP BY 1 HAVING count(*) > {SHARED_BY_MANY}"
        )
        self.connection.execute(
            f'UPDATE staged SET "{column}" = list_filter("{column}",'  # noqa: S608
            " lambda each: NOT list_contains(known.every, each))"
            " FROM (SELECT list(value) AS every FROM common) AS known"
            f' WHERE list_has_any("{column}", known.every)'
        )
        self.connection.execute("DROP TABLE common")


@contextmanager
def staged(record_type: str, *, memory: str = MEMORY, threads: int = 2) -> Iterator[Stage]:
    """Lend a table for normal forms of a type; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="cinv-matching-") as folder:
        connection = duckdb.connect()
        try:
            connection.execute(f"SET threads = {threads}")
            connection.execute(f"SET memory_limit = '{memory}'")
            connection.execute(f"SET temp_directory = '{folder}'")
            connection.execute("SET enable_progress_bar = false")
            yield Stage(connection, record_type)
        finally:
            connection.close()


def values(connection: duckdb.DuckDBPyConnection, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a statement."""
    rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
    return rows


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _short(share: float) -> float:
    return float(f"{share:.3g}")


def _type(name: str) -> str:
    return "VARCHAR[]" if name in _LISTS else "VARCHAR"


_PREPARED = {
    "individual": f"""
CREATE TABLE source AS SELECT
    *,
    CASE WHEN count(*) OVER (PARTITION BY names) <= {RARE} THEN names END AS rare_names,
    CASE
        WHEN family_sound IS NOT NULL AND given_sound IS NOT NULL
            AND count(*) OVER (PARTITION BY family_sound, given_sound) <= {RARE}
            THEN family_sound || '|' || given_sound
    END AS rare_sounds
FROM staged""",  # noqa: S608
    "organization": f"""
CREATE TABLE source AS WITH word AS (
    SELECT unique_id, unnest(string_split(org, ' ')) AS word FROM staged
),

rare AS (
    SELECT word, count(*) AS times FROM word
    GROUP BY word HAVING count(*) <= {RARE * 2} AND length(word) > 3
),

rarest AS (
    SELECT unique_id, min_by(word, times) AS rare_word
    FROM word INNER JOIN rare USING (word) GROUP BY unique_id
)

SELECT staged.*, rare_word,
    substr(replace(org, ' ', ''), 1, 3) || '|' || right(org, 4) AS org_ends
FROM staged LEFT JOIN rarest USING (unique_id)""",  # noqa: S608
}
