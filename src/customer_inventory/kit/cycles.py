"""How often the interpreter looks for cycles of garbage: seldom where what passes makes none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_ALLOCATED = 100_000
"""After so many objects more than were freed cycles are looked for; 700 unless told."""

_usual: list[tuple[int, int, int]] = []
_inside = 0


@contextmanager
def seldom_looked_for() -> Iterator[None]:
    """Look for cycles seldom within the block, and not among what is there when it begins.

    Counting references frees what has no cycles, and documents and rows have none; looking through
    all that a process holds each time that some thousands passed was half of its work. Blocks may
    overlap: the last to end puts back what was usual.
    """
    global _inside  # noqa: PLW0603 - there is one collector a process
    if not _inside:
        _usual.append(gc.get_threshold())
        gc.freeze()
        gc.set_threshold(_ALLOCATED, *_usual[0][1:])
    _inside += 1
    try:
        yield
    finally:
        _inside -= 1
        if not _inside:
            gc.set_threshold(*_usual.pop())
            gc.unfreeze()
