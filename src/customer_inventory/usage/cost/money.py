"""Money in whole minor units (cents), and the exact way to share it out.

Amounts are integers, prices and quantities decimals: nothing here is ever a binary fraction.
"""

from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TypeVar

from customer_inventory.kit.located import Value

Key = TypeVar("Key", bound=Hashable)

_DECIMALS = {
    0: ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
        "XAF", "XOF", "XPF"),
    3: ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"),
}  # fmt: skip
"""Currencies of which the minor unit is no hundredth (ISO 4217)."""
_MOST = 10**15


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of a currency have (ISO 4217)."""
    return next((number for number, named in _DECIMALS.items() if currency in named), 2)


def told(amount: int, currency: str) -> str:
    """Return an amount of minor units as it is written: 1234 of EUR is 12.34."""
    return str(Decimal(amount).scaleb(-decimals_of(currency)))


def rounded(amount: Decimal, currency: str) -> int:
    """Return an exact amount of whole units as minor units, half to even."""
    return int(amount.scaleb(decimals_of(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def amount_in(value: Value, currency: str) -> int:
    """Return the amount that a file gives, in minor units; raise FileError for what is none."""
    number = number_in(value)
    minor = number.scaleb(decimals_of(currency))
    if minor != minor.to_integral_value():
        raise value.wrong(f"has more decimals than {currency} has ({decimals_of(currency)}).")
    return int(minor)


def number_in(value: Value) -> Decimal:
    """Return the number, 0 or more, that a file gives; raise FileError for what is none."""
    text = value.text()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise value.wrong(f"{text!r} is no number.", "Write 1234.50.") from None
    if not number.is_finite() or number >= _MOST:
        raise value.wrong(f"{text!r} is no amount.", "Write 1234.50.")
    if number < 0:
        raise value.wrong("must not be negative.", "What was paid back is a correction.")
    return number


def shared(amount: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Return `amount` shared out by weights: whole units that sum to it exactly.

    By largest remainder: each gets its share rounded down, and what is left goes, one by one, to
    those that lost most by that; of equals to the first in the order of `weights`. Nobody with
    weight 0 gets anything. Raises ValueError when there is no weight, or a negative one.
    """
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise ValueError("money is shared out by weights of 0 and more, one of them above 0")
    shares = {key: amount * weight // whole for key, weight in weights.items()}
    left = amount - sum(shares.values())
    lost = sorted(weights, key=lambda key: amount * weights[key] % whole, reverse=True)
    for key in lost[:left]:
        shares[key] += 1
    return shares
