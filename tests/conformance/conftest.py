"""A service for the walk through the official documents."""

from collections.abc import AsyncIterator

import pytest

from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.conftest import Service, _created
from tests.tmf.conftest import serving


@pytest.fixture(scope="module")
async def served(server: EmbeddedServer, template: str, request) -> AsyncIterator[Service]:
    """A service that the tests of a module share; listeners of this machine may register."""
    name = f"cinv_conformance_{request.module.__name__.rsplit('.', maxsplit=1)[-1]}"
    dsn = await _created(server, name, template)
    async with (
        Database(dsn) as database,
        serving(dsn, database, callback_allow="127.0.0.0/8", events=False) as service,
    ):
        yield service
