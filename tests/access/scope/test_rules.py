"""Each kind of rule, at the doors: what it shows, and that a change of it counts at once."""

import asyncio
from datetime import timedelta

import httpx

from customer_inventory.access.registration import issue_token
from customer_inventory.kit.ids import bucket_of, new_id
from tests.access.scope.test_reading import KINDS
from tests.access.scope.world import (
    API,
    EVERY,
    MERGE,
    World,
    characteristics,
    held_by,
    made,
    permit,
    reference,
    whole,
)
from tests.conftest import PROFILE, Service
from tests.tmf.bodies import PATHS

MANY = 1_000_000 if PROFILE == "long" else 3_000


async def seen(client: httpx.AsyncClient, kind: str, identifier: str) -> bool:
    """Tell whether a record is shown by its id; the list says the same."""
    answer = await client.get(f"{PATHS[kind]}/{identifier}")
    assert answer.status_code in (200, 404), answer.text
    listed = await client.get(f"{PATHS[kind]}?id={identifier}")
    assert len(listed.json()) == (answer.status_code == 200)
    return answer.status_code == 200


async def shown(client: httpx.AsyncClient, ids: dict[str, str]) -> set[str]:
    return {kind for kind, identifier in ids.items() if await seen(client, kind, identifier)}


async def put(service: Service, name: str, *ids: str) -> None:
    await service.database.execute(
        "INSERT INTO record.subject_list (name, title, changed_by, entered_by, reason)"
        " VALUES ($1, $1, 'x', 'x', 'x') ON CONFLICT DO NOTHING",
        name,
    )
    for identifier in ids:
        await service.database.execute(
            "INSERT INTO record.listed (id, bucket, list) VALUES ($1, $2, $3)"
            " ON CONFLICT DO NOTHING",
            identifier, bucket_of(identifier), name,
        )  # fmt: skip


async def take(service: Service, name: str, identifier: str) -> None:
    await service.database.execute(
        "DELETE FROM record.listed WHERE list = $1 AND id = $2", name, identifier
    )


async def test_what_is_not_known_is_left_out_by_its_contrary(world: World) -> None:
    client = await world.client(
        "plain", {"*": {"scope": {"not": {"in": {"segment": ["corporate"]}}}}}
    )
    unknown = await whole(world.house, "Una", market="AT")
    corporate = await whole(world.house, "Cora", segment="corporate")
    assert await shown(client, world.ours) == set(KINDS)
    assert await shown(client, unknown) == set()
    assert await shown(client, corporate) == set()


async def test_a_rule_of_a_type_narrows_it(world: World) -> None:
    client = await world.client(
        "narrow",
        {
            "customer": {"scope": {"in": {"market": ["AT"]}}},
            "troubleTicket": {"scope": {"eq": {"status": "resolved"}}},
        },
        f"customer:{EVERY}", f"troubleTicket:{EVERY}", f"billingAccount:{EVERY}",
    )  # fmt: skip
    assert await seen(client, "billingAccount", world.ours["billingAccount"])
    assert not await seen(client, "troubleTicket", world.ours["troubleTicket"])
    for ids, is_seen in ((world.ours, True), (world.theirs, False)):
        ticket = await made(
            world.house, "troubleTicket", status="resolved", relatedParty=held_by(ids["customer"])
        )
        assert await seen(client, "troubleTicket", ticket) is is_seen
    # What leaves a rule by a change is not changed so.
    there = f"{PATHS['troubleTicket']}/{ticket}"
    assert (await client.patch(there, json={"status": "x"}, headers=MERGE)).status_code == 404


async def test_a_grant_without_customers_goes_through_them(world: World) -> None:
    client = await world.client(
        "bills",
        {"billingAccount": {"scope": {"customer": {"in": {"market": ["AT"]}}}}},
        f"billingAccount:{EVERY}", f"product:{EVERY}",
    )  # fmt: skip
    assert await seen(client, "billingAccount", world.ours["billingAccount"])
    assert not await seen(client, "billingAccount", world.theirs["billingAccount"])
    assert await seen(client, "product", world.theirs["product"])
    assert (await client.get(PATHS["customer"])).status_code == 403


async def test_own_records_are_those_that_the_process_made(world: World) -> None:
    terms = {"*": {"scope": {"own": True}}}
    one, two = [await world.client(name, terms) for name in ("maker-one", "maker-two")]
    ids = await whole(one, "Own")
    assert await shown(one, ids) == set(KINDS)
    assert await shown(two, ids) == set()
    # They stay its own when others change them.
    for _ in range(2):
        answer = await world.house.patch(
            f"{PATHS['customer']}/{ids['customer']}", json={"description": str(new_id())},
            headers=MERGE,
        )  # fmt: skip
        assert answer.status_code == 200
    assert await shown(one, ids) == set(KINDS)
    assert await shown(one, world.ours) == set()
    listed = (await one.get(PATHS["customer"])).json()
    assert [each["id"] for each in listed] == [ids["customer"]]


async def test_a_change_of_a_list_counts_at_once(world: World) -> None:
    """By the customer's id or its party's, without the service hearing of it."""
    service = world.service
    await put(service, "vip", new_id())
    client = await world.client("important", {"*": {"scope": {"list": "vip"}}})
    others = await world.client(
        "others", {"*": {"scope": {"and": [{"own": True}, {"not": {"list": "vip"}}]}}}
    )
    assert await shown(client, world.ours) == set()
    for member in (world.ours["customer"], world.ours["individual"]):
        await put(service, "vip", member)
        assert await shown(client, world.ours) == set(KINDS)
        assert await shown(client, world.theirs) == set()
        assert (await client.get(PATHS["customer"])).headers["x-total-count"] == "1"
        await take(service, "vip", member)
        assert await shown(client, world.ours) == set()
        assert (await client.get(PATHS["customer"])).headers["x-total-count"] == "0"
    own = await whole(others, "Not")
    assert await shown(others, own) == set(KINDS)
    await put(service, "vip", own["customer"])
    assert await shown(others, own) == set()


async def test_lists_over_http(world: World) -> None:
    admin = await world.client("desk", {}, f"access:{EVERY}")
    person = httpx.AsyncClient(
        base_url=world.service.base, headers=await _as_person(world), timeout=60
    )
    world.clients.append(person)
    body = {"name": "web", "title": "From the web", "reason": "CASE-7"}
    assert (await person.post(f"{API}/subjectList", json=body)).status_code == 201
    assert (await person.post(f"{API}/subjectList", json=body)).status_code == 409
    change = f"{API}/subjectList/web/change"
    ids = sorted(new_id() for _ in range(3))
    text = "\n".join(ids)
    asked = {"way": "add", "reason": "CASE-7"}
    media = {"Content-Type": "text/plain"}
    done = await person.post(change, params=asked, content=text, headers=media)
    assert done.json() == {"added": 3, "removed": 0}, done.text
    bad = await person.post(change, params=asked, content="x", headers=media)
    assert bad.status_code == 400
    assert (await person.post(change, params={"way": "x"}, content="")).status_code == 400
    anybody = await admin.post(change, params=asked, content=text, headers=media)
    assert anybody.status_code == 403
    listed = (await admin.get(f"{API}/subjectList/web")).json()
    assert (listed["members"], listed["change"][0]["added"]) == (3, 3)
    on_it = await admin.get(f"{API}/subjectList/web/member", params={"after": ids[0], "limit": "1"})
    assert on_it.json() == [ids[1]]
    assert (await admin.get(f"{API}/subjectList/none")).status_code == 404
    bound = await world.client("web-bound", {"*": {"scope": {"list": "web"}}})
    gone = await person.delete(f"{API}/subjectList/web", params={"reason": "CASE-7"})
    assert gone.status_code == 409
    assert "web-bound" in gone.text
    await permit(world.service, "web-bound", {})
    gone = await person.delete(f"{API}/subjectList/web", params={"reason": "CASE-7"})
    assert gone.status_code == 204
    # Who may do everything to records may not so much as see the lists.
    assert (await bound.get(f"{API}/subjectList")).status_code == 403


async def _as_person(world: World) -> dict[str, str]:
    issued = await issue_token(
        world.service.database, "desk", purpose="testing", person="ada",
        lifetime=timedelta(hours=1),
    )  # fmt: skip
    return {"Authorization": f"Bearer {issued.secret}"}


async def test_a_change_of_the_scope_counts_at_once(world: World) -> None:
    """On the straight way too: the session is made anew when anything about access changes."""
    client = await world.client("moving", {"*": {"scope": {"in": {"market": ["AT"]}}}})
    there = [f"{PATHS['customer']}/{ids['customer']}" for ids in (world.ours, world.theirs)]

    async def statuses() -> list[int]:
        return [(await client.get(path)).status_code for path in there]

    assert await statuses() == [200, 404]
    for terms, expected in (
        ({"*": {"scope": {"in": {"market": ["DE"]}}}}, [404, 200]),
        ({"*": {"scope": {"in": {"market": ["DE", "AT"]}}}}, [200, 200]),
        ({"*": {"scope": {"in": {"market": ["FR"]}}}}, [404, 404]),
        ({}, [200, 200]),
    ):
        await permit(world.service, "moving", terms)
        for _ in range(100):
            if await statuses() == expected:
                break
            await asyncio.sleep(0.01)
        assert await statuses() == expected, terms


async def test_a_scope_holds_after_a_merge_of_the_party(world: World) -> None:
    """What refers to a party by an id that was merged hangs on the customer as before."""
    one, two = [await whole(world.house, name, market="AT") for name in ("Ann", "Amy")]
    asked = {"type": "individual", "survivor": one["individual"], "merged": [two["individual"]]}
    assert (await world.house.post(f"{API}/merge", json=asked)).status_code == 200
    assert await shown(world.caller, one) == set(KINDS)
    for kind in ("customer", "partyInteraction", "partyRole", "billingAccount"):
        assert await seen(world.caller, kind, two[kind]), kind


async def test_a_second_customer_of_a_party_shows_what_is_of_the_party(world: World) -> None:
    """What belongs to the customer in the other market stays its own."""
    both = await whole(world.house, "Bo", market="DE")
    second = await made(
        world.house, "customer", engagedParty=reference("individual", both["individual"]),
        name="Bo in Austria", characteristic=characteristics(market="AT"),
    )  # fmt: skip
    assert await seen(world.caller, "customer", second)
    shown_now = await shown(world.caller, both)
    assert shown_now == {"individual", "partyInteraction", "partyRole"}


async def test_a_long_list_costs_a_read_one_look(world: World) -> None:
    """The condition joins a table by key: the list is neither sent nor held."""
    service = world.service
    await put(service, "long", world.ours["customer"])
    await service.database.execute(
        "INSERT INTO record.listed (id, bucket, list)"
        " SELECT lpad(n::text, 26, '0'), n % 1024, 'long' FROM generate_series(1, $1::int) AS n",
        MANY,
    )
    await service.database.execute("ANALYZE record.listed")
    client = await world.client("long-bound", {"*": {"scope": {"list": "long"}}})
    assert await shown(client, world.ours) == set(KINDS)
    assert await shown(client, world.theirs) == set()
    assert (await client.get(PATHS["customer"])).headers["x-total-count"] == "1"
    found = (await client.get(f"{API}/search", params={"q": "Lovelace"})).json()
    ids = {hit["id"] for hit in found["hit"]}
    assert ids
    assert ids <= set(world.ours.values())
