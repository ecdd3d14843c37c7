"""What may be written: the operation of every path, and the groups."""

from typing import Any

import pytest

from customer_inventory.record.types import TYPES
from customer_inventory.record.writable import NotWritable, Writable, operations_of, written

CUSTOMER = TYPES["customer"]
OLD: dict[str, Any] = {
    "id": "x",
    "@type": "Customer",
    "name": "Ada",
    "status": "active",
    "engagedParty": {"id": "p", "name": "Ada"},
}


@pytest.mark.parametrize(
    ("new", "paths"),
    [
        ({}, []),
        ({"name": "Bo"}, ["name"]),
        ({"status": "closed", "name": "Bo"}, ["name", "status"]),
        ({"engagedParty": {"id": "p", "name": "Bo"}}, ["engagedParty.name"]),
        ({"engagedParty": {"id": "q", "name": "Ada"}}, ["engagedParty"]),
        ({"engagedParty": {"id": "q", "name": "Bo"}}, ["engagedParty.name", "engagedParty"]),
        ({"shoeSize": 38}, ["shoeSize"]),
        ({"name": None}, []),
    ],
)
def test_what_differs_is_told_by_the_paths_that_have_a_facet(
    new: dict[str, Any], paths: list[str]
) -> None:
    after = {name: value for name, value in {**OLD, **new}.items() if value is not None}
    assert list(written(CUSTOMER, OLD, after)) == (paths or (["name"] if "name" in new else []))


def test_update_and_modify_are_told_apart_by_path() -> None:
    renamed, closed = {**OLD, "name": "Bo"}, {**OLD, "status": "closed"}
    update, modify = Writable(frozenset({"update"})), Writable(frozenset({"modify"}))
    update.demand_changed(CUSTOMER, OLD, renamed)
    modify.demand_changed(CUSTOMER, OLD, closed)
    for writable, new, path in ((update, closed, "status"), (modify, renamed, "name")):
        with pytest.raises(NotWritable) as refused:
            writable.demand_changed(CUSTOMER, OLD, new)
        assert refused.value.path == path
    assert operations_of(CUSTOMER, OLD, {**renamed, "status": "closed"}) == {"update", "modify"}


def test_groups_bind_changes_and_new_records() -> None:
    writable = Writable(frozenset({"create", "update", "modify"}), frozenset({"lifecycle"}))
    writable.demand_changed(CUSTOMER, OLD, {**OLD, "status": "closed"})
    with pytest.raises(NotWritable) as refused:
        writable.demand_changed(CUSTOMER, OLD, {**OLD, "status": "closed", "name": "Bo"})
    assert "name" in refused.value.message
    with pytest.raises(NotWritable):
        writable.demand_created(CUSTOMER, OLD)
    writable.demand_created(CUSTOMER, {"id": "x", "@type": "Customer", "status": "active"})


def test_what_is_not_bound_is_not_looked_at() -> None:
    writable = Writable(frozenset({"update", "modify"}))
    writable.demand_changed(CUSTOMER, OLD, {**OLD, "status": "closed", "name": "Bo"})
    Writable(frozenset({"create"})).demand_created(CUSTOMER, OLD)
