"""How lists are shown: tables for people; JSON, NDJSON and CSV for programs."""

import csv
import io
import json
from typing import Any

import pytest

from tests.cli.conftest import Cinv, Stock

# Not `access log`: that it was read is in it the next time.
LISTS = [
    ["access", "list"],
    ["customer", "find", "lovelace"],
    ["customer", "show", "CUSTOMER"],
    ["customer", "history", "CUSTOMER"],
    ["record", "types"],
    ["record", "observed"],
    ["record", "findings"],
    ["status"],
]


@pytest.fixture(params=LISTS, ids=" ".join)
def command(request: pytest.FixtureRequest, stock: Stock, stocked: Cinv) -> list[str]:
    # What was looked at is in the log, whichever list is shown first.
    stocked("customer", "find", "ada")
    words: list[str] = request.param
    return [stock.customer if word == "CUSTOMER" else word for word in words]


def test_every_format_shows_the_same_rows(stocked: Cinv, command: list[str]) -> None:
    rows: list[dict[str, Any]] = json.loads(_shown(stocked, command, "json"))
    assert rows
    assert all(isinstance(row, dict) for row in rows)
    # A list of the log grows by being looked at: the others show it with what came since.
    lines = [json.loads(line) for line in _shown(stocked, command, "ndjson").splitlines()]
    table = _shown(stocked, command, "table").splitlines()
    cells = list(csv.reader(io.StringIO(_shown(stocked, command, "csv"))))
    assert len(rows) == len(lines) == len(cells) - 1 == len(table) - 1
    assert {tuple(row) for row in lines} == {tuple(row) for row in rows}
    assert {len(row) for row in cells} == {len(cells[0])}
    assert set(cells[0]) <= set(rows[0])
    assert table[0].split() == " ".join(cells[0]).replace("_", " ").split()
    for row, line in zip(cells[1:], table[1:], strict=True):
        assert line.split() == " ".join(row).split()


def test_the_table_is_the_default(stocked: Cinv, command: list[str]) -> None:
    assert stocked(*command).out == _shown(stocked, command, "table")


def test_long_and_short_option_are_the_same(stocked: Cinv, command: list[str]) -> None:
    assert stocked(*command, "--output", "csv").out == _shown(stocked, command, "csv")


def test_another_format_is_wrong_use(stocked: Cinv, command: list[str]) -> None:
    done = stocked(*command, "-o", "xml")
    assert (done.code, done.out) == (2, "")
    assert "'table', 'json', 'ndjson', 'csv'" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["access", "log"],
        ["customer", "find", "nobody"],
        ["record", "observed"],
        ["record", "findings"],
        ["record", "findings", "--state", "closed"],
        ["db", "migrate"],
        ["db", "migrate", "--plan"],
    ],
    ids=" ".join,
)
def test_an_empty_list_is_empty_for_programs_and_said_to_people(
    here: Cinv, words: list[str]
) -> None:
    assert _shown(here, words, "json") == "[]\n"
    assert _shown(here, words, "ndjson") == ""
    assert len(_shown(here, words, "csv").splitlines()) == 1
    said = here(*words)
    assert (said.code, said.out) == (0, "")
    assert said.err.strip().endswith(".")


def test_documents_are_json_in_json(stock: Stock, stocked: Cinv) -> None:
    rows = json.loads(_shown(stocked, ["customer", "show", stock.customer], "json"))
    documents = {row["type"]: row["document"] for row in rows}
    assert documents["individual"]["nickname"] == 'Countess, of "computing"'
    assert documents["billingAccount"]["id"] == stock.account
    versions = json.loads(_shown(stocked, ["customer", "history", stock.customer], "json"))
    assert [version["body"]["status"] for version in versions] == ["suspended", "active"]


def test_cells_are_quoted_in_csv(stock: Stock, stocked: Cinv) -> None:
    text = _shown(stocked, ["customer", "show", stock.customer], "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["name"] for row in rows} >= {"Ada Lovelace é", "Monthly, by e-mail"}


def _shown(cinv: Cinv, words: list[str], output: str) -> str:
    done = cinv(*words, "-o", output)
    assert done.code == 0, done.err
    if output != "table":
        assert done.err == ""
    return done.out
