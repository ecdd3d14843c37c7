"""The conditions of a sight, as they stand in the statements that read records.

A statement takes the purpose and the values of the conditions as parameters after its own. Texts
are kept by what the conditions say, so that callers with the same ones share them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.choice.condition import HOLDERS, Chosen
from customer_inventory.record.declare import RecordType
from customer_inventory.record.scope import EVERY_ROW, Named, Parameter, Rows
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_KEPT = 2000
"""So many texts of one kind of statement are kept, for different types and conditions."""


class Statement(NamedTuple):
    """A statement, and the values that its conditions take after its own and the purpose."""

    text: str
    values: tuple[Any, ...] = ()

    def arguments(self, sight: Sight, *own: Any) -> tuple[Any, ...]:
        """Return all its arguments: its own, the purpose, the values of the conditions."""
        return (*own, sight.kept_from, *self.values)


ONE = Named("ARRAY[$1::text]", "ARRAY[$2::smallint]")
"""That of the first two parameters."""
MANY = Named("$1::text[]", "$2::smallint[]")
"""Those of the first two parameters."""


class Shown:
    """Conditions of one statement, with `own` parameters before theirs.

    `purpose` is the SQL of the purpose that asks; unless given, the first parameter after them.
    `parameter` takes the values of the conditions; unless given, they are collected in `values`.
    `named` are the records that the statement is about, where they are known beforehand: records
    that lie in shards are not asked for more than has to do with them.
    """

    def __init__(
        self,
        rows: Rows,
        own: int,
        *,
        purpose: str | None = None,
        parameter: Parameter | None = None,
        named: Named | None = None,
    ) -> None:
        self._rows = rows
        self._named = named
        self._first = own + (purpose is None)
        self._purpose = purpose or f"${own + 1}::text"
        self.values: list[Any] = []
        self._parameter = parameter or self._own_parameter
        self._words = ""
        self._chosen = (
            Chosen(
                rows.choice,
                self._choice_words,
                is_spread=rows.is_spread,
                ids=named.ids if named else "",
            )
            if rows.choice
            else None
        )

    def _own_parameter(self, value: Any) -> str:
        self.values.append(value)
        return f"${self._first + len(self.values)}"

    def _choice_words(self) -> str:
        if not self._words:
            words = list(self._rows.choice.words) if self._rows.choice else []
            self._words = f"{self._parameter(words)}::text[]"
        return self._words

    def of(self, declared: RecordType, alias: str = "r") -> str:
        """Return the SQL that the row `alias` of the table of a type is shown."""
        return _all(
            self.unrestricted(alias),
            self.scope(declared, alias),
            self._chosen.of(declared, alias) if self._chosen else "",
        )

    def scope(self, declared: RecordType, alias: str = "r") -> str:
        """Return the SQL of the condition on the rows of a type alone, empty for none."""
        condition = self._rows.of(declared.name)
        if condition is None:
            return ""
        among = subjects_named(declared, self._named) if self._named else ""
        sharded = self._rows.sharded(among, self._named)
        return condition.sql(declared, alias, self._parameter, sharded)

    def unrestricted(self, alias: str, columns: tuple[str, str] = ("id", "bucket")) -> str:
        """Return the SQL that no restriction keeps back the record that two columns name."""
        text = self._kept_back("restriction_on", alias, columns)
        return f"NOT EXISTS ({text})"

    def unrestricted_then(self, alias: str, until: str, declared: RecordType | None = None) -> str:
        """Return the SQL that none keeps back a version, which was superseded at `until`.

        Neither restriction nor choice: of the row `alias` of the history, of a type or any (None).
        """
        text = self._kept_back("restriction_then", alias, ("id", "bucket"))
        unrestricted = f"NOT EXISTS ({text.format(until=until)})"
        if self._chosen is None:
            return unrestricted
        chosen = self._chosen
        by_choice = chosen.then(declared, alias) if declared else chosen.any_then(alias)
        return _all(unrestricted, by_choice)

    def exists(self, declared: RecordType, alias: str) -> str:
        """Return the SQL that a record of a type, present under the id of `alias`, is in scope."""
        inner = bare("record_in_scope").format(
            table=declared.table,
            id=f"{alias}.id",
            bucket=f"{alias}.bucket",
            condition=self.scope(declared),
        )
        return f"EXISTS ({inner})"

    def one_of(self, alias: str, kind: str, columns: tuple[str, str]) -> str:
        """Return the SQL that a record of any type, which three columns name, is shown."""
        tests = [self.unrestricted(alias, columns)]
        if self._chosen is not None:
            names = ", ".join(f"'{name}'" for name in sorted(HOLDERS))
            holder = self._chosen.holder(f"{alias}.{columns[0]}")
            tests.append(f"({alias}.{kind} NOT IN ({names}) OR {holder})")
        for name, scope in self._rows.by_type:
            inner = bare("record_in_scope").format(
                table=TYPES[name].table,
                id=f"{alias}.{columns[0]}",
                bucket=f"{alias}.{columns[1]}",
                condition=scope.sql(TYPES[name], "r", self._parameter, self._rows.sharded()),
            )
            tests.append(f"({alias}.{kind} IS DISTINCT FROM '{name}' OR EXISTS ({inner}))")
        return " AND ".join(tests)

    def _kept_back(self, name: str, alias: str, columns: tuple[str, str]) -> str:
        identifier, bucket = columns
        return bare(name).format(
            id=f"{alias}.{identifier}",
            bucket=f"{alias}.{bucket}",
            purpose=self._purpose,
            until="{until}",
        )


def subjects_named(declared: RecordType, named: Named) -> str:
    """Return the SQL of the subjects of the records of a type that a statement is about."""
    return bare("subjects_named").format(table=declared.table, ids=named.ids, buckets=named.buckets)


def _all(*tests: str) -> str:
    return " AND ".join(test for test in tests if test)


async def shown_of(
    database: Database | Connection, kinds: Mapping[str, str], sight: Sight
) -> set[str]:
    """Return those of some records, given with their types by id, that a sight shows."""
    found: set[str] = set()
    for name in sorted(set(kinds.values()) & TYPES.keys()):
        ids = [identifier for identifier, kind in kinds.items() if kind == name]
        asked = _which(TYPES[name], sight.rows)
        buckets = [bucket_of(identifier) for identifier in ids]
        rows = await database.fetch(asked.text, *asked.arguments(sight, ids, buckets))
        found.update(row["id"] for row in rows)
    return found


@lru_cache(maxsize=MOST_KEPT)
def _which(declared: RecordType, rows: Rows) -> Statement:
    shown = Shown(rows, 2, named=MANY)
    text = SQL.records_shown.format(table=declared.table, shown=shown.of(declared))
    return Statement(text, tuple(shown.values))


def bare(name: str) -> str:
    """Return a part of a statement, without its name."""
    return SQL.part(name)


def every_statement() -> dict[str, str]:
    """Return statements with each kind of condition, by a name of its own (for planning)."""
    declared = TYPES["customer"]
    shown = Shown(EVERY_ROW, 0)
    asked = {
        "shown": shown.of(declared),
        "shown_then": shown.unrestricted_then("r", "r.recorded_at"),
        "one_of": shown.one_of("r", "operation", ("id", "bucket")),
    }
    which = {f"records_shown:{name}": _which(TYPES[name], EVERY_ROW).text for name in TYPES}
    return which | {
        name: bare("record_in_scope").format(
            table=declared.table, id="'x'", bucket="1::smallint", condition=condition
        )
        for name, condition in asked.items()
    }
