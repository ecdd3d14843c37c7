"""A customer seen whole: person, accounts, agreements and interactions in one call."""

from typing import Any

import pytest

from tests.conftest import Service
from tests.tmf.bodies import WHOLE, Document, made, party, place, related

ALIAS = "/tmf-api/customer360Management/v5/customer360"


async def household(service: Service, interactions: int = 3) -> dict[str, list[Document]]:
    """Make a person who is a customer, with all that hangs on both, and a stranger beside."""
    person = await made(service, "individual")
    customer = await made(service, "customer", engagedParty=party(person["id"]))
    of_customer = [related(customer["id"], role="customer", kind="Customer")]
    contacts = [
        await made(
            service,
            "partyInteraction",
            relatedParty=[related(person["id"], role="customer")],
            interactionDate={"startDateTime": f"2025-03-{day + 1:02}T10:00:00Z"},
        )
        for day in range(interactions)
    ]
    whole = {
        "individual": [person],
        "customer": [customer],
        "partyAccount": [await made(service, "partyAccount", relatedParty=of_customer)],
        "billingAccount": [
            await made(service, "billingAccount", relatedParty=of_customer) for _ in range(2)
        ],
        "agreement": [
            await made(service, "agreement", engagedParty=[party(customer["id"], "Customer")])
        ],
        "partyInteraction": contacts,
    }
    stranger = await made(service, "individual")
    await made(service, "customer", engagedParty=party(stranger["id"]))
    return whole


def ids(documents: list[Document]) -> list[str]:
    return sorted(document["id"] for document in documents)


async def test_a_customer_is_seen_whole(shared: Service) -> None:
    whole = await household(shared)
    customer = whole.pop("customer")[0]
    for base in (WHOLE, ALIAS):
        answer = await shared.client.get(f"{base}/{customer['id']}")
        assert answer.status_code == 200
        seen = answer.json()
        assert seen["id"] == customer["id"]
        assert seen["@type"] == "Customer360"
        assert seen["href"] == f"{shared.base}{WHOLE}/{customer['id']}"
        assert seen["customer"] == customer
        for kind, documents in whole.items():
            assert ids(seen[kind]) == ids(documents), kind
            assert all(document in documents for document in seen[kind])
        assert seen["known"] == {kind: len(documents) for kind, documents in whole.items()}
        assert "organization" not in seen


async def test_a_company_is_seen_with_its_people(shared: Service) -> None:
    company = await made(shared, "organization")
    employer = [related(company["id"], role="employer", kind="Organization")]
    people = [await made(shared, "individual", relatedParty=employer) for _ in range(2)]
    customer = await made(shared, "customer", engagedParty=party(company["id"], "Organization"))
    seen = (await shared.client.get(f"{WHOLE}/{customer['id']}")).json()
    assert seen["organization"] == [company]
    assert ids(seen["individual"]) == ids(people)


async def test_the_latest_are_shown_up_to_the_limit(shared: Service) -> None:
    whole = await household(shared, interactions=5)
    customer = whole["customer"][0]
    answer = await shared.client.get(f"{WHOLE}/{customer['id']}?limit=2")
    seen = answer.json()
    days = [record["interactionDate"]["startDateTime"] for record in seen["partyInteraction"]]
    assert days == ["2025-03-05T10:00:00Z", "2025-03-04T10:00:00Z"]
    assert seen["known"]["partyInteraction"] == 5
    assert len(seen["billingAccount"]) == 2


async def test_what_is_removed_is_seen_no_more(shared: Service) -> None:
    whole = await household(shared)
    customer = whole["customer"][0]
    await shared.client.delete(place("billingAccount", whole["billingAccount"][0]))
    moved = {"relatedParty": [related("0006h0q9x2mrs6kz4c8v1tdw3e")]}
    await shared.client.patch(place("partyAccount", whole["partyAccount"][0]), json=moved)
    seen = (await shared.client.get(f"{WHOLE}/{customer['id']}")).json()
    assert ids(seen["billingAccount"]) == [whole["billingAccount"][1]["id"]]
    assert "partyAccount" not in seen


async def test_parts_that_the_caller_may_not_read_are_absent(shared: Service) -> None:
    whole = await household(shared)
    customer = whole["customer"][0]
    token = await shared.token_for("narrow", "customer:read", "billingAccount:read")
    answer = await shared.client.get(
        f"{WHOLE}/{customer['id']}", headers={"Authorization": f"Bearer {token}"}
    )
    seen: dict[str, Any] = answer.json()
    assert set(seen) == {"id", "href", "@type", "customer", "billingAccount", "known"}
    assert seen["known"] == {"billingAccount": 2}
    assert whole["individual"][0]["contactMedium"][0]["emailAddress"] not in answer.text
    rows = await shared.database.fetch(
        "SELECT record_ids FROM access.entry"
        " WHERE process = 'narrow' AND record_type = 'customer360'"
    )
    assert len(rows) == 1
    told = rows[0]["record_ids"].decode()
    assert whole["individual"][0]["id"] not in told
    assert all(account["id"] in told for account in whole["billingAccount"])


async def test_a_caller_who_may_not_read_customers_sees_nothing(shared: Service) -> None:
    whole = await household(shared)
    token = await shared.token_for("blind", "individual:read", "billingAccount:read")
    answer = await shared.client.get(
        f"{WHOLE}/{whole['customer'][0]['id']}", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("identifier", ["0006h0q9x2mrs6kz4c8v1tdw3e", "x", "%00"])
async def test_there_is_no_such_customer(shared: Service, identifier: str) -> None:
    answer = await shared.client.get(f"{WHOLE}/{identifier}")
    assert (answer.status_code, answer.json()["code"]) == (404, "notFound")


async def test_another_record_is_no_customer(shared: Service) -> None:
    person = await made(shared, "individual")
    assert (await shared.client.get(f"{WHOLE}/{person['id']}")).status_code == 404


async def test_head_tells_the_length_alone(shared: Service) -> None:
    customer = (await household(shared))["customer"][0]
    got = await shared.client.get(f"{WHOLE}/{customer['id']}")
    headed = await shared.client.head(f"{WHOLE}/{customer['id']}")
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == str(len(got.content))
