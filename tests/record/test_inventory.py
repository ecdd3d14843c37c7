"""The inventory as doors use it: what is refused leaves nothing behind."""

import asyncio
from functools import partial

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, TooLarge
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.declare import Document
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.observation import MISSING, observed
from customer_inventory.record.patch import LARGEST_DOCUMENT
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import Rejected
from customer_inventory.record.version import NoSuchRecord, RevisionPassed
from customer_inventory.store.database import Database
from tests.record.samples import (
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    account,
    customer,
    decoded,
    kept,
    links,
    person,
    told,
)


async def everything(database: Database) -> list[object]:
    return [await kept(database, INDIVIDUAL), await links(database), await told(database)]


async def test_what_is_refused_leaves_nothing(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    for document, kind in (
        ({"id": new_id(), **person()}, Invalid),
        ({"familyName": "Lovelace"}, Rejected),
        (person(status="asleep"), Rejected),
        ({**person(), "@type": "Organization"}, Invalid),
        (person(validFor={"startDateTime": "0001-01-01T00:00:00+14:00"}), Invalid),
    ):
        with pytest.raises(kind):
            await inventory.create(INDIVIDUAL, document, actor=actor)
    assert await everything(database) == [{}, [], []]


async def test_a_change_that_is_refused_leaves_all_as_it_was(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    before = await everything(database)

    def fail(_: Document) -> Document:
        raise Invalid("no")

    for alter, kind in (
        (lambda old: {**old, "familyName": 5}, Rejected),
        (lambda old: {**old, "id": new_id()}, Invalid),
        (lambda old: {**old, "@type": "Employee"}, Invalid),
        (lambda _: [], Invalid),
        (lambda old: {**old, "x": ["x" * 1000] * (LARGEST_DOCUMENT // 1000)}, TooLarge),
        (lambda old: {**old, "validFor": {"endDateTime": "9999-12-31T23:59:59-14:00"}}, Invalid),
        (fail, Invalid),
    ):
        with pytest.raises(kind):
            await inventory.change(INDIVIDUAL, made.id, alter, actor=actor)
    for revision in (0, 2, 2**62):
        with pytest.raises(RevisionPassed):
            await inventory.change(INDIVIDUAL, made.id, dict, actor=actor, revision=revision)
        with pytest.raises(RevisionPassed):
            await inventory.remove(INDIVIDUAL, made.id, actor=actor, revision=revision)
    assert await everything(database) == before


async def test_a_record_is_removed_once(inventory: Inventory, actor: Actor) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    outcomes = await asyncio.gather(
        *(inventory.remove(INDIVIDUAL, made.id, actor=actor) for _ in range(5)),
        return_exceptions=True,
    )
    assert sorted(map(str, map(type, outcomes))) == sorted(
        map(str, [type(None), *[NoSuchRecord] * 4])
    )


async def test_what_belongs_together_lies_together(inventory: Inventory, actor: Actor) -> None:
    party = await inventory.create(INDIVIDUAL, person(), actor=actor)
    role = await inventory.create(CUSTOMER, customer(party.id), actor=actor)
    bill = await inventory.create(BILLING_ACCOUNT, account(role.id), actor=actor)
    assert bucket_of(party.id) == bucket_of(role.id) == bucket_of(bill.id)


async def test_an_extension_keeps_its_type(inventory: Inventory, actor: Actor) -> None:
    document = {**person(badge=7), "@type": "Employee", "@baseType": "Individual"}
    made = await inventory.create(INDIVIDUAL, document, actor=actor)
    changed = await inventory.change(
        INDIVIDUAL, made.id, lambda old: {**old, "badge": 8}, actor=actor
    )
    assert decoded(changed.body) == {**document, "id": made.id, "badge": 8}


async def test_who_gives_up_waiting_lets_others_have_their_turn(
    inventory: Inventory, actor: Actor
) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    tasks = [
        asyncio.create_task(
            inventory.change(
                INDIVIDUAL,
                made.id,
                lambda old: {**old, "steps": old.get("steps", 0) + 1},
                actor=actor,
            )
        )
        for _ in range(20)
    ]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(outcome, BaseException) for outcome in outcomes] == [True, False] * 10
    steps = decoded((await inventory.get(INDIVIDUAL, made.id)).body)["steps"]
    # Those who heard of their change are counted; of the others nobody can say.
    assert 10 <= steps <= 20
    assert len(await inventory.versions(INDIVIDUAL, made.id)) == steps + 1


async def test_turns_are_kept_only_while_they_are_taken(inventory: Inventory, actor: Actor) -> None:
    for number in range(3):
        made = await inventory.create(INDIVIDUAL, person(), actor=actor)
        await inventory.change(INDIVIDUAL, made.id, partial(dict, gender=str(number)), actor=actor)
    assert len(inventory._turns) == 0


async def test_an_id_of_the_callers_own_becomes_an_external_identifier(
    database: Database, actor: Actor
) -> None:
    inventory = Inventory(database)
    made = await inventory.create(INDIVIDUAL, {**person(), "id": "A-7"}, actor=actor)
    assert made.id != "A-7"
    kept_as = {"owner": actor.process, "externalIdentifierType": "id", "id": "A-7"}
    document = decoded(made.body)
    assert document["externalReference"] == [{"@type": "ExternalIdentifier", **kept_as}]
    named = {**person(), "id": "A-7", "externalReference": [{"id": "A-7"}]}
    again = await inventory.create(INDIVIDUAL, named, actor=actor)
    assert decoded(again.body)["externalReference"] == [{"id": "A-7"}]
    without = await inventory.create(CUSTOMER, {**customer(made.id), "id": "C-7"}, actor=actor)
    assert "C-7" not in without.body.decode()


async def test_each_version_demands_its_own(database: Database, actor: Actor) -> None:
    inventory, role = Inventory(database), TYPES["partyRole"]
    given = {"@type": "PartyRole", "name": "Ada"}
    with pytest.raises(Rejected):
        await inventory.create(role, given, actor=actor)
    made = await inventory.create(role, given, actor=actor, version="v4")
    assert decoded(made.body) == {"id": made.id, **given}
    # What was missing from the beginning may go on missing, what is there stays.
    changed = await inventory.change(role, made.id, lambda old: {**old, "role": "x"}, actor=actor)
    assert decoded(changed.body)["role"] == "x"
    with pytest.raises(Rejected):
        await inventory.change(
            role, made.id, lambda old: {"id": old["id"], "@type": "PartyRole"}, actor=actor
        )
    await inventory.observations.keep()
    assert [row["path"] for row in await observed(database, MISSING)] == ["engagedParty"]
