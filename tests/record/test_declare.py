"""Declarations: values of columns, places in documents, subjects, periods."""

from datetime import UTC, datetime
from typing import Any

import pytest

from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.record.declare import Column, RecordType
from customer_inventory.record.place import places
from customer_inventory.record.types import TYPES, named, of_entity
from tests.record.samples import (
    AGREEMENT,
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    ORGANIZATION,
    account,
    agreement,
    customer,
    person,
)


@pytest.mark.parametrize(
    ("column", "document", "value"),
    [
        (Column("a", ("a",)), {"a": "x"}, "x"),
        (Column("a", ("a",)), {"a": ""}, None),
        (Column("a", ("a",)), {"a": 5}, None),
        (Column("a", ("a",)), {"a": None}, None),
        (Column("a", ("a",)), {}, None),
        (Column("a", ("a.b",)), {"a": {"b": "x"}}, "x"),
        (Column("a", ("a.b",)), {"a": [{"b": "x"}]}, None),
        (Column("a", ("a", "b")), {"b": "y"}, "y"),
        (Column("a", ("a", "b")), {"a": "x", "b": "y"}, "x"),
        (Column("a", ("a", "b"), join=True), {"a": "x", "b": "y"}, "x y"),
        (Column("a", ("a", "b"), join=True), {"b": "y"}, "y"),
        (Column("a", ("a", "b"), join=True), {}, None),
    ],
)
def test_the_value_of_a_column(column: Column, document: dict[str, Any], value: str | None) -> None:
    assert column.value(document) == value


@pytest.mark.parametrize(
    ("node", "path", "found"),
    [
        ({"a": 1}, "a", [1]),
        ({"a": [1, 2]}, "a", [1, 2]),
        ({"a": [{"b": 1}, {"b": [2, 3]}, {}, 5]}, "a.b", [1, 2, 3]),
        ({"a": None}, "a", [None]),
        ({}, "a", []),
        ([{"a": 1}], "a", [1]),
        ("a", "a", []),
    ],
)
def test_every_place_at_a_path(node: Any, path: str, found: list[Any]) -> None:
    assert places(node, tuple(path.split("."))) == found


@pytest.mark.parametrize(
    ("declared", "document", "subject"),
    [
        (INDIVIDUAL, person(id="1"), None),
        (CUSTOMER, customer("p"), "p"),
        (CUSTOMER, {"engagedParty": {"id": 5}}, None),
        (CUSTOMER, {"engagedParty": "p"}, None),
        (BILLING_ACCOUNT, account("p"), "p"),
        (BILLING_ACCOUNT, {"relatedParty": [{"role": "x"}, *account("q")["relatedParty"]]}, "q"),
        (AGREEMENT, agreement("p"), "p"),
        (AGREEMENT, {"relatedParty": account("q")["relatedParty"]}, "q"),
    ],
)
def test_the_subject_of_a_document(
    declared: RecordType, document: dict[str, Any], subject: str | None
) -> None:
    assert declared.subject_of(document) == subject


def test_the_period_of_a_document() -> None:
    start, end = datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 1, 11, tzinfo=UTC)
    period = {"startDateTime": "2026-01-31", "endDateTime": "2026-02-01T12:00:00+01:00"}
    assert CUSTOMER.period({"validFor": period}) == (start, end)
    assert ORGANIZATION.period({"existsDuring": period}) == (start, end)
    assert AGREEMENT.period({"agreementPeriod": {"endDateTime": period["endDateTime"]}}) == (
        None,
        end,
    )
    for none in ({}, {"validFor": None}, {"validFor": {}}, {"validFor": {"startDateTime": None}}):
        assert CUSTOMER.period(none) == (None, None)


@pytest.mark.parametrize("text", ["0000-01-01", "9999-12-31T23:59:59-14:00", "soon", 5])
def test_an_instant_that_no_table_can_hold_is_refused(text: Any) -> None:
    with pytest.raises(Invalid) as refused:
        CUSTOMER.period({"validFor": {"endDateTime": text}})
    assert refused.value.path == "validFor.endDateTime"


def test_types_are_known_by_name_and_entity() -> None:
    assert named("customer") is CUSTOMER
    assert of_entity("CUSTOMER") is CUSTOMER
    assert of_entity("PartyRef") is None
    assert of_entity(None) is None
    assert of_entity(["Customer"]) is None
    with pytest.raises(NotFound, match="billingAccount"):
        named("Customer")


def test_tables_are_named_after_types() -> None:
    assert {name: declared.table for name, declared in TYPES.items()} == {
        "individual": "individual",
        "organization": "organization",
        "customer": "customer",
        "partyAccount": "party_account",
        "billingAccount": "billing_account",
        "agreement": "agreement",
        "partyInteraction": "party_interaction",
        "partyRole": "party_role",
        "settlementAccount": "settlement_account",
        "financialAccount": "financial_account",
        "product": "product",
        "troubleTicket": "trouble_ticket",
        "partyPrivacyProfile": "party_privacy_profile",
        "partyPrivacyAgreement": "party_privacy_agreement",
        "entitySummary": "entity_summary",
        "partyRoleSpecification": "party_role_specification",
        "billFormat": "bill_format",
        "billPresentationMedia": "bill_presentation_media",
        "billingCycleSpecification": "billing_cycle_specification",
        "agreementSpecification": "agreement_specification",
        "partyPrivacyProfileSpecification": "party_privacy_profile_specification",
        "troubleTicketSpecification": "trouble_ticket_specification",
    }
