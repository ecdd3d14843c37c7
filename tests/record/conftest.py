"""What the tests of the record share."""

import pytest

from customer_inventory.record.inventory import Inventory
from customer_inventory.store.database import Database


@pytest.fixture
def inventory(database: Database) -> Inventory:
    """The inventory of a fresh database."""
    return Inventory(database)
