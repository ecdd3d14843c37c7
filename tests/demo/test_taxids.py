"""The check digits against identifiers published as examples by the authorities."""

import pytest

from customer_inventory.demo import taxids


@pytest.mark.parametrize(
    ("published", "number"),
    [
        ("DE136695976", 13669597),
        ("ATU13585627", 1358562),
        ("NL004495445B01", 449544),
        ("FR83404833048", 40483304),
        ("ESB58378431", 5837843),
        ("PL8567346215", 856734621),
        ("GB980780684", 9807806),
        ("IE6433435F", 6433435),
    ],
)
def test_published_identifiers_are_reproduced(published: str, number: int) -> None:
    assert taxids.tax_id(published[:2], number) == published


def test_luhn_of_an_italian_and_a_swedish_number() -> None:
    assert taxids.luhn("0074311015") == "7"
    assert taxids.luhn("556188840") == "4"


def test_luhn_in_base_36_of_an_indian_number() -> None:
    assert taxids.luhn36("27AAPFU0939F1Z") == "V"


def test_a_number_without_check_digit_is_passed_over() -> None:
    identifiers = {taxids.tax_id("PL", number) for number in range(100)}
    assert all(len(identifier) == len("PL8567346215") for identifier in identifiers)


@pytest.mark.parametrize("code", ["AT", "DE", "ES", "FR", "GB", "IE", "IN", "IT", "NL", "PL", "SE"])
def test_identifiers_of_a_country_have_one_length(code: str) -> None:
    numbers = (0, 1, 7**9, 2**40 - 1)
    assert len({len(taxids.tax_id(code, number)) for number in numbers}) == 1
