"""`cinv customer` and `cinv record`: find, show, history; types, what was observed and found."""

import json
from typing import Any

import pytest

from customer_inventory.record.types import TYPES
from tests.cli.conftest import Cinv, Stock, asked

UNKNOWN = "qa06h0q9x2mrs6kz4c8v1tdw3e"


def rows(cinv: Cinv, *words: str) -> list[dict[str, Any]]:
    done = cinv(*words, "-o", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


@pytest.mark.parametrize("text", ["Ada Lovelace", "lovel", "ADA", "lovelase ada", " ada "])
def test_customers_are_found_by_what_is_known_of_them(
    stock: Stock, stocked: Cinv, text: str
) -> None:
    found = {row["type"]: row for row in rows(stocked, "customer", "find", text)}
    assert found["customer"]["id"] == stock.customer
    assert found["individual"]["id"] == stock.person
    assert {row["customer_id"] for row in found.values()} == {stock.customer}
    assert {row["matched"] for row in found.values()} == {"name"}


@pytest.mark.parametrize("text", ["nobody", "q%l", "'; qq --", "lov\\qq"])
def test_nobody_is_found_by_another_name(stocked: Cinv, text: str) -> None:
    assert rows(stocked, "customer", "find", text) == []


@pytest.mark.parametrize("text", ["", "%%%", "  "])
def test_a_letter_or_digit_is_needed(stocked: Cinv, text: str) -> None:
    done = stocked("customer", "find", text)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("cinv: q: holds no letter or digit.")


def test_a_customer_is_shown_whole(stock: Stock, stocked: Cinv) -> None:
    shown = {row["type"]: row for row in rows(stocked, "customer", "show", stock.customer)}
    assert set(shown) == {"customer", "individual", "billingAccount"}
    assert shown["individual"]["id"] == stock.person
    assert shown["individual"]["name"] == "Ada Lovelace"
    assert shown["customer"]["status"] == "suspended"
    table = stocked("customer", "show", stock.customer).out
    for identifier in (stock.customer, stock.person, stock.account):
        assert identifier in table


def test_what_was_shown_is_in_the_ledger(stock: Stock, stocked: Cinv) -> None:
    stocked("customer", "show", stock.customer)
    stocked("customer", "history", stock.person, "--type", "individual")
    stocked("customer", "find", "lovelace")
    kept = asked(
        stock.dsn,
        "SELECT record_type, record_ids::text FROM access.entry ORDER BY seq DESC LIMIT 3",
    )
    ids = {kind: set(json.loads(text)) for kind, text in kept}
    assert ids == {
        "customer360": {stock.customer, stock.person, stock.account},
        "individual": {stock.person},
        "search": {stock.customer, stock.person},
    }


def test_the_history_tells_who_when_and_what_for(stock: Stock, stocked: Cinv) -> None:
    versions = rows(stocked, "customer", "history", stock.customer)
    assert [(version["revision"], version["operation"]) for version in versions] == [
        (2, "update"),
        (1, "create"),
    ]
    assert versions[0]["recorded_to"] is None
    assert versions[1]["recorded_to"] == versions[0]["recorded_from"]
    for version in versions:
        told = (version["process"], version["person"], version["purpose"])
        assert told == ("tests", "a tester", "testing")
    assert len(rows(stocked, "customer", "history", stock.customer, "--limit", "1")) == 1
    of_person = rows(stocked, "customer", "history", stock.person, "--type", "individual")
    assert [version["revision"] for version in of_person] == [1]


@pytest.mark.parametrize("identifier", [UNKNOWN, "x", "", "' OR 1=1", "x" * 5000, "é"])
@pytest.mark.parametrize("command", ["show", "history"])
def test_an_unknown_customer_is_told(stocked: Cinv, command: str, identifier: str) -> None:
    done = stocked("customer", command, identifier)
    assert (done.code, done.out) == (1, "")
    assert done.err == "cinv: id: There is no Customer with this id.\n"


def test_a_history_is_of_the_type_that_was_asked(stock: Stock, stocked: Cinv) -> None:
    done = stocked("customer", "history", stock.customer, "--type", "individual")
    assert (done.code, done.err) == (1, "cinv: id: There is no Individual with this id.\n")


@pytest.mark.parametrize(
    "words",
    [
        ["find"],
        ["find", "ada", "--limit", "0"],
        ["find", "ada", "--as-of", "never"],
        ["find", "ada", "lovelace"],
        ["show"],
        ["show", UNKNOWN, "--limit", "-1"],
        ["history"],
        ["history", UNKNOWN, "--type", "nothing"],
        ["history", UNKNOWN, "--limit", "10001"],
        ["remove", UNKNOWN],
    ],
    ids=" ".join,
)
def test_wrong_use_is_told(stocked: Cinv, words: list[str]) -> None:
    done = stocked("customer", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: cinv customer")


def test_the_declared_types_are_listed(stocked: Cinv) -> None:
    types = {row["type"]: row for row in rows(stocked, "record", "types")}
    assert set(types) == set(TYPES)
    assert types["customer"]["mandatory"] == "name, engagedParty"


def test_undeclared_attributes_are_listed(stocked: Cinv) -> None:
    (observed,) = rows(stocked, "record", "observed")
    assert (observed["record_type"], observed["path"]) == ("individual", "nickname")
    assert (observed["process"], observed["seen"]) == ("tests", 1)


def test_findings_are_listed(stocked: Cinv) -> None:
    (finding,) = rows(stocked, "record", "findings", "--check")
    assert (finding["kind"], finding["state"]) == ("record.danglingReference", "open")
    assert finding["evidence"]["path"] == "engagedParty"
    assert rows(stocked, "record", "findings", "--state", "closed") == []


def test_where_attributes_come_from_is_told(stock: Stock, stocked: Cinv) -> None:
    found = {
        row["attribute"]: row for row in rows(stocked, "customer", "provenance", stock.customer)
    }
    assert found["status"]["value"] == "suspended"
    assert (found["status"]["process"], found["status"]["shown"]) == ("tests", True)
    assert found["name"]["rule"] == "trust"
    assert stocked("customer", "provenance", UNKNOWN).code == 1


def test_what_differs_is_told_with_who_and_why(stock: Stock, stocked: Cinv) -> None:
    first = rows(stocked, "customer", "history", stock.customer)[-1]["recorded_from"]
    (found,) = rows(stocked, "customer", "diff", stock.customer, "--from", first)
    assert (found["path"], found["after"]) == ("status", "suspended")
    assert (found["process"], found["person"], found["purpose"]) == (
        "tests",
        "a tester",
        "testing",
    )
    table = stocked("customer", "diff", stock.customer, "--from", first).out
    assert "suspended" in table
    same = stocked("customer", "diff", stock.customer, "--from", first, "--to", first)
    assert (same.code, same.err) == (0, "Nothing differs.\n")


@pytest.mark.parametrize("words", [("--from", "soon"), (), ("--from", "2027-01-01", "--to", "x")])
def test_a_difference_needs_two_instants(stock: Stock, stocked: Cinv, words: tuple[str]) -> None:
    assert stocked("customer", "diff", stock.customer, *words).code == 2


def test_a_customer_without_relatives_is_a_tree_of_one(stock: Stock, stocked: Cinv) -> None:
    (node,) = rows(stocked, "customer", "tree", stock.customer)
    assert (node["id"], node["level"], node["type"]) == (stock.customer, 0, "customer")
    assert stock.customer in stocked("customer", "tree", stock.customer).out
    rolled = rows(stocked, "customer", "rollup", stock.customer)
    assert {row["type"]: row["records"] for row in rolled} == {"customer": 1, "billingAccount": 1}
    assert stocked("customer", "tree", UNKNOWN).code == 1


def test_a_customer_is_shown_as_it_was(stock: Stock, stocked: Cinv) -> None:
    versions = rows(stocked, "customer", "history", stock.customer)
    first = versions[-1]["recorded_from"]
    (then,) = rows(stocked, "customer", "show", stock.customer, "--known-at", first)[:1]
    assert (then["id"], then["status"]) != (stock.customer, "suspended")
    now = rows(stocked, "customer", "show", stock.customer, "--as-of", "2026-01-01")
    assert {row["type"] for row in now} == {"customer", "individual", "billingAccount"}
    assert stocked("customer", "show", stock.customer, "--known-at", "2000-01-01").code == 1
