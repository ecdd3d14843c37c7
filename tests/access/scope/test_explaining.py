"""Explanations name the part of a scope that decides; simulations try a scope on past traffic."""

from datetime import timedelta
from typing import Any

import pytest

from customer_inventory.access.explain.explaining import Explanation, explain
from customer_inventory.access.operation import Operation
from customer_inventory.background.asked import asked_for
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.usage.draft import draft_of
from customer_inventory.usage.simulating import LESS, REFUSED, SAME, Simulation, simulate
from tests.access.scope.test_reading import same
from tests.access.scope.world import API, World, made, whole
from tests.tmf.bodies import PATHS, WHOLE


async def explained(
    world: World, process: str, kind: str, identifier: str | None = None
) -> Explanation:
    return await explain(
        world.service.application.inventory,
        world.service.database,
        process=process,
        purpose="testing",
        operation=Operation.READ,
        record_type=kind,
        identifier=identifier,
    )


def said(explanation: Explanation) -> str:
    (step,) = [each for each in explanation.steps if each.rule == "scope"]
    return step.says


async def test_the_deciding_part_is_named(world: World) -> None:
    corporate = await whole(world.house, "Corp", market="AT", segment="corporate")
    small = {"not": {"eq": {"segment": "corporate"}}}
    await world.client(
        "told",
        {
            "customer": {"scope": {"and": [{"in": {"market": ["AT"]}}, small]}},
            "troubleTicket": {"scope": {"eq": {"status": "resolved"}}},
        },
        "customer:read", "troubleTicket:read", "product:read",
    )  # fmt: skip
    told = await explained(world, "told", "customer", world.ours["customer"])
    assert (told.permitted, told.rule) == (True, "permission")
    assert "market is AT, segment is consumer" in said(told)
    told = await explained(world, "told", "customer", world.theirs["customer"])
    assert (told.permitted, told.rule) == (False, "scope")
    assert said(told) == "market in AT does not hold: market is DE."
    told = await explained(world, "told", "customer", corporate["customer"])
    assert said(told) == "not segment is corporate does not hold: segment is corporate."
    told = await explained(world, "told", "product", world.theirs["product"])
    assert said(told).startswith("of a customer: (market in AT and not segment is corporate)")
    assert "of its customer, market is DE, segment is consumer" in said(told)
    told = await explained(world, "told", "troubleTicket", world.ours["troubleTicket"])
    assert said(told) == "status is resolved does not hold: status is inProgress."
    told = await explained(world, "told", "customer")
    assert (told.permitted, said(told)[:5]) == (True, "Bound")
    told = await explained(world, "told", "customer", new_id())
    assert (told.permitted, told.rule) == (False, "absent")


async def test_what_hangs_on_nobody_is_told(world: World) -> None:
    party = await made(world.house, "individual")
    told = await explained(world, "austria", "individual", party)
    assert (told.permitted, told.rule) == (False, "scope")
    assert "it hangs on no customer" in said(told)


async def test_a_caller_learns_nothing_of_what_is_out_of_its_scope(world: World) -> None:
    unknown = new_id()
    asked = {"operation": "read", "type": "customer"}
    hidden, absent = [
        await world.caller.get(f"{API}/explanation", params={**asked, "id": each})
        for each in (world.theirs["customer"], unknown)
    ]
    assert hidden.json()["permitted"] is False
    assert hidden.json()["rule"] == "absent"
    assert same(hidden, absent, world.theirs["customer"], unknown)
    seen = await world.caller.get(
        f"{API}/explanation", params={**asked, "id": world.ours["customer"]}
    )
    assert seen.json()["permitted"] is True


async def simulated(world: World, process: str, permissions: Any) -> Simulation:
    draft = draft_of({"process": process, "purpose": "testing", "permissions": permissions})
    return await simulate(
        world.service.database, draft, since=now() - timedelta(days=1), asks_for=asked_for()
    )


async def test_a_draft_of_a_scope_is_tried_on_past_traffic(world: World) -> None:
    client = await world.client("tried", {})
    for ids in (world.ours, world.theirs):
        for kind in ("customer", "product"):
            assert (await client.get(f"{PATHS[kind]}/{ids[kind]}")).status_code == 200
        assert (await client.get(f"{WHOLE}/{ids['customer']}")).status_code == 200
    assert (await client.get(PATHS["billFormat"])).status_code == 200
    both = f"{world.ours['customer']},{world.theirs['customer']}"
    assert len((await client.get(f"{PATHS['customer']}?id={both}")).json()) == 2
    await client.get(f"{PATHS['customer']}/{new_id()}")
    every = ["read", "create"]
    terms = {"scope": {"in": {"market": ["AT"]}}}
    found = {
        (each.record_type, each.change, each.rule): (each.requests, each.records)
        for each in (
            await simulated(world, "tried", {"*": {"operations": every, "terms": terms}})
        ).outcomes
    }
    assert found["customer", REFUSED, "scope"] == (1, 1)
    assert found["product", REFUSED, "scope"] == (1, 1)
    assert found["customer360", REFUSED, "scope"][0] == 1
    assert found["customer", LESS, "scope"] == (1, 1)
    assert found["product", SAME, "permission"] == (1, 1)
    assert found["billFormat", SAME, "permission"][0] == 1
    plain = (await simulated(world, "tried", {"*": every})).outcomes
    assert {each.change for each in plain} == {SAME}


@pytest.mark.parametrize("terms", [{"scope": {"in": {"shoeSize": ["38"]}}}])
async def test_a_draft_of_no_scope_is_refused(world: World, terms: Any) -> None:
    with pytest.raises(Invalid, match="shoeSize"):
        await simulated(world, "tried", {"*": {"operations": ["read"], "terms": terms}})
