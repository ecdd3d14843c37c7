"""The five things every resource can do, over a real socket, for every type alike."""

import httpx
import pytest

from customer_inventory.record.types import TYPES
from tests.conftest import Service
from tests.tmf.bodies import ALIASES, BODIES, PATHS, Document, made, place

KINDS = sorted(PATHS)
MERGE = {"Content-Type": "application/merge-patch+json"}
OPERATIONS = {"Content-Type": "application/json-patch+json"}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_record_lives_its_life(shared: Service, kind: str) -> None:
    answer = await shared.client.post(PATHS[kind], json=BODIES[kind])
    assert answer.status_code == 201
    document = answer.json()
    assert document == {**BODIES[kind], "id": document["id"], "href": document["href"]}
    assert answer.headers["location"] == document["href"]
    assert document["href"] == f"{shared.base}{place(kind, document)}"
    assert answer.headers["etag"] == '"1"'

    read = await shared.client.get(document["href"])
    assert (read.status_code, read.json()) == (200, document)
    assert read.headers["etag"] == '"1"'

    listed = await shared.client.get(PATHS[kind], params={"id": document["id"]})
    assert listed.json() == [document]

    assert (await shared.client.delete(document["href"])).status_code == 204
    assert (await shared.client.get(document["href"])).status_code == 404
    assert (await shared.client.delete(document["href"])).status_code == 404
    assert (await shared.client.patch(document["href"], json={})).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
async def test_a_record_is_changed_by_three_media_types(shared: Service, kind: str) -> None:
    document = await made(shared, kind)
    there = place(kind, document)

    answer = await shared.client.patch(there, json={"description": "by JSON"})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert answer.json() == {**document, "description": "by JSON"}

    dropped = "status" if "description" in TYPES[kind].mandatory else "description"
    merge = f'{{"{dropped}": null, "note1": "by merge"}}'
    answer = await shared.client.patch(there, content=merge, headers=MERGE)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    changed = {**document, "description": "by JSON"}
    without = {name: value for name, value in changed.items() if name != dropped}
    assert answer.json() == {**without, "note1": "by merge"}

    steps = (
        '[{"op": "test", "path": "/note1", "value": "by merge"},'
        ' {"op": "move", "from": "/note1", "path": "/note2"},'
        ' {"op": "copy", "from": "/note2", "path": "/note3"},'
        ' {"op": "replace", "path": "/note3", "value": [1]},'
        ' {"op": "add", "path": "/note3/-", "value": 2},'
        ' {"op": "remove", "path": "/note2"}]'
    )
    answer = await shared.client.patch(there, content=steps, headers=OPERATIONS)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"4"')
    assert answer.json() == {**without, "note3": [1, 2]}
    assert (await shared.client.get(there)).json() == answer.json()


async def test_a_patch_may_choose_by_query(shared: Service) -> None:
    document = await made(shared, "individual")
    there = place("individual", document)
    steps = (
        '[{"op": "replace", "path": "/contactMedium/preferred?contactType=private",'
        ' "value": false},'
        ' {"op": "remove", "path": "/contactMedium?/contactMedium/city=London"},'
        ' {"op": "add", "path": "/creditRating/ratingScore?/creditRating.creditAgencyName=Example",'
        '  "value": 5}]'
    )
    headers = {"Content-Type": "application/json-patch-query+json"}
    answer = await shared.client.patch(there, content=steps, headers=headers)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"'), answer.text
    email = {**document["contactMedium"][0], "preferred": False}
    assert answer.json()["contactMedium"] == [email]
    assert answer.json()["creditRating"][0]["ratingScore"] == 5
    nowhere = '[{"op": "remove", "path": "/contactMedium?city=London"}]'
    refused = await shared.client.patch(there, content=nowhere, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalidPatch")
    for path in ("/id?status=validated", "/@type?status=validated"):
        alter = f'[{{"op": "replace", "path": "{path}", "value": "x"}}]'
        refused = await shared.client.patch(there, content=alter, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "immutableAttribute")


@pytest.mark.parametrize("kind", KINDS)
async def test_aliases_lead_to_the_same_records(shared: Service, kind: str) -> None:
    alias = PATHS[kind]
    for path, other in ALIASES.items():
        alias = alias.replace(path, other)
    assert alias != PATHS[kind]

    answer = await shared.client.post(alias, json=BODIES[kind])
    assert answer.status_code == 201
    document = answer.json()
    assert document["href"] == f"{shared.base}{place(kind, document)}"
    assert (await shared.client.get(f"{alias}/{document['id']}")).json() == document
    assert (await shared.client.get(f"{alias}/{document['id']}/")).json() == document
    assert (await shared.client.delete(f"{alias}/{document['id']}")).status_code == 204
    assert (await shared.client.get(document["href"])).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
async def test_fields_select_attributes(shared: Service, kind: str) -> None:
    document = await made(shared, kind)
    there = place(kind, document)
    always = {name: document[name] for name in ("id", "href", "@type")}

    async def selected(fields: str) -> Document:
        answer = await shared.client.get(there, params={"fields": fields})
        listed = await shared.client.get(
            PATHS[kind], params={"id": document["id"], "fields": fields}
        )
        assert listed.json() == [answer.json()]
        found: Document = answer.json()
        return found

    for name in document:
        assert await selected(name) == {**always, name: document[name]}
    assert await selected("none") == always
    assert await selected("unknown,id") == always
    assert await selected("") == document
    assert await selected(",".join(document)) == document


async def test_fields_reach_into_objects_and_lists(shared: Service) -> None:
    document = await made(shared, "customer")
    fields = "engagedParty.name,characteristic.value,contactMedium.phoneNumber,name.first"
    answer = await shared.client.get(place("customer", document), params={"fields": fields})
    assert answer.json() == {
        **{name: document[name] for name in ("id", "href", "@type", "name")},
        "engagedParty": {"@type": "PartyRef", "name": "Ada Lovelace"},
        "characteristic": [{"@type": "StringCharacteristic", "value": "residential"}],
        "contactMedium": [{"@type": "PhoneContactMedium", "phoneNumber": "+44 20 7946 0123"}],
    }


async def test_fields_select_what_a_change_answers_too(shared: Service) -> None:
    answer = await shared.client.post(
        f"{PATHS['individual']}?fields=givenName", json=BODIES["individual"]
    )
    assert set(answer.json()) == {"id", "href", "@type", "givenName"}
    answer = await shared.client.patch(
        f"{answer.headers['location']}?fields=title", json={"title": "Dr"}
    )
    assert answer.json()["title"] == "Dr"
    assert set(answer.json()) == {"id", "href", "@type", "title"}


async def test_head_is_get_without_the_body(shared: Service) -> None:
    document = await made(shared, "individual")
    for path in (place("individual", document), f"{PATHS['individual']}?id={document['id']}"):
        got, headed = await shared.client.get(path), await shared.client.head(path)
        assert headed.status_code == got.status_code == 200
        assert headed.content == b""
        assert _without_date(headed) == _without_date(got)
    assert (await shared.client.head(f"{PATHS['individual']}/unknown")).status_code == 404


async def test_if_none_match_answers_304_until_the_record_changes(shared: Service) -> None:
    document = await made(shared, "individual")
    there = place("individual", document)
    for known in ('"1"', 'W/"1"', '"7", "1"', "*"):
        answer = await shared.client.get(there, headers={"If-None-Match": known})
        assert answer.status_code == 304, known
        assert answer.headers["etag"] == '"1"'
        assert answer.content == b""
        assert "content-length" not in answer.headers
    for other in ('"2"', '"11"', "1", ""):
        answer = await shared.client.get(there, headers={"If-None-Match": other})
        assert answer.status_code == 200, other
    await shared.client.patch(there, json={"title": "Dr"})
    answer = await shared.client.get(there, headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')


async def test_if_match_guards_change_and_removal(shared: Service) -> None:
    document = await made(shared, "individual")
    there = place("individual", document)
    for revision, tag in enumerate(('"1"', 'W/"2"', "3", "*"), start=2):
        answer = await shared.client.patch(
            there, json={"title": f"No {revision}"}, headers={"If-Match": tag}
        )
        assert (answer.status_code, answer.headers["etag"]) == (200, f'"{revision}"')
    for method, options in (("PATCH", {"json": {"title": "late"}}), ("DELETE", {})):
        answer = await shared.client.request(method, there, headers={"If-Match": '"1"'}, **options)
        assert answer.status_code == 412
    assert (await shared.client.get(there)).json()["title"] == "No 5"
    answer = await shared.client.delete(there, headers={"If-Match": '"5"'})
    assert answer.status_code == 204
    assert "content-length" not in answer.headers


async def test_a_change_that_alters_nothing_makes_no_version(shared: Service) -> None:
    document = await made(shared, "individual")
    there = place("individual", document)
    for change in ({}, {"givenName": "Ada"}, {"unknown": None}, document):
        answer = await shared.client.patch(there, json=change)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
        assert answer.json() == document


async def test_a_merge_replaces_lists_whole_and_merges_objects(shared: Service) -> None:
    document = await made(shared, "partyAccount")
    answer = await shared.client.patch(
        place("partyAccount", document), json={"creditLimit": {"value": 1, "unit": None}}
    )
    assert answer.json()["creditLimit"] == {"@type": "Money", "value": 1}
    answer = await shared.client.patch(
        place("partyAccount", document), json={"relatedParty": [{"partyOrPartyRole": {"id": "x"}}]}
    )
    assert answer.json()["relatedParty"] == [{"partyOrPartyRole": {"id": "x"}}]


async def test_a_record_lies_with_its_subject(shared: Service) -> None:
    person = await made(shared, "individual")
    subject = {"@type": "PartyRef", "id": person["id"], "@referredType": "Individual"}
    customer = await made(shared, "customer", engagedParty=subject)
    role = {"role": "customer", "partyOrPartyRole": {"@type": "PartyRef", "id": customer["id"]}}
    account = await made(shared, "billingAccount", relatedParty=[role])
    assert customer["id"][:2] == account["id"][:2] == person["id"][:2]


def _without_date(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}
