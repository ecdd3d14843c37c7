"""The vocabulary of declarations: the strict twin, and every declared path."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.record import schema as s
from customer_inventory.record.types import TYPES

POINT = s.demanding(s.thing(x=s.whole(), note=s.text(most=3)), "x")
SHAPE = s.thing(
    "A shape",
    name=s.text(),
    points=s.many(POINT, at_least=1),
    start=s.moment(),
    filled=s.flag(),
    kind=s.choice("round", "square"),
    area=s.number(),
    extra=s.anything(),
    owner=s.reference("Whose"),
    maker=s.reference_or_value("Who made it"),
)

Check = Any


def accepts(schema: s.Schema, value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"name": "a", "points": [{"x": 1}], "filled": True, "kind": "round", "area": 1.5},
        {"points": [{"x": 1, "note": "abc"}, {"x": -2}]},
        {"start": "2026-01-31"},
        {"start": "2026-01-31T12:00:00Z"},
        {"start": "2026-01-31T12:00:00.123+01:00"},
        {"extra": None},
        {"extra": [{"any": "thing"}]},
        {"owner": {"id": "1"}},
        {"owner": {"id": "1", "name": "A", "@referredType": "B"}},
        {"maker": {"id": "1"}},
        {"maker": {"@type": "PartyRef", "id": "1"}},
        {"maker": {"@type": "Individual", "familyName": "L"}},
        {"@type": "Shape", "@baseType": "Figure", "@schemaLocation": "x", "href": "y", "id": "z"},
    ],
)
def test_what_is_declared_passes_both_twins(value: Any) -> None:
    assert accepts(SHAPE, value)
    assert accepts(s.closed(SHAPE), value)


@pytest.mark.parametrize(
    "value",
    [
        {"colour": "red"},
        {"points": [{"x": 1, "y": 2}]},
        {"owner": {"id": "1", "colour": "red"}},
    ],
)
def test_what_is_undeclared_passes_the_open_twin_alone(value: Any) -> None:
    assert accepts(SHAPE, value)
    assert not accepts(s.closed(SHAPE), value)


@pytest.mark.parametrize(
    "value",
    [
        {"name": 1},
        {"name": None},
        {"name": "x" * 4001},
        {"points": []},
        {"points": [{}]},
        {"points": {"x": 1}},
        {"points": [{"x": 1.5}]},
        {"points": [{"x": 1, "note": "abcd"}]},
        {"start": "yesterday"},
        {"start": "2026-02-30"},
        {"start": "2026-01-31 12:00"},
        {"filled": 1},
        {"kind": "oval"},
        {"area": "1"},
        {"owner": {}},
        {"owner": {"id": ""}},
        {"owner": {"id": "x" * 201}},
        {"owner": "1"},
        {"maker": {}},
        {"maker": {"@type": "PartyRef"}},
        {"maker": {"@type": "PartyRef", "id": ""}},
        {"maker": {"@type": 5}},
        {"maker": {"@type": "Individual", "id": "x" * 201}},
        {"@type": 1},
        {"id": 1},
        [],
        "shape",
    ],
)
def test_what_is_wrong_passes_neither(value: Any) -> None:
    assert not accepts(SHAPE, value)
    assert not accepts(s.closed(SHAPE), value)


def test_the_twin_leaves_the_schema_as_it_was() -> None:
    before = repr(SHAPE)
    s.closed(SHAPE)
    assert repr(SHAPE) == before


def test_every_declared_path_is_known() -> None:
    known = s.paths(SHAPE)
    assert {"name", "points", "points.x", "points.note", "owner.id", "maker.name"} <= set(known)
    assert known["points.x"]["type"] == "integer"
    assert "colour" not in known


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*s.paths(SHAPE), "@type", "colour"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(values)
def test_the_strict_twin_never_accepts_more(value: Any) -> None:
    assert accepts(SHAPE, value) or not accepts(s.closed(SHAPE), value)


@pytest.mark.parametrize("declared", TYPES.values(), ids=TYPES.keys())
def test_the_twins_of_every_type_are_schemas(declared: Any) -> None:
    for schema in (declared.schema, s.closed(declared.schema)):
        jsonschema_rs.meta.validate(schema)
    assert set(declared.mandatory) <= set(declared.attributes)


@pytest.mark.parametrize("declared", TYPES.values(), ids=TYPES.keys())
def test_columns_references_and_validity_are_of_declared_attributes(declared: Any) -> None:
    known = s.paths(declared.schema)
    named = [path for column in declared.columns for path in column.paths]
    named += [reference.path for reference in declared.references]
    named += [*declared.subject, declared.validity, declared.status]
    for common in ("validFor", "status"):
        if common in named:
            named.remove(common)  # the common words, declared or not
    named += declared.dates or ()
    assert set(named) <= set(known)
    for column in declared.columns:
        expected = "string" if column.item is None else "array"
        assert known[column.paths[0]]["type"] == expected
