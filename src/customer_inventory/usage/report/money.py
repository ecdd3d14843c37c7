"""Amounts and changes as reports say them."""

from decimal import Decimal
from fractions import Fraction

from customer_inventory.usage.cost.driver import quantity
from customer_inventory.usage.cost.money import decimals_of, told


def amount(minor: int, currency: str) -> Decimal:
    """Return minor units in whole ones of a currency, with its decimals."""
    return Decimal(minor).scaleb(-decimals_of(currency))


def money(minor: int, currency: str) -> str:
    """Return an amount as people read it: 1,234.50 EUR."""
    return f"{Decimal(told(minor, currency)):,} {currency}"


def share(part: int, whole: int) -> Decimal | None:
    """Return a part as a share of 1; None of nothing."""
    return quantity(Fraction(part, whole)) if whole else None


def change(now: int, before: int) -> str:
    """Return how something changed, in words: by which part of what it was, or that it is new."""
    if now == before:
        return "unchanged"
    if not before:
        return "new"
    part = Fraction(100 * (now - before), before)
    rounded = round(part)
    if not rounded:
        return "less than 1 % " + ("more" if part > 0 else "less")
    return f"{abs(rounded):,} % {'more' if rounded > 0 else 'less'}"
