"""The checker of histories: it catches what must not be, and takes what may."""

import random

import pytest

from tests.prove.linear import NEVER, Op, Value, linearizable


def value(**parts: str) -> Value:
    return tuple(sorted(parts.items()))


def made(began: float, ended: float, **parts: str) -> Op:
    return Op("make", began, ended, sets=tuple(parts.items()), makes=True)


def wrote(began: float, ended: float = NEVER, **parts: str) -> Op:
    return Op("write", began, ended, sets=tuple(parts.items()), is_known=ended < NEVER)


def read(began: float, ended: float, **parts: str) -> Op:
    return Op("read", began, ended, saw=value(**parts) if parts else None, reads=True)


def guarded(began: float, ended: float, wants: Value, **parts: str) -> Op:
    return Op("cas", began, ended, sets=tuple(parts.items()), wants=wants, guarded=True)


A = made(0, 1, a="0", b="0")
POSSIBLE = {
    "one after the other": [A, wrote(2, 3, a="1"), read(4, 5, a="1", b="0")],
    "read before a write that overlaps": [A, wrote(2, 9, a="1"), read(3, 4, a="0", b="0")],
    "read after it": [A, wrote(2, 9, a="1"), read(3, 4, a="1", b="0")],
    "two attributes at once": [A, wrote(2, 5, a="1"), wrote(2, 5, b="1"), read(6, 7, a="1", b="1")],
    "without an answer, never": [A, wrote(2, a="1"), read(3, 4, a="0", b="0")],
    "without an answer, late": [
        A, wrote(2, a="1"), read(3, 4, a="0", b="0"), read(8, 9, a="1", b="0"),
    ],
    "guarded": [A, guarded(2, 3, value(a="0", b="0"), a="1"), read(4, 5, a="1", b="0")],
    "removed": [A, Op("remove", 2, 3, removes=True), read(4, 5)],
}  # fmt: skip
IMPOSSIBLE = {
    "a lost write": [A, wrote(2, 3, a="1"), read(4, 5, a="0", b="0")],
    "a lost update of another attribute": [
        A, wrote(2, 5, a="1"), wrote(2, 5, b="1"), read(6, 7, a="1", b="0"),
    ],
    "a read that goes back": [
        A, wrote(2, 9, a="1"), read(3, 4, a="1", b="0"), read(5, 6, a="0", b="0"),
    ],
    "a value of nobody": [A, read(2, 3, a="7", b="0")],
    "two guarded by the same": [
        A, guarded(2, 9, value(a="0", b="0"), a="1"), guarded(2, 9, value(a="0", b="0"), a="2"),
    ],
    "back after it was removed": [A, Op("remove", 2, 3, removes=True), read(4, 5, a="0", b="0")],
    "before it began": [A, read(2, 3, a="1", b="0"), wrote(4, 5, a="1")],
    "without an answer, and gone again": [
        A, wrote(2, a="1"), read(3, 4, a="1", b="0"), read(5, 6, a="0", b="0"),
    ],
    "made twice": [A, made(2, 3, a="1", b="1")],
}  # fmt: skip


@pytest.mark.parametrize("history", POSSIBLE)
def test_what_may_be_is_taken(history: str) -> None:
    assert linearizable(POSSIBLE[history])


@pytest.mark.parametrize("history", IMPOSSIBLE)
def test_what_must_not_be_is_caught(history: str) -> None:
    assert not linearizable(IMPOSSIBLE[history])


def played(chance: random.Random, requests: int) -> list[Op]:
    """Play requests that happen at instants of their own, and are begun before and ended after."""
    now: Value = None
    found = []
    for number in range(requests):
        at = float(number * 10)
        began, ended = at - chance.uniform(0, 40), at + chance.uniform(0, 40)
        word = chance.choice("ab")
        if now is None:
            op = made(began, ended, a=f"a{number}", b=f"b{number}")
        elif chance.random() < 0.4:
            op = read(began, ended, **dict(now))
        elif chance.random() < 0.3:
            op = guarded(began, ended, now, **{word: f"{word}{number}"})
        else:
            op = wrote(began, ended, **{word: f"{word}{number}"})
        _, now = op.after(now)
        found.append(op)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_what_was_played_is_taken_and_with_one_value_changed_is_not(seed: int) -> None:
    chance = random.Random(seed)
    ops = played(chance, 150)
    assert linearizable(ops)
    # An early read answers what was written last of all: nobody can have known.
    early = next(number for number, op in enumerate(ops) if op.reads)
    late = next(op for op in reversed(ops) if op.sets and not op.makes)
    saw = tuple(sorted({**dict(ops[early].saw or ()), **dict(late.sets)}.items()))
    ops[early] = Op("read", ops[early].began, ops[early].ended, saw=saw, reads=True)
    assert not linearizable(ops)
