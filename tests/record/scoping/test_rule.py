"""Rules of scope as they are said: what is one, what is none, and how it is read."""

from typing import Any

import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Column
from customer_inventory.record.facet import scope_of
from customer_inventory.record.scoping.rule import (
    DEEPEST,
    LONGEST_VALUE,
    MOST_PARTS,
    MOST_VALUES,
    attributes,
    lists_in,
    rule_of,
    said_of,
    words,
)
from customer_inventory.record.types import TYPES

AUSTRIA = {"eq": {"market": "AT"}}


def nested(levels: int) -> dict[str, Any]:
    return {"not": nested(levels - 1)} if levels > 1 else AUSTRIA


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (AUSTRIA, "market is AT"),
        ({"in": {"market": ["DE", "AT", "AT"]}}, "market in AT, DE"),
        ({"in": {"market": list("ABCDEFG")}}, "market in A, B, C, D, E and 2 more"),
        ({"not": {"eq": {"segment": "vip"}}}, "not segment is vip"),
        ({"and": [AUSTRIA, {"own": True}]}, "(market is AT and made by the process)"),
        ({"or": [{"list": "vip"}, {"ge": {"brand": "P"}}]}, "(on the list vip or brand >= P)"),
    ],
)
def test_a_rule_is_read_by_people_and_kept(said: dict[str, Any], read: str) -> None:
    rule = rule_of("customer", said)
    assert words(rule) == read
    assert rule_of("customer", said_of(rule)) == rule


def test_a_rule_goes_through_the_customer() -> None:
    rule = rule_of("product", {"customer": {"and": [AUSTRIA, {"list": "vip"}]}})
    assert words(rule) == "of a customer: (market is AT and on the list vip)"
    assert list(lists_in(rule)) == ["vip"]
    assert said_of(rule) == {"customer": {"and": [AUSTRIA, {"list": "vip"}]}}


@pytest.mark.parametrize(
    "said",
    [
        {}, [], "AT", None, True, {"eq": {}}, {"eq": {"market": "AT", "brand": "x"}}, {"eq": "AT"},
        {"eq": {"market": 1}}, {"eq": {"market": None}}, {"eq": {"market": ""}},
        {"eq": {"market": "a\0"}}, {"eq": {"market": "x" * (LONGEST_VALUE + 1)}},
        {"eq": {"name": "Ada"}}, {"eq": {"market) OR TRUE --": "x"}}, {"like": {"market": "A"}},
        {**AUSTRIA, "own": True}, {"own": False}, {"own": 1}, {"list": "no such name!"},
        {"list": ""}, {"list": ["vip"]}, {"customer": AUSTRIA},
        # The contrary of what nothing fulfils is everything.
        {"in": {"market": []}}, {"and": []}, {"or": []}, {"not": {"in": {"market": []}}},
        {"in": {"market": ["AT", 1]}}, {"in": {"market": [str(n) for n in range(MOST_VALUES + 1)]}},
        nested(DEEPEST + 1), {"or": [AUSTRIA] * MOST_PARTS},
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(said: object) -> None:
    with pytest.raises(Invalid) as refused:
        rule_of("customer", said)
    assert refused.value.code == "invalidTerms"
    assert refused.value.path.startswith("scope")


def test_a_customer_cannot_be_denied() -> None:
    """Its contrary would show what hangs on customers of whom nothing is known."""
    for said in (
        {"not": {"customer": AUSTRIA}},
        {"not": {"and": [{"customer": AUSTRIA}, {"own": True}]}},
        {"or": [{"own": True}, {"not": {"or": [{"own": True}, {"customer": AUSTRIA}]}}]},
    ):
        with pytest.raises(Invalid, match="denied"):
            rule_of("product", said)
    assert rule_of("product", {"not": {"not": {"customer": AUSTRIA}}})
    assert rule_of("product", {"customer": {"not": AUSTRIA}})


def test_parts_are_counted_through_the_customer() -> None:
    many = {"or": [AUSTRIA] * (MOST_PARTS - 1)}
    assert rule_of("customer", many)
    with pytest.raises(Invalid, match="parts"):
        rule_of("product", {"and": [{"customer": many}, {"own": True}]})


def test_what_is_about_nobody_hangs_on_no_customer() -> None:
    with pytest.raises(Invalid, match="hangs on no customer"):
        rule_of("billFormat", {"customer": AUSTRIA})


@pytest.mark.parametrize("declared", TYPES.values(), ids=TYPES.keys())
def test_attributes_for_scopes_have_a_column_each(declared: Any) -> None:
    known = attributes(declared)
    assert tuple(known) == scope_of(declared.name)
    assert all(isinstance(column, Column) and not column.join for column in known.values())
    assert declared.is_catalogue == (not known)


@pytest.mark.parametrize("declared", TYPES.values(), ids=TYPES.keys())
def test_whom_a_record_belongs_to_is_referred_to(declared: Any) -> None:
    """References are checked: nobody gives a record to whom they do not see."""
    assert set(declared.subject) <= {reference.path for reference in declared.references}
