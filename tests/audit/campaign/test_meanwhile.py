"""What happens to a campaign while others work on the same: one outcome, and nothing is lost."""

import asyncio
from collections import Counter

import pytest

from customer_inventory.kit.errors import Conflict, Gone, Invalid, InventoryError, NotFound, Refused
from tests.audit.campaign.conftest import ACTOR, DECLARED, INDIVIDUAL, World, differs


async def test_a_population_that_shrinks_before_it_is_drawn_is_planned_anew(world: World) -> None:
    ids = await world.people(60)
    made = await world.campaigns.new(DECLARED, session=world.session, by=world.by("runner"))
    plan, _ = await world.campaigns.plan(made.id, session=world.session)
    for identifier in ids[15:]:
        await world.inventory.remove(INDIVIDUAL, identifier, actor=ACTOR)
    drawn = await world.campaigns.sample(made.id, session=world.session, by=world.by("runner"))
    assert (plan.population, drawn.population) == (60, 15)
    items = await world.campaigns.items(made.id)
    assert drawn.size == len(items) < plan.size
    assert {each.record_id for each in items} <= set(ids[:15])


async def test_of_nothing_nothing_is_drawn_and_the_campaign_stays_planned(world: World) -> None:
    (only,) = await world.people(1)
    made = await world.campaigns.new(DECLARED, session=world.session, by=world.by("runner"))
    await world.inventory.remove(INDIVIDUAL, only, actor=ACTOR)
    with pytest.raises(Invalid):
        await world.campaigns.sample(made.id, session=world.session, by=world.by("runner"))
    assert (await world.campaigns.get(made.id)).state == "planned"
    await world.people(20)
    drawn = await world.campaigns.sample(made.id, session=world.session, by=world.by("runner"))
    assert (drawn.state, drawn.population) == ("sampled", 20)


async def test_when_all_are_gone_it_ends_and_says_that_nothing_was_looked_at(world: World) -> None:
    ids = await world.people(6)
    campaign = await world.begun()
    for identifier in ids:
        await world.inventory.remove(INDIVIDUAL, identifier, actor=ACTOR)
    assert await world.read_all(campaign, "ada", "grace") == 0
    result = (await world.close(campaign)).statement["result"]
    assert (result["examined"], result["share"]) == (0, None)
    assert (result["interval"]["low"], result["interval"]["high"]) == (0.0, 1.0)


async def test_a_record_merged_in_the_middle_is_void_and_replaced(world: World) -> None:
    await world.people(40)
    campaign = await world.begun()
    items = await world.campaigns.items(campaign)
    gone, survivor = (str(items[number].record_id) for number in (0, 1))
    await world.inventory.identity.merge(INDIVIDUAL, survivor, [gone], actor=ACTOR)
    with pytest.raises(Gone):
        await world.record(campaign, items[0].number, await _auditor_of(world, campaign, 1))
    states = Counter(each.state for each in await world.campaigns.items(campaign))
    assert states["void"] == 1
    assert await world.read_all(campaign, "ada", "grace") == len(items)
    assert (await world.close(campaign)).statement["result"]["examined"] == len(items)


async def test_who_leaves_and_gives_a_verdict_at_once_has_given_it_or_not(world: World) -> None:
    await world.people(60)
    campaign = await world.begun()
    task = await world.next(campaign, "ada")
    assert task is not None
    came = await asyncio.gather(
        world.record(campaign, task.item.number, "ada"),
        world.campaigns.hand_over(campaign, "ada", "edith", by=world.by("runner", "left")),
        return_exceptions=True,
    )
    assert not isinstance(came[1], Exception)
    if isinstance(came[0], Exception):
        assert isinstance(came[0], Refused | NotFound | Conflict)
    left = await world.read_all(campaign, "grace", "edith")
    items = await world.campaigns.items(campaign)
    assert left == len(items) - (not isinstance(came[0], Exception))
    assert (await world.close(campaign)).statement["result"]["examined"] == len(items)
    readings = await world.database.fetch(
        "SELECT item, count(*) AS n FROM audit.campaign_reading GROUP BY item"
    )
    assert {row["n"] for row in readings} == {1}


@pytest.mark.parametrize(
    ("leaver", "to"), [("nobody", "edith"), ("ada", "ada"), ("ada", ""), ("ada", "x" * 201)]
)
async def test_a_hand_over_that_is_none_changes_nothing(world: World, leaver: str, to: str) -> None:
    await world.people(20)
    campaign = await world.begun()
    before = await world.next(campaign, "ada")
    with pytest.raises(InventoryError):
        await world.campaigns.hand_over(campaign, leaver, to, by=world.by("runner"))
    assert await world.next(campaign, "ada") == before
    assert (await world.campaigns.get(campaign)).declared.auditors == ("ada", "grace")


async def test_a_record_erased_and_judged_at_once_leaves_nothing(world: World) -> None:
    await world.people(40)
    campaign = await world.begun()
    for _ in range(5):
        task = await world.next(campaign, "ada")
        assert task is not None
        came = await asyncio.gather(
            world.record(campaign, task.item.number, "ada", differs("Secretname")),
            world.eraser.erase(str(task.item.record_id), reason="DSR-2026-1", actor=ACTOR),
            return_exceptions=True,
        )
        assert not isinstance(came[1], Exception)
        if isinstance(came[0], Exception):
            assert isinstance(came[0], Gone | Conflict | NotFound)
    rows = await world.database.fetch(
        "SELECT i::text AS told FROM audit.campaign_item AS i WHERE i.state = 'void'"
        " UNION ALL SELECT g::text FROM audit.campaign_reading AS g"
    )
    assert "Secretname" not in " ".join(row["told"] for row in rows)
    await world.read_all(campaign, "ada", "grace")
    assert (await world.close(campaign)).state == "closed"


async def test_the_last_verdict_and_the_close_at_once(world: World) -> None:
    await world.people(20)
    campaign = await world.begun()
    items = await world.campaigns.items(campaign)
    await world.read_all(campaign, "ada")
    while task := await world.next(campaign, "grace"):
        came = await asyncio.gather(
            world.record(campaign, task.item.number, "grace"),
            world.close(campaign),
            return_exceptions=True,
        )
        assert not isinstance(came[0], Exception)
        if not isinstance(came[1], Exception):
            break
        assert isinstance(came[1], Conflict)
    found = await world.campaigns.get(campaign)
    done = found if found.state == "closed" else await world.close(campaign)
    assert done.statement is not None
    assert done.statement["result"]["examined"] == len(items)


async def _auditor_of(world: World, campaign: str, number: int) -> str:
    return str(
        await world.database.value(
            "SELECT auditor FROM audit.campaign_reading WHERE campaign = $1 AND item = $2",
            campaign,
            number,
        )
    )
