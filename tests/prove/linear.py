"""Is what callers saw of one record possible, had each request happened at one instant?

The search of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993), with the memory of
Lowe ("Testing for linearizability", 2017): a configuration, which requests have happened and what
the record is by then, is tried once. A history is linearizable if that of each record is (Herlihy
and Wing's locality), so each is judged by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

NEVER = float("inf")
Value = tuple[tuple[str, str], ...] | None
"""What a record is: its attributes, sorted; None where there is none."""


@dataclass(frozen=True)
class Op:
    """One request about one record, between two instants of a clock that all callers share.

    `sets` is what it writes beside what is there, `makes` that it makes the record, `removes` that
    it removes it, `wants` what the record had to be for it to happen (If-Match), `saw` what it
    answered that the record was, or came to be. `is_known` is False where no answer came: then it
    may have happened at any time from `began`, or never.
    """

    name: str
    began: float
    ended: float = NEVER
    sets: tuple[tuple[str, str], ...] = ()
    makes: bool = False
    removes: bool = False
    wants: Value = None
    guarded: bool = False
    saw: Value = None
    reads: bool = False
    is_known: bool = True

    def after(self, before: Value) -> tuple[bool, Value]:
        """Return whether it can happen to a record that is `before`, and what that is then."""
        if self.guarded and before != self.wants:
            return False, before
        if self.reads and not (self.sets or self.makes or self.removes):
            return before == self.saw, before
        if self.makes:
            now: Value = tuple(sorted(self.sets))
            return before is None and (not self.reads or now == self.saw), now
        if before is None:
            return False, before
        if self.removes:
            return True, None
        now = tuple(sorted({**dict(before), **dict(self.sets)}.items()))
        return not self.reads or now == self.saw, now


def linearizable(ops: Sequence[Op], first: Value = None) -> bool:
    """Tell whether there is an order of `ops` that explains every answer."""
    every = _bounded(ops)
    known = _mask(number for number, op in enumerate(every) if op.is_known)
    tried: set[tuple[int, Value]] = set()
    waiting: list[tuple[int, Value]] = [(0, first)]
    while waiting:
        done, value = waiting.pop()
        if done & known == known:
            return True
        for number, next_value in _steps(every, done, value):
            found = (done | 1 << number, next_value)
            if found not in tried:
                tried.add(found)
                waiting.append(found)
    return False


def _steps(every: Sequence[Op], done: int, value: Value) -> list[tuple[int, Value]]:
    """Return what may happen next: what began before anything else that is left had ended."""
    found, earliest = [], NEVER
    for number, op in enumerate(every):
        if op.began > earliest:
            break
        if done >> number & 1:
            continue
        earliest = min(earliest, op.ended)
        found.append(number)
    steps = []
    for number in found:
        if every[number].began > earliest:
            continue
        can, then = every[number].after(value)
        if can:
            steps.append((number, then))
    # Tried last is looked at first: what ended first is the likeliest to have happened first.
    return sorted(steps, key=lambda step: -every[step[0]].ended)


def _bounded(ops: Sequence[Op]) -> list[Op]:
    """Return the requests by when they began; of those without an answer what may matter.

    Values are written once in a history. What was written without an answer happened, if anybody
    saw it, before the first who did had its answer; if nobody ever saw it nothing changes when it
    is left out.
    """
    seen: dict[tuple[str, str], float] = {}
    for op in ops:
        for value in (op.saw if op.reads and op.is_known else None, op.wants):
            for part in value or ():
                seen[part] = min(seen.get(part, NEVER), op.ended)
    kept = []
    for op in ops:
        if not op.is_known and op.sets and not op.removes:
            ends = [seen[part] for part in op.sets if part in seen]
            if ends:
                kept.append(replace(op, ended=min(ends), reads=False, is_known=True))
        elif op.is_known or op.removes:
            kept.append(op)
    return sorted(kept, key=lambda op: op.began)


def _mask(numbers: Iterable[int]) -> int:
    found = 0
    for number in numbers:
        found |= 1 << number
    return found
