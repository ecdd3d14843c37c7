"""Facets: every declared attribute has one, the nearest path decides."""

import pytest

from customer_inventory.record.declare import RecordType
from customer_inventory.record.facet import (
    UNDECLARED,
    Classification,
    declared_facets,
    groups,
    retention_of,
)
from customer_inventory.record.schema import paths
from customer_inventory.record.types import TYPES


@pytest.mark.parametrize("declared", TYPES.values(), ids=TYPES.keys())
def test_every_declared_path_has_a_facet(declared: RecordType) -> None:
    without = [path for path in paths(declared.schema) if declared.facet(path).group == UNDECLARED]
    assert without == []


@pytest.mark.parametrize("declared", TYPES.values(), ids=TYPES.keys())
def test_facets_are_declared_of_paths_that_are(declared: RecordType) -> None:
    from customer_inventory.record.facet import _paths

    assert set(_paths(declared_facets()["type"][declared.name])) <= set(paths(declared.schema))


def test_facets_are_declared_anywhere_of_paths_that_some_type_has() -> None:
    from customer_inventory.record.facet import _paths

    known = {path for declared in TYPES.values() for path in paths(declared.schema)}
    assert set(_paths(declared_facets()["anywhere"])) <= known


def test_names_within_references_are_names() -> None:
    customer = TYPES["customer"]
    assert customer.facet("engagedParty").group == "relation"
    assert customer.facet("engagedParty.name").group == "name"
    assert customer.facet("relatedParty[0].partyOrPartyRole.name").group == "name"


def test_facets_are_declared_of_types_that_are() -> None:
    assert set(declared_facets()["type"]) == set(TYPES)


def test_every_group_is_used_and_whole() -> None:
    used = {
        declared.facet(path).group for declared in TYPES.values() for path in paths(declared.schema)
    }
    assert set(groups()) == used | {UNDECLARED}
    for group in groups().values():
        assert group.operation in ("update", "modify")
        assert group.retention is None or group.retention in declared_facets()["retention"]


def test_what_is_below_is_as_what_is_above() -> None:
    individual = TYPES["individual"]
    assert individual.facet("contactMedium[0].emailAddress") == individual.facet("contactMedium")
    assert individual.facet("contactMedium.validFor.startDateTime").group == "contact"
    assert individual.facet("disability").classification is Classification.SENSITIVE
    interaction = TYPES["partyInteraction"]
    assert interaction.facet("interactionItem[1].relatedParty[0].role").group == "relation"
    assert interaction.facet("interactionItem[1].note").group == "conversation"


def test_what_is_undeclared_is_taken_for_personal() -> None:
    assert TYPES["product"].facet("shoeSize").classification is Classification.PERSONAL
    assert TYPES["product"].facet("shoeSize").group == UNDECLARED


def test_a_type_says_how_long_its_records_are_kept() -> None:
    for declared in TYPES.values():
        assert declared.is_catalogue == (declared.retention is None)
        rule = retention_of(declared.name)
        assert rule is None or rule in declared_facets()["retention"]
