"""The history: every version, by whom and for what, one after the other without a gap."""

from datetime import timedelta
from itertools import pairwise

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.declare import Document
from customer_inventory.record.document import is_same
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.patch import merged
from customer_inventory.record.version import NoSuchRecord, PastVersion
from customer_inventory.store.database import Database
from tests.record.samples import CUSTOMER, INDIVIDUAL, decoded, person

CARE = Actor("care", "customerCare", "carol")
BILLING = Actor("billing", "billing")


async def set_to(inventory: Inventory, identifier: str, actor: Actor, **attributes: object) -> None:
    def alter(old: Document) -> Document:
        return merged(old, attributes)

    await inventory.change(INDIVIDUAL, identifier, alter, actor=actor)


def assert_contiguous(versions: list[PastVersion]) -> None:
    for later, earlier in pairwise(versions):
        assert later.revision == earlier.revision + 1
        assert later.recorded_from == earlier.recorded_to
        assert earlier.recorded_from < later.recorded_from


async def test_a_life_is_told_newest_first(inventory: Inventory) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=CARE)
    await set_to(inventory, made.id, BILLING, gender="female")
    await set_to(inventory, made.id, CARE, status="validated")
    await inventory.remove(INDIVIDUAL, made.id, actor=BILLING)
    versions = await inventory.versions(INDIVIDUAL, made.id)
    assert [(v.revision, v.operation, v.process, v.person, v.purpose) for v in versions] == [
        (4, "delete", "billing", None, "billing"),
        (3, "update", "care", "carol", "customerCare"),
        (2, "update", "billing", None, "billing"),
        (1, "create", "care", "carol", "customerCare"),
    ]
    first = decoded(made.body)
    assert [decoded(version.body) for version in versions] == [
        None,
        {**first, "gender": "female", "status": "validated"},
        {**first, "gender": "female"},
        first,
    ]
    assert versions[0].recorded_to is None
    assert_contiguous(versions)


async def test_the_present_version_has_no_end(inventory: Inventory, actor: Actor) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    (version,) = await inventory.versions(INDIVIDUAL, made.id)
    assert version.recorded_to is None
    assert version.body == made.body


async def test_only_so_many_are_told(inventory: Inventory, actor: Actor) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    for number in range(9):
        await set_to(inventory, made.id, actor, title=f"t{number}")
    versions = await inventory.versions(INDIVIDUAL, made.id, limit=3)
    assert [version.revision for version in versions] == [10, 9, 8]


NOT_A_CHANGE: list[tuple[Document, Document]] = [
    ({}, {}),
    ({"gender": "x"}, {"gender": "x"}),
    ({}, {"gender": None}),
    ({"x": {"b": 1, "a": 2}}, {"x": {"a": 2, "b": 1}}),
]
A_CHANGE: list[tuple[Document, Document]] = [
    ({}, {"gender": "x"}),
    ({"gender": "x"}, {"gender": None}),
    ({"x": 1}, {"x": True}),
    ({"x": [0]}, {"x": [False]}),
    ({"x": 1}, {"x": 1.0}),
    ({"x": [1, 2]}, {"x": [2, 1]}),
]


async def test_what_alters_nothing_makes_no_version(inventory: Inventory, actor: Actor) -> None:
    for before, patch in NOT_A_CHANGE + A_CHANGE:
        made = await inventory.create(INDIVIDUAL, person(**before), actor=actor)
        await set_to(inventory, made.id, actor, **patch)
        versions = await inventory.versions(INDIVIDUAL, made.id)
        assert len(versions) == 1 + ((before, patch) in A_CHANGE)
        expected = {"id": made.id, **merged(person(**before), patch)}
        assert is_same(decoded((await inventory.get(INDIVIDUAL, made.id)).body), expected)


async def test_a_clock_that_goes_back_does_not_turn_the_history_round(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    ahead = "UPDATE record.individual SET recorded_at = $1 WHERE id = $2"
    (first,) = await inventory.versions(INDIVIDUAL, made.id)
    await database.execute(ahead, first.recorded_from + timedelta(hours=1), made.id)
    await set_to(inventory, made.id, actor, gender="x")
    await inventory.remove(INDIVIDUAL, made.id, actor=actor)
    versions = await inventory.versions(INDIVIDUAL, made.id)
    assert_contiguous(versions)
    events = await database.fetch("SELECT recorded_at FROM record.outbox ORDER BY seq")
    assert [row["recorded_at"] for row in events][1:] == [
        version.recorded_from for version in versions[::-1]
    ][1:]


async def test_what_never_was_has_no_history(inventory: Inventory) -> None:
    for identifier in ("", "42", "é" * 3000, "0" * 26):
        with pytest.raises(NoSuchRecord):
            await inventory.versions(INDIVIDUAL, identifier)


async def test_a_history_is_of_its_type(inventory: Inventory, actor: Actor) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    await set_to(inventory, made.id, actor, gender="x")
    with pytest.raises(NoSuchRecord):
        await inventory.versions(CUSTOMER, made.id)
    with pytest.raises(NoSuchRecord):
        await inventory.versions(INDIVIDUAL, new_id())
