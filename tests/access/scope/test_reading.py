"""What is out of scope is absent from every place that reads: as if it had never been."""

import asyncio
from typing import Any

import httpx
import pytest

from customer_inventory.kit.clock import now
from customer_inventory.kit.ids import new_id
from customer_inventory.record.types import TYPES
from tests.access.scope.world import API, HANGING, MERGE, World, made, reference, whole
from tests.tmf.bodies import PATHS, WHOLE

KINDS = ("individual", "customer", *HANGING)


def places(kind: str, identifier: str) -> list[str]:
    """Return where one record is read, in every way there is."""
    moment = now().isoformat().replace("+00:00", "Z")
    there = f"{PATHS[kind]}/{identifier}"
    found = [
        there,
        f"{there}?fields=id",
        f"{there}?asOf={moment}",
        f"{there}?knownAt={moment}",
        f"{there}?asOf={moment}&knownAt={moment}",
        f"{there}/history",
        f"{there}/history?view=change",
        f"{API}/provenance/{kind}/{identifier}",
    ]
    if kind != "entitySummary":
        found.append(there.replace("/v5/", "/v4/"))
    if kind in ("individual", "customer"):
        found += [f"{API}/hierarchy/{identifier}", f"{API}/hierarchy/{identifier}/rollup"]
    if kind == "customer":
        whole = f"{WHOLE}/{identifier}"
        found += [whole, f"{whole}?knownAt={moment}", f"{API}/seenBy/{identifier}"]
    return found


def same(one: httpx.Response, other: httpx.Response, *ids: str) -> bool:
    """Tell whether two answers cannot be told apart but by the id that was asked for."""
    texts = [answer.text for answer in (one, other)]
    for identifier in ids:
        texts = [text.replace(identifier, "ID") for text in texts]
    ignored = {"date", "ratelimit", "ratelimit-policy"}
    headers = [
        {name: value for name, value in answer.headers.items() if name not in ignored}
        for answer in (one, other)
    ]
    return (one.status_code, texts[0], headers[0]) == (other.status_code, texts[1], headers[1])


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_as_an_id_that_nobody_has(world: World, kind: str) -> None:
    unknown = new_id()
    for ours, theirs, nobodys in zip(
        places(kind, world.ours[kind]),
        places(kind, world.theirs[kind]),
        places(kind, unknown),
        strict=True,
    ):
        seen = await world.caller.get(ours)
        assert seen.status_code == 200, (ours, seen.text)
        for _ in range(2):  # also on the straight way, once the token is known
            hidden = await world.caller.get(theirs)
            absent = await world.caller.get(nobodys)
            assert hidden.status_code == 404, (theirs, hidden.text)
            assert same(hidden, absent, world.theirs[kind], unknown), (hidden.text, absent.text)
        assert (await world.house.get(theirs)).status_code == 200, theirs


async def test_the_straight_way_keeps_lanes_apart(world: World) -> None:
    """Reads of the bound and of the free that arrive together are answered each by its own."""
    path = PATHS["customer"]
    asked = [
        (client, identifier)
        for _ in range(30)
        for client in (world.caller, world.house)
        for identifier in (world.ours["customer"], world.theirs["customer"])
    ]
    answers = await asyncio.gather(*(client.get(f"{path}/{each}") for client, each in asked))
    for (client, identifier), answer in zip(asked, answers, strict=True):
        is_seen = client is world.house or identifier == world.ours["customer"]
        assert answer.status_code == (200 if is_seen else 404)


QUERIES = (
    "", "?limit=1", "?limit=50&offset=1", "?sort=id", "?sort=-id", "?id={theirs}", "?fields=none",
    "?asOf={now}", "?knownAt={now}", "?filter=$[?(@.id=='{theirs}')]", "?after=",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_in_no_list_and_no_total(world: World, kind: str) -> None:
    moment = now().isoformat().replace("+00:00", "Z")
    known = {each["id"] for each in (await world.caller.get(PATHS[kind])).json()}
    assert world.ours[kind] in known
    assert world.theirs[kind] not in known
    for query in QUERIES:
        place = PATHS[kind] + query.format(theirs=world.theirs[kind], now=moment)
        answer = await world.caller.get(place)
        assert answer.status_code in (200, 206), answer.text
        shown = {each["id"] for each in answer.json() if "id" in each}
        assert shown <= known, place
        total = 0 if "theirs" in query else len(known)
        assert answer.headers["x-total-count"] == str(total), place
        assert world.theirs[kind] not in answer.text
        assert "theirs" in query or world.theirs[kind] not in answer.headers["link"]


async def test_no_order_and_no_filter_tells_of_it(world: World) -> None:
    """Neither what is between two of ours in an order, nor how many fulfil a condition."""
    path = PATHS["customer"]
    for query in ("?name=Ben Lovelace", "?name.regex=Ben", "?sort=name&limit=1&after="):
        answer = await world.caller.get(path + query)
        assert "Ben" not in answer.text
    first = await world.caller.get(f"{path}?sort=name&limit=1")
    cursor = httpx.URL(first.links["next"]["url"]).query if "next" in first.links else b""
    if cursor:
        rest = await world.caller.get(f"{path}?{cursor.decode()}")
        assert world.theirs["customer"] not in rest.text


async def test_search_neither_finds_nor_ranks_it(world: World) -> None:
    texts = ("Lovelace", "Ben Lovelace", "Bem Lovelace", "ben@secret.example")
    for text in (*texts, world.theirs["customer"], world.theirs["individual"]):
        found = (await world.caller.get(f"{API}/search", params={"q": text})).json()
        seen = {hit["id"] for hit in found["hit"]}
        seen |= {hit["customer"]["id"] for hit in found["hit"] if "customer" in hit}
        assert not seen & set(world.theirs.values()), text
        everything = (await world.house.get(f"{API}/search", params={"q": text})).json()
        assert {hit["id"] for hit in everything["hit"]} & set(world.theirs.values()), text
    found = (await world.caller.get(f"{API}/search", params={"q": "Lovelace"})).json()
    assert {hit["id"] for hit in found["hit"]} & set(world.ours.values())


async def test_many_out_of_scope_do_not_crowd_out_what_is_found(world: World) -> None:
    """So many namesakes are ranked, and those out of scope are none of them."""
    for number in range(120):
        await made(world.house, "individual", givenName=f"X{number}", familyName="Crowdwell")
    mine = await whole(world.house, "Crow", market="AT")
    await world.house.patch(
        f"{PATHS['individual']}/{mine['individual']}", json={"familyName": "Crowdwell"},
        headers=MERGE,
    )  # fmt: skip
    answer = await world.caller.get(f"{API}/search", params={"q": "Crowdwell"})
    hits = [hit["id"] for hit in answer.json()["hit"] if hit["type"] == "individual"]
    assert hits == [mine["individual"]]


async def test_it_is_in_no_tree_and_no_roll_up(world: World) -> None:
    group = await made(world.house, "organization", name="Analytical")
    member = {"@type": "RelatedPartyOrPartyRole", "role": "household"}
    member["partyOrPartyRole"] = reference("organization", group)  # type: ignore[assignment]
    for ids in (world.ours, world.theirs):
        there = f"{PATHS['individual']}/{ids['individual']}"
        answer = await world.house.patch(there, json={"relatedParty": [member]}, headers=MERGE)
        assert answer.status_code == 200, answer.text
    # The group is nobody's customer yet: nobody sees it but who made it.
    assert (await world.caller.get(f"{API}/hierarchy/{group}")).status_code == 404
    await made(
        world.house, "customer", name="Analytical", engagedParty=reference("organization", group),
        characteristic=[{"name": "market", "value": "AT"}],
    )  # fmt: skip
    tree = (await world.caller.get(f"{API}/hierarchy/{group}")).json()
    below = {node["id"] for node in tree["descendant"]}
    assert world.ours["individual"] in below
    assert world.theirs["individual"] not in below
    assert tree["known"] == len(below)
    rolled = (await world.caller.get(f"{API}/hierarchy/{group}/rollup")).json()
    everything = (await world.house.get(f"{API}/hierarchy/{group}/rollup")).json()
    assert rolled["nodes"] == tree["known"] + 1 < everything["nodes"]
    assert rolled["records"]["billingAccount"]["count"] == 1
    assert everything["records"]["billingAccount"]["count"] == 2


async def test_a_customer_seen_whole_leaves_out_what_is_of_another(world: World) -> None:
    """A foreign account that the customer names is not shown around it, now and then."""
    answer = await world.house.patch(
        f"{PATHS['customer']}/{world.ours['customer']}",
        json={"account": [reference("billingAccount", world.theirs["billingAccount"])]},
        headers=MERGE,
    )
    assert answer.status_code == 200, answer.text
    moment = now().isoformat().replace("+00:00", "Z")
    for query in ("", f"?knownAt={moment}", f"?asOf={moment}"):
        place = f"{WHOLE}/{world.ours['customer']}{query}"
        seen = await world.caller.get(place)
        everything = await world.house.get(place)
        assert seen.status_code == everything.status_code == 200
        theirs, ours = (each.json().get("billingAccount", []) for each in (everything, seen))
        assert len(theirs) == len(ours) + 1
        assert world.theirs["product"] not in seen.text


async def test_files_of_it_are_as_unknown_ones(world: World) -> None:
    query = {"recordType": "customer", "recordId": world.theirs["customer"], "name": "a.txt"}
    media = {"Content-Type": "text/plain"}
    there = f"{API}/attachment"
    kept = await world.house.post(there, params=query, content=b"text", headers=media)
    place = f"{there}/{kept.json()['id']}"
    unknown = new_id()
    for method in ("GET", "DELETE"):
        hidden = await world.caller.request(method, place)
        absent = await world.caller.request(method, f"{there}/{unknown}")
        assert same(hidden, absent, kept.json()["id"], unknown)
        assert hidden.status_code == 404
    listed = await world.caller.get(there, params={"recordId": world.theirs["customer"]})
    assert (listed.status_code, listed.json()) == (200, [])
    more = await world.caller.post(there, params=query, content=b"text", headers=media)
    query["recordId"] = unknown
    absent = await world.caller.post(there, params=query, content=b"text", headers=media)
    assert same(more, absent, unknown, world.theirs["customer"])
    assert more.status_code == 404
    assert (await world.house.get(place)).content == b"text"


async def test_a_list_does_not_tell_that_something_elsewhere_is_restricted(world: World) -> None:
    given = {"subjectId": world.theirs["individual"], "reason": "DSR-2026-17", "purpose": ["other"]}
    placed = await world.house.post(f"{API}/restriction", json=given)
    assert placed.status_code == 201, placed.text
    try:
        for kind in ("individual", "customer"):
            answer = await world.caller.get(PATHS[kind])
            assert "x-withheld" not in answer.headers
            one = await world.caller.get(f"{PATHS[kind]}/{world.theirs[kind]}")
            assert one.status_code == 404
    finally:
        lift = {"reason": "DSR-2026-17", "informed": "LETTER-2026-80"}
        place = f"{API}/restriction/{placed.json()['id']}/lift"
        assert (await world.house.post(place, json=lift)).status_code == 200


async def test_what_concerns_the_whole_inventory_is_refused(world: World) -> None:
    for method, path in (
        ("GET", f"{API}/erasure"),
        ("GET", f"{API}/legalHold"),
        ("GET", f"{API}/subjectRequest"),
        ("GET", f"{API}/restriction"),
        ("POST", f"{API}/restriction"),
    ):
        answer = await world.caller.request(method, path, json={} if method == "POST" else None)
        assert answer.status_code == 403, (path, answer.text)
        assert answer.json()["code"] == "scopeTooNarrow"


async def test_what_left_the_scope_is_gone_with_its_past(world: World) -> None:
    ids = await whole(world.house, "Eve", market="AT")
    assert (await world.caller.get(f"{PATHS['product']}/{ids['product']}")).status_code == 200
    moved = [{"@type": "StringCharacteristic", "name": "market", "value": "DE"}]
    answer = await world.house.patch(
        f"{PATHS['customer']}/{ids['customer']}", json={"characteristic": moved}, headers=MERGE
    )
    assert answer.status_code == 200
    for kind in KINDS:
        for place in places(kind, ids[kind]):
            assert (await world.caller.get(place)).status_code == 404, place


async def test_what_was_removed_is_gone_with_its_past(world: World) -> None:
    ids = await whole(world.house, "Zoe", market="AT")
    there = f"{PATHS['troubleTicket']}/{ids['troubleTicket']}"
    assert (await world.house.delete(there)).status_code == 204
    assert (await world.house.get(f"{there}/history")).status_code == 200
    assert (await world.caller.get(f"{there}/history")).status_code == 404


async def test_the_catalogue_is_for_all(world: World) -> None:
    for kind, declared in TYPES.items():
        if declared.is_catalogue:
            identifier = await made(world.house, kind)
            assert (await world.caller.get(f"{PATHS[kind]}/{identifier}")).status_code == 200


async def test_every_refused_read_is_in_the_ledger(world: World) -> None:
    place = f"{PATHS['customer']}/{world.theirs['customer']}"
    await world.caller.get(place)
    row: Any = await world.service.database.row(
        "SELECT status, record_ids::text AS ids FROM access.entry"
        " WHERE process = 'austria' ORDER BY seq DESC, number DESC LIMIT 1"
    )
    assert row["status"] == 404
    assert world.theirs["customer"] in row["ids"]
