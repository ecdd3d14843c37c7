"""Rows of security tables: what is asked, what is so here, how far, and tests that hold it."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

ROOT = Path(__file__).parents[2]
State = Literal["holds", "in part", "absent", "operator"]
WORDS: dict[State, str] = {
    "holds": "holds",
    "in part": "in part",
    "absent": "nothing of it here",
    "operator": "left to operators",
}


class Row(NamedTuple):
    """One line: its number in the source, what is asked, what is so here, the tests."""

    number: str
    asked: str
    here: str
    state: State
    tests: tuple[str, ...]


def table(rows: tuple[Row, ...]) -> str:
    """Return the lines of a table for readers."""
    lines = ["| | asked | here | | held by |", "|---|---|---|---|---|"]
    for row in rows:
        places = ", ".join(f"`tests/{place}`" for place in _places(row.tests))
        lines.append(f"| {row.number} | {row.asked} | {row.here} | {WORDS[row.state]} | {places} |")
    return "\n".join(lines)


def _places(tests: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(held.partition("::")[0] for held in tests))


def wrong(row: Row) -> list[str]:
    """Return what is wrong with a row: empty cells, tests that are not there."""
    found = [f"{row.number}: empty" for part in row[:4] if not part.strip()]
    if not row.tests:
        found.append(f"{row.number}: no test")
    for held in row.tests:
        place, _, name = held.partition("::")
        if name not in _tests_in(ROOT / "tests" / place):
            found.append(f"{row.number}: no {held}")
    return found


def counted(rows: tuple[Row, ...]) -> str:
    """Return in words how many lines are of which state."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[WORDS[row.state]] += 1
    return ", ".join(f"{number} {state}" for state, number in found.items())


@cache
def _tests_in(module: Path) -> set[str]:
    if not module.exists():
        return set()
    tree = ast.parse(module.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        each.name
        for each in ast.walk(tree)
        if isinstance(each, kinds) and each.name.startswith("test_")
    }
