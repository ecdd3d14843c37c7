"""Likely duplicates out of scope, behind a mask, or erased."""

from customer_inventory.holding import eraser_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from tests.access.scope.world import API, World, characteristics, made, reference


def check(email: str, **more: str) -> dict[str, object]:
    medium = {"@type": "EmailContactMedium", "emailAddress": email}
    document = {"familyName": "Lovelace", "contactMedium": [medium], **more}
    return {"type": "individual", "document": document}


async def test_who_is_out_of_scope_is_never_named(world: World, tmp_path) -> None:
    ours = await world.caller.post(
        f"{API}/check", json=check("ada@secret.example", givenName="Ada")
    )
    assert world.ours["individual"] in [each["id"] for each in ours.json()["candidate"]]
    body = check("ben@secret.example", givenName="Ben")
    theirs = await world.caller.post(f"{API}/check", json=body)
    nobodys = await world.caller.post(
        f"{API}/check", json=check("zoe@secret.example", givenName="Zoe")
    )
    assert theirs.json() == nobodys.json() == {**theirs.json(), "candidate": []}
    # A steward who sees both is asked, with what was checked; the caller is not.
    (pair,) = (await world.house.get(f"{API}/pair")).json()["pair"]
    assert world.theirs["individual"] in (pair["one"], pair["other"])
    assert pair["document"]["givenName"] == "Ben"
    assert (await world.caller.get(f"{API}/pair")).json()["pair"] == []
    there = f"{API}/pair/{pair['one']}/{pair['other']}"
    assert (await world.caller.get(there)).status_code == 404
    assert (await world.caller.post(there, json={"decision": "later"})).status_code == 404
    merged = await world.house.post(there, json={"decision": "merge"})
    assert (merged.status_code, merged.json()["code"]) == (409, "conflict")
    # The same again is the same pair.
    await world.caller.post(f"{API}/check", json=body)
    assert len((await world.house.get(f"{API}/pair")).json()["pair"]) == 1


async def test_what_a_mask_hides_does_not_count(world: World) -> None:
    hidden = {"individual": {"groups": ["name"]}}
    narrow = await world.client("narrow", hidden, "individual:read")
    body = check("ada@secret.example", givenName="Ada")
    seen = (await world.caller.post(f"{API}/check", json=body)).json()["candidate"]
    assert "email" in {reason["comparison"] for each in seen for reason in each["reason"]}
    told = (await narrow.post(f"{API}/check", json=body)).json()["candidate"]
    assert "email" not in {reason["comparison"] for each in told for reason in each["reason"]}


async def test_erasure_reaches_pairs_and_what_was_checked(world: World, tmp_path) -> None:
    service = world.service
    person = await made(world.house, "individual", givenName="Zoran", familyName="Erasable")
    await made(
        world.house, "customer", name="Zoran Erasable",
        engagedParty=reference("individual", person),
        characteristic=characteristics(market="DE"),
    )  # fmt: skip
    headers = {"X-Match": "warn"}
    medium = {"@type": "EmailContactMedium", "emailAddress": "ze@x.example"}
    body = {
        "@type": "Individual",
        "givenName": "Zoran",
        "familyName": "Erasable",
        "contactMedium": [medium],
    }
    await world.house.patch(
        f"/tmf-api/partyManagement/v5/individual/{person}",
        json={"contactMedium": body["contactMedium"]},
    )
    answer = await world.house.post(
        "/tmf-api/partyManagement/v5/individual", json=body, headers=headers
    )
    assert answer.status_code == 201
    count = "SELECT count(*) FROM capture.pair WHERE $1 IN (one_id, other_id)"
    assert await service.database.value(count, person) == 1
    eraser = eraser_of(service.database, Settings(home=tmp_path))
    await eraser.erase(person, reason="CASE-7", actor=Actor("test", "testing", "tester"))
    assert await service.database.value(count, person) == 0
