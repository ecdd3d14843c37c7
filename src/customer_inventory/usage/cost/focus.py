"""Statements as rows of FOCUS, the FinOps Open Cost and Usage Specification, versions 1.4 and 1.2.

A row is a part of a pool (what was allocated) or a charge by the rate card. The repository is the
billing account, the consuming process the sub-account. Corrections are rows of their own, billed in
the month in which they were made.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from customer_inventory.access.log.partition import Month
from customer_inventory.usage.cost.allocating import Allocation, Charge
from customer_inventory.usage.cost.driver import DRIVERS, quantity
from customer_inventory.usage.cost.money import decimals_of
from customer_inventory.usage.cost.statement import Statement

Version = Literal["1.4", "1.2"]
What = Literal["allocated", "charged"]
Cell = str | Decimal | None
Row = Mapping[str, Cell]

_NAME = "Customer Inventory"
_COMMON = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType",
    "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass",
    "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart",
    "CommitmentDiscountStatus", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost", "PricingCategory",
    "PricingQuantity", "PricingUnit", "ResourceId", "ResourceName", "ResourceType",
    "ServiceCategory", "ServiceName", "ServiceSubcategory", "SubAccountId", "SubAccountName",
    "SubAccountType", "Tags",
)  # fmt: skip
_PRICED = (
    "ContractedUnitPrice", "ListUnitPrice", "PricingCurrency", "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "SkuId", "SkuMeter",
    "SkuPriceDetails", "SkuPriceId",
)  # fmt: skip
_PROVIDERS: Mapping[Version, tuple[str, ...]] = {
    "1.4": ("HostProviderName", "ServiceProviderName"),
    "1.2": ("ProviderName", "PublisherName"),
}
_SPLIT = (
    "AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName",
)  # fmt: skip
_OWN = ("x_ConsumerId", "x_Purpose", "x_Share")

NUMBERS = frozenset((
    "BilledCost", "ConsumedQuantity", "ContractedCost", "ContractedUnitPrice", "EffectiveCost",
    "ListCost", "ListUnitPrice", "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "PricingQuantity",
))  # fmt: skip
"""Columns of decimals; all others are texts."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Of which statement or correction a row is: month, when it is billed, in which currency."""

    charged: Month
    billed: Month
    currency: str
    number: int


def columns(version: Version, what: What) -> tuple[str, ...]:
    """Return the columns of a file, in their order: those of FOCUS by name, then our own (`x_`)."""
    found = [*_COMMON, *_PROVIDERS[version]]
    if what == "charged":
        found += _PRICED
    elif version == "1.4":
        found += _SPLIT
    return (*sorted(found), *_OWN)


def rows(statements: Iterable[Statement], version: Version, what: What) -> Iterator[Row]:
    """Yield the rows of statements and corrections, as they were closed, in order."""
    for each in statements:
        billed = Month.of(each.closed_at) if each.number else each.month
        place = _Place(each.month, billed, each.lines.currency, each.number)
        if what == "allocated":
            for part in each.lines.allocations:
                whole = each.lines.pools.get(part.pool, 0)
                yield _shown(_allocated(part, place, whole), version, what)
        else:
            for charge in each.lines.charges:
                yield _shown(_charged(charge, place), version, what)


def _shown(row: dict[str, Cell], version: Version, what: What) -> Row:
    row.update(dict.fromkeys(_PROVIDERS[version], _NAME))
    return {name: row.get(name) for name in columns(version, what)}


def _allocated(part: Allocation, place: _Place, whole: int) -> dict[str, Cell]:
    cost = Decimal(part.amount).scaleb(-decimals_of(place.currency))
    unit = DRIVERS[part.driver].unit
    details = {
        "Elements": [
            {
                "AllocatedRatio": _number(quantity(Fraction(part.amount, whole or 1))),
                "UsageUnit": unit,
                "UsageQuantity": _number(part.quantity),
            }
        ]
    }
    owner = part.process or part.share
    return {
        **_common(place, cost, part.quantity, unit),
        **_consumer(part.process, part.purpose, part.cost_centre),
        "ChargeDescription": f"Part of pool {part.pool} by {part.driver}: {owner}",
        "ResourceId": f"urn:customer-inventory:pool:{part.pool}",
        "ResourceName": part.pool,
        "ResourceType": "Cost pool",
        "AllocatedMethodId": f"driver:{part.driver}",
        "AllocatedMethodDetails": _json(details),
        "AllocatedResourceId": part.process or None,
        "AllocatedResourceName": part.process or None,
        "x_Share": part.share,
    }


def _charged(charge: Charge, place: _Place) -> dict[str, Cell]:
    unit = DRIVERS[charge.meter].unit
    priced = f"{charge.per} {unit}" if charge.per > 1 else unit
    row = _common(place, charge.amount, charge.quantity / charge.per, priced)
    price = f"{charge.meter}/{place.charged}/{charge.price:f}"
    return {
        **row,
        **_consumer(charge.process, charge.purpose, charge.cost_centre),
        "ConsumedQuantity": charge.quantity,
        "ConsumedUnit": unit,
        "ChargeDescription": f"{charge.meter} of {charge.process} by the rate card",
        "ContractedUnitPrice": charge.price,
        "ListUnitPrice": charge.price,
        "PricingCurrency": place.currency,
        "PricingCurrencyContractedUnitPrice": charge.price,
        "PricingCurrencyEffectiveCost": charge.amount,
        "PricingCurrencyListUnitPrice": charge.price,
        "ResourceId": f"urn:customer-inventory:meter:{charge.meter}",
        "ResourceName": charge.meter,
        "ResourceType": "Meter",
        "SkuId": charge.meter,
        "SkuMeter": charge.meter,
        "SkuPriceDetails": _json({"x_Per": charge.per}),
        "SkuPriceId": price,
        "x_Share": "process",
    }


def _common(place: _Place, cost: Decimal, used: Decimal, unit: str) -> dict[str, Cell]:
    """Return what every row has; list, contracted, effective and billed cost are the same here."""
    return {
        **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), cost),
        "BillingAccountId": "customer-inventory",
        "BillingAccountName": _NAME,
        "BillingAccountType": "Repository",
        "BillingCurrency": place.currency,
        "BillingPeriodStart": _instant(place.billed),
        "BillingPeriodEnd": _instant(place.billed.next),
        "ChargeCategory": "Usage",
        "ChargeClass": "Correction" if place.number else None,
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": _instant(place.charged),
        "ChargePeriodEnd": _instant(place.charged.next),
        "ConsumedQuantity": used,
        "ConsumedUnit": unit,
        "InvoiceId": f"{place.charged}/{place.number}",
        "InvoiceIssuerName": _NAME,
        "PricingCategory": "Standard",
        "PricingQuantity": used,
        "PricingUnit": unit,
        "ServiceCategory": "Databases",
        "ServiceName": _NAME,
        "ServiceSubcategory": "Relational Databases",
    }


def _consumer(process: str, purpose: str, centre: str) -> dict[str, Cell]:
    """Return who a row is about; nobody where a part of a pool is idle or unattributed."""
    return {
        "SubAccountId": process or None,
        "SubAccountName": process or None,
        "SubAccountType": "Consuming process" if process else None,
        "Tags": _json({"costCenter": centre} if centre else {}),
        "x_ConsumerId": process or None,
        "x_Purpose": purpose or None,
    }


def _instant(month: Month) -> str:
    return f"{month.start:%Y-%m-%dT%H:%M:%SZ}"


def _number(value: Decimal) -> msgspec.Raw:
    """Return a number as JSON has it, digit by digit."""
    return msgspec.Raw(f"{value:f}".encode())


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
