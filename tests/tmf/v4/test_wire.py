"""Version 4 over the wire: the same records as version 5, in its own names."""

from typing import Any

import pytest

from tests.conftest import Service

PARTY, PARTY_5 = "/tmf-api/party/v4", "/tmf-api/partyManagement/v5"
INTERACTION = "/tmf-api/partyInteraction/v4/partyInteraction"
INTERACTION_5 = "/tmf-api/partyInteraction/v5/partyInteraction"
CUSTOMER = "/tmf-api/customerManagement/v4/customer"
CUSTOMER_5 = "/tmf-api/customerManagement/v5/customer"
MEDIUM = {"mediumType": "email", "characteristic": {"emailAddress": "ada@example.com"}}
ADA = {"familyName": "Lovelace", "givenName": "Ada", "contactMedium": [MEDIUM]}


async def made(service: Service, path: str, body: Any) -> dict[str, Any]:
    answer = await service.client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    assert answer.headers["location"] == document["href"]
    return document


async def told(service: Service, path: str) -> Any:
    answer = await service.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_version_4_makes_is_there_in_both(shared: Service) -> None:
    ada = await made(shared, f"{PARTY}/individual", ADA)
    assert ada["href"] == f"{shared.base}{PARTY}/individual/{ada['id']}"
    assert ada.items() >= {**ADA, "@type": "Individual"}.items()
    assert await told(shared, f"{PARTY}/individual/{ada['id']}") == ada
    five = await told(shared, f"{PARTY_5}/individual/{ada['id']}")
    assert five["href"] == f"{shared.base}{PARTY_5}/individual/{ada['id']}"
    (medium,) = five["contactMedium"]
    assert (medium["@type"], medium["emailAddress"]) == ("EmailContactMedium", "ada@example.com")


async def test_an_organisation_goes_by_its_trading_name(shared: Service) -> None:
    older = await made(shared, f"{PARTY}/organization", {"tradingName": "Coffee Do Brazil"})
    assert older["tradingName"] == "Coffee Do Brazil"
    assert "name" not in older
    five = await told(shared, f"{PARTY_5}/organization/{older['id']}")
    assert five["name"] == "Coffee Do Brazil"
    other = await made(
        shared, f"{PARTY_5}/organization", {"name": "Coffee Do Brazil", "tradingName": "Cafés"}
    )
    found = await told(shared, f"{PARTY}/organization?tradingName=Coffee Do Brazil")
    assert [one["id"] for one in found] == [older["id"]]
    assert [one["id"] for one in await told(shared, f"{PARTY}/organization?tradingName=Cafés")] == [
        other["id"]
    ]


async def test_version_4_may_leave_out_status_and_date_of_an_interaction(shared: Service) -> None:
    channel = [{"id": "555", "name": "Chat", "role": "used"}]
    body = {"channel": channel, "direction": "inbound", "reason": "A question"}
    older = await made(shared, INTERACTION, body)
    assert older["channel"] == channel
    assert older["status"] == "opened"
    assert older["interactionDate"]["startDateTime"]
    five = await told(shared, f"{INTERACTION_5}/{older['id']}")
    assert five["relatedChannel"][0]["channel"]["id"] == "555"


CONDITIONS = {
    "a name": "name={name}",
    "an id": "id={id}",
    "an address": "href={href}",
    "a nested id": "relatedParty.id=p-{name}",
    "a role": "relatedParty.role=friend-{name}",
    "a characteristic": "contactMedium.characteristic.phoneNumber=%2B44{name}",
    "a medium, in a word of ours": "contactMedium.mediumType=phone&name={name}",
    "a medium, in a word of its own": "contactMedium.mediumType=carrier pigeon {name}",
    "any of two": "name={name},nobody",
    "two at once": "name={name}&contactMedium.characteristic.phoneNumber.regex=^.44",
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
async def test_conditions_are_in_the_names_of_version_4(shared: Service, condition: str) -> None:
    name = f"n{abs(hash(condition))}"
    body = {
        "name": name,
        "engagedParty": {"id": "1", "@referredType": "Organization"},
        "relatedParty": [
            {"id": f"p-{name}", "role": f"friend-{name}", "@referredType": "Individual"}
        ],
        "contactMedium": [
            {"mediumType": "phone", "characteristic": {"phoneNumber": f"+44{name}"}},
            {"mediumType": f"carrier pigeon {name}", "characteristic": {"city": "London"}},
        ],
    }
    document = await made(shared, CUSTOMER, body)
    found = await told(shared, f"{CUSTOMER}?{condition.format(**document)}")
    assert [one["id"] for one in found] == [document["id"]]
    assert found == [document]


async def test_fields_and_order_are_in_the_names_of_version_4(shared: Service) -> None:
    for name in ("zeta-v4", "alpha-v4"):
        await made(shared, f"{PARTY}/organization", {"tradingName": name, "nameType": "v4 order"})
    rows = await told(
        shared, f"{PARTY}/organization?nameType=v4 order&sort=tradingName&fields=tradingName"
    )
    assert [row["tradingName"] for row in rows] == ["alpha-v4", "zeta-v4"]
    assert all(row.keys() == {"id", "href", "@type", "tradingName"} for row in rows)


async def test_a_change_in_one_version_loses_nothing_of_the_other(shared: Service) -> None:
    body = {
        "@type": "Customer",
        "name": "Analytical Engines",
        "engagedParty": {"@type": "PartyRef", "id": "1", "@referredType": "Organization"},
        "relatedParty": [
            {
                "@type": "RelatedPartyOrPartyRole",
                "role": "owner",
                "partyOrPartyRole": {"@type": "PartyRef", "id": "2", "name": "Charles"},
            }
        ],
        "contactMedium": [{"@type": "PhoneContactMedium", "phoneNumber": "+441"}],
        "partyRoleSpecification": {"@type": "PartyRoleSpecificationRef", "id": "3"},
    }
    five = await made(shared, CUSTOMER_5, body)
    older = await told(shared, f"{CUSTOMER}/{five['id']}")
    assert older["relatedParty"] == [{"id": "2", "name": "Charles", "role": "owner"}]
    patch = {"relatedParty": [*older["relatedParty"], {"id": "4", "role": "friend"}]}
    answer = await shared.client.patch(f"{CUSTOMER}/{five['id']}", json=patch)
    assert (answer.status_code, answer.json()) == (200, {**older, **patch})
    after = await told(shared, f"{CUSTOMER_5}/{five['id']}")
    assert after["relatedParty"][0] == body["relatedParty"][0]
    assert after["relatedParty"][1]["partyOrPartyRole"]["id"] == "4"
    assert {**after, "relatedParty": 0} == {**five, "relatedParty": 0}
    again = await shared.client.patch(f"{CUSTOMER_5}/{five['id']}", json={"status": "active"})
    assert again.status_code == 200
    expected = {**older, **patch, "status": "active"}
    assert await told(shared, f"{CUSTOMER}/{five['id']}") == expected


REFUSED: dict[str, tuple[str, Any, str]] = {
    "a missing attribute": (f"{PARTY}/organization", {}, "tradingName"),
    "a missing channel": (INTERACTION, {"direction": "in", "reason": "x"}, "channel"),
    "a wrong type within": (
        CUSTOMER,
        {
            "name": "x",
            "engagedParty": {"id": "1"},
            "contactMedium": [{"mediumType": "x", "characteristic": {"city": 5}}],
        },
        "contactMedium[0].characteristic.city",
    ),
    "a reference without id": (
        CUSTOMER,
        {
            "name": "x",
            "engagedParty": {"id": "1"},
            "relatedParty": [{"role": "x", "@referredType": "Customer"}],
        },
        "relatedParty[0].id",
    ),
}


REFUSED |= {
    f"a {part} without {name}": (
        CUSTOMER,
        {"name": "x", "engagedParty": {"id": "1"}, part: [{"other": 1}]},
        f"{part}[0].{name}",
    )
    for part, name in (
        ("relatedParty", "@referredType"),
        ("contactMedium", "mediumType"),
        ("contactMedium", "characteristic"),
        ("creditProfile", "validFor"),
        ("account", "name"),
    )
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
async def test_errors_name_the_attributes_of_version_4(shared: Service, case: Any) -> None:
    path, body, where = case
    answer = await shared.client.post(path, json=body)
    assert answer.status_code == 400
    error = answer.json()
    assert where in [problem["path"] for problem in error["problem"]]
    assert error["path"] == error["problem"][0]["path"]
    assert error["reason"].startswith(error["path"])
    assert "@type" not in error


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{CUSTOMER}/unknown", 404),
        ("GET", "/tmf-api/nothing/v4/here", 404),
        ("PUT", CUSTOMER, 405),
        ("GET", f"{CUSTOMER}?filter=$[?(@.name=='x')", 400),
        ("GET", f"{CUSTOMER}?limit=x", 400),
    ],
)
async def test_errors_of_version_4_are_not_typed(
    shared: Service, method: str, path: str, status: int
) -> None:
    answer = await shared.client.request(method, path)
    assert answer.status_code == status
    assert answer.json().keys() >= {"code", "reason"}
    assert "@type" not in answer.json()


async def test_a_stranger_is_told_so_without_type(shared: Service) -> None:
    answer = await shared.client.get(CUSTOMER, headers={"Authorization": ""})
    assert answer.status_code == 401
    assert "@type" not in answer.json()


async def test_the_customer_is_seen_whole_in_version_4(shared: Service) -> None:
    ada = await made(shared, f"{PARTY}/individual", ADA)
    party = {"id": ada["id"], "@referredType": "Individual"}
    customer = await made(shared, CUSTOMER, {"name": "Ada", "engagedParty": party})
    whole = await told(shared, f"/tmf-api/customer360/v4/customer360/{customer['id']}")
    assert whole["customer"] == customer
    assert whole["individual"] == [ada]


async def test_the_past_is_told_in_version_4(shared: Service) -> None:
    older = await made(shared, f"{PARTY}/organization", {"tradingName": "Once"})
    address = f"{PARTY}/organization/{older['id']}"
    changed = await shared.client.patch(address, json={"tradingName": "Now"})
    assert changed.json()["tradingName"] == "Now"
    versions = await told(shared, f"{address}/history?view=document")
    assert [one["document"]["tradingName"] for one in versions] == ["Now", "Once"]
    changes = (await told(shared, f"{address}/history?view=change"))[0]["change"]
    assert changes == [{"path": "tradingName", "before": "Once", "after": "Now"}]


async def test_an_unnamed_list_is_a_whole_page(shared: Service) -> None:
    for number in range(25):
        await made(shared, f"{PARTY}/organization", {"tradingName": f"many {number}"})
    answer = await shared.client.get(f"{PARTY}/organization")
    assert (answer.status_code, len(answer.json())) == (200, 20)


async def test_what_cannot_be_changed_cannot_be_in_version_4(shared: Service) -> None:
    older = await made(shared, f"{PARTY}/organization", {"tradingName": "Fixed"})
    address = f"{PARTY}/organization/{older['id']}"
    for patch in ({"href": "x"}, {"id": "x"}, {"@type": "Other"}, {"href": None}):
        answer = await shared.client.patch(address, json=patch)
        assert (answer.status_code, answer.json()["code"]) == (400, "immutableAttribute")
    same = await shared.client.patch(address, json=older)
    assert (same.status_code, same.json(), same.headers["etag"]) == (200, older, '"1"')
