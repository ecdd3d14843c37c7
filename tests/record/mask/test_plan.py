"""Masks: nothing outside of the granted groups is shown, and what is shown is not made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.facet import UNDECLARED, facet_of, groups
from customer_inventory.record.mask.node import CLEAR, HIDDEN
from customer_inventory.record.mask.plan import Grant, Mask, NotGranted
from customer_inventory.record.schema import paths
from customer_inventory.record.types import TYPES
from tests.record.mask.granted import documents, grants, paths_of, visible

INDIVIDUAL = TYPES["individual"]
CUSTOMER = TYPES["customer"]
KEY = b"a key of a process"


def mask(declared: RecordType, *shown: str, **masks: str) -> Mask:
    found = Mask.of(declared, Grant(frozenset(shown) or None, tuple(masks.items()), KEY))
    assert found is not None
    return found


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(TYPES.values())), st.data())
def test_nothing_outside_of_the_granted_groups_is_shown(
    declared: RecordType, data: st.DataObject
) -> None:
    document, grant = data.draw(documents(declared)), data.draw(grants())
    found = Mask(declared, grant)
    shown = found.document(document)
    outside = [path for path in paths_of(shown) if not visible(declared, grant, path)]
    assert outside == []
    assert set(paths_of(shown)) <= set(paths_of(document))
    assert parse_object(found.body(encode(document))) == parse_object(encode(shown))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(TYPES.values())), st.data())
def test_what_is_granted_without_a_mask_is_shown_as_it_is(
    declared: RecordType, data: st.DataObject
) -> None:
    document, grant = data.draw(documents(declared)), data.draw(grants(masks=False))
    shown = Mask(declared, grant).document(document)
    for name, value in document.items():
        inner = [f"{name}.{rest}" for rest in paths_of(value)]
        if all(visible(declared, grant, path) for path in (name, *inner)):
            is_embedded = any(facet_of(declared.name, p).group == UNDECLARED for p in inner)
            assert is_embedded or _embeds(declared, name) or shown[name] == value


def _embeds(declared: RecordType, name: str) -> bool:
    return any(reference.steps[0] == name for reference in declared.references)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_items_of_lists_keep_their_places(data: st.DataObject) -> None:
    document, grant = data.draw(documents(INDIVIDUAL)), data.draw(grants())
    shown = Mask(INDIVIDUAL, grant).document(document)
    for name, value in shown.items():
        if isinstance(value, list):
            assert len(value) == len(document[name])


@pytest.mark.parametrize("declared", TYPES.values(), ids=TYPES.keys())
def test_every_attribute_belongs_to_exactly_one_group(declared: RecordType) -> None:
    for path in paths(declared.schema):
        group = facet_of(declared.name, path).group
        assert group in groups()
        alone = Mask(declared, Grant(frozenset({group})))
        hidden = Mask(declared, Grant(frozenset(groups()) - {group}))
        if group != "reference" and path.rpartition(".")[2] not in ("id", "href"):
            assert hidden.node(path) is HIDDEN or path.rpartition(".")[2].startswith("@")
        if "." not in path:
            assert alone.node(path) is not HIDDEN


def test_what_is_hidden_is_absent_and_what_names_the_record_stays() -> None:
    document = {
        "id": "x",
        "@type": "Individual",
        "givenName": "Ada",
        "contactMedium": [{"emailAddress": "ada@example.se"}],
        "creditRating": [{"ratingScore": 653}],
        "shoeSize": 38,
    }
    shown = mask(INDIVIDUAL, "name").document(document)
    assert shown == {"id": "x", "@type": "Individual", "givenName": "Ada"}


def test_references_lead_on_where_their_names_are_hidden() -> None:
    party = {"id": "p", "@type": "IndividualRef", "@referredType": "Individual", "name": "Ada"}
    document = {"id": "x", "@type": "Customer", "engagedParty": party}
    seen = mask(CUSTOMER, "relation").document(document)["engagedParty"]
    assert seen == {"id": "p", "@type": "IndividualRef", "@referredType": "Individual"}
    masked = mask(CUSTOMER, relation="last4").document(document)["engagedParty"]
    assert masked["id"] == "p"


def test_what_a_reference_embeds_is_no_part_of_the_relation() -> None:
    embedded = {"id": "p", "contactMedium": [{"emailAddress": "ada@example.se"}]}
    document = {"id": "x", "relatedParty": [{"role": "user", "partyOrPartyRole": embedded}]}
    shown = mask(CUSTOMER, "relation").document(document)
    assert shown["relatedParty"] == [{"role": "user", "partyOrPartyRole": {"id": "p"}}]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("domain", "ada@example.se", "***@example.se"),
        ("domain", "+46701740605", None),
        ("last4", "+46701740605", "***0605"),
        ("last4", "12345678", "***"),
        ("year", "1985-03-02T10:00:00Z", "1985"),
        ("month", "1985-03-02", "1985-03"),
        ("year", "yesterday", None),
        ("initial", "Ada", "***A."),
        ("bucket", 653, 600),
        ("bucket:50", 653, 650),
        ("bucket:50", "653", "650"),
        ("bucket", -1, -100),
        ("bucket", True, None),
        ("hashed", False, None),
    ],
)
def test_each_way_to_mask(kind: str, value: object, shown: object) -> None:
    seen = mask(INDIVIDUAL, person=kind).document({"gender": value})
    assert seen.get("gender") == shown


def test_hashes_are_one_for_one_value_and_process_and_not_joined_between_processes() -> None:
    document = {"givenName": "Ada", "familyName": "Ada"}
    shown = mask(INDIVIDUAL, name="hashed").document(document)
    other = Mask(INDIVIDUAL, Grant(None, (("name", "hashed"),), b"another")).document(document)
    assert shown["givenName"] == shown["familyName"] != "Ada"
    assert shown["givenName"] != other["givenName"]


def test_a_group_goes_before_its_classification() -> None:
    found = mask(INDIVIDUAL, personal="hidden", name="initial")
    document = {"givenName": "Ada", "gender": "female", "status": "validated"}
    assert found.document(document) == {"givenName": "***A.", "status": "validated"}


def test_digits_of_numbers_are_kept() -> None:
    body = b'{"id":"x","@type":"Individual","partyCharacteristic":[{"value":1.10}],"gender":"f"}'
    assert b"1.10" in mask(INDIVIDUAL, person="hidden").body(body)


def test_an_unlimited_grant_is_no_mask() -> None:
    assert Mask.of(INDIVIDUAL, Grant()) is None
    assert Mask.of(INDIVIDUAL, Grant(frozenset(groups()))) is None


def test_what_is_asked_for_by_name_must_be_shown() -> None:
    found = mask(INDIVIDUAL, "name", "contact", contact="domain")
    assert found.node("givenName") is CLEAR
    found.demand_shown("contactMedium[0].emailAddress")
    for path in ("creditRating.ratingScore", "creditRating", "shoeSize"):
        with pytest.raises(NotGranted) as refused:
            found.demand_shown(path)
        assert refused.value.path == path
    with pytest.raises(NotGranted):
        found.demand_clear("contactMedium.emailAddress")


@pytest.mark.parametrize(
    "grant",
    [
        Grant(frozenset({"shoes"})),
        Grant(None, (("shoes", "hidden"),)),
        Grant(None, (("name", "blurred"),)),
        Grant(None, (("name", "bucket:0"),)),
    ],
)
def test_grants_of_what_is_not_known_are_refused(grant: Grant) -> None:
    with pytest.raises(Invalid):
        grant.check()
