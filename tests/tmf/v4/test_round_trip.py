"""Version 4 and version 5 of one record: nothing is lost on the way, in either direction."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_inventory.record.document import is_same
from customer_inventory.record.patch import merged
from customer_inventory.record.place import places
from customer_inventory.record.types import TYPES
from customer_inventory.tmf.v4.declared import DIFFERENCES
from tests.conftest import PROFILE
from tests.tmf.v4.documents import of_v4, of_v5

# Types with the same differences are tried once.
_ONCE = {id(differences.rules): name for name, differences in DIFFERENCES.items()}
EVERY = pytest.mark.parametrize("name", _ONCE.values())
TRIED = settings(max_examples=2000 if PROFILE == "long" else 20)


def test_differences_are_of_declared_types_alone() -> None:
    assert DIFFERENCES.keys() - TYPES.keys() == set()


@EVERY
@TRIED
@given(st.data())
def test_version_4_kept_is_version_4_again(name, data) -> None:
    differences = DIFFERENCES[name]
    document = data.draw(of_v4(differences.rules))
    before = merged(document, {})
    assert is_same(differences.shown(differences.kept(document)), document)
    assert is_same(document, before), "what was given was changed"


@EVERY
@TRIED
@given(st.data())
def test_a_change_that_changes_nothing_in_version_4_changes_nothing(name, data) -> None:
    differences = DIFFERENCES[name]
    stored = data.draw(st.one_of(of_v5(differences.rules), of_v4(differences.rules)))
    assert is_same(differences.changed(stored, differences.shown(stored)), stored)


@EVERY
@TRIED
@given(st.data())
def test_a_change_in_version_4_is_seen_there_and_loses_nothing_else(name, data) -> None:
    differences = DIFFERENCES[name]
    stored = data.draw(of_v5(differences.rules))
    patch = data.draw(of_v4(differences.rules))
    older = merged(differences.shown(stored), patch)
    changed = differences.changed(stored, older)
    assert is_same(differences.shown(changed), older)
    for attribute, value in stored.items():
        in_v4 = differences.named((attribute,))[0]
        if not {attribute, in_v4, *pair(name)} & patch.keys():
            assert is_same(changed[attribute], value), attribute


@EVERY
@TRIED
@given(st.data())
def test_a_change_in_version_5_of_what_version_4_made_loses_nothing_else(name, data) -> None:
    differences = DIFFERENCES[name]
    older = data.draw(of_v4(differences.rules))
    patch = data.draw(st.dictionaries(st.sampled_from(["added", "altered"]), st.integers()))
    changed = merged(differences.kept(older), patch)
    assert is_same(differences.shown(changed), merged(older, patch))


@EVERY
@TRIED
@given(st.data())
def test_a_list_that_is_sent_again_with_one_more_item_keeps_the_others(name, data) -> None:
    differences = DIFFERENCES[name]
    stored = data.draw(of_v5(differences.rules))
    older = differences.shown(stored)
    for attribute in [at for at, value in older.items() if isinstance(value, list)]:
        longer = {**older, attribute: [*older[attribute], {"id": "one more"}]}
        place = differences.place(attribute).steps[0]
        changed = differences.changed(stored, longer)
        assert is_same(changed[place][:-1], stored[place])


@EVERY
@TRIED
@given(st.data())
def test_what_version_4_names_is_where_it_is_kept(name, data) -> None:
    differences = DIFFERENCES[name]
    older = data.draw(of_v4(differences.rules))
    kept = differences.kept(older)
    for path in paths(older) - {(attribute,) for attribute in pair(name)}:
        place = differences.place(".".join(path))
        there = places(kept, place.steps)
        known = [place.words.get(value, value) for value in places(older, path) if is_text(value)]
        assert set(known) <= set(map(str, there)), path
        assert differences.named(place.steps) == path


def paths(node: Any, before: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The paths of the texts of a document, lists walked through."""
    if isinstance(node, list):
        return {path for item in node for path in paths(item, before)}
    if isinstance(node, dict):
        return {path for at, part in node.items() for path in paths(part, (*before, at))}
    return {before} if is_text(node) else set()


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def pair(name: str) -> set[str]:
    """The two attributes of which one stands for the other."""
    return {"name", "tradingName"} if name == "organization" else set()
