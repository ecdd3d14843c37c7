"""A running service, and clients of it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from customer_inventory.client import AsyncClient, Client, Token
from tests.conftest import Service
from tests.tmf.conftest import shared

__all__ = ["shared"]

Result = TypeVar("Result")


async def with_client(
    service: Service, work: Callable[[Client], Result], token: str = ""
) -> Result:
    """Do something with a synchronous client, while the service runs beside it."""

    def called() -> Result:
        with Client(service.base, Token(token or service.token)) as inventory:
            return work(inventory)

    return await asyncio.to_thread(called)


@pytest.fixture
async def inventory(shared: Service) -> AsyncClient:
    """An asynchronous client that may do everything."""
    return AsyncClient(shared.base, Token(shared.token))
