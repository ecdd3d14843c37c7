"""The clients against a running service: records, pages, conditions, moments, failures, tokens."""

import inspect
import subprocess
import sys

import pytest

from customer_inventory.access.oauth import client as clients
from customer_inventory.client import (
    AsyncClient,
    Client,
    ClientCredentials,
    Conflict,
    Failed,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    Retry,
    Stale,
    Token,
    Unreachable,
)
from customer_inventory.client.place import PLACES
from customer_inventory.tmf.apis import APIS
from tests.client.conftest import with_client
from tests.conftest import Service
from tests.tmf.bodies import BODIES, party

MANY = 12
ADA = {"@type": "Individual", "givenName": "Ada", "familyName": "Lovelace"}


def test_records_are_where_they_are_served() -> None:
    assert {name: f"{api.base}/{name}" for api in APIS for name in api.resources} == PLACES


def test_both_clients_do_the_same() -> None:
    def told(kind: type) -> dict[str, list[str]]:
        methods = inspect.getmembers(kind, inspect.isfunction)
        return {
            name: list(inspect.signature(method).parameters)
            for name, method in methods
            if not name.startswith("_")
        }

    assert told(Client) == told(AsyncClient)


def test_it_imports_nothing_of_the_house() -> None:
    code = "import sys, customer_inventory.client as c; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    own = {name for name in ran.stdout.split() if name.startswith("customer_inventory")}
    assert {name for name in own if not name.startswith("customer_inventory.client")} == {
        "customer_inventory"
    }


def _life(inventory: Client) -> str:
    made = inventory.create("individual", ADA)
    assert (made["familyName"], made.etag) == ("Lovelace", '"1"')
    changed = inventory.change(made, {"familyName": "Byron"})
    assert (changed.id, changed.etag) == (made.id, '"2"')
    with pytest.raises(Stale) as late:
        inventory.change(made, {"familyName": "King"})
    assert (late.value.status, late.value.code) == (412, "preconditionFailed")
    assert inventory.change(made, {"title": "Countess"}, is_forced=True).etag == '"3"'
    read = inventory.get("individual", made.id, fields=("familyName",))
    assert read["familyName"] == "Byron"
    assert "title" not in read.document
    versions = inventory.history("individual", made.id)
    assert [each.revision for each in versions] == [3, 2, 1]
    assert {(each.process, each.purpose) for each in versions} == {("tester", "testing")}
    was = inventory.get("individual", made.id, known_at=versions[-1].recorded_from)
    assert was["familyName"] == "Lovelace"
    with pytest.raises(ValueError, match="revision"):
        inventory.delete(was)
    found = inventory.search("Ada Byron")
    assert made.id in {hit.id for hit in found}
    with pytest.raises(Stale):
        inventory.delete(made)
    inventory.delete(inventory.get("individual", made.id))
    with pytest.raises(NotFound):
        inventory.get("individual", made.id)
    return made.id


async def test_a_record_lives_its_life(shared: Service) -> None:
    assert await with_client(shared, _life)


async def test_so_does_it_asynchronously(inventory: AsyncClient) -> None:
    async with inventory:
        person = await inventory.create("individual", ADA)
        customer = await inventory.create(
            "customer", {**BODIES["customer"], "engagedParty": party(person.id)}
        )
        whole = await inventory.customer360(customer.id)
        assert whole["customer"]["id"] == customer.id
        customer = await inventory.change(customer, {"status": "suspended"})
        assert [each.revision for each in await inventory.history("customer", customer.id)] == [
            2,
            1,
        ]
        assert await inventory.check("individual", ADA)
        types = await inventory.call("GET", "/inventory/v1/recordType")
        assert types
        hits = [hit async for hit in inventory.search("Lovelace", page_size=1)]
        assert {person.id, customer.id} <= {hit.id for hit in hits}
        await inventory.delete(customer)
        await inventory.delete(person)


async def test_lists_are_fetched_page_by_page(shared: Service) -> None:
    def walked(inventory: Client) -> tuple[list[str], list[str]]:
        made = [
            inventory.create(
                "individual", {**ADA, "familyName": "Page & Co", "givenName": f"P{n:02}"}
            ).id
            for n in range(MANY)
        ]
        where = {"familyName": "Page & Co"}
        found = inventory.records(
            "individual", where, sort="givenName", page_size=5, fields=["givenName"]
        )
        return made, [each.id for each in found]

    made, found = await with_client(shared, walked)
    assert found == made
    async with AsyncClient(shared.base, Token(shared.token)) as inventory:
        pages = inventory.records("individual", {"familyName": "Page & Co"}, page_size=MANY)
        assert {each.id async for each in pages} == {*made}
        assert [
            each async for each in inventory.records("individual", {"familyName": "Nobody"})
        ] == []


async def test_failures_are_told_by_kind(shared: Service) -> None:
    token = await shared.token_for("reader", "individual:read")

    def failing(inventory: Client) -> None:
        with pytest.raises(Forbidden) as refused:
            inventory.create("individual", ADA)
        assert refused.value.code == "forbidden"
        assert "reader" in refused.value.reason

    await with_client(shared, failing, token)
    async with AsyncClient(shared.base, Token(shared.token)) as inventory:
        with pytest.raises(Invalid) as wrong:
            await inventory.create("individual", {"@type": "Individual", "gender": 1})
        assert wrong.value.status == 400
        assert {each.path for each in wrong.value.problems} >= {"gender"}
        with pytest.raises(NotFound):
            await inventory.get("individual", "../../health/live")
    async with AsyncClient(shared.base, Token("cinv_none")) as stranger:
        with pytest.raises(NotAuthenticated):
            await stranger.get("individual", "x")
    async with AsyncClient(
        "http://127.0.0.1:1", Token("x"), retry=Retry(attempts=2, first=0.01)
    ) as nobody:
        with pytest.raises(Unreachable):
            await nobody.get("individual", "x")
    assert issubclass(Stale, Conflict)
    assert issubclass(Conflict, Failed)


async def test_a_token_is_asked_for_kept_and_asked_for_again(shared: Service) -> None:
    await shared.token_for("crm", "individual:read", purpose="customerCare")
    secret, _ = await clients.register_with_secret(
        shared.database, "crm-batch", "crm", registered_by="the tests"
    )
    credentials = ClientCredentials("crm-batch", secret, "customerCare")
    assert secret not in repr(credentials)
    async with AsyncClient(shared.base, credentials) as inventory:
        assert [
            each async for each in inventory.records("individual", {"familyName": "None"})
        ] == []
        first = inventory._keeper.held
        assert [
            each async for each in inventory.records("individual", {"familyName": "None"})
        ] == []
        assert inventory._keeper.held == first
        await clients.end_tokens(shared.database, "crm-batch")
        assert [
            each async for each in inventory.records("individual", {"familyName": "None"})
        ] == []
        with pytest.raises(Forbidden):
            await inventory.create("individual", ADA)
    wrong = ClientCredentials("crm-batch", secret, "advertising")
    async with AsyncClient(shared.base, wrong) as inventory:
        with pytest.raises(Failed) as refused:
            await inventory.get("individual", "x")
        assert refused.value.code == "invalid_scope"
