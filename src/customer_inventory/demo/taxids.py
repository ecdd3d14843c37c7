"""Tax identifiers of companies with the check digits of their country.

Each scheme makes one of a random number. The arithmetic is that of the national
authorities, as the European Commission's VIES and India's GST network check it.
"""

from collections.abc import Callable, Iterable, Sequence

from customer_inventory.demo.draw import LETTERS

_LARGEST_DIGIT = 9
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def tax_id(code: str, number: int) -> str:
    """Return the tax identifier of the country `code` made of `number` (not negative)."""
    return _SCHEMES[code](number)


def _digits(number: int, width: int) -> str:
    return f"{number % 10**width:0{width}d}"


def _weighted_sum(digits: str, weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def luhn(digits: str) -> str:
    """Return the Luhn check digit of `digits`."""
    return _luhn(digits, "0123456789")


def luhn36(text: str) -> str:
    """Return the check character of `text` (digits and capital letters) in base 36."""
    return _luhn(text, _BASE36)


def _luhn(text: str, alphabet: str) -> str:
    base = len(alphabet)
    total = 0
    for place, char in enumerate(reversed(text)):
        value = alphabet.index(char) * (2 - place % 2)
        total += value // base + value % base
    return alphabet[-total % base]


def mod_11_10(digits: str) -> str:
    """Return the ISO 7064 MOD 11,10 check digit of `digits`."""
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def _eleven_test(number: int, width: int, weights: Sequence[int]) -> str:
    """Return `width` digits and their remainder modulo 11, passing over those that leave ten."""
    digits = _digits(number, width)
    check = _weighted_sum(digits, weights) % 11
    if check > _LARGEST_DIGIT:
        return _eleven_test(number + 1, width, weights)
    return f"{digits}{check}"


def austrian(digits: str) -> str:
    """Return the check digit of an Austrian UID's seven digits."""
    return str((int(luhn(digits + "0")) - 4) % 10)


def _germany(number: int) -> str:
    digits = _digits(number, 8)
    return f"DE{digits}{mod_11_10(digits)}"


def _austria(number: int) -> str:
    digits = _digits(number, 7)
    return f"ATU{digits}{austrian(digits)}"


def _netherlands(number: int) -> str:
    return f"NL{_eleven_test(number, 8, range(9, 1, -1))}B01"


def _sweden(number: int) -> str:
    digits = "55" + _digits(number, 7)
    return f"SE{digits}{luhn(digits)}01"


def _france(number: int) -> str:
    digits = _digits(number, 8)
    siren = digits + luhn(digits)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _spain(number: int) -> str:
    digits = _digits(number, 7)
    return f"ESB{digits}{luhn(digits)}"


def _italy(number: int) -> str:
    province = f"{number % 100 + 1:03d}"
    digits = _digits(number // 100, 7) + province
    return f"IT{digits}{luhn(digits)}"


def _poland(number: int) -> str:
    return f"PL{_eleven_test(number, 9, (6, 5, 7, 2, 3, 4, 5, 6, 7))}"


def _britain(number: int) -> str:
    digits = _digits(number, 7)
    return f"GB{digits}{97 - _weighted_sum(digits, range(8, 1, -1)) % 97:02d}"


def _ireland(number: int) -> str:
    digits = _digits(number, 7)
    return f"IE{digits}{'WABCDEFGHIJKLMNOPQRSTUV'[_weighted_sum(digits, range(8, 1, -1)) % 23]}"


def _united_states(number: int) -> str:
    return f"{20 + number % 8}-{_digits(number // 8, 7)}"


def _india(number: int) -> str:
    letters = "".join(LETTERS[number >> shift & 15] for shift in (0, 4, 8, 12))
    holder = f"{letters[:3]}C{letters[3]}{_digits(number >> 16, 4)}{letters[0]}"
    unchecked = f"{number % 37 + 1:02d}{holder}1Z"
    return unchecked + luhn36(unchecked)


_SCHEMES: dict[str, Callable[[int], str]] = {
    "AT": _austria,
    "DE": _germany,
    "ES": _spain,
    "FR": _france,
    "GB": _britain,
    "IE": _ireland,
    "IN": _india,
    "IT": _italy,
    "NL": _netherlands,
    "PL": _poland,
    "SE": _sweden,
    "US": _united_states,
}
