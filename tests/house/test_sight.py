"""No door reads past what its caller is shown: every read is given the sight of the session."""

import ast
from pathlib import Path

import pytest

import customer_inventory

ROOT = Path(customer_inventory.__file__).parent
DOORS = sorted([*ROOT.glob("tmf/**/*.py"), *ROOT.glob("api/**/*.py")])
READS = {
    "inventory": {
        "at", "around", "change", "compared", "create", "get", "number_of_versions", "page",
        "remove", "request", "versions",
    },
    "attachments": {"get", "keep", "of_record"},
    "identity": {"merge", "part"},
    "": {"find", "rolled_up", "transfer", "tree"},
}  # fmt: skip
"""Methods by what they are called on; functions under the empty name."""


def _reads(path: Path) -> list[ast.Call]:
    calls = (each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Call))
    return [call for call in calls if _is_read(call.func)]


def _is_read(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in READS[""]
    if not isinstance(called, ast.Attribute):
        return False
    place = ast.unparse(called.value).rpartition(".")[2].lstrip("_")
    return called.attr in READS.get(place, ())


@pytest.mark.parametrize("path", DOORS, ids=[str(path.relative_to(ROOT)) for path in DOORS])
def test_every_read_of_a_door_is_given_the_sight_of_its_caller(path: Path) -> None:
    for call in _reads(path):
        given = {word.arg: ast.unparse(word.value) for word in call.keywords}
        where = f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call.func)}"
        assert given.get("sight", "").endswith(("call.sight", "session.sight")), where


def test_doors_read_at_all() -> None:
    assert sum(len(_reads(path)) for path in DOORS) > len(READS["inventory"])
