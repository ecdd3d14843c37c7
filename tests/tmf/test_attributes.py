"""Attributes nobody declared, extensions of a type, and values that must come back as they were."""

import json
from typing import Any

import pytest

from customer_inventory.record.observation import UNDECLARED, observed
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, ids_of, made, place


async def test_undeclared_attributes_are_kept_and_counted(shared: Service) -> None:
    document = await made(
        shared,
        "customer",
        loyalty={"tier": "gold", "points": [1, 2]},
        contactMedium=[{"emailAddress": "a@example.com", "pager": "1"}, {"pager": "2"}],
    )
    there = place("customer", document)
    assert (await shared.client.get(there)).json() == document
    assert document["loyalty"] == {"tier": "gold", "points": [1, 2]}
    assert await ids_of(shared, "customer", "loyalty.points=2") == [document["id"]]
    await shared.client.patch(there, json={"loyalty": {"tier": "silver"}})

    await shared.application.inventory.observations.keep()
    rows = await observed(shared.database, UNDECLARED)
    seen = {row["path"]: row["seen"] for row in rows if row["process"] == "tester"}
    assert seen == {"loyalty": 2, "contactMedium.pager": 2}


async def test_an_extension_says_what_it_extends(shared: Service) -> None:
    extension = {
        "@type": "PremiumCustomer",
        "@baseType": "Customer",
        "@schemaLocation": "https://example.com/PremiumCustomer.json",
        "personalAdviser": "Grace",
    }
    document = await made(shared, "customer", **extension)
    assert {name: document[name] for name in extension} == extension
    there = place("customer", document)
    answer = await shared.client.patch(there, json={**extension, "personalAdviser": "Alan"})
    assert answer.status_code == 200
    assert answer.json() == {**document, "personalAdviser": "Alan"}
    assert await ids_of(shared, "customer", "@type=PremiumCustomer") == [document["id"]]
    for change in ({"@baseType": None}, {"@schemaLocation": "x"}, {"@type": "Customer"}):
        answer = await shared.client.patch(there, json=change)
        assert (answer.status_code, answer.json()["code"]) == (400, "immutableAttribute")
    assert (await shared.client.get(there)).json()["@baseType"] == "Customer"


async def test_a_type_that_is_not_said_is_the_declared_one(shared: Service) -> None:
    body = {name: value for name, value in BODIES["individual"].items() if name != "@type"}
    answer = await shared.client.post(PATHS["individual"], json=body)
    assert (answer.status_code, answer.json()["@type"]) == (201, "Individual")


async def test_an_address_that_is_sent_is_not_kept(shared: Service) -> None:
    document = await made(shared, "individual", href="https://elsewhere.example/1")
    assert document["href"] == f"{shared.base}{place('individual', document)}"


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        10**30,
        1.5,
        1e300,
        -2.5e-7,
        True,
        None,
        "",
        " ",
        'quote " back \\ slash / tab \t',
        "line\nend",
        "naïve 東京 🚀 \u202e\u0301",
        "\x7f",
        "</script><script>",
        "{}",
        [],
        {},
        [[1, [2, []]], {"a": {"b": None}}],
        {"": 1, " ": 2, "id": "3", "é": 4},
        "x" * 100_000,
    ],
    ids=lambda value: json.dumps(value)[:30],
)
async def test_values_come_back_as_they_were(shared: Service, value: Any) -> None:
    document = await made(shared, "individual", extra=value)
    assert document["extra"] == value
    there = place("individual", document)
    assert (await shared.client.get(there)).json() == document
    answer = await shared.client.patch(there, json={"title": "Dr"})
    assert answer.json() == {**document, "title": "Dr"}


async def test_documents_may_be_a_hundred_levels_deep(shared: Service) -> None:
    deep: Any = 1
    for _ in range(99):
        deep = [deep]
    document = await made(shared, "individual", extra=deep)
    assert (await shared.client.get(place("individual", document))).json() == document


async def test_a_record_may_name_another_twice(shared: Service) -> None:
    twice = [
        {"role": "friend", "partyOrPartyRole": {"id": "x-1", "@referredType": kind}}
        for kind in ("Individual", "Organization")
    ]
    document = await made(shared, "individual", relatedParty=twice)
    answer = await shared.client.patch(
        place("individual", document), json={"relatedParty": [*reversed(twice), *twice]}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("letter", ["x", "é", "東", "🚀"])
async def test_the_longest_names_are_kept(shared: Service, letter: str) -> None:
    name = "".join(letter + chr(0x4E00 + 7 * number) for number in range(150))
    document = await made(shared, "individual", givenName=name, familyName=name[::-1])
    assert await ids_of(shared, "individual", f"givenName={name}") == [document["id"]]
