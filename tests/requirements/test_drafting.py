"""A requirement drafted from what somebody filled in: the key at fault is named."""

from typing import Any

import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.requirements.drafting import begun, drafted
from customer_inventory.requirements.requirement import plain

BEGUN = plain(begun("individual", "placeOfBirth", "REQ-101"))


def test_what_is_begun_can_be_proposed() -> None:
    assert plain(drafted(BEGUN)) == BEGUN


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"freshness": "soon"}, "freshness"),
        ({"classification": "whatever"}, "classification"),
        ({"data": {"minLength": -1}}, "data.minLength"),
        ({"data": {"minLength": 3, "maxLength": 2}}, "data.minLength"),
        ({"usedBy": ["billing"]}, "usedBy"),
        ({"obligation": "conditional"}, "obligation"),
    ],
)
def test_the_key_at_fault_is_named(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as caught:
        drafted({**BEGUN, **changes})
    assert caught.value.path == path
