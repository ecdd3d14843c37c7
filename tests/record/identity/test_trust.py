"""Ranks of sources: what is shown follows a change, and the history says who made it."""

from customer_inventory.kit.actor import Actor
from customer_inventory.record.identity.trust import Followed, follow, ranks, set_rank
from customer_inventory.record.inventory import Inventory
from customer_inventory.store.database import Database
from tests.record.samples import INDIVIDUAL, decoded, person

REGISTER, WEB = Actor("register", "verification"), Actor("web", "selfCare")


async def merged(inventory: Inventory) -> str:
    one = await inventory.create(INDIVIDUAL, person("Official"), actor=REGISTER)
    other = await inventory.create(INDIVIDUAL, person("Nickname"), actor=WEB)
    await inventory.identity.merge(INDIVIDUAL, one.id, [other.id], actor=WEB)
    return one.id


async def family(inventory: Inventory, identifier: str) -> str:
    name: str = decoded((await inventory.get(INDIVIDUAL, identifier)).body)["familyName"]
    return name


async def test_what_is_shown_follows_a_rank_and_the_history_says_who(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    ids = [await merged(inventory) for _ in range(3)]
    assert {await family(inventory, each) for each in ids} == {"Nickname"}
    change = await set_rank(database, "register", 5, actor=actor)
    steps: list[Followed] = []
    done = await follow(database, change, actor=actor, progress=steps.append)
    assert (done, steps) == (Followed(3, 3, is_ended=True), [Followed(3, 3, is_ended=True)])
    assert {await family(inventory, each) for each in ids} == {"Official"}
    latest = (await inventory.versions(INDIVIDUAL, ids[0]))[0]
    assert (latest.operation, latest.process, latest.person) == (
        "trust",
        actor.process,
        actor.person,
    )
    # Done again, and with a rank that decides nothing, it changes nothing.
    assert await follow(database, change, actor=actor) == done
    again = await set_rank(database, "register", 6, actor=actor)
    assert (await follow(database, again, actor=actor)).changed == 0
    (row,) = await ranks(database)
    told = (row["source"], row["rank"], row["process"], row["done"], row["changed"])
    assert told == ("register", 6, actor.process, 3, 0)
    assert row["ended_at"] is not None
    # Back again: nothing was lost.
    back = await set_rank(database, "register", -1, actor=actor)
    assert (await follow(database, back, actor=actor)).changed == 3
    assert {await family(inventory, each) for each in ids} == {"Nickname"}
