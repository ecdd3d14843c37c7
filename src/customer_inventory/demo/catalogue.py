"""What the invented operator sells: tariffs, read from `data/tariffs.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from customer_inventory.demo.draw import weighted
from customer_inventory.demo.parts import Document, characteristic, reference


class Tariff(NamedTuple):
    """A tariff; `months` is its minimum term (0: none), `cents` its price in euro cents.

    `offering` and `traits` are the parts of an agreement that are the same for all customers.
    """

    id: str
    name: str
    line: str
    months: int
    cents: int
    offering: Document
    traits: list[Document]


@cache
def tariffs(audience: str) -> tuple[Tariff, ...]:
    """Return the table of tariffs for `audience` (home or business)."""
    text = (files("customer_inventory.demo") / "data" / "tariffs.toml").read_text("utf-8")
    return weighted(
        (_tariff(raw), raw["weight"])
        for raw in tomllib.loads(text)["tariff"]
        if raw["audience"] == audience
    )


def _tariff(raw: dict[str, Any]) -> Tariff:
    return Tariff(
        raw["id"],
        raw["name"],
        raw["line"],
        raw["months"],
        round(raw["price"] * 100),
        reference("ProductOfferingRef", raw["id"], raw["name"], "ProductOffering"),
        [characteristic(name, value) for name, value in raw["traits"].items()],
    )
