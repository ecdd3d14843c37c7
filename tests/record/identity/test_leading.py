"""Where the id of a merged record leads: to the survivor since the merge, to itself before."""

import asyncio
from datetime import UTC, datetime

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.record.hierarchy.tree import Span, rolled_up, tree
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.time.moment import Moment
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from tests.record.samples import (
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    ORGANIZATION,
    account,
    company,
    customer,
    decoded,
    person,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


async def instant(database: Database) -> datetime:
    """Return a moment after what was recorded until now, and before what will be."""
    at: datetime = await database.value("SELECT clock_timestamp()")
    await asyncio.sleep(0.002)
    return at


async def family_at(inventory: Inventory, identifier: str, at: datetime) -> tuple[str, str]:
    version = await inventory.at(INDIVIDUAL, identifier, Moment(known_at=at))
    return version.id, decoded(version.body)["familyName"]


async def test_what_was_known_then_is_told_then_unmerged_and_later_as_the_survivor(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    one = (await inventory.create(INDIVIDUAL, person("Byron"), actor=actor)).id
    before_the_other = await instant(database)
    other = (await inventory.create(INDIVIDUAL, person("King"), actor=actor)).id
    third = (await inventory.create(INDIVIDUAL, person("Noel"), actor=actor)).id
    apart = await instant(database)
    await inventory.identity.merge(INDIVIDUAL, one, [other], actor=actor)
    merged = await instant(database)
    await inventory.identity.merge(INDIVIDUAL, third, [one], actor=actor)
    deeper = await instant(database)
    await inventory.identity.part(INDIVIDUAL, other, actor=actor)
    parted = await instant(database)
    assert await family_at(inventory, other, apart) == (other, "King")
    assert await family_at(inventory, other, merged) == (one, "King")
    assert await family_at(inventory, other, deeper) == (third, "Noel")
    assert await family_at(inventory, other, parted) == (other, "King")
    assert await family_at(inventory, one, apart) == (one, "Byron")
    assert await family_at(inventory, one, parted) == (third, "Noel")
    with pytest.raises(NoSuchRecord):
        await inventory.at(INDIVIDUAL, other, Moment(known_at=before_the_other))
    # As of a date, what is known now is meant.
    version = await inventory.at(INDIVIDUAL, one, Moment(as_of=NOW))
    assert version.id == third


async def test_the_history_of_a_merged_record_is_its_own_and_names_the_survivor(
    inventory: Inventory, actor: Actor
) -> None:
    ids = [(await inventory.create(INDIVIDUAL, person(), actor=actor)).id for _ in range(3)]
    one, other, third = ids
    await inventory.identity.merge(INDIVIDUAL, one, [other], actor=actor)
    await inventory.identity.part(INDIVIDUAL, other, actor=actor)
    await inventory.identity.merge(INDIVIDUAL, third, [other], actor=actor)
    told = [
        (version.operation, version.merged_into)
        for version in await inventory.versions(INDIVIDUAL, other)
    ]
    assert told == [("merge", third), ("unmerge", None), ("merge", one), ("create", None)]
    assert {version.merged_into for version in await inventory.versions(INDIVIDUAL, one)} == {None}


async def test_the_360_of_then(inventory: Inventory, database: Database, actor: Actor) -> None:
    early = await instant(database)
    party = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    one, other = [
        (await inventory.create(CUSTOMER, customer(party), actor=actor)).id for _ in range(2)
    ]
    bill = (await inventory.create(BILLING_ACCOUNT, account(other), actor=actor)).id
    apart = await instant(database)
    await inventory.identity.merge(CUSTOMER, one, [other], actor=actor)
    merged = await instant(database)
    then = await inventory.around(other, moment=Moment(known_at=apart))
    assert (then.id, [each for each, _ in then.parts["billingAccount"]]) == (other, [bill])
    assert (
        "billingAccount" not in (await inventory.around(one, moment=Moment(known_at=apart))).parts
    )
    for moment in (Moment(known_at=merged), Moment(as_of=NOW), Moment()):
        whole = await inventory.around(other, moment=moment)
        assert (whole.id, [each for each, _ in whole.parts["billingAccount"]]) == (one, [bill])
    with pytest.raises(NoSuchRecord):
        await inventory.around(other, moment=Moment(known_at=early))


async def test_a_tree_is_walked_through_what_was_merged(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    async def made(parent: str | None = None) -> str:
        above = {"relationshipType": "legal", "organization": {"id": parent}}
        more = {"organizationParentRelationship": above} if parent else {}
        return (await inventory.create(ORGANIZATION, company(**more), actor=actor)).id

    top = await made()
    one, other = await made(top), await made()
    child, of_other = await made(one), await made(other)
    for holder in (one, other):
        await inventory.create(BILLING_ACCOUNT, account(holder), actor=actor)
    span = Span(NOW)
    await inventory.identity.merge(ORGANIZATION, one, [other], actor=actor)
    for asked in (one, other):
        seen = await tree(database, asked, span)
        assert seen.node.id == one
        assert [node.id for node in seen.above] == [top]
        assert {(node.id, node.from_id) for node in seen.below} == {(child, one), (of_other, one)}
    # From below, and from above, through the id that the child names.
    assert [node.id for node in (await tree(database, of_other, span)).above] == [one, top]
    assert {node.id for node in (await tree(database, top, span)).below} == {one, child, of_other}
    for asked in (other, top):
        rolled = await rolled_up(database, asked, span)
        assert rolled.records["billingAccount"] == {"": 2}
    await inventory.identity.part(ORGANIZATION, other, actor=actor)
    assert {node.id for node in (await tree(database, one, span)).below} == {child}
    assert {node.id for node in (await tree(database, other, span)).below} == {of_other}
    with pytest.raises(NoSuchRecord):
        await tree(database, new_id(), span)


async def test_parent_and_child_that_are_one_make_no_circle(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    top = (await inventory.create(ORGANIZATION, company(), actor=actor)).id
    above = {"relationshipType": "legal", "organization": {"id": top}}
    given = company(organizationParentRelationship=above)
    child = (await inventory.create(ORGANIZATION, given, actor=actor)).id
    # What says that it is its own parent is refused; what says so through another id is one.
    with pytest.raises(Invalid):
        await inventory.identity.merge(ORGANIZATION, top, [child], actor=actor)
    await inventory.identity.merge(ORGANIZATION, child, [top], actor=actor)
    seen = await tree(database, top, Span(NOW))
    assert (seen.node.id, list(seen.above), list(seen.below)) == (child, [], [])
    assert (await rolled_up(database, top, Span(NOW))).nodes == 1
