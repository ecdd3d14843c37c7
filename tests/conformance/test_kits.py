"""What the official conformance kits do, step by step, for every resource of version 4.

The kits make a record, list, read it again, select attributes, search by each of the mandatory
ones, ask for what is not there; some change and remove it. They accept 200 alone for a list, and
expect every row to have the mandatory attributes, whoever made it and in which version.
"""

from typing import Any, NamedTuple

import httpx
import pytest

from tests.conftest import Service

UNKNOWN = "c2df1950-c17c-4576-9c22-e59073a4a86a"
Document = dict[str, Any]


class Kit(NamedTuple):
    """What is sent, which attributes every row has, and which of them are searched by."""

    path: str
    body: Document
    rows: tuple[str, ...]
    searched: tuple[str, ...]


_PARTY = {"@referredType": "Organization", "id": "4711", "name": "Moon Football"}
_ACCOUNT = {"name": "Home", "relatedParty": [_PARTY]}
_VALUE = {"name": "byEmail", "value": "no", "valueType": "boolean"}
KITS = {
    "customer": Kit(
        "customerManagement",
        {"name": "Moon", "engagedParty": _PARTY},
        ("@type", "engagedParty", "name"),
        ("name",),
    ),
    "individual": Kit(
        "party",
        {"familyName": "Lamb", "givenName": "Jane"},
        ("familyName", "givenName"),
        ("familyName", "givenName"),
    ),
    "organization": Kit("party", {"tradingName": "Coffee"}, ("tradingName",), ("tradingName",)),
    "partyInteraction": Kit(
        "partyInteraction",
        {"channel": [{"id": "5"}], "direction": "inbounds", "reason": "Wanted TV"},
        ("channel", "direction", "reason"),
        ("direction", "reason"),
    ),
    "agreement": Kit(
        "agreementManagement",
        {
            "name": "Summer",
            "agreementType": "commercial",
            "agreementItem": [{"termOrCondition": [{"id": "1", "description": "A term"}]}],
            "engagedParty": [{**_PARTY, "role": "supplier"}],
        },
        ("@type", "agreementItem", "agreementType", "engagedParty", "name"),
        ("agreementType", "name"),
    ),
    "agreementSpecification": Kit(
        "agreementManagement",
        {"name": "Template", "attachment": [{"id": "4", "url": "http://example.com"}]},
        ("@type", "attachment", "name"),
        ("name",),
    ),
    **{
        name: Kit("accountManagement", _ACCOUNT, ("name", "relatedParty"), ("name",))
        for name in ("partyAccount", "billingAccount", "settlementAccount")
    },
    **{
        name: Kit("accountManagement", {"name": "Monthly"}, ("name",), ("name",))
        for name in (
            "financialAccount",
            "billFormat",
            "billingCycleSpecification",
            "billPresentationMedia",
        )
    },
    "partyRole": Kit("partyRoleManagement", {"name": "supplier"}, ("name",), ("name",)),
    "partyPrivacyProfile": Kit(
        "privacyManagement",
        {
            "agreedByParty": {**_PARTY, "role": "owner"},
            "partyPrivacyProfileCharacteristic": [{**_VALUE, "relatedParty": [_PARTY]}],
            "partyPrivacyProfileSpecification": {"id": "2", "name": "Individual"},
        },
        ("agreedByParty", "partyPrivacyProfileCharacteristic", "partyPrivacyProfileSpecification"),
        (),
    ),
    "partyPrivacyProfileSpecification": Kit(
        "privacyManagement",
        {"partyPrivacyProfileSpecCharacteristic": [{"name": "byEmail"}]},
        ("partyPrivacyProfileSpecCharacteristic",),
        (),
    ),
    "product": Kit(
        "productInventory",
        {
            "status": "active",
            "productCharacteristic": [_VALUE],
            "productOffering": {"id": "1"},
            "relatedParty": [_PARTY],
        },
        ("productCharacteristic", "productOffering", "relatedParty", "status"),
        ("status",),
    ),
    "troubleTicket": Kit(
        "troubleTicket",
        {"description": "No signal", "severity": "minor", "ticketType": "fault"},
        ("description", "severity", "ticketType"),
        ("description", "severity", "ticketType"),
    ),
}


@pytest.mark.parametrize("name", KITS)
async def test_a_kit_passes(served: Service, name: str) -> None:
    kit, client = KITS[name], served.client
    path = f"/tmf-api/{kit.path}/v4/{name}"
    made = []
    for _ in range(2):
        answer = await client.post(path, json=kit.body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    always = {"id", "href", *kit.rows}
    for document in made:
        assert {at: document[at] for at in kit.body} == kit.body
        assert isinstance(document["id"], str)
        assert isinstance(document["href"], str)
        assert await _rows(client, f"{path}/{document['id']}") == [document]
        for attribute in ("id", "href", *kit.searched):
            query = httpx.QueryParams({attribute: document[attribute]})
            found = await _rows(client, f"{path}?{query}")
            assert document in found, attribute
            assert all(row[attribute] == document[attribute] for row in found)
            assert all(row.keys() >= always for row in found)
    assert all(row.keys() >= always for row in await _rows(client, path))
    for attribute in ("id", "href", *kit.rows):
        for row in await _rows(client, f"{path}?fields={attribute}"):
            assert attribute in row
            assert row.keys() <= {"id", "href", "@type", attribute}
    assert (await client.get(f"{path}/{UNKNOWN}")).status_code == 404
    changed = await client.patch(f"{path}/{made[0]['id']}", json={"other": {}, **kit.body})
    assert (changed.status_code, changed.json()) == (200, {**made[0], "other": {}})
    assert (await client.delete(f"{path}/{made[0]['id']}")).status_code == 204
    assert (await client.get(f"{path}/{made[0]['id']}")).status_code == 404


async def test_an_empty_list_is_a_list(served: Service) -> None:
    assert await _rows(served.client, "/tmf-api/party/v4/individual?familyName=Nobody") == []


async def _rows(client: httpx.AsyncClient, path: str) -> list[Document]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    rows: Document | list[Document] = answer.json()
    return rows if isinstance(rows, list) else [rows]
