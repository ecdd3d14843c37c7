"""Telephone numbers in any notation, as the keys they are found by (ITU-T E.164).

A number whose country is known is found by all of it, `+46701740605`, and by its national part
alone, `~701740605`, since callers leave the country out. One that was kept without a country
is found by its digits, `701740605`, with and without the digit that is dialled before it.
"""

import re
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata

FEWEST_DIGITS = 5
MOST_DIGITS = 20

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_WRITTEN = re.compile(r"\+?[0-9 ()./\u00a0\u2010-\u2015-]+")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_COUNTRY_CODES = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
_ABROAD = ("00", "011", "810")
"""What is dialled before a country code, nearly anywhere."""


def is_written_so(text: str) -> bool:
    """Tell whether `text` may be a telephone number as people write them."""
    number = _bare(text)
    digits = sum(character.isdigit() for character in number)
    return FEWEST_DIGITS <= digits <= MOST_DIGITS and _WRITTEN.fullmatch(number) is not None


@lru_cache(maxsize=1024)
def keys(text: str, region: str | None = None) -> tuple[str, ...]:
    """Return the keys that a record with the number `text` is found by.

    `region` is the country (ISO 3166 alpha-2) that the number is read in if it names none.
    """
    whole = _international(text, region)
    if whole is not None:
        return f"+{''.join(whole)}", f"~{whole[1]}"
    return _national(text)


def asked(text: str) -> tuple[str, ...]:
    """Return the keys that `text`, a number that somebody asks for, may be kept under."""
    number = _bare(text)
    whole = _international(number, None)
    found: list[str] = []
    if whole is not None:
        found += [f"+{''.join(whole)}", *_national(whole[1])]
    if whole is None or not number.startswith("+"):
        national = _national(number)
        found += [*national, *(f"~{digits}" for digits in national)]
    return tuple(dict.fromkeys(found))


def _international(text: str, region: str | None) -> tuple[str, str] | None:
    """Return country code and national number, None when the country is not known."""
    number = _bare(text)
    if _E164.fullmatch(number):
        # Most numbers are kept so. A country code is no beginning of another.
        for length in (1, 2, 3):
            if number[1 : 1 + length] in _COUNTRY_CODES:
                return number[1 : 1 + length], number[1 + length :]
    if not number.startswith("+"):
        digits = _NOT_DIGIT.sub("", number)
        abroad = next((prefix for prefix in _ABROAD if digits.startswith(prefix)), None)
        if abroad is not None:
            number = f"+{digits[len(abroad) :]}"
        elif region not in phonenumbers.SUPPORTED_REGIONS:
            return None
    try:
        parsed = phonenumbers.parse(number[:100], region)
    except NumberParseException:
        return None
    return str(parsed.country_code), phonenumbers.national_significant_number(parsed)


def _national(text: str) -> tuple[str, ...]:
    """Return the digits, and the digits without what may be dialled before them."""
    digits = _NOT_DIGIT.sub("", text)[:MOST_DIGITS]
    shorter = [digits[len(trunk) :] for trunk in _trunks() if digits.startswith(trunk)]
    return tuple(
        dict.fromkeys(number for number in (digits, *shorter) if len(number) >= FEWEST_DIGITS)
    )


def _bare(text: str) -> str:
    """Return the number of a `tel:` URI (RFC 3966) or of plain text, without a second zero."""
    number = text.strip()
    if number[:4].lower() == "tel:":
        number = number[4:].partition(";")[0]
    return number.replace("(0)", "") if number.startswith(("+", "00")) else number


@cache
def _trunks() -> tuple[str, ...]:
    """Return what is dialled before a national number, anywhere: 0, 06, 1, 8."""
    # The metadata of every region takes a tenth of a second to load: not for who finds no numbers.
    found = map(PhoneMetadata.metadata_for_region, phonenumbers.SUPPORTED_REGIONS)
    return tuple(sorted({each.national_prefix for each in found if each and each.national_prefix}))
