"""Differences between versions: each attribute, before and after, and who made it so."""

from typing import Any

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.patch import merged
from customer_inventory.record.time.difference import differences
from customer_inventory.record.version import NoSuchRecord
from tests.record.samples import INDIVIDUAL, person

A = {"id": "a", "n": 1}
B = {"id": "b", "n": 2}
CASES: list[tuple[Any, Any, list[tuple[str, Any, Any]]]] = [
    ({}, {}, []),
    ({"x": 1}, {"x": 1}, []),
    ({"x": 1}, {"x": True}, [("x", 1, True)]),
    ({"x": 1}, {}, [("x", 1, None)]),
    ({}, {"x": {"y": 1}}, [("x", None, {"y": 1})]),
    ({"x": {"y": 1}}, {"x": {"y": 2}}, [("x.y", 1, 2)]),
    ({"x": [A, B]}, {"x": [B]}, [("x[0]", A, None)]),
    ({"x": [B]}, {"x": [A, B]}, [("x[0]", None, A)]),
    ({"x": [A, B]}, {"x": [{"id": "b", "n": 3}, A]}, [("x[0].n", 2, 3)]),
    ({"x": [A, B]}, {"x": [B, A]}, [("x", [A, B], [B, A])]),
    ({"x": [1, 2]}, {"x": [1, 3]}, [("x[1]", 2, 3)]),
    ({"x": [1, 1]}, {"x": [1]}, [("x[1]", 1, None)]),
    ({"x": [{"e": "a"}]}, {"x": [{"e": "b"}]}, [("x[0].e", "a", "b")]),
    (
        {"x": [{"role": "r", "to": {"id": "1", "name": "old"}}]},
        {"x": [{"role": "q"}, {"role": "r", "to": {"id": "1", "name": "new"}}]},
        [("x[1].to.name", "old", "new"), ("x[0]", None, {"role": "q"})],
    ),
    ({"x": [1]}, {"x": {"y": 1}}, [("x", [1], {"y": 1})]),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_it_says_what_differs(before: Any, after: Any, expected: list[Any]) -> None:
    assert [tuple(found) for found in differences(before, after)] == expected


def test_long_lists_are_compared_at_once() -> None:
    before = {"x": [{"n": number} for number in range(20_000)]}
    after = {"x": [{"n": number + 1} for number in range(20_000)]}
    assert [tuple(found) for found in differences(before, after)] == [("x[19999].n", 0, 20_000)]


async def test_each_difference_is_traced(inventory: Inventory) -> None:
    care, billing = Actor("care", "customerCare", "carol"), Actor("billing", "billing")
    made = await inventory.create(INDIVIDUAL, person(title="Ms"), actor=care)
    for actor, patch in (
        (billing, {"title": "Dr"}),
        (care, {"gender": "female"}),
        (billing, {"gender": None, "nationality": "SE"}),
    ):
        await inventory.change(
            INDIVIDUAL, made.id, lambda old, patch=patch: merged(old, patch), actor=actor
        )
    fourth, third, _, first = await inventory.versions(INDIVIDUAL, made.id)
    start, end = first.recorded_from, fourth.recorded_from
    found = await inventory.compared(INDIVIDUAL, made.id, start, end)
    assert {(*each.difference, each.by.process) for each in found} == {
        ("title", "Ms", "Dr", "billing"),
        ("nationality", None, "SE", "billing"),
    }
    found = await inventory.compared(INDIVIDUAL, made.id, start, third.recorded_from)
    assert {(*each.difference, each.by.process) for each in found} == {
        ("title", "Ms", "Dr", "billing"),
        ("gender", None, "female", "care"),
    }
    assert await inventory.compared(INDIVIDUAL, made.id, end, end) == []
    await inventory.remove(INDIVIDUAL, made.id, actor=care)
    gone, *_ = await inventory.versions(INDIVIDUAL, made.id)
    found = await inventory.compared(INDIVIDUAL, made.id, end, gone.recorded_from)
    assert {each.by.operation for each in found} == {"delete"}
    assert "givenName" in {each.difference.path for each in found}


async def test_a_wrong_span_is_refused(inventory: Inventory, actor: Actor) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    (version,) = await inventory.versions(INDIVIDUAL, made.id)
    here = version.recorded_from
    before = here.replace(year=2000)
    with pytest.raises(Invalid):
        await inventory.compared(INDIVIDUAL, made.id, here, before)
    with pytest.raises(NoSuchRecord):
        await inventory.compared(INDIVIDUAL, made.id, before, before)
