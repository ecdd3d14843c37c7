"""An inventory that a source filled, and what its extract says."""

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database
from tests.conftest import permitted


@pytest.fixture
async def database(database: Database, actor: Actor) -> Database:
    """A fresh database in which the actor may read and write whatever it brings."""
    allowed = ("*:read,create,modify,update,delete",)
    await permitted(database, actor.process, *allowed, purpose=actor.purpose)
    return database
