"""The Merkle tree against RFC 6962: known roots, every proof, and forgeries."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.access.log.tree import (
    Cover,
    Frontier,
    Subtree,
    inclusion,
    leaf_hash,
    node_hash,
    proves,
)

# The inputs of the reference implementation of Certificate Transparency, and their root.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def by_definition(leaves: list[bytes]) -> bytes:
    """The hash of a tree as section 2.1 of RFC 6962 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(by_definition(leaves[:left]), by_definition(leaves[left:]))


def numbered(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


def single(leaves: list[bytes]) -> list[Subtree]:
    return [Subtree(number, 0, leaf) for number, leaf in enumerate(leaves)]


def covering(leaves: list[bytes], numbers: set[int], cuts: set[int] = frozenset()) -> list[Subtree]:
    """What is kept of the leaves `numbers`, as they come in order."""
    cover = Cover()
    for number in sorted(numbers):
        if number in cuts:
            cover.cut()
        cover.add(number, leaves[number])
    return cover.subtrees


def frontier(leaves: list[bytes]) -> Frontier:
    made = Frontier()
    for leaf in leaves:
        made.add(leaf)
    return made


def test_the_known_root() -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
    assert frontier(leaves).root().hex() == ROOT


def test_every_size_has_the_root_of_the_definition() -> None:
    for size in range(70):
        leaves = numbered(size)
        edge = frontier(leaves)
        assert edge.root() == by_definition(leaves)
        again = Frontier.of(size, edge.packed())
        assert again.root() == edge.root()


def test_every_inclusion_is_proved_and_no_other() -> None:
    for size in range(1, 40):
        leaves = numbered(size)
        root = by_definition(leaves)
        for number in range(size):
            path = inclusion(single(leaves), number)
            assert proves(leaves[number], number, size, path, root)
            assert not proves(leaf_hash(b"other"), number, size, path, root)
            assert not proves(leaves[number], number, size, path, leaf_hash(b"root"))
            assert not proves(leaves[number], number, size, [*path, root], root)
            if path:
                assert not proves(leaves[number], number, size, path[:-1], root)
            for other in range(size):
                assert (other == number) or not proves(leaves[number], other, size, path, root)


@given(st.integers(1, 300), st.data())
def test_a_path_with_one_bit_changed_proves_nothing(size: int, data: st.DataObject) -> None:
    leaves = numbered(size)
    number = data.draw(st.integers(0, size - 1))
    path = inclusion(single(leaves), number)
    if not path:
        return
    step = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = bytearray(path[step])
    changed[bit // 8] ^= 1 << bit % 8
    forged = [*path[:step], bytes(changed), *path[step + 1 :]]
    assert not proves(leaves[number], number, size, forged, by_definition(leaves))


@given(st.integers(1, 200), st.data())
def test_a_tree_is_the_same_from_what_covers_its_leaves(size: int, data: st.DataObject) -> None:
    leaves = numbered(size)
    gone = data.draw(st.sets(st.integers(0, size - 1)))
    cuts = data.draw(st.sets(st.integers(0, size)))
    kept = [each for each in single(leaves) if each.start not in gone]
    mixed = sorted([*covering(leaves, gone, cuts), *kept], key=lambda each: each.start)
    made, seen = Frontier(), set()
    for each in mixed:
        made.graft(each.level, each.hash)
        seen.add(made.size)
        assert made.root() == by_definition(leaves[: made.size])
    assert made.size == size
    # Wherever it was cut a tree ends: its root can be told.
    assert cuts - {0} <= seen
    for number in set(range(size)) - gone:
        path = inclusion(mixed, number)
        assert path == inclusion(single(leaves), number)


def test_a_cover_is_as_small_as_can_be() -> None:
    leaves = numbered(1000)
    assert len(covering(leaves, set(range(512)))) == 1
    assert [(each.start, each.level) for each in covering(leaves, set(range(3, 20)))] == [
        (3, 0),
        (4, 2),
        (8, 3),
        (16, 2),
    ]


def test_a_subtree_is_grafted_where_one_begins_alone() -> None:
    edge = frontier(numbered(6))
    edge.graft(1, b"x" * 32)
    with pytest.raises(ValueError, match="level 4"):
        edge.graft(4, b"x" * 32)
