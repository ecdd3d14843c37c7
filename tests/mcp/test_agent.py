"""An agent, by the protocol's own client over standard input and output, against a service."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import StdioServerParameters
from mcp.client.client import Client

from customer_inventory.access import registration
from customer_inventory.access.oauth import client as clients
from customer_inventory.access.registration import Permission
from tests.cli.conftest import Cinv, cinv
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, made, party
from tests.tmf.conftest import shared

__all__ = ["cinv", "shared"]

READING = {"search", "get_record", "list_records", "customer_360", "history", "record_types"}
CHANGING = {"create_record", "change_record"}


@asynccontextmanager
async def agent(service: Service, *options: str) -> AsyncIterator[Client]:
    """An agent that may read customers and change them, for one purpose."""
    allowed = ("customer:read,update,modify", "individual:read")
    await registration.register(
        service.database,
        "assistant",
        name="Assistant",
        owner="Customer care",
        kind="agent",
        permissions=[Permission.parse(text, "customerCare") for text in allowed],
        registered_by="the tests",
    )
    if await clients.find(service.database, "assistant") is None:
        secret, _ = await clients.register_with_secret(
            service.database, "assistant", "assistant", registered_by="the tests"
        )
    else:
        secret, _ = await clients.new_secret(service.database, "assistant")
    environment = {
        "PATH": os.environ["PATH"],
        "CINV_URL": service.base,
        "CINV_CLIENT_ID": "assistant",
        "CINV_CLIENT_SECRET": secret,
        "CINV_PURPOSE": "customerCare",
    }
    words = ["-m", "customer_inventory", "mcp", *options]
    parameters = StdioServerParameters(command=sys.executable, args=words, env=environment)
    async with Client(parameters) as session:
        yield session


async def told(session: Client, tool: str, **arguments: Any) -> Any:
    answer = await session.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    return answer.structured_content


async def refused(session: Client, tool: str, **arguments: Any) -> str:
    answer = await session.call_tool(tool, arguments)
    assert answer.is_error
    return str(answer.content[0].text)


async def test_an_agent_reads_as_the_process_that_it_is(shared: Service) -> None:
    person = await made(shared, "individual", givenName="Grace", familyName="Hopper")
    body = {"engagedParty": party(person["id"]), "name": "Grace Hopper"}
    customer = await made(shared, "customer", **body)
    account = await made(shared, "billingAccount")
    async with agent(shared) as session:
        tools = (await session.list_tools()).tools
        assert {tool.name for tool in tools} == READING
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)

        hits = (await told(session, "search", text="grace hoper"))["hits"]
        assert customer["id"] in {hit["id"] for hit in hits}
        read = await told(session, "get_record", record_type="customer", record_id=customer["id"])
        assert (read["record"]["name"], read["revision"]) == ("Grace Hopper", '"1"')
        listed = await told(
            session, "list_records", record_type="individual", where={"familyName": "Hopper"}
        )
        assert [each["id"] for each in listed["records"]] == [person["id"]]
        whole = await told(session, "customer_360", customer_id=customer["id"])
        assert whole["customer"]["id"] == customer["id"]
        versions = (
            await told(session, "history", record_type="customer", record_id=customer["id"])
        )["versions"]
        assert [each["process"] for each in versions] == ["tester"]
        assert set((await told(session, "record_types"))["types"]) == {"customer", "individual"}

        said = await refused(
            session, "get_record", record_type="billingAccount", record_id=account["id"]
        )
        assert "403 forbidden" in said
        assert "assistant" in said
        assert "404" in await refused(
            session, "get_record", record_type="customer", record_id="nobody"
        )

    entries = await shared.database.fetch(
        "SELECT operation, record_type, status, purpose FROM access.entry"
        " WHERE process = 'assistant' AND record_type <> 'token' ORDER BY at"
    )
    kept = [(row["operation"], row["record_type"], row["status"]) for row in entries]
    assert ("read", "customer", 200) in kept
    assert ("read", "search", 200) in kept
    assert ("read", "billingAccount", 403) in kept
    assert {row["purpose"] for row in entries} == {"customerCare"}


async def test_it_changes_records_only_where_it_is_let(shared: Service) -> None:
    customer = await made(shared, "customer", name="Before")
    there = f"{PATHS['customer']}/{customer['id']}"
    async with agent(shared, "--write") as session:
        assert {tool.name for tool in (await session.list_tools()).tools} == READING | CHANGING
        change = {"record_type": "customer", "record_id": customer["id"], "revision": '"1"'}
        done = await told(session, "change_record", **change, patch={"name": "After"})
        assert (done["record"]["name"], done["revision"]) == ("After", '"2"')
        assert "412" in await refused(session, "change_record", **change, patch={"name": "Late"})
        body = {**BODIES["individual"]}
        assert "403" in await refused(
            session, "create_record", record_type="individual", document=body
        )
    assert (await shared.client.get(there)).json()["name"] == "After"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "CINV_URL is not set"),
        ({"CINV_URL": "http://127.0.0.1:1"}, "CINV_CLIENT_ID is not set"),
        (
            {"CINV_URL": "http://127.0.0.1:1", "CINV_CLIENT_ID": "a"},
            "CINV_CLIENT_SECRET is not set",
        ),
    ],
)
def test_what_is_missing_is_said(cinv: Cinv, given: dict[str, str], says: str) -> None:
    done = cinv("mcp", **given)
    assert done.code == 2
    assert says in done.err
