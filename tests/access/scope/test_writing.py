"""What a bound caller writes stays in its scope, and names nothing outside of it."""

from typing import Any

import httpx
import pytest

from customer_inventory.kit.ids import new_id
from tests.access.scope.test_reading import KINDS, same
from tests.access.scope.world import (
    API,
    MERGE,
    World,
    belonging,
    characteristics,
    held_by,
    made,
    reference,
    whole,
)
from tests.tmf.bodies import BODIES, PATHS

OPERATIONS = {"Content-Type": "application/json-patch+json"}


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


async def state(world: World) -> list[Any]:
    """Return what is written whenever anything is."""
    counts = ("history", "outbox", "link", "listed", "origin", "membership", "transfer")
    return [
        await world.service.database.value(f"SELECT count(*) FROM record.{name}") for name in counts
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_out_of_scope_is_neither_changed_nor_removed(world: World, kind: str) -> None:
    unknown, there = new_id(), world.theirs[kind]
    before = await state(world)
    for method, body, headers in (
        ("PATCH", {"description": "x"}, MERGE),
        ("PATCH", {"id": "x"}, MERGE),
        ("PATCH", [{"op": "test", "path": "/id", "value": "x"}], OPERATIONS),
        ("PATCH", {"description": "x"}, {**MERGE, "If-Match": '"99"'}),
        ("DELETE", None, {}),
        ("DELETE", None, {"If-Match": '"99"'}),
    ):
        hidden, absent = [
            await world.caller.request(method, f"{PATHS[kind]}/{each}", json=body, headers=headers)
            for each in (there, unknown)
        ]
        assert hidden.status_code == 404, hidden.text
        assert same(hidden, absent, there, unknown)
    assert await state(world) == before


async def test_why_something_elsewhere_stays_is_not_told(world: World) -> None:
    """Neither a legal hold nor what it was merged into answers for a record out of scope."""
    ids = await whole(world.house, "Hal", market="DE")
    other = await whole(world.house, "Hel", market="DE")
    hold = {"subjectId": ids["individual"], "reason": "CASE-7"}
    placed = await world.house.post(f"{API}/legalHold", json=hold)
    assert placed.status_code == 201, placed.text
    asked = {"type": "customer", "survivor": other["customer"], "merged": [ids["customer"]]}
    merged = await world.house.post(f"{API}/merge", json=asked)
    assert merged.status_code == 200, merged.text
    for kind, identifier in ids.items():
        answer = await world.caller.delete(f"{PATHS[kind]}/{identifier}")
        refused(answer, 404, "notFound")


@pytest.mark.parametrize("kind", ["billingAccount", "product", "troubleTicket", "agreement"])
async def test_a_reference_out_of_scope_is_as_one_to_nobody(world: World, kind: str) -> None:
    before = await state(world)
    answers = []
    for customer in (world.theirs["customer"], new_id()):
        ids = {"customer": customer, "individual": customer}
        body = {**BODIES[kind], **belonging(kind, ids, "x")}
        answers.append((await world.caller.post(PATHS[kind], json=body), customer))
    (hidden, theirs), (absent, unknown) = answers
    refused(hidden, 400, "danglingReference")
    assert same(hidden, absent, theirs, unknown)
    assert await state(world) == before


async def test_nobody_draws_a_record_into_scope_by_referring_to_it(world: World) -> None:
    """A customer of ours that a foreign party would play shows that party, if it could be made."""
    theirs = reference("individual", world.theirs["individual"])
    body = {
        **BODIES["customer"], "engagedParty": theirs, "characteristic": characteristics(market="AT")
    }  # fmt: skip
    refused(await world.caller.post(PATHS["customer"], json=body), 400, "danglingReference")
    there = f"{PATHS['customer']}/{world.ours['customer']}"
    answer = await world.caller.patch(there, json={"engagedParty": theirs}, headers=MERGE)
    refused(answer, 400, "danglingReference")
    # Nor when the record names the party already, in another place.
    related = [{"@type": "RelatedPartyOrPartyRole", "role": "friend", "partyOrPartyRole": theirs}]
    known = await world.house.patch(there, json={"relatedParty": related}, headers=MERGE)
    assert known.status_code == 200, known.text
    answer = await world.caller.patch(there, json={"engagedParty": theirs}, headers=MERGE)
    refused(answer, 400, "danglingReference")
    # What stands there stays, and the rest can be changed.
    answer = await world.caller.patch(there, json={"description": "known"}, headers=MERGE)
    assert answer.status_code == 200, answer.text
    missing = await world.caller.get(f"{PATHS['individual']}/{world.theirs['individual']}")
    assert missing.status_code == 404


async def test_a_record_is_made_within_scope(world: World) -> None:
    """A party is its maker's until somebody is a customer by it; a customer is in a market."""
    party = await made(world.caller, "individual", givenName="New")
    there = f"{PATHS['individual']}/{party}"
    assert (await world.caller.get(there)).status_code == 200
    another = await world.client("other", {"*": {"scope": {"in": {"market": ["AT"]}}}})
    assert (await another.get(there)).status_code == 404
    engaged = reference("individual", party)
    for characteristic in (characteristics(market="DE"), characteristics(segment="vip"), []):
        body = {**BODIES["customer"], "engagedParty": engaged, "characteristic": characteristic}
        refused(await world.caller.post(PATHS["customer"], json=body), 403, "outOfScope")
    made_here = await made(
        world.caller, "customer", engagedParty=engaged, characteristic=characteristics(market="AT")
    )
    assert (await another.get(there)).status_code == 200
    account = await made(world.caller, "billingAccount", relatedParty=held_by(made_here))
    assert (await another.get(f"{PATHS['billingAccount']}/{account}")).status_code == 200


async def test_a_record_is_kept_within_scope(world: World) -> None:
    ids = await whole(world.house, "Kim", market="AT")
    there = f"{PATHS['customer']}/{ids['customer']}"
    for characteristic in (characteristics(market="DE"), []):
        answer = await world.caller.patch(
            there, json={"characteristic": characteristic}, headers=MERGE
        )
        refused(answer, 403, "outOfScope")
    both = characteristics(market="AT", brand="x") + characteristics(market="DE")
    answer = await world.caller.patch(there, json={"characteristic": both}, headers=MERGE)
    assert answer.status_code == 200, answer.text
    account = f"{PATHS['billingAccount']}/{ids['billingAccount']}"
    given = {"relatedParty": held_by(world.theirs["customer"])}
    refused(await world.caller.patch(account, json=given, headers=MERGE), 400, "danglingReference")
    given = {"relatedParty": held_by(world.ours["customer"])}
    assert (await world.caller.patch(account, json=given, headers=MERGE)).status_code == 200


async def test_who_refers_to_it_from_elsewhere_is_not_named(world: World) -> None:
    ids = await whole(world.house, "Ref", market="AT")
    party = ids["individual"]
    for kind in reversed(KINDS[2:]):
        assert (await world.house.delete(f"{PATHS[kind]}/{ids[kind]}")).status_code == 204
    assert (await world.house.delete(f"{PATHS['customer']}/{ids['customer']}")).status_code == 204
    maker = await made(world.caller, "individual", givenName="Mine")
    for each in (party, maker):
        related = [
            {"@type": "RelatedPartyOrPartyRole", "role": "friend",
             "partyOrPartyRole": reference("individual", each)}
        ]  # fmt: skip
        answer = await world.house.patch(
            f"{PATHS['customer']}/{world.theirs['customer']}",
            json={"relatedParty": related}, headers=MERGE,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
    answer = await world.caller.delete(f"{PATHS['individual']}/{maker}")
    refused(answer, 409, "referenced")
    assert world.theirs["customer"] not in answer.text
    assert "elsewhere" in answer.text


async def test_merges_and_partings_stay_in_scope(world: World) -> None:
    one, two = [await whole(world.house, name, market="AT") for name in ("One", "Two")]
    unknown = new_id()
    for theirs in (world.theirs["customer"], unknown):
        for survivor, merged in ((one["customer"], theirs), (theirs, one["customer"])):
            asked = {"type": "customer", "survivor": survivor, "merged": [merged], "dryRun": True}
            refused(await world.caller.post(f"{API}/merge", json=asked), 404, "notFound")
        asked = {"type": "customer", "id": theirs}
        refused(await world.caller.post(f"{API}/unmerge", json=asked), 404, "notFound")
    asked = {"type": "customer", "survivor": one["customer"], "merged": [two["customer"]]}
    answer = await world.caller.post(f"{API}/merge", json=asked)
    assert answer.status_code == 200, answer.text
    # Its id leads on, and what hung on it hangs on what it is shown as.
    for kind in ("customer", "billingAccount", "individual"):
        seen = await world.caller.get(f"{PATHS[kind]}/{two[kind]}")
        assert seen.status_code == 200, (kind, seen.text)
    answer = await world.caller.post(
        f"{API}/unmerge", json={"type": "customer", "id": two["customer"]}
    )
    assert answer.status_code == 200, answer.text


async def test_what_stood_elsewhere_is_not_parted_from_ours(world: World) -> None:
    """It would be out of scope at once."""
    ours, theirs = [
        await whole(world.house, f"Part{market}", market=market) for market in ("AT", "DE")
    ]
    asked = {"type": "customer", "survivor": ours["customer"], "merged": [theirs["customer"]]}
    merged = await world.house.post(f"{API}/merge", json=asked)
    assert merged.status_code == 200, merged.text
    there = f"{PATHS['customer']}/{ours['customer']}"
    kept = {"characteristic": characteristics(market="AT")}
    assert (await world.house.patch(there, json=kept, headers=MERGE)).status_code == 200
    assert (await world.caller.get(there)).status_code == 200
    before = await state(world)
    for dry in (True, False):
        asked = {"type": "customer", "id": theirs["customer"], "dryRun": dry}
        refused(await world.caller.post(f"{API}/unmerge", json=asked), 403, "outOfScope")
    assert await state(world) == before


async def test_transfers_stay_in_scope(world: World) -> None:
    one, two = [await whole(world.house, name, market="AT") for name in ("Ida", "Udo")]
    unknown = new_id()
    for identifier, holder in (
        (one["billingAccount"], world.theirs["customer"]),
        (one["billingAccount"], unknown),
        (world.theirs["billingAccount"], one["customer"]),
        (unknown, one["customer"]),
    ):
        asked = {
            "type": "billingAccount", "id": identifier, "toType": "customer", "to": holder,
            "kind": "sale",
        }  # fmt: skip
        refused(await world.caller.post(f"{API}/transfer", json=asked), 404, "notFound")
    asked = {
        "type": "billingAccount", "id": one["billingAccount"], "toType": "customer",
        "to": two["customer"], "kind": "sale",
    }  # fmt: skip
    answer = await world.caller.post(f"{API}/transfer", json=asked)
    assert answer.status_code == 200, answer.text


async def test_memberships_and_transfers_of_others_are_not_told(world: World) -> None:
    one, two = [await whole(world.house, name, market="DE") for name in ("Max", "Mia")]
    asked = {"type": "individual", "survivor": one["individual"], "merged": [two["individual"]]}
    assert (await world.house.post(f"{API}/merge", json=asked)).status_code == 200
    moved = {
        "type": "billingAccount", "id": one["billingAccount"], "toType": "customer",
        "to": two["customer"], "kind": "sale",
    }  # fmt: skip
    assert (await world.house.post(f"{API}/transfer", json=moved)).status_code == 200
    for path in (
        f"{API}/membership/{one['individual']}",
        f"{API}/membership/{two['individual']}",
        f"{API}/transfer/{one['billingAccount']}",
        f"{API}/transfer/{two['customer']}",
    ):
        assert (await world.house.get(path)).json(), path
        assert (await world.caller.get(path)).json() == [], path
