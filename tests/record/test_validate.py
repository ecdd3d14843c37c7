"""The check of documents: what it says, where, and never with a value."""

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import Rejected, check, dotted
from tests.record.samples import CUSTOMER, INDIVIDUAL, ORGANIZATION, customer, person

SECRET = "Geheimrat-4711"


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"familyName": None}, "familyName", "type string"),
        ({"familyName": 5}, "familyName", "type string"),
        ({"familyName": "x" * 301}, "familyName", "at most 300 characters"),
        ({"birthDate": "5 May"}, "birthDate", "date"),
        ({"status": "dead"}, "status", "initialized, validated, deceased"),
        ({"contactMedium": "mail"}, "contactMedium", "type array"),
        ({"contactMedium": [{}, {"preferred": "yes"}]}, "contactMedium[1].preferred", "boolean"),
        ({"creditRating": [{"ratingScore": 1.5}]}, "creditRating[0].ratingScore", "integer"),
        ({"relatedParty": [{"role": "x"}]}, "relatedParty[0].partyOrPartyRole", "mandatory"),
        (
            {"relatedParty": [{"partyOrPartyRole": {"id": ""}}]},
            "relatedParty[0].partyOrPartyRole.id",
            "empty",
        ),
        ({"partyCharacteristic": [{"value": 1}]}, "partyCharacteristic[0].name", "mandatory"),
    ],
)
def test_a_wrong_attribute_is_named(change: Document, path: str, message: str) -> None:
    with pytest.raises(Rejected) as rejected:
        check(INDIVIDUAL, person(**change))
    assert rejected.value.path == path
    assert message in rejected.value.message


def test_every_problem_is_told_up_to_twenty() -> None:
    wrong: dict[str, Any] = {f"contact{n}": n for n in range(3)}
    with pytest.raises(Rejected) as rejected:
        check(INDIVIDUAL, {"gender": 1, "title": 2, **wrong})
    paths = {problem.path for problem in rejected.value.problems}
    assert paths == {"gender", "title", "familyName", "givenName"}
    many = person(contactMedium=[{"city": n} for n in range(50)])
    with pytest.raises(Rejected) as rejected:
        check(INDIVIDUAL, many)
    assert len(rejected.value.problems) == 20
    assert "(19 more)" in rejected.value.message


def test_a_missing_attribute_has_a_code_of_its_own() -> None:
    with pytest.raises(Rejected) as rejected:
        check(CUSTOMER, {"name": "Ada"})
    assert (rejected.value.path, rejected.value.code) == ("engagedParty", "missingAttribute")


def test_undeclared_paths_are_returned_without_positions_and_once() -> None:
    document = person(
        shoeSize=40,
        contactMedium=[{"city": "Paris", "planet": "Earth"}, {"planet": "Mars", "moon": 2}],
    )
    assert set(check(INDIVIDUAL, document)) == {
        "shoeSize",
        "contactMedium.planet",
        "contactMedium.moon",
    }


def test_what_is_embedded_or_any_value_is_not_undeclared() -> None:
    document = person(
        relatedParty=[{"partyOrPartyRole": {"@type": "Individual", "shoeSize": 40}}],
        partyCharacteristic=[{"name": "pets", "value": {"cats": 2}}],
    )
    assert check(INDIVIDUAL, document) == ()


def test_a_strict_type_refuses_what_is_undeclared() -> None:
    strict = replace(INDIVIDUAL, is_strict=True)
    assert check(strict, person()) == ()
    with pytest.raises(Rejected) as rejected:
        check(strict, person(shoeSize=40))
    assert rejected.value.path == "shoeSize"


anywhere = st.recursive(
    st.just(SECRET) | st.just(4711) | st.none() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "value", "x", "validFor", "role"]), inner)
    ),
    max_leaves=6,
)


@st.composite
def wrong_documents(draw: st.DrawFn) -> tuple[RecordType, Document]:
    declared = draw(st.sampled_from(list(TYPES.values())))
    names = st.sampled_from([*declared.attributes, "id", "@type", "other"])
    return declared, draw(st.dictionaries(names, anywhere, max_size=6))


@given(wrong_documents())
def test_messages_never_hold_a_value(wrong: tuple[RecordType, Document]) -> None:
    declared, document = wrong
    before = copy.deepcopy(document)
    try:
        undeclared = check(declared, document)
    except Rejected as rejected:
        texts = [str(rejected), *(f"{x.path} {x.message}" for x in rejected.problems)]
    else:
        texts = list(undeclared)
    assert not any(SECRET in text or "4711" in text for text in texts)
    assert document == before


def test_a_reference_may_not_be_text() -> None:
    with pytest.raises(Rejected) as rejected:
        check(CUSTOMER, {**customer("1"), "engagedParty": SECRET})
    assert rejected.value.path == "engagedParty"
    assert SECRET not in str(rejected.value)


@pytest.mark.parametrize("number", [10**30, -(10**30), 1e300, 2**64])
def test_large_numbers_are_numbers(number: float) -> None:
    check(ORGANIZATION, {"name": "x", "partyCharacteristic": [{"name": "n", "value": number}]})


@pytest.mark.parametrize(
    ("steps", "text"),
    [([], ""), (["a"], "a"), (["a", 0, "b"], "a[0].b"), ([0], "[0]"), (["a", "b"], "a.b")],
)
def test_paths_as_people_write_them(steps: list[str | int], text: str) -> None:
    assert dotted(steps) == text
