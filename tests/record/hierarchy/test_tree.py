"""Trees as of a date: grown and cut by documents, read both ways, never a circle."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode
from customer_inventory.record.hierarchy.cycle import MOST_LEVELS
from customer_inventory.record.hierarchy.edge import Cycle, TooHigh, edges
from customer_inventory.record.hierarchy.tree import Node, Span, rolled_up, tree
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.lines import Batch, lines_of
from customer_inventory.record.load import load
from customer_inventory.record.patch import merged
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from tests.record.samples import (
    AGREEMENT,
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    ORGANIZATION,
    PARTY_INTERACTION,
    account,
    agreement,
    company,
    customer,
    decoded,
    interaction,
    person,
    related,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def under(parent: str | None, **period: str) -> Document:
    if parent is None:
        return {"organizationParentRelationship": None}
    relation: Document = {"relationshipType": "legal", "organization": {"id": parent}}
    if period:
        relation["validFor"] = period
    return {"organizationParentRelationship": relation}


class Group:
    """Makes organisations and moves them, in the words of these tests."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self.database = database
        self.inventory = Inventory(database)
        self.actor = actor

    async def make(self, parent: str | None = None, **more: Any) -> str:
        given = under(parent, **more) if parent else {}
        made = await self.inventory.create(ORGANIZATION, company(**given), actor=self.actor)
        return made.id

    async def move(self, child: str, parent: str | None, **period: str) -> None:
        await self.inventory.change(
            ORGANIZATION,
            child,
            lambda old: merged({**old, **under(None)}, under(parent, **period)),
            actor=self.actor,
        )

    async def below(self, identifier: str, instant: datetime = NOW, **more: Any) -> list[Node]:
        found = await tree(self.database, identifier, Span(instant), **more)
        return list(found.below)

    async def above(self, identifier: str, instant: datetime = NOW) -> list[str]:
        found = await tree(self.database, identifier, Span(instant))
        return [node.id for node in found.above]


@pytest.fixture
def group(database: Database, actor: Actor) -> Group:
    return Group(database, actor)


async def test_a_tree_is_read_both_ways(group: Group) -> None:
    root = await group.make()
    child = await group.make(root)
    leaf = await group.make(child)
    other = await group.make()
    # Said from above as well as from below: still one edge of the tree.
    await group.inventory.change(
        ORGANIZATION,
        root,
        lambda old: {
            **old,
            "organizationChildRelationship": [
                {"organization": {"id": child}},
                {"organization": {"id": other}},
            ],
        },
        actor=group.actor,
    )
    below = await group.below(root)
    assert {(node.id, node.from_id, node.level) for node in below} == {
        (child, root, 1),
        (other, root, 1),
        (leaf, child, 2),
    }
    assert {node.name for node in below} == {"Analytical Engines"}
    assert await group.above(leaf) == [child, root]
    assert [node.id for node in await group.below(root, depth=1)] == sorted([child, other])


async def test_a_tree_is_read_page_by_page(group: Group) -> None:
    root = await group.make()
    for _ in range(7):
        await group.make(await group.make(root))
    whole = [(node.level, node.id) for node in await group.below(root)]
    assert len(whole) == 14
    assert whole == sorted(whole)
    paged: list[tuple[int, str]] = []
    while page := await group.below(root, limit=4, after=paged[-1] if paged else (0, "")):
        paged += [(node.level, node.id) for node in page]
    assert paged == whole


async def test_a_tree_is_as_of_a_date(group: Group) -> None:
    first, second = await group.make(), await group.make()
    child = await group.make()
    await group.move(child, first, endDateTime="2026-01-01")
    assert await group.above(child, datetime(2025, 12, 31, tzinfo=UTC)) == [first]
    assert await group.above(child, datetime(2026, 1, 1, tzinfo=UTC)) == []
    await group.move(child, second, startDateTime="2026-01-01")
    assert await group.above(child) == [second]
    assert await group.above(child, datetime(2025, 12, 31, tzinfo=UTC)) == []
    await group.inventory.remove(ORGANIZATION, child, actor=group.actor)
    assert await group.below(second) == []
    assert await group.database.value("SELECT count(*) FROM record.edge") == 0


async def test_a_household_is_a_tree(group: Group) -> None:
    home = await group.make()
    member = await group.inventory.create(
        INDIVIDUAL,
        person(relatedParty=[{**related(home, "household")}, related(home, "landlord")]),
        actor=group.actor,
    )
    (node,) = await group.below(home)
    assert (node.id, node.type, node.kind) == (member.id, "individual", "household")
    assert await group.above(member.id) == [home]


async def test_what_may_not_be_seen_is_left_out(group: Group) -> None:
    root = await group.make()
    home = await group.make(root)
    member = [related(home, "household")]
    await group.inventory.create(INDIVIDUAL, person(relatedParty=member), actor=group.actor)
    span = Span(NOW, types=["organization"])
    seen = await tree(group.database, root, span)
    assert [node.id for node in seen.below] == [home]
    with pytest.raises(NoSuchRecord):
        await tree(group.database, root, Span(NOW, types=["individual"]))
    for unknown in (new_id(), "42", ""):
        with pytest.raises(NoSuchRecord):
            await tree(group.database, unknown, span)


async def test_nobody_becomes_his_own_ancestor(group: Group) -> None:
    root = await group.make()
    child = await group.make(root)
    leaf = await group.make(child)
    with pytest.raises(Cycle) as refused:
        await group.move(root, leaf)
    assert refused.value.path == "organizationParentRelationship.organization"
    assert await group.above(root) == []
    with pytest.raises(Invalid):
        await group.move(root, root)
    # At another time it is no circle.
    await group.move(child, root, endDateTime="2020-01-01")
    await group.move(root, leaf, startDateTime="2020-01-01")
    with pytest.raises(Cycle):
        await group.move(root, leaf, startDateTime="2019-12-31")


async def test_a_tree_has_so_many_levels(group: Group) -> None:
    lowest = await group.make()
    for _ in range(MOST_LEVELS):
        lowest = await group.make(lowest)
    with pytest.raises(TooHigh):
        await group.make(lowest)


async def circles(database: Database) -> int:
    """Count who is his own ancestor at any one time, whatever the product thinks of it."""
    return int(
        await database.value(
            "WITH RECURSIVE up AS ("
            " SELECT id AS origin, other_id, tstzrange(valid_from, valid_to) AS during"
            " FROM record.edge WHERE upward"
            " UNION SELECT u.origin, e.other_id, u.during * tstzrange(e.valid_from, e.valid_to)"
            " FROM up AS u JOIN record.edge AS e ON e.id = u.other_id AND e.upward"
            " WHERE NOT isempty(u.during * tstzrange(e.valid_from, e.valid_to)))"
            " SELECT count(*) FROM up WHERE origin = other_id AND NOT isempty(during)"
        )
    )


@pytest.mark.parametrize("seed", range(4))
async def test_no_circle_is_closed_by_many_at_once(dsn: str, actor: Actor, seed: int) -> None:
    draw = random.Random(seed)
    async with Database(dsn) as one, Database(dsn) as two:
        groups = [Group(one, actor), Group(two, actor)]
        ids = [await groups[0].make() for _ in range(6)]
        periods: list[dict[str, str]] = [
            {},
            {"endDateTime": "2026-01-01"},
            {"startDateTime": "2026-01-01"},
        ]

        async def moving(group: Group) -> int:
            refused = 0
            for _ in range(25):
                child, parent = draw.sample(ids, 2)
                try:
                    await group.move(child, parent, **draw.choice(periods))
                except Conflict:
                    refused += 1
            return refused

        refused = await asyncio.gather(*(moving(group) for group in groups * 3))
        assert await circles(one) == 0
        assert 0 < sum(refused) < 150


async def test_of_two_that_close_a_circle_together_one_is_refused(dsn: str, actor: Actor) -> None:
    async with Database(dsn) as one, Database(dsn) as two:
        for _ in range(10):
            groups = [Group(one, actor), Group(two, actor)]
            a, b = [await groups[0].make() for _ in range(2)]
            outcomes = await asyncio.gather(
                groups[0].move(a, b), groups[1].move(b, a), return_exceptions=True
            )
            assert sorted(type(outcome) for outcome in outcomes if outcome) == [Cycle]


async def test_a_load_grows_trees_and_closes_no_circle(
    database: Database, group: Group, actor: Actor
) -> None:
    a, b, c = new_id(), new_id(), new_id()

    async def loaded(**parents: str | None) -> None:
        names = {"a": a, "b": b, "c": c}
        documents = [
            {"id": names[name], **company(), **(under(parent) if parent else {})}
            for name, parent in parents.items()
        ]
        batch = Batch.of(
            {
                document["id"]: lines_of(ORGANIZATION, document, encode(document), actor)
                for document in documents
            }
        )
        async with database.transaction() as connection:
            await load(connection, {ORGANIZATION: batch}, actor)

    with pytest.raises(Cycle):
        await loaded(a=b, b=c, c=a)
    await loaded(a=None, b=a, c=b)
    assert await group.above(c) == [b, a]


_parent = st.integers(0, 4) | st.none()
_when = st.sampled_from(["", "2026-01-01", "2027-01-01"])


@given(st.lists(st.tuples(st.integers(0, 4), _parent, _when, _when), max_size=10))
async def test_edges_are_what_the_documents_say(database: Database, moves: list[Any]) -> None:
    await database.execute("DELETE FROM record.edge; DELETE FROM record.organization")
    group = Group(database, Actor("test", "testing"))
    ids = [await group.make() for _ in range(5)]
    for child, parent, start, end in moves:
        period = {"startDateTime": start, "endDateTime": end}
        given_period = {name: text for name, text in period.items() if text}
        try:
            await group.move(ids[child], None if parent is None else ids[parent], **given_period)
        except (Conflict, Invalid):
            continue
    expected = set()
    for identifier in ids:
        document = decoded((await group.inventory.get(ORGANIZATION, identifier)).body)
        expected |= {edge[:-2] for edge in edges(ORGANIZATION, document)}
    rows = await database.fetch(
        "SELECT bucket, id, upward, kind, other_id, other_bucket, other_type, said_by, path, role"
        " FROM record.edge"
    )
    assert {tuple(row) for row in rows} == expected
    assert await circles(database) == 0


async def test_what_hangs_on_a_tree_is_rolled_up(group: Group) -> None:
    root = await group.make()
    child = await group.make(root)
    for party in (root, child, await group.make()):
        role = await group.inventory.create(CUSTOMER, customer(party), actor=group.actor)
        for declared, document in (
            (BILLING_ACCOUNT, {**account(role.id), "state": "open"}),
            (BILLING_ACCOUNT, account(party)),
            (AGREEMENT, agreement(role.id, status="active")),
            (AGREEMENT, agreement(party, agreementPeriod={"endDateTime": "2020-01-01"})),
            (PARTY_INTERACTION, interaction(party)),
        ):
            await group.inventory.create(declared, document, actor=group.actor)
    seen = await rolled_up(group.database, root, Span(NOW))
    assert (seen.node.id, seen.nodes) == (root, 2)
    assert seen.records == {
        "organization": {"": 2},
        "customer": {"": 2},
        "billingAccount": {"open": 2, "": 2},
        "agreement": {"active": 2},
        "partyInteraction": {"": 2},
    }
    some = await rolled_up(group.database, root, Span(NOW, ["organization"]), ["agreement"])
    assert some.records == {
        "organization": {"": 2},
    }
