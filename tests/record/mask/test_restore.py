"""Changes made through a mask: what was not seen stays as it is."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_inventory.record.declare import RecordType
from customer_inventory.record.mask.plan import Grant, Mask
from customer_inventory.record.mask.restore import IsMask, refuse_masks, restored
from customer_inventory.record.types import TYPES
from tests.record.mask.granted import documents, grants

INDIVIDUAL = TYPES["individual"]


def mask(*shown: str, **masks: str) -> Mask:
    return Mask(INDIVIDUAL, Grant(frozenset(shown) or None, tuple(masks.items()), b"key"))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(TYPES.values())), st.data())
def test_what_is_sent_back_as_it_was_shown_changes_nothing(
    declared: RecordType, data: st.DataObject
) -> None:
    old, found = data.draw(documents(declared)), Mask(declared, data.draw(grants()))
    seen = found.document(old)
    assert restored(found, old, seen, seen) == old


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_attribute_that_is_added_alters_no_other(data: st.DataObject) -> None:
    old, found = data.draw(documents(INDIVIDUAL)), Mask(INDIVIDUAL, data.draw(grants()))
    seen = found.document(old)
    assert restored(found, old, seen, {**seen, "hobby": "chess"}) == {**old, "hobby": "chess"}


OLD: dict[str, Any] = {
    "givenName": "Ada",
    "gender": "female",
    "contactMedium": [
        {"@type": "EmailContactMedium", "contactType": "work", "emailAddress": "ada@work.se"},
        {"@type": "EmailContactMedium", "contactType": "home", "emailAddress": "ada@home.se"},
    ],
}


def change(found: Mask, **new: Any) -> dict[str, Any]:
    seen = found.document(OLD)
    return restored(found, OLD, seen, {**seen, **new})


def test_hidden_attributes_stay() -> None:
    assert change(mask("name"), givenName="Augusta") == {**OLD, "givenName": "Augusta"}


def test_items_of_a_list_keep_what_was_masked_of_them_wherever_they_go() -> None:
    found = mask(contact="domain")
    first, second = found.document(OLD)["contactMedium"]
    assert first == {"@type": "EmailContactMedium", "emailAddress": "***@work.se"}
    new = {"@type": "EmailContactMedium", "emailAddress": "ada@new.se"}
    changed = change(found, contactMedium=[second, new, first])
    assert changed["contactMedium"] == [OLD["contactMedium"][1], new, OLD["contactMedium"][0]]


def test_an_item_that_is_changed_keeps_what_was_not_seen_of_it() -> None:
    found = mask(contact="domain")
    seen = found.document(OLD)["contactMedium"]
    changed = change(found, contactMedium=[{**seen[0], "preferred": True}, seen[1]])
    assert changed["contactMedium"][0] == {**OLD["contactMedium"][0], "preferred": True}


def test_another_item_does_not_get_what_was_not_seen_of_the_one_before() -> None:
    found = mask(contact="domain")
    changed = change(found, contactMedium=[{"emailAddress": "bo@x.se"}, {"phoneNumber": "1"}])
    assert changed["contactMedium"] == [{"emailAddress": "bo@x.se"}, {"phoneNumber": "1"}]


def test_the_text_of_a_mask_is_no_value() -> None:
    found = mask(contact="domain")
    with pytest.raises(IsMask) as refused:
        change(found, contactMedium=[{"emailAddress": "***@other.se"}])
    assert refused.value.path == "contactMedium[0].emailAddress"
    with pytest.raises(IsMask):
        refuse_masks(found, {"contactMedium": [{"emailAddress": "***@work.se"}]})
    refuse_masks(found, {"contactMedium": [{"emailAddress": "ada@work.se"}], "givenName": "***"})
