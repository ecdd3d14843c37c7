"""Links: extracted from documents in both directions, once each."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.ids import bucket_of, compose, new_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.link import Link, extract
from customer_inventory.record.types import TYPES
from tests.record.samples import (
    AGREEMENT,
    CUSTOMER,
    INDIVIDUAL,
    ORGANIZATION,
    PARTY_INTERACTION,
    account,
    agreement,
    company,
    customer,
    interaction,
    person,
    ref,
    related,
)

ME = compose(1, 1)
YOU = compose(2, 2)
IT = compose(3, 3)


def outward(declared: RecordType, document: Document) -> set[tuple[str, str, str, str | None]]:
    """Return path, role, id and type of what `document` refers to."""
    found = extract(declared, {"id": ME, **document})
    return {
        (link.path, link.role, link.other_id, link.other_type) for link in found if link.outward
    }


PARTY = "relatedParty.partyOrPartyRole"


@pytest.mark.parametrize(
    ("declared", "document", "expected"),
    [
        (INDIVIDUAL, person(), set()),
        (CUSTOMER, customer(YOU), {("engagedParty", "", YOU, None)}),
        (
            CUSTOMER,
            customer(YOU, account=[ref(IT)], agreement=[ref(IT)]),
            {
                ("engagedParty", "", YOU, None),
                ("account", "", IT, None),
                ("agreement", "", IT, "agreement"),
            },
        ),
        (
            CUSTOMER,
            {"engagedParty": ref(YOU, **{"@referredType": "Organization"})},
            {("engagedParty", "", YOU, "organization")},
        ),
        (
            CUSTOMER,
            {"engagedParty": {"@type": "individual", "id": YOU}},
            {("engagedParty", "", YOU, "individual")},
        ),
        (INDIVIDUAL, {"relatedParty": [related(YOU, "mother")]}, {(PARTY, "mother", YOU, None)}),
        (
            INDIVIDUAL,
            {"relatedParty": [related(YOU, "mother"), related(YOU, "boss")]},
            {(PARTY, "mother", YOU, None), (PARTY, "boss", YOU, None)},
        ),
        (
            INDIVIDUAL,
            {"relatedParty": [related(YOU, "mother"), related(YOU, "mother")]},
            {(PARTY, "mother", YOU, None)},
        ),
        (INDIVIDUAL, {"relatedParty": [related(ME, "self")]}, set()),
        (INDIVIDUAL, {"relatedParty": [{"partyOrPartyRole": ref(YOU)}]}, {(PARTY, "", YOU, None)}),
        (
            ORGANIZATION,
            company(
                organizationParentRelationship={
                    "relationshipType": "juridical",
                    "organization": ref(YOU),
                },
                organizationChildRelationship=[{"organization": ref(IT)}],
            ),
            {
                ("organizationParentRelationship.organization", "juridical", YOU, "organization"),
                ("organizationChildRelationship.organization", "", IT, "organization"),
            },
        ),
        (
            AGREEMENT,
            agreement(YOU, agreementRelationship=[{"id": IT, "relationshipType": "follows"}]),
            {
                ("engagedParty", "", YOU, None),
                ("agreementRelationship", "follows", IT, "agreement"),
            },
        ),
        (
            PARTY_INTERACTION,
            interaction("crm:42"),
            {(PARTY, "customer", "crm:42", None)},
        ),
    ],
)
def test_what_a_document_refers_to(
    declared: RecordType, document: Document, expected: set[tuple[str, str, str, str | None]]
) -> None:
    assert outward(declared, document) == expected


def test_the_first_of_several_namings_decides_the_type() -> None:
    said = related(YOU, "boss", **{"@referredType": "Individual"})
    other = related(YOU, "boss", **{"@referredType": "Organization"})
    assert outward(INDIVIDUAL, {"relatedParty": [said, other]}) == {
        (PARTY, "boss", YOU, "individual")
    }


identifiers = st.sampled_from([ME, YOU, IT, new_id(), "crm:42", ""])
anything = st.recursive(
    st.none() | st.integers() | identifiers,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "role", "partyOrPartyRole", "organization", "@referredType"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@st.composite
def any_document(draw: st.DrawFn) -> tuple[RecordType, Document]:
    declared = draw(st.sampled_from([kind for kind in TYPES.values() if kind.references]))
    firsts = sorted({reference.steps[0] for reference in declared.references})
    body = draw(st.dictionaries(st.sampled_from(firsts), anything, max_size=4))
    return declared, {"id": ME, **body}


@given(any_document())
def test_every_link_has_its_twin_and_a_key_of_its_own(given: tuple[RecordType, Document]) -> None:
    declared, document = given
    found = extract(declared, document)
    keys = [(x.id, x.bucket, x.outward, x.path, x.role, x.other_id) for x in found]
    assert len(set(keys)) == len(keys)
    for link in found:
        assert link.bucket == bucket_of(link.id)
        assert link.other_bucket == bucket_of(link.other_id)
        assert (link.id == ME) == link.outward
        assert (link.other_id == ME) != link.outward
        assert link.id != link.other_id
        assert twin_key(link) in keys


def twin_key(link: Link) -> tuple[Any, ...]:
    return (
        link.other_id,
        link.other_bucket,
        not link.outward,
        link.path,
        link.role,
        link.id,
    )


@pytest.mark.parametrize("entity", ["BillingAccount", "PartyAccount"])
def test_an_account_is_linked_to_whose_it_is(entity: str) -> None:
    declared = TYPES[entity[0].lower() + entity[1:]]
    assert outward(declared, account(YOU, entity=entity)) == {(PARTY, "owner", YOU, None)}
