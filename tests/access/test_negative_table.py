"""The fifty negative tests: each has tests that hold it, and readers see the same table."""

import ast
from pathlib import Path

import pytest

from tests.access.kept import SERVICES
from tests.access.negative_table import TABLE, Row, page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security" / "negative-tests.md"


def names_in(module: Path) -> set[str]:
    tree = ast.parse(module.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {each.name for each in ast.walk(tree) if isinstance(each, kinds)}


def test_every_number_is_there_once() -> None:
    assert [row.number for row in TABLE] == list(range(1, 51))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"N{row.number:02}")
def test_every_row_is_held_by_tests_that_are_there(row: Row) -> None:
    assert row.tests
    for held in row.tests:
        place, _, name = held.partition("::")
        module = ROOT / "tests" / place
        assert module.exists(), held
        assert name in names_in(module), held
    assert row.expected
    assert row.entry


TOLD_BY = (
    "access.entry",
    "access.sealed",
    "entries(",
    "told_of",
    "refused(",
    "accounted",
    "verify",
)
"""What a test says that looks at the ledger by itself."""


def functions_in(module: Path) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(module.read_text("utf-8"))
    return {each.name: each for each in ast.walk(tree) if isinstance(each, kinds)}


def asked_for(module: Path, name: str) -> set[str]:
    """Return the fixtures that a test asks for, and those that these ask for."""
    known = {}
    for folder in reversed(module.relative_to(ROOT).parents):
        conftest = ROOT / folder / "conftest.py"
        if conftest.exists():
            known |= functions_in(conftest)
    known |= functions_in(module)
    found, wanted = set(), [name]
    while wanted:
        function = known.get(wanted.pop())
        for each in function.args.args if function else ():
            if each.arg not in found:
                found.add(each.arg)
                wanted.append(each.arg)
    return found


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"N{row.number:02}")
def test_the_ledger_is_looked_at_in_every_row(row: Row) -> None:
    """By the fixture that looks over each answer (`kept`), or by the test itself."""
    looked = []
    for held in row.tests:
        place, _, name = held.partition("::")
        module = ROOT / "tests" / place
        source = ast.unparse(functions_in(module)[name])
        is_told = any(word in source for word in TOLD_BY)
        looked.append(is_told or bool(asked_for(module, name) & {*SERVICES}))
    assert any(looked), row.tests


def test_readers_see_the_same_table() -> None:
    assert PAGE.read_text("utf-8") == page()
