"""One service for the tests of a module, and who calls it."""

import itertools
from collections.abc import AsyncIterator

import pytest

from tests.access.negative.refusing import Caller
from tests.conftest import Service
from tests.tmf.conftest import shared  # noqa: F401

_numbers = itertools.count()


@pytest.fixture
async def caller(shared: Service) -> AsyncIterator[Caller]:  # noqa: F811
    """A process of the test's own that may do everything to people and nothing else."""
    process = f"negative-{next(_numbers)}"
    token = await shared.token_for(process, "individual:read,create,modify,update,delete")
    async with Caller.of(shared, process, token) as caller:
        yield caller
