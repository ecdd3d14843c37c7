"""What may differ: files read with clear errors, and values compared."""

from decimal import Decimal
from pathlib import Path

import pytest

from customer_inventory.capture.mapping import Mapping, builtin, read_mapping
from customer_inventory.capture.reconcile.element import elements_of, plain, value_at
from customer_inventory.capture.reconcile.tolerance import (
    EXACT,
    Tolerances,
    parse_tolerances,
    read_tolerances,
)
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import FileError
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER
from tests.capture.reconcile.found import compared, items, loaded

FILE = """
individual:
  givenName: {ignore: [case, space]}
  birthDate: {within: P1D}
customer:
  engagedParty: {ignore: all}
"""


def tolerated(small: Mapping, text: str) -> Tolerances:
    return parse_tolerances(text, small)


@pytest.mark.parametrize(
    ("said", "here", "there", "agree"),
    [
        ("{ignore: case}", "Ann", "ANN", True),
        ("{ignore: case}", "Ann", "An n", False),
        ("{ignore: [space, case]}", "Ann  Lee", " annlee", True),
        ("{within: 0.01}", Decimal("10.00"), Decimal("10.01"), True),
        ("{within: 0.01}", Decimal("10.00"), Decimal("10.02"), False),
        ("{within: P1D}", "2026-01-01", "2026-01-02", True),
        ("{within: P1D}", "2026-01-01", "2026-01-03", False),
        ("{within: PT5M}", "2026-01-01T10:00:00Z", "2026-01-01T11:04:59+01:00", True),
        ("{within: PT5M}", "2026-01-01T10:00:00Z", "2026-01-01T10:05:01Z", False),
        ("{within: PT5M}", "no date", "2026-01-01T10:05:01Z", False),
        ("{ignore: order}", ["a", "b"], ["b", "a"], True),
        ("{ignore: order}", ["a", "b"], ["a", "a"], False),
        ("{ignore: all}", "a", None, True),
    ],
)
def test_what_is_tolerated(small: Mapping, said: str, here, there, agree: bool) -> None:
    found = tolerated(small, f"individual: {{givenName: {said}}}")
    assert found.of("individual", "givenName").agree(here, there) is agree


@pytest.mark.parametrize(
    ("here", "there", "agree"),
    [
        (1, 1.0, True),
        (Decimal("39.65"), 39.65, True),
        (1, True, False),
        (1, "1", False),
        ([1], [True], False),
        (["a", None], ["a"], False),
        ("2018-09-30T00:00:00Z", "2018-09-30T02:00:00+02:00", True),
        ("2018-09-30", "2018-09-30T00:00:00Z", False),
        ("Zo\u00eb", "Zoe\u0308", True),
        ("a", "A", False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        (None, None, True),
        (None, "", False),
    ],
)
def test_without_tolerance_values_are_compared_as_checks_read_them(here, there, agree) -> None:
    assert EXACT.agree(here, there) is agree


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("persn: {}", 1, "no record of small is 'persn'. Did you mean individual?"),
        ("individual:\n  givnName: {ignore: case}", 2, "maps no element 'givnName'"),
        ("individual:\n  givenName: {}", 2, "tolerates nothing"),
        ("individual:\n  givenName: {ignore: colour}", 2, "'colour' is nothing to ignore"),
        ("individual:\n  givenName: {within: -1}", 2, "must be a number from 0 up, or a duration"),
        ("individual:\n  givenName: {within: P1Y}", 2, "must be a number from 0 up"),
        ("individual:\n  givenName: {almost: 1}", 2, "is not a key that belongs here"),
        ("individual: [givenName]", 1, "must be keys with values"),
        ("a: {", 1, "this is no YAML"),
    ],
)
def test_a_file_that_is_wrong_says_where(
    small: Mapping, text: str, line: int, message: str
) -> None:
    with pytest.raises(FileError) as error:
        tolerated(small, text)
    assert error.value.line == line or "no YAML" in message
    assert message.removesuffix("Did you mean individual?").strip() in str(error.value)


def test_a_file_that_cannot_be_read_says_so(small: Mapping, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_tolerances(tmp_path / "none.yaml", small)
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match="not UTF-8"):
        read_tolerances(tmp_path / "latin.yaml", small)


def test_the_elements_of_a_mapping_are_all_that_it_writes() -> None:
    for name in builtin():
        for record in read_mapping(name).records:
            assert elements_of(record)
    by_alias = {each.alias: elements_of(each) for each in read_mapping("telco-customers").records}
    assert by_alias["customer"] == (
        "name", "role", "status", "statusReason", "validFor.startDateTime",
        "validFor.endDateTime", "engagedParty.@type", "engagedParty.id",
        "engagedParty.@referredType", "engagedParty.name", "account.@type", "account.id",
        "account.@referredType", "account.name", "agreement.@type", "agreement.id",
        "agreement.@referredType", "agreement.name",
    )  # fmt: skip
    assert "partyCharacteristic.value" in by_alias["individual"]


def test_the_value_of_an_element_keeps_the_places_of_lists() -> None:
    document = {"a": [{"b": 1}, {"c": 2}, {"b": 3}]}
    assert value_at(document, ("a", "b")) == [1, None, 3]
    assert plain([1, None, 3]) == [1, 3]
    assert plain([[None], ["x"]]) == "x"
    assert value_at(document, ("a", "d")) is None


async def test_what_is_tolerated_is_not_found(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    rows = "1,Ann,Lee,01.01.1990,A\n2,Bea,Lee,01.01.1990,A\n"
    await loaded(database, tmp_path, HEADER + rows, small, actor)
    other = "1,A NN,Lee,02.01.1990,A\n2,Bea,Lee,03.01.1990,A\n"
    rules = tolerated(small, FILE)
    await compared(database, tmp_path, HEADER + other, small, actor, tolerances=rules)
    found = [(kind, name, path) for kind, name, _, path, *_ in await items(database)]
    assert found == [("different", "customer", "name"), ("different", "individual", "birthDate")]
