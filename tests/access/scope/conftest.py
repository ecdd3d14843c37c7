"""The world of the tests of scopes, made once a module."""

from collections.abc import AsyncIterator

import pytest

from tests.access.scope.world import AUSTRIA, World, client, whole
from tests.conftest import Service
from tests.tmf.conftest import shared

__all__ = ["shared"]


@pytest.fixture(scope="module")
async def world(shared: Service) -> AsyncIterator[World]:
    """Two markets, and a caller that sees one."""
    ours = await whole(shared.client, "Ada", market="AT", segment="consumer")
    theirs = await whole(shared.client, "Ben", market="DE", segment="consumer")
    caller = await client(shared, "austria", AUSTRIA)
    world = World(shared, shared.client, caller, ours, theirs, [caller])
    yield world
    for each in world.clients:
        await each.aclose()
