"""Errors: what they tell, and that each kind has a word of its own."""

import pytest

from customer_inventory.kit import errors
from customer_inventory.kit.errors import Conflict, Invalid, InventoryError, Stale

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, InventoryError)
]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Invalid("is missing."), "is missing."),
        (Invalid("is missing.", path="name"), "name: is missing."),
        (Invalid("is missing.", hint="Give one."), "is missing. Give one."),
        (Invalid("is missing.", path="name", hint="Give one."), "name: is missing. Give one."),
    ],
)
def test_an_error_says_what_where_and_what_to_do(error: InventoryError, text: str) -> None:
    assert str(error) == text


def test_a_code_can_be_more_precise_than_its_kind() -> None:
    assert Invalid("wrong", code="invalidFilter").code == "invalidFilter"
    assert Invalid("wrong").code == Invalid.code


def test_every_kind_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes) > 8


def test_a_stale_revision_is_a_conflict() -> None:
    assert issubclass(Stale, Conflict)
