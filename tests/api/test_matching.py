"""Duplicates at entry and their queue, over the wire."""

import json
from typing import Any

import pytest

from tests.conftest import Service
from tests.tmf.bodies import PATHS, Document, made, place

API = "/inventory/v1"
HOME = {
    "@type": "GeographicAddressContactMedium",
    "street1": "Hauptstraße 12",
    "postCode": "10115",
    "city": "Berlin",
    "country": "DE",
}
PHONE = {"@type": "PhoneContactMedium", "phoneNumber": "+4917139200123"}
PERSON = {
    "givenName": "William",
    "familyName": "Zorblatt",
    "birthDate": "1980-05-02",
    "contactMedium": [HOME, PHONE],
}
COMPANY = {
    "name": "Zorblatt & Söhne GmbH",
    "contactMedium": [HOME, {"@type": "EmailContactMedium", "emailAddress": "info@zorblatt.de"}],
}


async def checked(service: Service, kind: str, **document: Any) -> Document:
    answer = await service.client.post(f"{API}/check", json={"type": kind, "document": document})
    assert answer.status_code == 200, answer.text
    found: Document = answer.json()
    return found


async def create(service: Service, way: str, **document: Any):
    return await service.client.post(
        PATHS["individual"], json={"@type": "Individual", **document}, headers={"X-Match": way}
    )


async def pairs(service: Service, **query: Any) -> list[Document]:
    answer = await service.client.get(f"{API}/pair", params=query)
    assert answer.status_code == 200, answer.text
    found: list[Document] = answer.json()["pair"]
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"givenName": "Bill"},
        {"familyName": "Zorblat"},
        {"birthDate": "1980-02-05"},
        {"givenName": "Zorblatt", "familyName": "William"},
        {"contactMedium": [{"@type": "PhoneContactMedium", "phoneNumber": "0049 171 39200123"}]},
        {"contactMedium": [HOME]},
    ],
)
async def test_who_is_there_is_found(service: Service, changes: Document) -> None:
    one = await made(service, "individual", **PERSON)
    found = await checked(service, "individual", **{**PERSON, **changes})
    (likely,) = found["candidate"]
    assert (likely["id"], likely["isLikely"]) == (one["id"], True)
    assert {each["comparison"] for each in likely["reason"]} >= {"given", "family", "birth"}
    assert len(found["model"]) == 64


async def test_who_lives_there_too_is_not(service: Service) -> None:
    await made(service, "individual", **PERSON)
    other = {**PERSON, "givenName": "Eleonore", "birthDate": "1984-09-17"}
    assert (await checked(service, "individual", **other))["candidate"] == []
    assert (await checked(service, "individual", givenName="Nobody"))["candidate"] == []
    assert (await checked(service, "individual"))["candidate"] == []


async def test_companies_are_found_and_their_branches_told_apart(service: Service) -> None:
    one = await made(service, "organization", **COMPANY)
    found = await checked(service, "organization", **{**COMPANY, "name": "ZORBLATT UND SÖHNE"})
    assert [each["id"] for each in found["candidate"]] == [one["id"]]
    elsewhere = {**HOME, "street1": "Am Markt 7", "postCode": "50667", "city": "Köln"}
    branch = {"name": f"{COMPANY['name']} Niederlassung Köln", "contactMedium": [elsewhere]}
    found = await checked(service, "organization", **branch)
    assert [each for each in found["candidate"] if each["isLikely"]] == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"type": "individual"}, "document"),
        ({"type": "individual", "document": []}, "document"),
        ({"document": {}}, "type"),
        ({"type": "customer", "document": {}}, "type"),
        ({"type": "individual", "document": {}, "more": 1}, "more"),
    ],
)
async def test_what_is_no_check(service: Service, body: Document, path: str) -> None:
    answer = await service.client.post(f"{API}/check", json=body)
    assert (answer.status_code, answer.json()["path"]) == (400, path)


async def test_a_caller_is_warned_and_a_steward_asked(service: Service) -> None:
    one = await made(service, "individual", **PERSON)
    assert await pairs(service) == []
    answer = await create(service, "warn", **{**PERSON, "givenName": "Bill"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["x-match-likely"].startswith(f"{one['id']};p=0.9")
    (pair,) = await pairs(service, type="individual")
    assert {pair["one"], pair["other"]} == {one["id"], answer.json()["id"]}
    assert (pair["state"], pair["foundAtEntry"], pair["conflict"]) == ("open", True, [])
    there = f"{API}/pair/{pair['one']}/{pair['other']}"
    assert (await service.client.get(there)).json() == pair
    back = await service.client.get(f"{API}/pair/{pair['other']}/{pair['one']}")
    assert back.json() == pair
    merged = await service.client.post(
        there, json={"decision": "merge", "survivor": one["id"], "reason": "one person"}
    )
    assert (merged.status_code, merged.json()["state"]) == (200, "merged")
    shown = await service.client.get(place("individual", answer.json()))
    assert shown.json()["id"] == one["id"]
    assert await pairs(service) == []


async def told_of(service: Service, status: int) -> list[tuple[int, list[str]]]:
    """Counts and ids of the entries of what was to be made, and told of more than itself."""
    rows = await service.database.fetch(
        "SELECT record_count, record_ids::text AS ids FROM access.entry"
        " WHERE operation = 'create' AND status = $1 ORDER BY seq, number",
        status,
    )
    told = [(row["record_count"], json.loads(row["ids"])) for row in rows]
    return told if status != 201 else [each for each in told if each[0] > 1]


async def test_a_caller_may_have_it_refused(service: Service) -> None:
    one = await made(service, "individual", **PERSON)
    refused = await create(service, "refuse", **PERSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "likelyDuplicate")
    assert one["id"] in refused.json()["reason"]
    # The caller has learned of that one: it is told in the ledger.
    assert await told_of(service, 409) == [(1, [one["id"]])]
    warned = await create(service, "warn", **PERSON)
    assert await told_of(service, 201) == [(2, [warned.json()["id"], one["id"]])]
    made_all_the_same = await create(service, "refuse", givenName="Else", familyName="Nobody")
    assert made_all_the_same.status_code == 201
    assert "x-match-likely" not in made_all_the_same.headers
    odd = await create(service, "perhaps", **PERSON)
    assert (odd.status_code, odd.json()["path"]) == (400, "X-Match")
    other = await service.client.post(
        PATHS["customer"], json={"@type": "Customer", "name": "x"}, headers={"X-Match": "warn"}
    )
    assert (other.status_code, other.json()["path"]) == (400, "X-Match")


async def test_what_is_told_apart_is_never_asked_again(service: Service) -> None:
    one = await made(service, "individual", **PERSON)
    two = (await create(service, "warn", **PERSON)).json()
    (pair,) = await pairs(service)
    there = f"{API}/pair/{pair['one']}/{pair['other']}"
    later = await service.client.post(there, json={"decision": "later"})
    assert later.json()["state"] == "later"
    assert await pairs(service) == []
    (waiting,) = await pairs(service, state="later")
    assert waiting["decisionReason" if "decisionReason" in waiting else "state"] == "later"
    apart = await service.client.post(there, json={"decision": "notSame"})
    assert apart.json()["state"] == "notSame"
    # A third record is merged into one of them: the group is told apart from the other too.
    third = (await create(service, "warn", **PERSON)).json()
    asked = {frozenset((each["one"], each["other"])) for each in await pairs(service)}
    assert asked == {frozenset((third["id"], one["id"])), frozenset((third["id"], two["id"]))}
    body = {"type": "individual", "survivor": third["id"], "merged": [one["id"]]}
    assert (await service.client.post(f"{API}/merge", json=body)).status_code == 200
    from customer_inventory.capture.matching.pair import told_apart

    key = (min(third["id"], two["id"]), max(third["id"], two["id"]))
    assert await told_apart(service.database, [key]) == {key}


async def test_what_is_no_decision(service: Service) -> None:
    await made(service, "individual", **PERSON)
    await create(service, "warn", **PERSON)
    (pair,) = await pairs(service)
    there = f"{API}/pair/{pair['one']}/{pair['other']}"
    for body, path in (
        ({}, "decision"),
        ({"decision": "perhaps"}, "decision"),
        ({"decision": "merge", "survivor": "x"}, "survivor"),
        ({"decision": "later", "reason": "x" * 1001}, "reason"),
    ):
        answer = await service.client.post(there, json=body)
        assert (answer.status_code, answer.json()["path"]) == (400, path)
    absent = await service.client.get(f"{API}/pair/{pair['one']}/nobody")
    assert (absent.status_code, absent.json()["code"]) == (404, "notFound")
    for query, path in (
        ({"type": "customer"}, "type"),
        ({"state": "x"}, "state"),
        ({"limit": "0"}, "limit"),
        ({"after": "x"}, "after"),
    ):
        answer = await service.client.get(f"{API}/pair", params=query)
        assert (answer.status_code, answer.json()["path"]) == (400, path)


async def test_pairs_in_pages(service: Service) -> None:
    for number in range(4):
        await create(service, "warn", **{**PERSON, "middleName": f"n{number}"})
    first = (await service.client.get(f"{API}/pair", params={"limit": 4})).json()
    rest = await service.client.get(f"{API}/pair", params={"limit": 4, "after": first["after"]})
    seen = [(each["one"], each["other"]) for each in (*first["pair"], *rest.json()["pair"])]
    assert len(seen) == len(set(seen)) == 6


async def test_only_what_the_caller_may(service: Service) -> None:
    await made(service, "individual", **PERSON)
    await create(service, "warn", **PERSON)
    (pair,) = await pairs(service)
    there = f"{API}/pair/{pair['one']}/{pair['other']}"
    for allowed, statuses in (
        ("individual:read", (200, 200, 403)),
        ("organization:read,modify", (403, 404, 404)),
        ("individual:create", (403, 403, 403)),
    ):
        token = await service.token_for("some", allowed)
        headers = {"Authorization": f"Bearer {token}"}
        body = {"type": "individual", "document": PERSON}
        check = await service.client.post(f"{API}/check", json=body, headers=headers)
        get = await service.client.get(there, headers=headers)
        post = await service.client.post(there, json={"decision": "later"}, headers=headers)
        assert (check.status_code, get.status_code, post.status_code) == statuses, allowed
    # Whoever may only make records is told of none; the steward is asked all the same.
    creates = {"Authorization": f"Bearer {token}", "X-Match": "refuse"}
    body = {"@type": "Individual", **PERSON}
    answer = await service.client.post(PATHS["individual"], json=body, headers=creates)
    assert answer.status_code == 201
    assert "x-match-likely" not in answer.headers
    assert len(await pairs(service)) == 3


async def test_a_decision_is_taken_back(service: Service) -> None:
    one = await made(service, "individual", **PERSON)
    two = (await create(service, "warn", **PERSON)).json()
    three = (await create(service, "warn", **PERSON)).json()
    key = (min(one["id"], two["id"]), max(one["id"], two["id"]))
    there = f"{API}/pair/{key[0]}/{key[1]}"
    for decision, state in (("reopen", None), ("notSame", "notSame"), ("reopen", "open")):
        answer = await service.client.post(there, json={"decision": decision})
        assert answer.status_code == (200 if state else 409), answer.text
        assert state is None or answer.json()["state"] == state
    # Two is kept by one, and one by three: that two of them are shown apart is what is asked for.
    assert (
        await service.client.post(there, json={"decision": "merge", "survivor": one["id"]})
    ).status_code == 200
    body = {"type": "individual", "survivor": three["id"], "merged": [one["id"]]}
    assert (await service.client.post(f"{API}/merge", json=body)).status_code == 200
    back = await service.client.post(there, json={"decision": "reopen"})
    assert (back.status_code, back.json()["state"]) == (200, "open"), back.text
    for each, shown in ((two, two), (one, three), (three, three)):
        found = await service.client.get(place("individual", each))
        assert found.json()["id"] == shown["id"]
    assert any(
        {each["one"], each["other"]} == {two["id"], three["id"]} for each in await pairs(service)
    )
