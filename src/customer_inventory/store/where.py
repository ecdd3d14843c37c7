"""The builder of conditions and orders: the only place where SQL is put together.

A filter names an attribute by dotted path. A path with a declared column becomes that
column, any other is looked up in the document; names come only from the declaration or
pass the path grammar, values only ever travel as parameters.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.keyset import Key
from customer_inventory.store.predicate import Path, compiled, equalities

Operator = Literal["eq", "ne", "gt", "gte", "lt", "lte", "regex"]

_SQL = {"eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_JSONPATH = {**_SQL, "eq": "=="}
_PATH = re.compile(r"@?[A-Za-z_][A-Za-z0-9_-]{0,99}(\.@?[A-Za-z_][A-Za-z0-9_-]{0,99}){0,7}")
_LONGEST_VALUE = 1000
INDEXED_CHARACTERS = 300
"""So much of a text in the document is in an index on it."""
_SORTED_CHARACTERS = 100
"""So much of a text in the document orders: it is part of cursors."""


@dataclass(frozen=True)
class SearchColumn:
    """A column that stands for a path: its name and the type its values are compared in.

    Of a column of long texts the beginning orders: it is part of cursors. Without a column, `name`
    is the path and `is_within` the document: an index on `sql` may serve it.
    """

    name: str
    kind: Literal["text", "timestamptz"] = "text"
    is_long: bool = False
    is_within: bool = False

    def sql(self, alias: str = "r.") -> str:
        """Return the column as SQL, of the row `alias` (with its dot)."""
        return indexed(self.name, alias) if self.is_within else f"{alias}{self.name}"


@dataclass(frozen=True)
class Term:
    """One condition: the attribute at `path` compares by `operator` to any of `values`.

    Where there is no such attribute, `otherwise` decides.
    """

    path: str
    operator: Operator
    values: tuple[str, ...]
    otherwise: "Term | None" = None


@dataclass(frozen=True)
class Order:
    """One key of an order."""

    path: str
    descending: bool = False


class Where:
    """Builds one condition and order over a table whose columns are known by path.

    `columns` maps the dotted paths that have a column to it; the document is in the json
    column `body`; the alias of the table is `r`. `parameters` collects the values, in order;
    `numbers` are the paths of the document that order as numbers.
    """

    def __init__(
        self,
        columns: Mapping[str, SearchColumn],
        parameters: list[Any] | None = None,
        *,
        numbers: Collection[str] = (),
    ) -> None:
        self._columns = columns
        self._numbers = numbers
        self.parameters: list[Any] = [] if parameters is None else parameters

    def parameter(self, value: Any) -> str:
        """Add a value and return the placeholder that stands for it."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def condition(self, terms: Sequence[Term], part: Path | None = None) -> str:
        """Return the SQL of all `terms` together, and that `part` finds something; else TRUE.

        Raises Invalid for a path or pattern that is not well formed.
        """
        tests = [self._term(term) for term in terms]
        if part is not None:
            tests += [*self._narrowing(part), self._found(part)]
        return " AND ".join(tests) or "TRUE"

    def holds(self, instant: datetime, *, is_open_ended: bool = False) -> str:
        """Return the SQL that the period of a record contains `instant`, or has begun by then."""
        now = f"{self.parameter(instant)}::timestamptz"
        begun = f"(r.valid_from IS NULL OR r.valid_from <= {now})"
        return begun if is_open_ended else f"{begun} AND (r.valid_to IS NULL OR r.valid_to > {now})"

    def keys(self, order: Sequence[Order]) -> tuple[Key, ...]:
        """Return the keys of `order`, made total by the id, which goes the way of the last."""
        keys = [self._key(check_path(key.path), key.descending) for key in order]
        descending = keys[-1].descending if keys else False
        identifier = Key("r.id", descending=descending, is_column=True, is_id=True)
        return (*keys, identifier)

    def _narrowing(self, part: Path) -> Iterator[str]:
        """Say what `part` implies of columns of text, so that an index of theirs may help."""
        for name, value in equalities(part):
            column = self._columns.get(name)
            if column is not None and column.kind == "text" and value:
                yield f"{column.sql()} = {self.parameter(value)}::text"

    def _found(self, part: Path) -> str:
        path = compiled(part)
        query, known = self.parameter(path.text), self.parameter(path.variables)
        return f"jsonb_path_exists(r.body::jsonb, {query}::text::jsonpath, {known}::text::jsonb)"

    def _term(self, term: Term) -> str:
        test = self._test(term)
        if term.otherwise is None:
            return test
        return f"({test} OR ({self._absent(term.path)} AND {self._term(term.otherwise)}))"

    def _absent(self, path: str) -> str:
        column = self._columns.get(path)
        if column is not None:
            return f"{column.sql()} IS NULL"
        place = self.parameter(f"${_steps(path)}")
        return f"NOT jsonb_path_exists(r.body::jsonb, {place}::text::jsonpath)"

    def _test(self, term: Term) -> str:
        path = check_path(term.path)
        for value in term.values:
            _check_value(term, value)
        column = self._columns.get(path)
        if column is None:
            return self._in_document(path, term)
        if term.operator == "regex":
            return _joined(
                term, [f"{column.sql()}::text ~ {self.parameter(v)}::text" for v in term.values]
            )
        values = [_typed(column, term, value) for value in term.values]
        if term.operator == "eq" and len(values) > 1:
            return f"{column.sql()} = ANY({self.parameter(values)}::{column.kind} [])"
        sign = _SQL[term.operator]
        return _joined(
            term, [f"{column.sql()} {sign} {self.parameter(v)}::{column.kind}" for v in values]
        )

    def _in_document(self, path: str, term: Term) -> str:
        """Search the document by JSON path; lists on the way are walked through (lax mode)."""
        place = _steps(path)
        searches = []
        for value in term.values:
            test, variables = _jsonpath_test(term.operator, value)
            query = self.parameter(f"${place} ? ({test})")
            known = self.parameter(variables)
            searches.append(
                f"jsonb_path_exists(r.body::jsonb, {query}::text::jsonpath, {known}::text::jsonb)"
            )
        return _joined(term, searches)

    def _key(self, path: str, descending: bool) -> Key:
        """Return the key of `path`: its column, else the first value there, text cut short."""
        column = self._columns.get(path)
        if column is not None and column.is_long:
            return Key(f"left({column.sql()}, {_SORTED_CHARACTERS})", "text", descending)
        if column is not None:
            return Key(column.sql(), column.kind, descending, is_column=not column.is_within)
        is_number = path in self._numbers
        kept = ' ? (@.type() == "number")' if is_number else ""
        query = self.parameter(f"${_steps(path)}[*]{kept}")
        first = f"jsonb_path_query_first(r.body::jsonb, {query}::text::jsonpath) #>> '{{}}'"
        if is_number:
            return Key(f"({first})::numeric", "numeric", descending)
        return Key(f"left({first}, {_SORTED_CHARACTERS})", "text", descending)


def check_path(path: str) -> str:
    """Return `path` if it is a dotted attribute path of at most 8 steps; raise Invalid if not."""
    if not _PATH.fullmatch(path):
        raise Invalid(
            f"{path[:100]!r} is not an attribute path.",
            hint="Write names joined by dots, such as contactMedium.emailAddress.",
            code="invalidFilter",
        )
    return path


def indexed(path: str, alias: str = "") -> str:
    """Return the SQL of the text at `path` of a document, as an index on it has it.

    Of a longer text the first characters: an index takes no more.
    """
    steps = ",".join(f'"{step}"' for step in check_path(path).split("."))
    return f"left({alias}body #>> '{{{steps}}}', {INDEXED_CHARACTERS})"


def _steps(path: str) -> str:
    return "".join(f".{msgspec.json.encode(step).decode()}" for step in path.split("."))


def _check_value(term: Term, value: str) -> None:
    if len(value) > _LONGEST_VALUE or "\x00" in value:
        raise Invalid(
            f"A value has more than {_LONGEST_VALUE} characters or holds U+0000.",
            path=term.path,
            code="invalidFilter",
        )


def _jsonpath_test(operator: Operator, value: str) -> tuple[str, str]:
    """Return the JSON path test and its variables: text compares as text, number as number."""
    if operator == "regex":
        return f"@ like_regex {msgspec.json.encode(value).decode()}", "{}"
    sign = _JSONPATH[operator]
    variables: dict[str, Any] = {"text": value}
    tests = [f"@ {sign} $text"]
    plain = _plain(value)
    if plain is not None:
        variables["plain"] = plain
        tests.append(f"@ {sign} $plain")
    return " || ".join(tests), msgspec.json.encode(variables).decode()


def _plain(value: str) -> float | bool | None:
    """Return the JSON number or boolean that `value` is written like, if it is."""
    try:
        decoded = msgspec.json.decode(value)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, int | float | bool) else None


def _typed(column: SearchColumn, term: Term, value: str) -> Any:
    if column.kind == "text":
        return value
    instant = parse_instant(value)
    if instant is None:
        raise Invalid(
            f"{value[:50]!r} is no date-time.",
            path=term.path,
            hint="Write it as 2026-01-31T12:00:00Z or 2026-01-31.",
            code="invalidFilter",
        )
    return instant


def _joined(term: Term, tests: Sequence[str]) -> str:
    """Any of several values will do; to differ, a value must differ from each."""
    if len(tests) == 1:
        return tests[0]
    return f"({(' AND ' if term.operator == 'ne' else ' OR ').join(tests)})"
