"""Restriction of processing (GDPR article 18) over HTTP: every reading place, and writes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from customer_inventory.access.grant.people import register_purpose
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.record.event.listener import Listener, listening
from tests.tmf.bodies import PATHS, WHOLE
from tests.tmf.conftest import serving

ROOT = "/inventory/v1"
EVERY = "*:read,create,modify,update,delete,download"
MERGE = {"Content-Type": "application/merge-patch+json"}


@dataclass(frozen=True)
class World:
    """Somebody who is restricted, and somebody who is not, each with what belongs to them.

    `billing` may not process the first one's data; `claims` always may, `support` by consent.
    """

    service: Service
    ids: dict[str, str]
    other: dict[str, str]
    billing: httpx.AsyncClient
    claims: httpx.AsyncClient
    support: httpx.AsyncClient
    restriction: str = ""


async def _made(client: httpx.AsyncClient, kind: str, **body: Any) -> str:
    answer = await client.post(PATHS[kind], json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _ref(kind: str, identifier: str) -> dict[str, str]:
    return {"@type": f"{kind}Ref", "@referredType": kind, "id": identifier}


async def _belongings(client: httpx.AsyncClient, name: str) -> dict[str, str]:
    person = await _made(
        client, "individual", givenName=name, familyName="Lovelace",
        contactMedium=[{"@type": "EmailContactMedium", "contactType": "email",
                        "emailAddress": f"{name}@example.org".lower()}],
    )  # fmt: skip
    customer = await _made(
        client, "customer", name=f"{name} Lovelace", status="Approved",
        engagedParty=_ref("Individual", person),
    )  # fmt: skip
    holder = [{"@type": "RelatedPartyRefOrPartyRoleRef", "role": "Customer",
               "partyOrPartyRole": _ref("Customer", customer)}]  # fmt: skip
    account = await _made(
        client, "billingAccount", name=f"{name}s account", accountType="business",
        state="Active", relatedParty=holder,
    )  # fmt: skip
    return {"individual": person, "customer": customer, "billingAccount": account}


async def _client(service: Service, purpose: str, *allowed: str) -> httpx.AsyncClient:
    token = await service.token_for(f"process-{purpose}", *(allowed or (EVERY,)), purpose=purpose)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=service.base, headers=headers, timeout=30)


async def _restricted(service: Service, identifier: str, *purposes: str) -> str:
    given = {"subjectId": identifier, "reason": "DSR-2026-17", "purpose": list(purposes)}
    answer = await service.client.post(f"{ROOT}/restriction", json=given)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
async def world(dsn: str, database: Database) -> AsyncIterator[World]:
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        await register_purpose(
            database, "claims", title="Legal claims", legal_basis="legitimateInterests",
            despite_restriction=True, registered_by="the tests",
        )  # fmt: skip
        ids = await _belongings(service.client, "Ada")
        other = await _belongings(service.client, "Annabella")
        clients = [await _client(service, each) for each in ("billing", "claims", "support")]
        restriction = await _restricted(service, ids["individual"], "support")
        yield World(service, ids, other, *clients, restriction)
        for client in clients:
            await client.aclose()


def _refused(answer: httpx.Response) -> bool:
    return answer.status_code == 403 and answer.json()["code"] == "processingRestricted"


def _single_places(ids: dict[str, str]) -> list[str]:
    """Return where one record of each kind is read, in every way there is."""
    moment = now().isoformat().replace("+00:00", "Z")
    places = []
    for kind, identifier in ids.items():
        there = f"{PATHS[kind]}/{identifier}"
        places += [
            there,
            there.replace("/v5/", "/v4/"),
            f"{there}?fields=id",
            f"{there}?asOf={moment}",
            f"{there}?knownAt={moment}",
            f"{there}/history",
            f"{ROOT}/provenance/{kind}/{identifier}",
        ]
    whole = f"{WHOLE}/{ids['customer']}"
    tree = f"{ROOT}/hierarchy/{ids['individual']}"
    seen = f"{ROOT}/customer/{ids['customer']}/seenBy"
    return [*places, whole, f"{whole}?knownAt={moment}", tree, f"{tree}/rollup", seen]


async def test_a_restricted_record_is_refused_wherever_it_is_asked_for(world: World) -> None:
    for place in _single_places(world.ids):
        answer = await world.billing.get(place)
        if answer.status_code == 404 and "seenBy" in place:
            continue
        assert _refused(answer), (place, answer.status_code, answer.text)
        assert "Lovelace" not in answer.text
        assert "support" in answer.json()["message"]
        for client in (world.claims, world.support):
            assert (await client.get(place)).status_code == 200, place
    for place in _single_places(world.other):
        assert (await world.billing.get(place)).status_code in (200, 404), place


async def test_every_refusal_has_its_entry(world: World) -> None:
    await world.billing.get(f"{PATHS['individual']}/{world.ids['individual']}")
    row = await world.service.database.row(
        "SELECT status, decision, record_ids::text AS ids FROM access.entry"
        " WHERE process = 'process-billing' ORDER BY seq DESC, number DESC LIMIT 1"
    )
    assert row is not None
    assert (row["status"], row["decision"]) == (403, "deny")
    assert world.ids["individual"] in row["ids"]


@pytest.mark.parametrize("query", ["", "?limit=50", "?sort=id", "?asOf=2030-01-01", "?id={id}"])
async def test_it_is_in_no_list_and_no_total(world: World, query: str) -> None:
    for kind, identifier in world.ids.items():
        place = PATHS[kind] + query.format(id=identifier)
        answer = await world.billing.get(place)
        assert answer.status_code == 200, answer.text
        shown = [] if "id={" in query else [world.other[kind]]
        assert [each["id"] for each in answer.json()] == shown
        assert answer.headers["x-total-count"] == str(len(shown))
        assert answer.headers["x-withheld"] == "restriction"
        everything = await world.claims.get(place)
        assert identifier in {each["id"] for each in everything.json()}
        assert "x-withheld" not in everything.headers


async def test_nothing_withheld_says_nothing(world: World) -> None:
    answer = await world.billing.get(PATHS["troubleTicket"])
    assert "x-withheld" not in answer.headers


async def test_search_does_not_find_it(world: World) -> None:
    for text in ("Ada Lovelace", "ada@example.org", "Lovelace", world.ids["individual"]):
        found = (await world.billing.get(f"{ROOT}/search", params={"q": text})).json()
        hits = {hit["id"] for hit in found["hit"]}
        customers = {hit["customer"]["id"] for hit in found["hit"] if "customer" in hit}
        assert not (hits | customers) & set(world.ids.values()), text
        seen = (await world.claims.get(f"{ROOT}/search", params={"q": text})).json()
        assert {hit["id"] for hit in seen["hit"]} & set(world.ids.values()), text


async def test_it_is_in_no_tree_and_no_roll_up(world: World) -> None:
    client = world.service.client
    group = await _made(
        client, "organization", name="Analytical", tradingName="Analytical", isLegalEntity=True,
        organizationType="company",
    )  # fmt: skip
    for each in (world.ids, world.other):
        there = f"{PATHS['individual']}/{each['individual']}"
        given = {
            "relatedParty": [
                {"@type": "RelatedPartyOrPartyRole", "role": "member",
                 "partyOrPartyRole": _ref("Organization", group)}
            ]
        }  # fmt: skip
        client_of = world.claims if each is world.ids else client
        assert (await client_of.patch(there, json=given, headers=MERGE)).status_code == 200
    place = f"{ROOT}/hierarchy/{group}"
    tree = (await world.billing.get(place)).json()
    known = (await world.claims.get(place)).json()
    assert world.ids["individual"] not in {node["id"] for node in tree["descendant"]}
    assert tree["known"] == len(tree["descendant"])
    rolled = (await world.billing.get(f"{place}/rollup")).json()
    whole = (await world.claims.get(f"{place}/rollup")).json()
    assert rolled["nodes"] == tree["known"] + 1
    assert whole["nodes"] == known["known"] + 1
    if world.ids["individual"] in {node["id"] for node in known["descendant"]}:
        assert rolled["records"] != whole["records"]


async def test_writes_are_refused_and_change_nothing(world: World) -> None:
    for kind, identifier in world.ids.items():
        there = f"{PATHS[kind]}/{identifier}"
        before = (await world.claims.get(there)).headers["etag"]
        for answer in (
            await world.billing.patch(there, json={"description": "x"}, headers=MERGE),
            await world.billing.delete(there),
        ):
            assert _refused(answer), answer.text
        assert (await world.claims.get(there)).headers["etag"] == before


async def test_attachments_of_it_are_kept_back(world: World) -> None:
    query = {"recordType": "customer", "recordId": world.ids["customer"], "name": "a.txt"}
    media = {"Content-Type": "text/plain"}
    there = f"{ROOT}/attachment"
    kept = await world.claims.post(there, params=query, content=b"text", headers=media)
    assert kept.status_code == 201, kept.text
    place = f"{there}/{kept.json()['id']}"
    for answer in (
        await world.billing.get(place),
        await world.billing.get(there, params={"recordId": world.ids["customer"]}),
        await world.billing.post(there, params=query, content=b"text", headers=media),
        await world.billing.delete(place),
    ):
        assert _refused(answer), answer.text
    assert (await world.claims.get(place)).content == b"text"


async def test_what_is_recorded_later_is_restricted_too(world: World) -> None:
    holder = [{"@type": "RelatedPartyRefOrPartyRoleRef", "role": "Customer",
               "partyOrPartyRole": _ref("Customer", world.ids["customer"])}]  # fmt: skip
    later = await _made(
        world.billing, "billingAccount", name="Later", accountType="business", state="Active",
        relatedParty=holder,
    )  # fmt: skip
    assert _refused(await world.billing.get(f"{PATHS['billingAccount']}/{later}"))
    assert (await world.support.get(f"{PATHS['billingAccount']}/{later}")).status_code == 200


async def test_what_moves_to_another_is_free_and_its_past_is_not(world: World) -> None:
    there = f"{PATHS['billingAccount']}/{world.ids['billingAccount']}"
    holder = [{"@type": "RelatedPartyRefOrPartyRoleRef", "role": "Customer",
               "partyOrPartyRole": _ref("Customer", world.other["customer"])}]  # fmt: skip
    moved = await world.claims.patch(there, json={"relatedParty": holder}, headers=MERGE)
    assert moved.status_code == 200, moved.text
    assert (await world.billing.get(there)).status_code == 200
    past = await world.billing.get(f"{there}/history")
    assert past.status_code == 200
    assert [version["revision"] for version in past.json()] == [2]
    assert past.headers["x-total-count"] == "1"
    assert len((await world.claims.get(f"{there}/history")).json()) == 2
    holder[0]["partyOrPartyRole"] = _ref("Customer", world.ids["customer"])
    back = await world.claims.patch(there, json={"relatedParty": holder}, headers=MERGE)
    assert back.status_code == 200
    assert _refused(await world.billing.get(there))


async def test_a_merge_is_refused_and_one_that_is_allowed_restricts_what_it_shows(
    world: World,
) -> None:
    given = {
        "type": "individual",
        "survivor": world.other["individual"],
        "merged": [world.ids["individual"]],
    }
    assert _refused(await world.billing.post(f"{ROOT}/merge", json=given))
    merged = await world.claims.post(f"{ROOT}/merge", json=given)
    assert merged.status_code == 200, merged.text
    for each in (world.ids, world.other):
        for kind in ("individual", "customer", "billingAccount"):
            assert _refused(await world.billing.get(f"{PATHS[kind]}/{each[kind]}")), kind
    parted = await world.claims.post(
        f"{ROOT}/unmerge", json={"type": "individual", "id": world.ids["individual"]}
    )
    assert parted.status_code == 200, parted.text
    for kind in ("individual", "customer", "billingAccount"):
        assert _refused(await world.billing.get(f"{PATHS[kind]}/{world.ids[kind]}")), kind
        free = await world.billing.get(f"{PATHS[kind]}/{world.other[kind]}")
        assert free.status_code == 200, kind


async def test_lifting_shows_all_again_and_says_how_the_subject_was_told(world: World) -> None:
    service = world.service
    opened = await service.client.post(
        f"{ROOT}/subjectRequest",
        json={"kind": "restriction", "subjectId": world.other["individual"]},
    )
    request = opened.json()["id"]
    given = {"subjectId": world.other["individual"], "reason": "DSR-2026-18", "requestId": request}
    placed = (await service.client.post(f"{ROOT}/restriction", json=given)).json()
    assert placed["records"] == len(world.other)
    there = f"{ROOT}/restriction/{placed['id']}/lift"
    untold = await service.client.post(there, json={"reason": "DSR-2026-18"})
    assert untold.status_code == 400
    told = {"reason": "DSR-2026-18", "informed": "LETTER-2026-81"}
    lifted = await service.client.post(there, json=told)
    assert lifted.status_code == 200, lifted.text
    assert lifted.json()["informed"] == "LETTER-2026-81"
    assert (await service.client.post(there, json=told)).status_code == 404
    for kind, identifier in world.other.items():
        assert (await world.billing.get(f"{PATHS[kind]}/{identifier}")).status_code == 200
    steps = (await service.client.get(f"{ROOT}/subjectRequest/{request}")).json()["steps"]
    assert [(each["step"], each["reference"]) for each in steps[1:]] == [
        ("restrict", placed["id"]),
        ("lift", "LETTER-2026-81"),
    ]
    listed = (await service.client.get(f"{ROOT}/restriction")).json()
    assert [each["id"] for each in listed] == [world.restriction]
    every = (await service.client.get(f"{ROOT}/restriction?all=true")).json()
    assert {each["id"] for each in every} == {world.restriction, placed["id"]}


async def test_bad_input_restricts_nobody(world: World) -> None:
    client = world.service.client
    someone = world.other["individual"]
    for given, status in (
        ({"subjectId": someone}, 400),
        ({"subjectId": someone, "reason": "because Ada said so"}, 400),
        ({"subjectId": someone, "reason": "DSR-1", "purpose": "billing"}, 400),
        ({"subjectId": someone, "reason": "DSR-1", "purpose": [""]}, 400),
        ({"subjectId": someone, "reason": "DSR-1", "more": 1}, 400),
        ({"subjectId": "qa06h0q9x2mrs6kz4c8v1tdw3e", "reason": "DSR-1"}, 404),
        ({"subjectId": someone, "reason": "DSR-1", "requestId": "no"}, 404),
    ):
        answer = await client.post(f"{ROOT}/restriction", json=given)
        assert answer.status_code == status, (given, answer.text)
    assert len((await client.get(f"{ROOT}/restriction")).json()) == 1


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


async def test_events_wait_until_the_restriction_is_lifted(
    world: World, listener: Listener
) -> None:
    hub = PATHS["individual"].replace("/individual", "/hub")
    answer = await world.billing.post(hub, json={"callback": listener.callback})
    assert answer.status_code == 201, answer.text
    for each in (world.ids, world.other):
        there = f"{PATHS['individual']}/{each['individual']}"
        for name in ("One", "Two"):
            patched = await world.claims.patch(there, json={"givenName": name}, headers=MERGE)
            assert patched.status_code == 200
    told = await listener.until(2)
    assert {each.event["event"]["individual"]["id"] for each in told} == {world.other["individual"]}
    waiting = "SELECT count(*) FROM record.delivery WHERE state = 'waiting'"
    while await world.service.database.value(waiting) < 2:
        await asyncio.sleep(0.05)
    given = {"reason": "DSR-2026-17", "informed": "LETTER-2026-80"}
    there = f"{ROOT}/restriction/{world.restriction}/lift"
    assert (await world.service.client.post(there, json=given)).status_code == 200
    late = (await listener.until(4))[2:]
    names = [each.event["event"]["individual"]["givenName"] for each in late]
    assert {each.event["event"]["individual"]["id"] for each in late} == {world.ids["individual"]}
    assert names == ["One", "Two"]


async def test_who_may_always_is_shown_what_a_restriction_allows_to_nobody(world: World) -> None:
    await _restricted(world.service, world.other["individual"])
    for place in _single_places(world.other):
        if "seenBy" not in place:
            assert _refused(await world.billing.get(place)), place
            assert (await world.claims.get(place)).status_code == 200, place
    for kind, identifier in world.other.items():
        listed = await world.claims.get(f"{PATHS[kind]}?id={identifier}")
        assert [each["id"] for each in listed.json()] == [identifier]
        assert "x-withheld" not in listed.headers
    found = await world.claims.get(f"{ROOT}/search", params={"q": "Annabella"})
    assert {hit["id"] for hit in found.json()["hit"]} >= {world.other["individual"]}
