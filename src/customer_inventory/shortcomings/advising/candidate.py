"""Indexes that might help a statement, read off the plan that the server makes for it.

The planner has resolved what a text leaves open: views, aliases, which table a column is of. It
says which tables are read whole and by what rows are chosen. Only plain columns are taken: what is
selected by an expression has an index for it by a requirement, or none that this can judge.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Plan = Mapping[str, Any]
"""A node of a plan, as `EXPLAIN (FORMAT JSON)` writes it."""

_CONDITIONS = ("Filter", "Hash Cond", "Merge Cond", "Join Filter")
_BETWEEN_SORT_AND_SCAN = ("Limit", "Gather", "Gather Merge", "Sort", "Incremental Sort")
_EQUAL, _RANGE = (" = ",), (" >= ", " <= ", " > ", " < ")
_NAME = r'(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")'
_MOST_COLUMNS = 3


@dataclass(frozen=True, order=True, slots=True)
class Candidate:
    """An index that might help: the table, with its schema, and its columns, quoted as SQL needs.

    A column may say DESC.
    """

    table: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is told by: the table and the columns."""
        return f"{self.table} ({', '.join(self.columns)})"

    @property
    def definition(self) -> str:
        """What is built, behind CREATE INDEX."""
        return f"ON {self.table} ({', '.join(self.columns)})"


@dataclass(frozen=True, slots=True)
class _Scan:
    """A table that is read whole: what its rows must equal, lie between, and be sorted by."""

    table: str
    equal: tuple[str, ...]
    ranged: tuple[str, ...]
    sorted_by: tuple[str, ...]

    def candidates(self) -> Iterator[Candidate]:
        combined = [
            (*self.equal, *self.sorted_by),
            (*self.equal, *self.ranged[:1]),
            self.equal,
            *((each,) for each in self.equal),
        ]
        if not self.equal:
            combined.append(self.sorted_by)
        for columns in combined:
            if columns and _are_distinct(columns):
                yield Candidate(self.table, tuple(columns[:_MOST_COLUMNS]))


def candidates(plan: Plan) -> list[Candidate]:
    """Return indexes that might help, the most promising of each scan first, each once."""
    found = (each for scan in _scans(plan, ()) for each in scan.candidates())
    return list(dict.fromkeys(found))


def compared(plan: Plan) -> dict[int, tuple[str, str]]:
    """Return what parameters are compared with, where that is a column: its table and its name.

    One that is compared with several is told by the first; one in a list is not told.
    """
    nodes = list(_nodes(plan))
    named = {_quoted(each["Alias"]): _table(each) for each in nodes if "Schema" in each}
    found: dict[int, tuple[str, str]] = {}
    for each in nodes:
        for kind in (*_CONDITIONS, "Index Cond", "Recheck Cond"):
            for condition in conjuncts(each.get(kind, "")):
                for alias, table in named.items():
                    for number, column in _parameter(condition, alias):
                        found.setdefault(number, (table, column))
    return found


def _parameter(condition: str, alias: str) -> Iterator[tuple[int, str]]:
    for operator in (*_EQUAL, *_RANGE):
        sides = _split(condition, operator)
        for column in _column(condition, (operator,), alias):
            for side in sides:
                match = re.fullmatch(r"\(?\$(\d+)\)?(?:::[a-z][a-z ]*)?", _unwrapped(side))
                if match:
                    yield int(match[1]), column


def _nodes(node: Plan) -> Iterator[Plan]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def _table(node: Plan) -> str:
    return f"{_quoted(node['Schema'])}.{_quoted(node['Relation Name'])}"


def _are_distinct(columns: Sequence[str]) -> bool:
    plain = [each.removesuffix(" DESC") for each in columns]
    return len(set(plain)) == len(plain)


def _scans(node: Plan, above: tuple[Plan, ...]) -> Iterator[_Scan]:
    if node["Node Type"] == "Seq Scan" and "Schema" in node:
        yield _scan(node, above)
    for inner in node.get("Plans", ()):
        yield from _scans(inner, (*above, node))


def _scan(node: Plan, above: tuple[Plan, ...]) -> _Scan:
    alias = _quoted(node["Alias"])
    equal: list[str] = []
    ranged: list[str] = []
    for each in (node, *reversed(above)):
        for kind in _CONDITIONS:
            for condition in conjuncts(each.get(kind, "")):
                equal += _column(condition, _EQUAL, alias)
                ranged += _column(condition, _RANGE, alias)
    return _Scan(
        _table(node), tuple(dict.fromkeys(equal)), tuple(dict.fromkeys(ranged)), _sort(above, alias)
    )


def _sort(above: tuple[Plan, ...], alias: str) -> tuple[str, ...]:
    """Return what rows of a scan are sorted by before any other table comes to them."""
    for node in reversed(above):
        if node["Node Type"] not in _BETWEEN_SORT_AND_SCAN:
            return ()
        keys = node.get("Sort Key")
        if keys:
            columns = [_sorted_by(key, alias) for key in keys]
            return tuple(each for each in columns if each) if all(columns) else ()
    return ()


def _sorted_by(key: str, alias: str) -> str | None:
    match = re.fullmatch(rf"{re.escape(alias)}\.({_NAME})( DESC)?", key)
    return match[1] + (match[2] or "") if match else None


def conjuncts(condition: str) -> list[str]:
    """Return the conditions that must all hold for `condition` to hold, without their brackets."""
    text = _unwrapped(condition)
    parts = [part for part in _split(text, " AND ") if part]
    if len(parts) < 2:  # noqa: PLR2004 - one is all there is
        return parts
    return [inner for part in parts for inner in conjuncts(part)]


def _column(condition: str, operators: Sequence[str], alias: str) -> list[str]:
    """Return the column of `alias` that a condition compares with what is not of it, if one."""
    for operator in operators:
        sides = _split(condition, operator)
        if len(sides) != 2:  # noqa: PLR2004 - a comparison has two sides
            continue
        for side, other in (sides, sides[::-1]):
            match = re.fullmatch(
                rf"\(?{re.escape(alias)}\.({_NAME})\)?(?:::text)?", _unwrapped(side)
            )
            if match and f"{alias}." not in other:
                return [match[1]]
    return []


def _unwrapped(text: str) -> str:
    """Return a text without the brackets around the whole of it."""
    while text.startswith("(") and 0 not in (depths := _depths(text))[:-1] and depths[-1] == 0:
        text = text[1:-1]
    return text


def _split(text: str, by: str) -> list[str]:
    """Split a text where `by` stands outside of brackets and quotes."""
    depths, parts, start, place = _depths(text), [], 0, text.find(by)
    while place >= 0:
        if depths[place] == 0:
            parts.append(text[start:place])
            start = place + len(by)
        place = text.find(by, place + 1)
    return [*parts, text[start:]]


def _depths(text: str) -> list[int]:
    """Return for each letter how many brackets are open behind it; within quotes one more."""
    found, depth, quote = [], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        found.append(depth + bool(quote and letter != quote))
    return found


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[a-z_][a-z0-9_$]*", name) else '"' + name.replace('"', '""') + '"'
