"""The Merkle tree against RFC 6962: known roots, every proof, and forgeries."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.access.log.tree import Frontier, inclusion, leaf_hash, node_hash, proves

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
            path = inclusion(leaves, number)
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
    path = inclusion(leaves, number)
    if not path:
        return
    step = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = bytearray(path[step])
    changed[bit // 8] ^= 1 << bit % 8
    forged = [*path[:step], bytes(changed), *path[step + 1 :]]
    assert not proves(leaves[number], number, size, forged, by_definition(leaves))
