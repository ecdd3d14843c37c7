"""What tests of editions share: a database without any."""

import pytest

from tests.conftest import empty_register


@pytest.fixture
async def dsn(dsn: str) -> str:
    """The address of a fresh database, up to date and empty, and no edition in it."""
    await empty_register(dsn)
    return dsn
