"""Cycles of garbage are looked for seldom within a block, and as ever after the last of several."""

import gc
import weakref

from customer_inventory.kit.cycles import seldom_looked_for


class Node:
    other: "Node"


def test_the_last_of_overlapping_blocks_puts_back_what_was_usual() -> None:
    usual, frozen = gc.get_threshold(), gc.get_freeze_count()
    first, second = seldom_looked_for(), seldom_looked_for()
    first.__enter__()
    second.__enter__()
    assert gc.get_threshold()[0] > usual[0]
    assert gc.get_freeze_count() > frozen
    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] > usual[0]
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0


def test_cycles_are_still_found() -> None:
    with seldom_looked_for():
        node = Node()
        node.other = node
        gone = weakref.ref(node)
        del node
        for _ in range(300_000):
            if gone() is None:
                break
            _keep.append([])
    assert gone() is None


_keep: list[list[None]] = []
