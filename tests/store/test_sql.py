"""The loader of named statements: the form it reads, and the forms it refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest

from customer_inventory.record import read
from customer_inventory.store.sql import Statements, beside, entitled

Loading = Callable[[str], Statements]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loading:
    """Return a function that loads a text as the statements of some package."""
    monkeypatch.setattr("customer_inventory.store.sql.resources.files", lambda _: tmp_path)

    def load(text: str) -> Statements:
        (tmp_path / "some.sql").write_text(text, "utf-8")
        return Statements("package", "some.sql")

    return load


def test_statements_are_found_by_name(load: Loading) -> None:
    statements = load(
        "-- name: one\n-- The first.\nSELECT 1;\n\n"
        "-- name: other_2\n-- The second,\n-- in two lines.\nSELECT 2\nFROM somewhere;\n"
    )
    assert dict(statements) == {
        "one": "SELECT /* one */ 1",
        "other_2": "SELECT /* other_2 */ 2\nFROM somewhere",
    }
    assert statements.one == statements["one"]
    assert len(statements) == 2


def test_comments_inside_stay(load: Loading) -> None:
    statements = load("-- name: one\n-- The first.\nSELECT\n    -- why\n    1;\n")
    assert statements.one == "SELECT /* one */\n    -- why\n    1"


def test_a_part_has_no_name(load: Loading) -> None:
    statements = load("-- name: one\n-- The first.\nSELECT\n    1;\n")
    assert statements.part("one") == "SELECT\n    1"
    assert entitled("two", statements.part("one")) == "SELECT /* two */\n    1"
    with pytest.raises(ValueError, match="three"):
        entitled("three", "(SELECT 1)")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT 1;",
        "SELECT 1;\n-- name: one\n-- The first.\nSELECT 1;\n",
        "-- A header.\n-- name: one\n-- The first.\nSELECT 1;\n",
        "-- name: one\nSELECT 1;\n",
        "-- name: One\n-- The first.\nSELECT 1;\n",
        "-- name: 1st\n-- The first.\nSELECT 1;\n",
        "--name: one\n-- The first.\nSELECT 1;\n",
        "-- name: one\n-- The first.\nSELECT 1;\n\n-- name: two\nSELECT 2;\n",
        "-- name: one\n-- The first.\nSELECT 1;\n\n-- name: one\n-- Again.\nSELECT 2;\n",
        "-- name: one\n-- The first.\n\n-- name: two\n-- The second.\nSELECT 2;\n",
    ],
    ids=[
        "empty",
        "no name",
        "a statement before the first name",
        "a comment before the first name",
        "no description",
        "a capital letter",
        "a digit first",
        "no space",
        "no description of the second",
        "one name twice",
        "no statement",
    ],
)
def test_another_form_is_refused_by_the_name_of_the_file(load: Loading, text: str) -> None:
    with pytest.raises(ValueError, match=r"package/some\.sql"):
        load(text)


def test_a_name_that_is_not_there(load: Loading) -> None:
    statements = load("-- name: one\n-- The first.\nSELECT 1;\n")
    with pytest.raises(AttributeError, match=r"package/some\.sql has no statement two"):
        _ = statements.two
    with pytest.raises(KeyError):
        _ = statements["two"]


def test_a_module_finds_the_file_beside_it() -> None:
    statements = beside(read.__name__)
    assert statements.origin == "customer_inventory.record/read.sql"
    assert statements.records_by_id.startswith("SELECT /* records_by_id */")
