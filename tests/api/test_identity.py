"""Merging, parting and transfer over the wire: dry runs, permissions, errors, effects."""

import json
from typing import Any

import pytest

from customer_inventory.capture.importing import import_file
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import encode
from tests.conftest import Service, permitted
from tests.tmf.bodies import Document, made, party, place, related

API = "/inventory/v1"


async def post(service: Service, path: str, **body: Any):
    return await service.client.post(f"{API}{path}", json=body)


async def two(service: Service) -> tuple[Document, Document]:
    one = await made(service, "individual", familyName="Byron", skill=[{"skillName": "x"}])
    return one, await made(service, "individual", familyName="King", gender="f")


async def test_a_merge_is_rehearsed_done_and_undone(service: Service) -> None:
    one, other = await two(service)
    asked = {"type": "individual", "survivor": one["id"], "merged": [other["id"]]}
    rehearsed = await post(service, "/merge", **asked, dryRun=True)
    assert rehearsed.status_code == 200, rehearsed.text
    assert (await service.client.get(place("individual", other))).json() == other
    done = await post(service, "/merge", **asked)
    assert done.json()["document"] == rehearsed.json()["document"]
    whole = (await service.client.get(place("individual", one))).json()
    assert (whole["familyName"], whole["gender"]) == ("King", "f")
    assert whole["skill"] == one["skill"]
    reasons = {each["path"]: each for each in done.json()["attribute"]}
    assert reasons["familyName"]["origin"] == [other["id"]]
    assert {each["value"] for each in reasons["familyName"]["said"]} == {"Byron", "King"}
    # The merged id answers as the survivor; lists show the subject once.
    again = await service.client.get(place("individual", other))
    assert (again.status_code, again.json()) == (200, whole)
    listed = await service.client.get("/tmf-api/partyManagement/v5/individual")
    assert [each["id"] for each in listed.json()] == [one["id"]]
    patched = await service.client.patch(place("individual", other), json={"title": "Prof"})
    assert (patched.status_code, patched.json()["title"]) == (200, "Prof")
    refused = await service.client.delete(place("individual", other))
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    members = (await service.client.get(f"{API}/membership/{other['id']}")).json()
    assert [(each["origin"], each["shown"]) for each in members] == [(other["id"], one["id"])]
    parted = await post(service, "/unmerge", type="individual", id=other["id"])
    assert parted.json()["parted"]["familyName"] == "King"
    mine = (await service.client.get(place("individual", one))).json()
    theirs = (await service.client.get(place("individual", other))).json()
    assert (mine["familyName"], mine["title"]) == ("Byron", "Prof")
    assert theirs == other


async def test_events_tell_of_both(service: Service) -> None:
    one, other = await two(service)
    asked = {"type": "individual", "survivor": one["id"], "merged": [other["id"]]}
    await post(service, "/merge", **asked)
    await post(service, "/unmerge", type="individual", id=other["id"])
    rows = await service.database.fetch(
        "SELECT id, event FROM record.outbox WHERE event <> 'create' OR revision > 1 ORDER BY seq"
    )
    told = [(row["id"], row["event"]) for row in rows]
    assert told == [
        (other["id"], "delete"),
        (one["id"], "attributeValueChange"),
        (one["id"], "merge"),
        (other["id"], "create"),
        (one["id"], "attributeValueChange"),
        (one["id"], "unmerge"),
    ]


async def test_merging_needs_modify(service: Service) -> None:
    one, other = await two(service)
    token = await service.token_for("crm", "individual:read,update", "customer:modify")
    answer = await service.client.post(
        f"{API}/merge",
        json={"type": "individual", "survivor": one["id"], "merged": [other["id"]]},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({}, 400, "type"),
        ({"type": "individual"}, 400, "survivor"),
        ({"type": "individual", "survivor": "x"}, 400, "merged"),
        ({"type": "individual", "survivor": "x", "merged": "y"}, 400, "merged"),
        ({"type": "individual", "survivor": "x", "merged": ["y"]}, 404, "id"),
        ({"type": "individual", "survivor": "x", "merged": []}, 400, "merged"),
        ({"type": "agreement", "survivor": "x", "merged": ["y"]}, 400, "type"),
        ({"type": "nothing", "survivor": "x", "merged": ["y"]}, 404, None),
        ({"type": "individual", "survivor": "x", "merged": ["y"], "dryRun": 1}, 400, "dryRun"),
        ({"type": "individual", "survivor": "x", "merged": ["y"], "more": 1}, 400, "more"),
    ],
)
async def test_bad_merges(
    service: Service, body: dict[str, Any], status: int, path: str | None
) -> None:
    answer = await post(service, "/merge", **body)
    assert (answer.status_code, answer.json().get("path")) == (status, path), answer.text


async def test_an_import_goes_on_to_the_origins(service: Service, tmp_path) -> None:
    one, other = await two(service)
    asked = {"type": "individual", "survivor": one["id"], "merged": [other["id"]]}
    await post(service, "/merge", **asked)
    kept = {name: value for name, value in other.items() if name != "href"}
    file = tmp_path / "again.ndjson"
    file.write_bytes(encode({**kept, "familyName": "Queen"}) + b"\n")
    actor = Actor("loader", "loading")
    await permitted(service.database, "loader", "individual:update", purpose="loading")
    summary = await import_file(service.database, file, "records", actor=actor)
    assert summary.tally.records["individual"].changed == 1
    assert (await service.client.get(place("individual", one))).json()["familyName"] == "Queen"
    summary = await import_file(service.database, file, "records", actor=actor)
    assert summary.tally.records["individual"].unchanged == 1
    parted = await post(service, "/unmerge", type="individual", id=other["id"])
    assert parted.json()["parted"]["familyName"] == "Queen"
    assert (await service.client.get(place("individual", one))).json()["familyName"] == "Byron"


def ref(record: Document, entity: str) -> Document:
    return {"@type": "PartyRoleRef", "id": record["id"], "@referredType": entity}


async def held_by(service: Service, name: str) -> tuple[Document, Document]:
    person = await made(service, "individual")
    customer = await made(
        service, "customer", name=name, engagedParty=ref(person, "Individual"), account=[]
    )
    return person, customer


async def test_a_transfer_leaves_what_was_between_the_old_holder_and_us(service: Service) -> None:
    _, seller = await held_by(service, "Seller")
    _, buyer = await held_by(service, "Buyer")
    related = [{"@type": "RelatedPartyOrPartyRole", "role": "owner",
                "partyOrPartyRole": ref(seller, "Customer")}]  # fmt: skip
    account = await made(service, "billingAccount", relatedParty=related)
    talk = await made(service, "partyInteraction", relatedParty=related)
    listed = [{"@type": "AccountRef", "id": account["id"]}]
    await service.client.patch(place("customer", seller), json={"account": listed})
    asked = {"type": "billingAccount", "id": account["id"], "toType": "customer",
             "to": buyer["id"], "kind": "succession"}  # fmt: skip
    rehearsed = await post(service, "/transfer", **asked, dryRun=True)
    assert rehearsed.status_code == 200, rehearsed.text
    assert (await service.client.get(place("billingAccount", account))).json() == account
    done = await post(service, "/transfer", **asked)
    assert (done.json()["from"], done.json()["to"]) == (seller["id"], buyer["id"])
    now = (await service.client.get(place("billingAccount", account))).json()
    assert now["relatedParty"][0]["partyOrPartyRole"]["id"] == buyer["id"]
    theirs = await whole(service, buyer)
    assert [each["id"] for each in theirs["billingAccount"]] == [account["id"]]
    assert "partyInteraction" not in theirs
    before = await whole(service, seller)
    assert "billingAccount" not in before
    assert [each["id"] for each in before["partyInteraction"]] == [talk["id"]]
    history = await service.client.get(f"{place('billingAccount', account)}/history")
    assert [each["operation"] for each in history.json()] == ["transfer", "create"]
    told = (await service.client.get(f"{API}/transfer/{account['id']}")).json()
    assert [(each["kind"], each["to_id"]) for each in told] == [("succession", buyer["id"])]
    again = await post(service, "/transfer", **asked)
    assert (again.status_code, again.json()["path"]) == (409, "to")


async def whole(service: Service, customer: Document) -> Document:
    answer = await service.client.get(f"/tmf-api/customer360/v5/customer360/{customer['id']}")
    document: Document = json.loads(answer.text)
    return document


@pytest.mark.parametrize(
    ("changed", "status", "path"),
    [
        ({"kind": "theft"}, 400, "kind"),
        ({"type": "customer"}, 400, "type"),
        ({"toType": "agreement"}, 400, "toType"),
        ({"to": "0" * 26}, 404, "id"),
        ({"id": "0" * 26}, 404, "id"),
        ({"effectiveAt": "9999-01-01"}, 400, "effectiveAt"),
        ({"effectiveAt": "soon"}, 400, "effectiveAt"),
    ],
)
async def test_bad_transfers(
    service: Service, changed: dict[str, Any], status: int, path: str
) -> None:
    _, holder = await held_by(service, "Holder")
    account = await made(service, "billingAccount")
    asked = {"type": "billingAccount", "id": account["id"], "toType": "customer",
             "to": holder["id"], "kind": "sale", **changed}  # fmt: skip
    answer = await post(service, "/transfer", **asked)
    assert (answer.status_code, answer.json().get("path")) == (status, path), answer.text


async def found(service: Service, path: str, **asked: str) -> list[str]:
    answer = await service.client.get(path, params=asked)
    assert answer.status_code in (200, 206), answer.text
    ids = [each["id"] for each in answer.json()]
    assert answer.headers["x-total-count"] == str(len(ids))
    return sorted(ids)


@pytest.mark.parametrize(
    ("people", "customers", "accounts", "owner"),
    [
        (
            "/tmf-api/partyManagement/v5/individual",
            "/tmf-api/customerManagement/v5/customer",
            "/tmf-api/accountManagement/v5/billingAccount",
            "relatedParty.partyOrPartyRole.id",
        ),
        (
            "/tmf-api/party/v4/individual",
            "/tmf-api/customerManagement/v4/customer",
            "/tmf-api/accountManagement/v4/billingAccount",
            "relatedParty.id",
        ),
    ],
    ids=["v5", "v4"],
)
async def test_a_merged_id_in_a_condition_is_the_survivor(
    service: Service, people: str, customers: str, accounts: str, owner: str
) -> None:
    one, other = await two(service)
    third = await made(service, "individual")
    theirs = {
        each["id"]: (await made(service, "customer", engagedParty=party(each["id"])))["id"]
        for each in (one, other, third)
    }
    account = await made(service, "billingAccount", relatedParty=[related(other["id"])])
    both = sorted([theirs[one["id"]], theirs[other["id"]]])
    assert await found(service, people, id=other["id"]) == [other["id"]]
    asked = {"type": "individual", "survivor": one["id"], "merged": [other["id"]]}
    assert (await post(service, "/merge", **asked)).status_code == 200
    for each in (one["id"], other["id"]):
        assert await found(service, people, id=each) == [one["id"]]
        assert await found(service, people, id=f"{each},{third['id']}") == sorted(
            [one["id"], third["id"]]
        )
        assert await found(service, customers, **{"engagedParty.id": each}) == both
        assert await found(service, accounts, **{owner: each}) == [account["id"]]
    assert await found(service, customers, **{"engagedParty.id": third["id"]}) == [
        theirs[third["id"]]
    ]
    await post(service, "/unmerge", type="individual", id=other["id"])
    for each in (one["id"], other["id"]):
        assert await found(service, people, id=each) == [each]
        assert await found(service, customers, **{"engagedParty.id": each}) == [theirs[each]]
    assert await found(service, accounts, **{owner: one["id"]}) == []


async def test_what_is_found_by_a_merged_id_is_shown_as_any_other(service: Service) -> None:
    one, other = await two(service)
    asked = {"type": "individual", "survivor": one["id"], "merged": [other["id"]]}
    assert (await post(service, "/merge", **asked)).status_code == 200
    placed = await post(service, "/restriction", subjectId=one["id"], reason="DSR-1")
    assert placed.status_code == 201, placed.text
    assert await found(service, "/tmf-api/partyManagement/v5/individual", id=other["id"]) == []
    answer = await service.client.get(
        "/tmf-api/partyManagement/v5/individual", params={"id": other["id"]}
    )
    assert answer.headers["x-withheld"] == "restriction"
