"""The page about the client, executed: its blocks in order, against a running service."""

import asyncio
from typing import Any

import pytest

from customer_inventory.access.oauth import client as clients
from tests.conftest import Service
from tests.docs.page import DOCS, blocks

BLOCKS = [each for each in blocks(DOCS / "how-to" / "client.md") if each.language == "python"]


async def test_the_page_does_what_it_says(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = "individual:read,create,update,modify"
    await service.token_for("crm", allowed, purpose="customerCare")
    secret, _ = await clients.register_with_secret(
        service.database, "crm-batch", "crm", registered_by="the tests"
    )
    monkeypatch.setenv("CRM_SECRET", secret)
    monkeypatch.setenv("CRM_INVENTORY", service.base)
    names: dict[str, Any] = {}

    def follow() -> None:
        for block in BLOCKS:
            exec(compile(block.text, str(block), "exec"), names)

    await asyncio.to_thread(follow)
    assert [hit.name for hit in names["hits"]] == ["Ada Lovelace"]
    assert len(names["versions"]) == 3
