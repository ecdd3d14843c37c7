"""What tests of requirements share: a requirement to change, and no edition left behind."""

from collections.abc import Iterator

import pytest

from customer_inventory.record.register import edition
from tests.conftest import empty_register


@pytest.fixture
async def dsn(dsn: str) -> str:
    """The address of a fresh database, up to date and empty, and nothing in its register."""
    await empty_register(dsn)
    return dsn


@pytest.fixture(autouse=True)
def no_edition_is_left() -> Iterator[None]:
    """A process has one edition in force: each test begins without any."""
    edition.put_in_force(edition.NONE)
    yield
    edition.put_in_force(edition.NONE)
