"""What an edition of the register demands, checked, shown as facets, and kept."""

from collections.abc import Iterator

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.record.facet import Classification, Facet, Survivorship, facet_of, groups_of
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.register import edition as editions
from customer_inventory.record.register.condition import Compared, Not
from customer_inventory.record.register.edition import Edition, Element, Enforced
from customer_inventory.record.register.keeping import enforce, keep
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import Rejected, check, failures
from customer_inventory.store.database import Database

FACET = Facet("person", Classification.SENSITIVE, "update", Survivorship.TRUST)
PERSON = {"givenName": "Ada", "familyName": "Byron"}
INDIVIDUAL = TYPES["individual"]
ACTOR = Actor("crm", "testing")


@pytest.fixture(autouse=True)
def nothing_in_force() -> Iterator[None]:
    yield
    editions.put_in_force(editions.NONE)


def demand(*elements: Element) -> Edition:
    made = Edition(1, {"individual": Enforced(elements)})
    editions.put_in_force(made)
    return made


def test_a_missing_attribute_is_told_with_its_requirement() -> None:
    demand(Element("REQ-101", "birthDate", FACET, demanded=True))
    with pytest.raises(Rejected) as refused:
        check(INDIVIDUAL, PERSON)
    (problem,) = refused.value.problems
    assert (problem.path, problem.requirement) == ("birthDate", "REQ-101")
    assert problem.message == "is mandatory and missing (REQ-101)."
    assert check(INDIVIDUAL, {**PERSON, "birthDate": "1815-12-10T00:00:00Z"}) == ()


def test_a_value_is_held_to_what_is_demanded_besides_the_declaration() -> None:
    demand(Element("REQ-102", "gender", FACET, {"type": "string", "enum": ["female", "male"]}))
    assert check(INDIVIDUAL, {**PERSON, "gender": "female"}) == ()
    with pytest.raises(Rejected, match="one of female, male"):
        check(INDIVIDUAL, {**PERSON, "gender": "x"})


def test_what_the_declaration_demands_still_holds_and_cites_it_too() -> None:
    demand(Element("REQ-103", "contactMedium.contactType", FACET, {"minLength": 2}, demanded=True))
    document = {**PERSON, "contactMedium": [{"preferred": True}, {"contactType": 7}]}
    found = {(each.path, each.requirement) for each in failures(INDIVIDUAL, document)}
    assert ("contactMedium[0].contactType", "REQ-103") in found
    assert ("contactMedium[1].contactType", "REQ-103") in found
    # Where no object stands, nothing is missing in it.
    assert check(INDIVIDUAL, PERSON) == ()


def test_an_attribute_that_no_type_declares_is_declared_by_its_requirement() -> None:
    assert check(INDIVIDUAL, {**PERSON, "shoeSize": 38}) == ("shoeSize",)
    demand(Element("REQ-104", "shoeSize", FACET, {"type": "integer", "minimum": 10}))
    assert check(INDIVIDUAL, {**PERSON, "shoeSize": 38}) == ()
    with pytest.raises(Rejected, match="at least 10"):
        check(INDIVIDUAL, {**PERSON, "shoeSize": 3})


@pytest.mark.parametrize("path", ["deathDate", "contactMedium.validFor"])
def test_a_condition_decides_whether_it_is_demanded(path: str) -> None:
    condition = Compared("contactMedium.contactType", "is", "email")
    demand(Element("REQ-105", path, FACET, demanded=True, condition=condition))
    phone = {**PERSON, "contactMedium": [{"contactType": "phone"}]}
    assert check(INDIVIDUAL, phone) == ()
    mail = {**PERSON, "contactMedium": [{"contactType": "phone"}, {"contactType": "email"}]}
    with pytest.raises(Rejected, match="REQ-105"):
        check(INDIVIDUAL, mail)
    demand(Element("REQ-105", path, FACET, demanded=True, condition=Not(condition)))
    assert check(INDIVIDUAL, mail) == ()


def test_facets_are_those_of_the_requirement_for_all_below_its_path() -> None:
    before = facet_of("individual", "gender")
    demand(Element("REQ-106", "gender", FACET), Element("REQ-107", "brandNew", FACET))
    assert facet_of("individual", "gender") == FACET != before
    assert facet_of("individual", "brandNew[3].inner").classification == "sensitive"
    assert facet_of("customer", "gender").group == "undeclared"
    assert groups_of("individual")["brandNew"] == "person"
    editions.put_in_force(editions.NONE)
    assert facet_of("individual", "gender") == before


def test_an_edition_comes_back_from_what_is_kept_of_it() -> None:
    made = demand(
        Element("REQ-1", "a.b", FACET, {"type": "string"}, demanded=True),
        Element("REQ-2", "c", FACET, condition=Not(Compared("d", "in", ("x", 1)))),
    )
    again = editions.of(1, editions.plain(made))
    assert [vars(each) for each in again.types["individual"].elements] == [
        {**vars(each)} for each in made.types["individual"].elements
    ]


async def test_what_was_missing_before_may_go_on_missing_but_not_get_worse(
    database: Database,
) -> None:
    inventory = Inventory(database)
    made = await inventory.create(INDIVIDUAL, PERSON, actor=ACTOR)
    async with database.transaction() as connection:
        demanded = Edition(
            0,
            {
                "individual": Enforced(
                    (
                        Element("REQ-108", "birthDate", FACET, demanded=True),
                        Element("REQ-109", "gender", FACET, {"enum": ["female", "male"]}),
                    )
                )
            },
        )
        assert await keep(connection, demanded, actor=ACTOR) == 1
    assert (await enforce(database)).number == 1
    changed = await inventory.change(
        INDIVIDUAL, made.id, lambda old: {**old, "location": "London"}, actor=ACTOR
    )
    assert changed.revision == made.revision + 1
    with pytest.raises(Rejected, match="REQ-109"):
        await inventory.change(INDIVIDUAL, made.id, lambda old: {**old, "gender": "?"}, actor=ACTOR)
    with pytest.raises(Rejected, match="REQ-108"):
        await inventory.create(INDIVIDUAL, PERSON, actor=ACTOR)
