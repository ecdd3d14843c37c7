"""What is hidden or masked is so at every place that shows, finds, compares or changes records."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.registration import Permission
from customer_inventory.record.types import TYPES
from tests.conftest import Service
from tests.tmf.bodies import PATHS, Document, made, party

FOUR = PATHS["individual"].replace("/v5/", "/v4/")
PERSON: Document = {
    "@type": "Individual",
    "givenName": "Grace",
    "familyName": "Hopperfield",
    "birthDate": "1906-12-09T00:00:00Z",
    "contactMedium": [
        {
            "@type": "EmailContactMedium",
            "contactType": "homeEmail",
            "emailAddress": "grace@hopper.example",
        },
        {
            "@type": "PhoneContactMedium",
            "contactType": "mobile",
            "phoneNumber": "+46701740699",
        },
    ],
    "creditRating": [{"@type": "PartyCreditProfile", "ratingScore": 65358979}],
    "shoeSize": 38,
}
SECRET = ("grace@", "+46701740699", "65358979", "shoeSize", "creditRating", "1906-12")
TERMS: dict[str, Any] = {
    "groups": ["name", "contact", "person", "relation", "lifecycle"],
    "masks": {"contact": "domain", "person": "year"},
    "writes": ["name", "contact", "lifecycle"],
}


async def granted(
    service: Service, process: str, terms: dict[str, Any], allowed: str = "read,create,update"
) -> dict[str, str]:
    """Return the headers of a process with these operations on every type, on these terms."""
    permission = Permission.parse(f"*:{allowed}", "testing")
    await registration.register(
        service.database,
        process,
        name=process,
        owner="the tests",
        permissions=[Permission("*", permission.operations, "testing", terms)],
        registered_by="the tests",
    )
    token = await registration.issue_token(
        service.database, process, purpose="testing", lifetime=timedelta(hours=1)
    )
    return {"Authorization": f"Bearer {token.secret}"}


@pytest.fixture
async def masked(shared: Service) -> dict[str, str]:
    return await granted(shared, "masked", TERMS)


async def person(service: Service) -> str:
    answer = await service.client.post(PATHS["individual"], json=PERSON)
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["id"]
    return identifier


async def stored(service: Service, identifier: str) -> Document:
    answer = await service.client.get(f"{PATHS['individual']}/{identifier}")
    document: Document = answer.json()
    return document


def refused(answer: httpx.Response, path: str | None, code: str = "fieldNotGranted") -> None:
    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] == code
    assert path is None or answer.json()["path"] == path


SHOWN = (
    f"{PATHS['individual']}/{{id}}",
    f"{FOUR}/{{id}}",
    f"{PATHS['individual']}/{{id}}?fields=contactMedium,birthDate",
    f"{PATHS['individual']}/{{id}}?asOf=2026-01-01",
    f"{PATHS['individual']}?id={{id}}",
    f"{FOUR}?id={{id}}",
    f"{PATHS['individual']}?familyName=Hopperfield&sort=givenName",
    f"{PATHS['individual']}/{{id}}/history",
    f"{PATHS['individual']}/{{id}}/history?view=change",
    "/inventory/v1/provenance/individual/{id}",
    "/inventory/v1/search?q=Hopperfield",
    "/inventory/v1/search?q={id}",
    "/inventory/v1/hierarchy/{id}",
)


@pytest.mark.parametrize("path", SHOWN)
async def test_no_place_shows_what_is_hidden(
    shared: Service, masked: dict[str, str], path: str
) -> None:
    identifier = await person(shared)
    await shared.client.patch(
        f"{PATHS['individual']}/{identifier}", json={"shoeSize": 39, "creditRating": []}
    )
    answer = await shared.client.get(path.format(id=identifier), headers=masked)
    assert answer.status_code == 200, answer.text
    assert [word for word in SECRET if word in answer.text] == []
    assert identifier in answer.text


async def test_what_is_shown_in_part(shared: Service, masked: dict[str, str]) -> None:
    identifier = await person(shared)
    answer = await shared.client.get(f"{PATHS['individual']}/{identifier}", headers=masked)
    shown = answer.json()
    assert shown["birthDate"] == "1906"
    assert shown["contactMedium"] == [
        {"@type": "EmailContactMedium", "emailAddress": "***@hopper.example"},
        {"@type": "PhoneContactMedium"},
    ]
    assert shown["familyName"] == "Hopperfield"


async def test_a_customer_seen_whole_is_masked_part_by_part(shared: Service) -> None:
    identifier = await person(shared)
    customer = await made(shared, "customer", engagedParty=party(identifier))
    headers = await granted(shared, "whole", {"groups": ["relation", "kind"]})
    answer = await shared.client.get(
        f"/tmf-api/customer360/v5/customer360/{customer['id']}", headers=headers
    )
    assert answer.status_code == 200
    assert "Hopperfield" not in answer.text
    assert "Ada Lovelace" not in answer.text  # the name of the party, within the reference
    assert answer.json()["customer"]["engagedParty"]["id"] == identifier


async def test_a_hidden_attribute_asked_for_by_name_is_refused(
    shared: Service, masked: dict[str, str]
) -> None:
    identifier = await person(shared)
    for place, field in (
        (PATHS["individual"], "creditRating"),
        (PATHS["individual"], "creditRating.ratingScore"),
        (FOUR, "creditRating"),
        (PATHS["individual"], "shoeSize"),
    ):
        for path in (f"{place}/{identifier}", place):
            answer = await shared.client.get(f"{path}?fields={field}", headers=masked)
            refused(answer, field)


@pytest.mark.parametrize(
    "query",
    [
        "creditRating.ratingScore.gt=600",
        "creditRating.ratingScore.gt=9000",
        "sort=creditRating.ratingScore",
        "contactMedium.emailAddress=grace@hopper.example",
        "sort=-birthDate",
        "shoeSize=38",
        "filter=$[?(@.creditRating[?(@.ratingScore > 600)])]",
        "filter=$.contactMedium[?(@.phoneNumber == '%2B46701740699')]",
    ],
)
async def test_filters_and_orders_are_no_oracle(
    shared: Service, masked: dict[str, str], query: str
) -> None:
    await person(shared)
    for place in (PATHS["individual"], FOUR):
        refused(await shared.client.get(f"{place}?{query}", headers=masked), None)


async def test_what_is_not_seen_finds_nothing(shared: Service, masked: dict[str, str]) -> None:
    identifier = await person(shared)
    for text in ("grace@hopper.example", "%2B46701740699", "0701740699"):
        path = f"/inventory/v1/search?q={text}&limit=100"
        whole = await shared.client.get(path)
        assert identifier in whole.text
        answer = await shared.client.get(path, headers=masked)
        assert answer.json()["hit"] == [], text


async def test_names_of_trees_are_masked_and_hidden_relations_lead_nowhere(
    shared: Service,
) -> None:
    company = {"@type": "Organization", "name": "Remingtonrand", "isLegalEntity": True}
    parent = (await shared.client.post(PATHS["organization"], json=company)).json()["id"]
    below = {"organization": {"@type": "OrganizationRef", "id": parent}, "relationshipType": "x"}
    child = {**company, "name": "Univacdivision", "organizationParentRelationship": below}
    await shared.client.post(PATHS["organization"], json=child)
    path = f"/inventory/v1/hierarchy/{parent}"
    assert "Univacdivision" in (await shared.client.get(path)).text
    nameless = await granted(shared, "nameless", {"groups": ["relation"]})
    answer = await shared.client.get(path, headers=nameless)
    assert answer.json()["known"] == 1
    assert "name" not in answer.json()["descendant"][0]
    unrelated = await granted(shared, "unrelated", {"groups": ["company"]})
    refused(await shared.client.get(path, headers=unrelated), None)


async def test_the_ledger_tells_which_groups_were_shown(
    shared: Service, masked: dict[str, str]
) -> None:
    identifier = await person(shared)
    await shared.client.get(f"{PATHS['individual']}/{identifier}", headers=masked)
    await shared.client.get(PATHS["individual"], headers=masked)
    await shared.client.get(f"{PATHS['individual']}/{identifier}")
    rows = await shared.database.fetch(
        "SELECT groups::text FROM access.entry ORDER BY at DESC, number DESC LIMIT 3"
    )
    whole, listed, one = [json.loads(row[0]) for row in rows]
    assert one == listed == ["contact", "lifecycle", "name", "person", "reference", "relation"]
    assert whole == ["*"]


async def test_a_change_keeps_what_was_not_seen(shared: Service, masked: dict[str, str]) -> None:
    identifier = await person(shared)
    before = await stored(shared, identifier)
    path = f"{PATHS['individual']}/{identifier}"
    answer = await shared.client.patch(path, json={"givenName": "Amazing"}, headers=masked)
    assert answer.status_code == 200
    assert [word for word in SECRET if word in answer.text] == []
    assert await stored(shared, identifier) == {**before, "givenName": "Amazing"}
    new = {"@type": "EmailContactMedium", "emailAddress": "new@hopper.example"}
    operations = [{"op": "add", "path": "/contactMedium/-", "value": new}]
    kind = {"content-type": "application/json-patch+json"}
    answer = await shared.client.patch(path, content=json.dumps(operations), headers=masked | kind)
    assert answer.status_code == 200, answer.text
    assert (await stored(shared, identifier))["contactMedium"] == [*before["contactMedium"], new]
    last = await stored(shared, identifier)
    answer = await shared.client.patch(
        f"{FOUR}/{identifier}", json={"givenName": "Grace"}, headers=masked
    )
    assert answer.status_code == 200, answer.text
    assert await stored(shared, identifier) == {**last, "givenName": "Grace"}


async def test_hidden_paths_cannot_be_written_and_nothing_is_applied(
    shared: Service, masked: dict[str, str]
) -> None:
    identifier = await person(shared)
    before = await stored(shared, identifier)
    path = f"{PATHS['individual']}/{identifier}"
    for body in (
        {"givenName": "X", "creditRating": []},
        {"givenName": "X", "shoeSize": None},
        {"givenName": "X", "createdBy": "me"},
    ):
        refused(await shared.client.patch(path, json=body, headers=masked), None)
    answer = await shared.client.patch(
        path, json={"givenName": "X", "gender": "female"}, headers=masked
    )
    refused(answer, "gender", "fieldNotWritable")
    assert await stored(shared, identifier) == before


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "copy", "from": "/creditRating", "path": "/familyName"},
        {"op": "move", "from": "/shoeSize", "path": "/familyName"},
        {"op": "test", "path": "/creditRating/0/ratingScore", "value": 65358979},
        {"op": "test", "path": "/contactMedium/0/emailAddress", "value": "grace@hopper.example"},
        {"op": "copy", "from": "/contactMedium/0/emailAddress", "path": "/familyName"},
        {"op": "remove", "path": "/creditRating"},
        {"op": "replace", "path": "/creditRating/0/ratingScore", "value": 1},
    ],
)
async def test_operations_of_a_patch_do_not_reach_what_is_hidden(
    shared: Service, masked: dict[str, str], operation: Document
) -> None:
    identifier = await person(shared)
    before = await stored(shared, identifier)
    kind = {"content-type": "application/json-patch+json"}
    for place in (PATHS["individual"], FOUR):
        answer = await shared.client.patch(
            f"{place}/{identifier}", content=json.dumps([operation]), headers=masked | kind
        )
        refused(answer, None)
    assert await stored(shared, identifier) == before


async def test_the_text_of_a_mask_is_no_value(shared: Service, masked: dict[str, str]) -> None:
    identifier = await person(shared)
    before = await stored(shared, identifier)
    seen = await shared.client.get(f"{PATHS['individual']}/{identifier}", headers=masked)
    answer = await shared.client.patch(
        f"{PATHS['individual']}/{identifier}",
        json={"contactMedium": seen.json()["contactMedium"]},
        headers=masked,
    )
    assert answer.status_code == 422
    assert answer.json()["path"] == "contactMedium.emailAddress"
    assert await stored(shared, identifier) == before
    sent = {"givenName": "A", "familyName": "B", "contactMedium": [{"emailAddress": "***@x.se"}]}
    answer = await shared.client.post(PATHS["individual"], json=sent, headers=masked)
    assert answer.status_code == 422


async def test_update_and_modify_are_told_apart_by_path(shared: Service) -> None:
    identifier = await person(shared)
    path = f"{PATHS['individual']}/{identifier}"
    update = await granted(shared, "updating", {}, "read,update")
    modify = await granted(shared, "modifying", {}, "read,modify")
    facts, kind = {"givenName": "Amazing"}, {"status": "validated"}
    refused(
        await shared.client.patch(path, json=kind, headers=update), "status", "fieldNotWritable"
    )
    refused(
        await shared.client.patch(path, json=facts, headers=modify), "givenName", "fieldNotWritable"
    )
    both = await shared.client.patch(path, json=facts | kind, headers=update)
    refused(both, "status", "fieldNotWritable")
    assert (await shared.client.patch(path, json=kind, headers=modify)).status_code == 200
    assert (await shared.client.patch(path, json=facts, headers=update)).status_code == 200
    nothing = await granted(shared, "reading", {}, "read,create")
    answer = await shared.client.patch(path, json=facts, headers=nothing)
    refused(answer, None, "forbidden")


async def test_a_record_is_made_of_writable_groups(shared: Service, masked: dict[str, str]) -> None:
    answer = await shared.client.post(PATHS["individual"], json=PERSON, headers=masked)
    refused(answer, None, "fieldNotWritable")
    for path in ("birthDate", "creditRating", "shoeSize"):
        assert path in answer.json()["reason"]
    rest = {name: PERSON[name] for name in ("@type", "givenName", "familyName", "contactMedium")}
    answer = await shared.client.post(PATHS["individual"], json=rest, headers=masked)
    assert answer.status_code == 201
    assert "grace@" not in answer.text


async def test_hashes_of_two_processes_cannot_be_joined(shared: Service) -> None:
    identifier = await person(shared)
    seen = []
    for process in ("one", "other"):
        headers = await granted(shared, process, {"masks": {"name": "hashed"}})
        for _ in range(2):
            answer = await shared.client.get(f"{PATHS['individual']}/{identifier}", headers=headers)
            seen.append(answer.json()["familyName"])
    assert seen[0] == seen[1] != seen[2] == seen[3]


async def test_files_belong_to_the_group_of_attachments(shared: Service) -> None:
    identifier = await person(shared)
    query = {"recordType": "individual", "recordId": identifier, "name": "a.pdf"}
    sent = await shared.client.post(
        "/inventory/v1/attachment",
        params=query,
        content=b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n",
        headers={"content-type": "application/pdf"},
    )
    assert sent.status_code == 201, sent.text
    headers = await granted(shared, "fileless", {"groups": ["name"]})
    listed = await shared.client.get(
        "/inventory/v1/attachment", params={"recordId": identifier}, headers=headers
    )
    assert listed.json() == []
    one = await shared.client.get(f"/inventory/v1/attachment/{sent.json()['id']}", headers=headers)
    refused(one, "attachment")


@pytest.mark.parametrize("record_type", sorted(TYPES))
async def test_without_groups_nothing_but_what_names_a_record_is_shown(
    shared: Service, record_type: str
) -> None:
    record = await made(shared, record_type)
    headers = await granted(shared, "blind", {"groups": []})
    answer = await shared.client.get(f"{PATHS[record_type]}/{record['id']}", headers=headers)
    assert answer.status_code == 200
    assert set(answer.json()) <= {"id", "href", "@type", "@baseType", "@schemaLocation"}


async def test_a_merge_tells_its_caller_what_it_is_shown(shared: Service) -> None:
    headers = await granted(shared, "merging", TERMS, "read,modify,update")
    survivor, merged = await person(shared), await person(shared)
    body = {"type": "individual", "survivor": survivor, "merged": [merged], "dryRun": True}
    whole = await shared.client.post("/inventory/v1/merge", json=body)
    assert [word for word in SECRET if word in whole.text] != []
    answer = await shared.client.post("/inventory/v1/merge", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert [word for word in SECRET if word in answer.text] == []
    assert answer.json()["document"]["familyName"] == "Hopperfield"
    paths = {attribute["path"] for attribute in answer.json()["attribute"]}
    assert "familyName" in paths
    assert not paths & {"creditRating", "shoeSize"}


async def test_a_package_of_everything_is_not_for_who_is_shown_a_part(shared: Service) -> None:
    headers = await granted(shared, "packing", TERMS, "read,download")
    answer = await shared.client.get(
        f"/inventory/v1/subject/{await person(shared)}/package", headers=headers
    )
    refused(answer, None, "maskTooNarrow")
