"""Patches: RFC 7396 by its own examples and a plain reading, RFC 6902 by its basics."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.errors import Conflict, Invalid, TooLarge
from customer_inventory.record.document import TooDeep, is_same
from customer_inventory.record.patch import merged, operated, result
from tests.record.samples import INDIVIDUAL, person

SECRET = "Geheimrat"
names = st.sampled_from(["a", "b", "c", "a/b", "m~n", "", "-", "0", "é"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x", SECRET]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(names, values, max_size=4)

# The test cases of RFC 7396, appendix A.
EXAMPLES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "expected"), EXAMPLES)
def test_merging_as_the_standard_shows(target: Any, patch: Any, expected: Any) -> None:
    assert is_same(merged(target, patch), expected)


@given(values, values)
def test_merging_changes_neither_and_twice_is_once(target: Any, patch: Any) -> None:
    before = copy.deepcopy((target, patch))
    once = merged(target, patch)
    assert is_same(merged(once, patch), once)
    assert (target, patch) == before


@given(objects, objects)
def test_merging_holds_for_every_name(target: Any, patch: Any) -> None:
    whole = merged(target, patch)
    for name in {*target, *patch}:
        if name not in patch:
            assert is_same(whole[name], target[name])
        elif patch[name] is None:
            assert name not in whole
        elif isinstance(patch[name], dict):
            assert isinstance(whole[name], dict)
        else:
            assert is_same(whole[name], patch[name])


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "add", "path": "/b", "value": 1}], {"a": [1, 2], "b": 1}),
        ([{"op": "add", "path": "/a/1", "value": 9}], {"a": [1, 9, 2]}),
        ([{"op": "add", "path": "/a/-", "value": 9}], {"a": [1, 2, 9]}),
        ([{"op": "add", "path": "/a", "value": None}], {"a": None}),
        ([{"op": "remove", "path": "/a/0"}], {"a": [2]}),
        ([{"op": "remove", "path": "/a"}], {}),
        ([{"op": "replace", "path": "/a", "value": "x"}], {"a": "x"}),
        ([{"op": "replace", "path": "", "value": {"z": 1}}], {"z": 1}),
        ([{"op": "move", "from": "/a", "path": "/c"}], {"c": [1, 2]}),
        ([{"op": "copy", "from": "/a", "path": "/c"}], {"a": [1, 2], "c": [1, 2]}),
        ([{"op": "test", "path": "/a/1", "value": 2}], {"a": [1, 2]}),
        ([{"op": "add", "path": "/x~1y", "value": 1}], {"a": [1, 2], "x/y": 1}),
        ([{"op": "add", "path": "/m~0n", "value": 1}], {"a": [1, 2], "m~n": 1}),
        (
            [
                {"op": "copy", "from": "/a", "path": "/c"},
                {"op": "remove", "path": "/c/0"},
            ],
            {"a": [1, 2], "c": [2]},
        ),
        ([], {"a": [1, 2]}),
    ],
)
def test_operations(operations: list[Any], expected: Any) -> None:
    target = {"a": [1, 2]}
    assert is_same(operated(target, operations), expected)
    assert target == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("operations", "kind"),
    [
        ({"op": "add"}, Invalid),
        ("add", Invalid),
        (None, Invalid),
        ([None], Invalid),
        (["add"], Invalid),
        ([["add"]], Invalid),
        ([{}], Invalid),
        ([{"op": "add"}], Invalid),
        ([{"op": "add", "path": "/b"}], Invalid),
        ([{"op": "add", "path": 5, "value": 1}], Invalid),
        ([{"op": "add", "path": None, "value": 1}], Invalid),
        ([{"op": "add", "path": "b", "value": 1}], Invalid),
        ([{"op": "add", "path": "/b/c", "value": 1}], Invalid),
        ([{"op": "add", "path": "/a/9", "value": 1}], Invalid),
        ([{"op": "add", "path": "/a/x", "value": 1}], Invalid),
        ([{"op": "add", "path": "/s/0", "value": 1}], Invalid),
        ([{"op": "add", "path": "/~2", "value": 1}], Invalid),
        ([{"op": "remove", "path": "/nothing"}], Invalid),
        ([{"op": "remove", "path": "/a/-"}], Invalid),
        ([{"op": "replace", "path": "/nothing", "value": 1}], Invalid),
        ([{"op": "replace", "path": "/s/0", "value": 1}], Invalid),
        ([{"op": "move", "path": "/b"}], Invalid),
        ([{"op": "move", "from": "/nothing", "path": "/b"}], Invalid),
        ([{"op": "move", "from": "/o", "path": "/o/p"}], Invalid),
        ([{"op": "copy", "from": "/s/0", "path": "/b"}], Invalid),
        ([{"op": "copy", "from": 1, "path": "/b"}], Invalid),
        ([{"op": "grow", "path": "/a"}], Invalid),
        ([{"op": ["add"], "path": "/a"}], Invalid),
        ([{"op": "test", "path": "/a", "value": 3}], Conflict),
        ([{"op": "test", "path": "/nothing", "value": 3}], Conflict),
        ([{"op": "add", "path": "/b", "value": 1}] * 1001, Invalid),
    ],
)
def test_operations_that_cannot_be(operations: Any, kind: type[Exception]) -> None:
    target = {"a": [1, 2], "s": SECRET, "o": {"p": {}}}
    before = copy.deepcopy(target)
    with pytest.raises((Invalid, Conflict)) as refused:
        operated(target, operations)
    assert isinstance(refused.value, kind)
    assert SECRET not in str(refused.value)
    assert target == before


pointers = st.lists(
    st.sampled_from(["a", "b", "c", "a~1b", "m~0n", "", "-", "0", "1", "01", "é", "~"])
).map(lambda steps: "".join(f"/{step}" for step in steps))
operations_of_any_kind = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"])},
    optional={"path": pointers | values, "from": pointers | values, "value": values},
)


@given(objects, st.lists(operations_of_any_kind | values, max_size=4))
def test_operations_work_or_are_refused_and_quote_nothing(target: Any, operations: Any) -> None:
    before = copy.deepcopy(target)
    try:
        operated(target, operations)
    except (Invalid, Conflict) as refused:
        told = f"{refused.message} {refused.hint}"
        assert SECRET not in told
    assert target == before


@given(objects, objects)
def test_operations_and_merging_agree_where_both_can_say_it(target: Any, change: Any) -> None:
    flat = {name: value for name, value in change.items() if not isinstance(value, dict)}
    operations: list[Any] = []
    for name, value in flat.items():
        path = "/" + name.replace("~", "~0").replace("/", "~1")
        if value is not None:
            operations.append({"op": "add", "path": path, "value": value})
        elif name in target:
            operations.append({"op": "remove", "path": path})
    assert is_same(operated(target, operations), merged(target, flat))


def test_a_patch_cannot_grow_a_document_without_end() -> None:
    doubling = [{"op": "copy", "from": "", "path": f"/{n}"} for n in range(60)]
    with pytest.raises((TooLarge, TooDeep)):
        operated({"a": "x" * 1000}, doubling)


def test_a_patch_cannot_bury_a_document() -> None:
    deeper = [{"op": "add", "path": "/a" * n, "value": {}} for n in range(1, 102)]
    with pytest.raises(TooDeep):
        operated({}, deeper)


OLD = {"id": "1", "@type": "Employee", "@baseType": "Individual", **person()} | {
    "@type": "Employee"
}


@pytest.mark.parametrize("name", ["id", "@type", "@baseType", "@schemaLocation"])
@pytest.mark.parametrize("value", ["other", None, 1])
def test_what_the_inventory_manages_is_not_changed(name: str, value: Any) -> None:
    for new in ({**OLD, name: value}, {k: v for k, v in OLD.items() if k != name}):
        if new.get(name) == OLD.get(name):
            continue
        with pytest.raises(Invalid) as refused:
            result(INDIVIDUAL, OLD, new)
        assert (refused.value.path, refused.value.code) == (name, "immutableAttribute")


def test_what_is_repeated_or_ours_alone_passes() -> None:
    new = {**OLD, "href": "http://anywhere", "familyName": "King"}
    assert result(INDIVIDUAL, OLD, new) == {**OLD, "familyName": "King"}
    assert list(result(INDIVIDUAL, OLD, new))[:2] == ["id", "@type"]


@pytest.mark.parametrize("new", [None, [], "text", 1])
def test_a_patch_leaves_an_object(new: Any) -> None:
    with pytest.raises(Invalid):
        result(INDIVIDUAL, OLD, new)
