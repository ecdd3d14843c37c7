"""Search over the wire: ranked, in pages, and only what the caller may read."""

from typing import Any

import pytest

from tests.conftest import Service
from tests.tmf.bodies import Document, made, party

SEARCH = "/inventory/v1/search"


async def asked(service: Service, **query: Any) -> Document:
    answer = await service.client.get(SEARCH, params=query)
    assert answer.status_code == 200, answer.text
    document: Document = answer.json()
    return document


async def test_what_answers_and_where_it_leads(service: Service) -> None:
    medium = [{"@type": "PhoneContactMedium", "phoneNumber": "+46701740605"}]
    person = await made(
        service, "individual", givenName="Ada", familyName="Zorblatt", contactMedium=medium
    )
    customer = await made(
        service, "customer", name="Zorblatt & Co", engagedParty=party(person["id"], "Individual")
    )
    found = await asked(service, q="070-174 06 05")
    assert found["isComplete"] is True
    assert "after" not in found
    assert found["hit"] == [
        {
            "type": "individual",
            "id": person["id"],
            "name": "Ada Zorblatt",
            "score": 0.95,
            "matched": [
                {"kind": "phone", "path": "contactMedium[0].phoneNumber", "value": "+46701740605"}
            ],
            "customer": {"id": customer["id"], "name": "Zorblatt & Co"},
        }
    ]
    first = await asked(service, q="zorblatt", limit=1)
    second = await asked(service, q="zorblatt", limit=1, after=first["after"])
    shown = [page["hit"][0]["id"] for page in (first, second)]
    assert set(shown) == {person["id"], customer["id"]}
    assert "after" not in second
    entry = await service.database.row(
        "SELECT record_type, record_ids::text FROM access.entry ORDER BY seq DESC LIMIT 1"
    )
    assert entry is not None
    assert entry[0] == "search"
    assert customer["id"] in entry[1]


async def test_only_what_the_caller_may_read(service: Service) -> None:
    person = await made(service, "individual", givenName="Ada", familyName="Zorblatt")
    await made(service, "customer", name="Zorblatt", engagedParty=party(person["id"], "Individual"))
    for allowed, types in (
        ("individual:read", {"individual"}),
        ("customer:read", {"customer"}),
        ("agreement:read", set()),
    ):
        token = await service.token_for(allowed.partition(":")[0], allowed)
        answer = await service.client.get(
            SEARCH, params={"q": "zorblatt"}, headers={"Authorization": f"Bearer {token}"}
        )
        hits = answer.json()["hit"]
        assert {hit["type"] for hit in hits} == types
        assert all("customer" not in hit or "customer" in types for hit in hits)


@pytest.mark.parametrize(
    "query",
    [
        *("", "q=", "q=%25", f"q={'x' * 201}", "q=a&limit=0", "q=a&limit=101", "q=a&limit=x"),
        *("q=a&asOf=never", "q=a&after=x", "q=a&other=1", "q=a&q=b"),
    ],
)
async def test_what_is_not_well_formed_is_refused(service: Service, query: str) -> None:
    answer = await service.client.get(f"{SEARCH}?{query}")
    assert answer.status_code == 400, answer.text
