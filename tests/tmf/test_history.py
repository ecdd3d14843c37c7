"""The past over the wire: the history of a record, and a record at a moment."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Service
from tests.tmf.bodies import PATHS, WHOLE, Document, made, party, place, related


async def lived(service: Service) -> Document:
    """Make a person and change it twice; return it as it is at last."""
    document = await made(service, "individual", title="Ms")
    there = place("individual", document)
    media = [
        {"emailAddress": "old@x.se", "validFor": {"endDateTime": "2024-01-01"}},
        {"emailAddress": "new@x.se", "validFor": {"startDateTime": "2024-01-01"}},
    ]
    await service.client.patch(there, json={"title": "Dr"})
    answer = await service.client.patch(there, json={"contactMedium": media})
    changed: Document = answer.json()
    return changed


async def history(service: Service, document: Document, **asked: Any) -> httpx.Response:
    return await service.client.get(f"{place('individual', document)}/history", params=asked)


async def test_the_history_tells_every_version(shared: Service) -> None:
    document = await lived(shared)
    answer = await history(shared, document)
    assert answer.status_code == 200
    assert answer.headers["x-total-count"] == "3"
    versions = answer.json()
    assert [version["revision"] for version in versions] == [3, 2, 1]
    assert [version["operation"] for version in versions] == ["update", "update", "create"]
    assert versions[0]["document"] == document
    assert [version["document"]["title"] for version in versions] == ["Dr", "Dr", "Ms"]
    assert "recordedTo" not in versions[0]
    assert versions[1]["recordedTo"] == versions[0]["recordedFrom"]
    assert {(version["process"], version["purpose"]) for version in versions} == {
        ("tester", "testing")
    }


async def test_the_history_is_paged(shared: Service) -> None:
    document = await lived(shared)
    answer = await history(shared, document, limit=1, offset=1, view="change")
    assert answer.status_code == 206
    (version,) = answer.json()
    assert version["revision"] == 2
    assert version["change"] == [{"path": "title", "before": "Ms", "after": "Dr"}]
    assert 'rel="next"' in answer.headers["link"]
    past_end = await history(shared, document, offset=9)
    assert (past_end.status_code, past_end.json()) == (200, [])
    plain = await history(shared, document, view="none")
    assert not {"document", "change"} & set(plain.json()[0])


async def test_a_removed_record_keeps_its_history(shared: Service) -> None:
    document = await lived(shared)
    await shared.client.delete(place("individual", document))
    answer = await history(shared, document)
    assert answer.json()[0]["operation"] == "delete"
    assert "document" not in answer.json()[0]
    known = answer.json()[1]["recordedFrom"]
    there = place("individual", document)
    then = await shared.client.get(there, params={"knownAt": known})
    assert (then.status_code, then.json()) == (200, document)
    assert (await shared.client.get(there)).status_code == 404


async def test_a_record_is_seen_at_a_moment(shared: Service) -> None:
    document = await lived(shared)
    there = place("individual", document)
    versions = (await history(shared, document)).json()
    first = versions[-1]["recordedFrom"]
    then = await shared.client.get(there, params={"knownAt": first, "fields": "title"})
    assert then.json()["title"] == "Ms"
    assert "etag" not in then.headers
    before = await shared.client.get(there, params={"asOf": "2023-06-01"})
    assert [medium["emailAddress"] for medium in before.json()["contactMedium"]] == ["old@x.se"]
    after = await shared.client.get(there, params={"asOf": "2024-01-01T00:00:00Z"})
    assert [medium["emailAddress"] for medium in after.json()["contactMedium"]] == ["new@x.se"]
    both = await shared.client.get(there, params={"asOf": "2024-01-01", "knownAt": first})
    assert both.json() == {**versions[-1]["document"]}
    never = await shared.client.get(there, params={"knownAt": "2000-01-01"})
    assert (never.status_code, never.json()["code"]) == (404, "notFound")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"asOf": "yesterday"}, "invalidInstant"),
        ({"knownAt": ""}, "invalidInstant"),
        ({"knownAt": "10000-01-01"}, "invalidInstant"),
        ({"whenever": "2024-01-01"}, "invalid"),
    ],
)
async def test_a_moment_that_is_none_is_refused(
    shared: Service, asked: dict[str, str], code: str
) -> None:
    document = await made(shared, "individual")
    answer = await shared.client.get(place("individual", document), params=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("asked", [{"view": "all"}, {"limit": "0"}, {"limit": "x"}, {"a": "b"}])
async def test_a_history_that_is_not_served_is_refused(
    shared: Service, asked: dict[str, str]
) -> None:
    document = await made(shared, "individual")
    assert (await history(shared, document, **asked)).status_code == 400


async def test_there_is_no_history_of_what_never_was(shared: Service) -> None:
    for kind, path in PATHS.items():
        for identifier in ("unknown", "0" * 26):
            answer = await shared.client.get(f"{path}/{identifier}/history")
            assert answer.status_code == 404, kind
    nowhere = await shared.client.get("/tmf-api/nowhere/v5/individual/1/history")
    assert nowhere.status_code == 404
    posted = await shared.client.post(f"{PATHS['customer']}/1/history", json={})
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD")


async def test_a_list_is_seen_as_of_an_instant(shared: Service) -> None:
    path, mark = PATHS["agreement"], "as of a list"
    periods = [{}, {"endDateTime": "2026-01-01"}, {"startDateTime": "2026-01-01"}]
    ids = [
        (await made(shared, "agreement", name=mark, agreementPeriod=period))["id"]
        for period in periods
    ]
    for instant, expected in (("2025-12-31", ids[:2]), ("2026-01-01", [ids[0], ids[2]])):
        asked = {"name": mark, "asOf": instant, "sort": "id"}
        answer = await shared.client.get(path, params=asked)
        assert [found["id"] for found in answer.json()] == sorted(expected)
        assert answer.headers["x-total-count"] == "2"
        page = await shared.client.get(path, params={**asked, "limit": "1", "after": ""})
        assert page.headers["x-total-count"] == "2"
    await made(
        shared,
        "individual",
        familyName=mark,
        contactMedium=[{"emailAddress": "a@x", "validFor": {"endDateTime": "2020-01-01"}}],
    )
    asked = {"familyName": mark, "asOf": "2026-01-01"}
    (found,) = (await shared.client.get(PATHS["individual"], params=asked)).json()
    assert found["contactMedium"] == []
    both = {"knownAt": "2026-01-01", "asOf": "2026-01-01"}
    for wrong in (both, {"knownAt": "2026-01-01", "after": ""}, {"asOf": "soon"}):
        answer = await shared.client.get(path, params=wrong)
        assert (answer.status_code, answer.json()["path"]) == (400, next(iter(wrong)))


async def test_a_list_is_as_it_was_known(shared: Service) -> None:
    path, mark = PATHS["individual"], uuid4().hex
    one = await made(shared, "individual", familyName=mark, title="Dr")
    other = await made(shared, "individual", familyName=mark)
    gone = await made(shared, "individual", familyName=mark)
    known = (await shared.database.value("SELECT clock_timestamp()")).isoformat()
    later = await made(shared, "individual", familyName=mark)
    await shared.client.patch(f"{path}/{one['id']}", json={"title": "Prof", "familyName": "New"})
    await shared.client.delete(f"{path}/{gone['id']}")
    asked = {"type": "individual", "survivor": later["id"], "merged": [other["id"]]}
    assert (await shared.client.post("/inventory/v1/merge", json=asked)).status_code == 200
    then = await shared.client.get(path, params={"familyName": mark, "knownAt": known})
    assert then.status_code == 200, then.text
    assert {each["id"]: each for each in then.json()} == {
        each["id"]: each for each in (one, other, gone)
    }
    assert then.headers["x-total-count"] == "3"
    titled = {"familyName": mark, "title": "Dr", "knownAt": known}
    assert [each["id"] for each in (await shared.client.get(path, params=titled)).json()] == [
        one["id"]
    ]
    page = {"familyName": mark, "knownAt": known, "sort": "-id", "limit": "1", "offset": "1"}
    answer = await shared.client.get(path, params=page)
    middle = sorted([one["id"], other["id"], gone["id"]])[1]
    assert (answer.status_code, [each["id"] for each in answer.json()]) == (206, [middle])
    now = (await shared.database.value("SELECT clock_timestamp()")).isoformat()
    present = await shared.client.get(path, params={"familyName": mark, "knownAt": now})
    assert [each["id"] for each in present.json()] == [later["id"]]


async def test_a_customer_is_seen_whole_at_a_moment(shared: Service) -> None:
    person = await made(shared, "individual")
    customer = await made(shared, "customer", engagedParty=party(person["id"]))
    owner = [related(customer["id"], role="owner", kind="Customer")]
    account = await made(shared, "billingAccount", relatedParty=owner)
    there = place("billingAccount", account)
    history_of = await shared.client.get(f"{there}/history")
    known = history_of.json()[0]["recordedFrom"]
    await shared.client.delete(there)
    whole = f"{WHOLE}/{customer['id']}"
    assert "billingAccount" not in (await shared.client.get(whole)).json()
    then = (await shared.client.get(whole, params={"knownAt": known})).json()
    assert then["billingAccount"] == [account]
    assert then["known"] == {"individual": 1, "billingAccount": 1}
    never = await shared.client.get(whole, params={"knownAt": "2000-01-01"})
    assert never.status_code == 404
    assert (await shared.client.get(whole, params={"asOf": "x"})).status_code == 400
