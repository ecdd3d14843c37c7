"""What is told of a part of the facilities: how it is, in words, and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "attention", "problem", "skipped"]
STATES: tuple[State, ...] = ("ok", "attention", "problem", "skipped")
"""Well; somebody should look at it; it is wrong now; it could not be asked."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the facilities: `said` tells how it is, `hint` what to do unless it is well.

    `value` is the figure behind it, in `unit`, for monitoring.
    """

    what: str
    state: State
    said: str
    hint: str = ""
    value: float | None = None
    unit: str = ""


def verdict(lines: Sequence[Line]) -> Line:
    """Return the line that sums up: as bad as the worst."""
    for state in ("problem", "attention"):
        found = [each for each in lines if each.state == state]
        named = ", ".join(each.what for each in found)
        wrong, look = f"{len(found)} wrong: {named}", f"{len(found)} to be looked at: {named}"
        if found:
            return Line("verdict", state, wrong if state == "problem" else look, found[0].hint)
    skipped = sum(each.state == "skipped" for each in lines)
    return Line("verdict", "ok", f"all is well, {skipped} not asked" if skipped else "all is well")


def aged(seconds: float) -> str:
    """Return how long ago something was, as people say it."""
    if seconds < 2 * _MINUTE:
        return f"{max(seconds, 0):.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.0f} h" if seconds < 2 * _DAY else f"{seconds / _DAY:.0f} days"


def graded(value: float, attention: float, problem: float, *, low_is_bad: bool = False) -> State:
    """Return how a value is by two thresholds; with `low_is_bad` it is worse the lower."""
    if low_is_bad:
        value, attention, problem = -value, -attention, -problem
    return "problem" if value >= problem else "attention" if value >= attention else "ok"


def worst(lines: Iterable[Line]) -> State:
    """Return the worst state of lines; what was skipped is no fault."""
    states = {each.state for each in lines}
    return "problem" if "problem" in states else "attention" if "attention" in states else "ok"
