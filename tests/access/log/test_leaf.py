"""Leaves: ids struck out one by one, in any order, leave the leaf as it was."""

from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.access.log.leaf import FACTS, commitments, hash_of, struck_out

SALT = b"s" * 16
facts = {name: name for name in FACTS}


def hashed(committed: list[bytes]) -> bytes:
    return hash_of(facts, "writer", 1, committed)


@given(
    st.lists(st.text(max_size=30), max_size=12),
    st.lists(st.lists(st.integers(0, 11), max_size=4), max_size=5),
)
def test_striking_out_keeps_the_leaf(ids: list[str], rounds: list[list[int]]) -> None:
    before = commitments(ids, SALT, None)
    left: list[str | None] = list(ids)
    salt: bytes | None = SALT
    opened: list[bytes] | None = None
    for places in rounds:
        gone = frozenset(ids[place] for place in places if place < len(ids))
        left, opened = struck_out(left, salt, opened, gone)
        salt = None
        assert not gone & set(left)
        assert commitments(left, salt, opened) == before
        assert hashed(commitments(left, salt, opened)) == hashed(before)


def test_another_id_makes_another_leaf() -> None:
    assert hashed(commitments(["a", "b"], SALT, None)) != hashed(
        commitments(["b", "a"], SALT, None)
    )
    assert hashed(commitments(["a"], SALT, None)) != hashed(commitments(["a", ""], SALT, None))


def test_what_is_left_tells_nothing_of_what_is_gone() -> None:
    left, opened = struck_out(["secret", "other"], SALT, None, frozenset(["secret"]))
    assert left == [None, "other"]
    # The salt that would make a guess provable is gone with the id.
    assert len(opened[0]) == 32
    assert SALT not in opened


def test_another_fact_makes_another_leaf() -> None:
    for name in FACTS:
        changed = {**facts, name: "other"}
        assert hash_of(changed, "writer", 1, []) != hash_of(facts, "writer", 1, [])
    assert hash_of(facts, "writer", 2, []) != hash_of(facts, "writer", 1, [])
    assert hash_of(facts, "another", 1, []) != hash_of(facts, "writer", 1, [])


def test_leaves_of_the_first_form_are_made_as_they_were() -> None:
    committed = commitments(["a", "b"], SALT, None, 1)
    assert hash_of(facts, "writer", 1, committed, 1).hex() == (
        "0c229e9d4eaf7ee9677f18c9e3525d302a5d9e276b4f19ee71c11a309e7c8555"
    )
    left, opened = struck_out(["a", "b"], SALT, None, frozenset(["a"]), 1)
    assert [part.hex() for part in opened] == [
        "c65d2feddd1d08a9737accf741741bb9c450163e7e3cafdfe6b74e16242a5f37",
        "1b8daf0e0d836933e70cc0870cd9c8b9",
    ]
    assert commitments(left, None, opened, 1) == committed


def test_a_form_is_part_of_the_leaf() -> None:
    assert hash_of(facts, "writer", 1, [], 1) != hash_of(facts, "writer", 1, [], 2)
