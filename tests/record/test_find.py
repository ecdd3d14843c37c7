"""Finding customers by a part of their name."""

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.record.find import customers_named
from customer_inventory.record.inventory import Inventory
from customer_inventory.store.database import Database
from tests.record.samples import CUSTOMER, customer

NAMES = ["Ada Lovelace", "Ada Byron", "Håkan Åström", "100% Fun_Ltd", r"Back\slash", "O'Neil"]


@pytest.fixture
async def filled(database: Database, inventory: Inventory, actor: Actor) -> Database:
    for name in NAMES:
        await inventory.create(CUSTOMER, customer(new_id(), name), actor=actor)
    return database


async def test_parts_of_names(filled: Database) -> None:
    for text, expected in (
        ("Ada", {"Ada Lovelace", "Ada Byron"}),
        ("ada b", {"Ada Byron"}),
        ("  LOVE  ", {"Ada Lovelace"}),
        ("åström", {"Håkan Åström"}),
        ("100%", {"100% Fun_Ltd"}),
        ("Fun_", {"100% Fun_Ltd"}),
        ("n_L", {"100% Fun_Ltd"}),
        ("k\\s", {r"Back\slash"}),
        ("O'N", {"O'Neil"}),
        ("%%%", set()),
        ("___", set()),
        ("\\\\\\", set()),
        ("nobody", set()),
    ):
        rows = await customers_named(filled, text)
        assert {row["name"] for row in rows} == expected, text


async def test_the_nearest_come_first_and_only_so_many(filled: Database) -> None:
    rows = await customers_named(filled, "Ada Byron")
    assert [row["name"] for row in rows] == ["Ada Byron"]
    assert [row["name"] for row in await customers_named(filled, "Ada")] == [
        "Ada Byron",
        "Ada Lovelace",
    ]
    assert len(await customers_named(filled, "Ada", limit=1)) == 1


@pytest.mark.parametrize("text", ["", "  ", "ab", " ab "])
async def test_fewer_than_three_letters_are_too_few(schema: Database, text: str) -> None:
    with pytest.raises(Invalid):
        await customers_named(schema, text)
