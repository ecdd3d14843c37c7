"""Thresholds of anomalies, declared as data: those that ship, and what a file says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Literal, get_args

from customer_inventory.kit.located import Value, nearest, parse

Severity = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

_MOST_WEEKS = 26
_NUMBERS = ("least", "most", "days")


@dataclass(frozen=True, slots=True)
class Threshold:
    """From when on something of a kind is an anomaly; 0 where the kind has no such bound.

    `least` of it is looked at at all, `times` the highest of the habit, as rare as `chance`; `most`
    and `days` as the kind has it. `is_off`: never. `reason` is why it is not as it ships.
    """

    severity: Severity = "medium"
    least: int = 0
    times: float = 0.0
    chance: float = 1.0
    most: int = 0
    days: int = 0
    is_off: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """All thresholds: by kind, and by process and kind where a process has its own."""

    weeks: int
    least_days: int
    kinds: Mapping[str, Threshold]
    processes: Mapping[tuple[str, str], Threshold] = field(default_factory=dict)

    def of(self, kind: str, process: str) -> Threshold:
        """Return what counts for a kind at a process."""
        return self.processes.get((process, kind), self.kinds[kind])


@cache
def shipped() -> Declared:
    """Return the thresholds that come with the product."""
    file = parse(resources.files(__package__).joinpath("thresholds.yaml").read_text("utf-8"))
    members = file.only("habit", "kinds")
    habit = members["habit"].only("weeks", "leastDays")
    kinds = {
        kind: _threshold(said, Threshold(), frozenset(said.members()))
        for kind, said in members["kinds"].members().items()
    }
    return Declared(habit["weeks"].whole(), habit["leastDays"].whole(), kinds)


@cache
def bounds_of(kind: str) -> frozenset[str]:
    """Return the bounds that a kind has, by name."""
    base = shipped().kinds[kind]
    names = {name for name in (*_NUMBERS, "times") if getattr(base, name)}
    return frozenset({"severity", *names, *(("chance",) if base.chance < 1 else ())})


def read(text: str) -> Declared:
    """Return what counts with the file `text`; raise FileError with the line of what is wrong."""
    base = shipped()
    members = parse(text).only("habit", "kinds", "processes")
    weeks, days = _habit(members.get("habit"), base)
    kinds = dict(base.kinds)
    said_of = members["kinds"].members() if "kinds" in members else {}
    for kind, said in said_of.items():
        kinds[kind] = _differing(said, kind, base.kinds[_kind(kind, said)])
    processes: dict[tuple[str, str], Threshold] = {}
    for said in members["processes"].items() if "processes" in members else []:
        own = said.members()
        for name in ("process", "kind"):
            if name not in own:
                raise said.wrong(f"lacks the key {name}.")
        kind = _kind(own["kind"].text(), own["kind"])
        key = (own["process"].text(), kind)
        if key in processes:
            raise said.wrong(f"is the second of {kind} at {key[0]}.")
        processes[key] = _differing(said, kind, kinds[kind], "process", "kind")
    return Declared(weeks, days, kinds, processes)


def _habit(said: Value | None, base: Declared) -> tuple[int, int]:
    members = said.only("weeks", "leastDays") if said else {}
    weeks = members["weeks"].whole() if "weeks" in members else base.weeks
    days = members["leastDays"].whole() if "leastDays" in members else base.least_days
    if not 1 <= weeks <= _MOST_WEEKS:
        raise members["weeks"].wrong(f"must be from 1 to {_MOST_WEEKS}.")
    if not 7 <= days <= weeks * 7:  # noqa: PLR2004 - a habit has every day of a week in it
        raise (members.get("leastDays") or members["weeks"]).wrong(
            "leastDays must be 7 or more, and within the weeks."
        )
    return weeks, days


def _kind(kind: str, said: Value) -> str:
    if kind not in shipped().kinds:
        raise said.wrong(f"{kind} is no kind of anomaly.{nearest(kind, shipped().kinds)}")
    return kind


def _differing(said: Value, kind: str, base: Threshold, *also: str) -> Threshold:
    """Return what a file says of a kind; it must say why."""
    members = said.only(*also, *bounds_of(kind), "off", "reason", required=("reason",))
    made = replace(_threshold(said, base, bounds_of(kind)), reason=members["reason"].text())
    if "off" not in members:
        return made
    is_off = members["off"].scalar()
    if not isinstance(is_off, bool):
        raise members["off"].wrong("must be true or false.")
    return replace(made, is_off=is_off)


def _threshold(said: Value, base: Threshold, names: frozenset[str]) -> Threshold:
    members = said.members()
    found: dict[str, float | str] = {}
    for name in names & members.keys():
        found[name] = _bound(name, members[name])
    return replace(base, **found)  # type: ignore[arg-type]


def _bound(name: str, said: Value) -> float | str:
    if name == "severity":
        if said.text() not in SEVERITIES:
            raise said.wrong(f"must be one of {', '.join(SEVERITIES)}.")
        return said.text()
    if name in _NUMBERS:
        if said.whole() < 1:
            raise said.wrong("must be 1 or more.")
        return said.whole()
    number = said.scalar()
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise said.wrong("must be a number.")
    low, high = (0.0, 1.0) if name == "chance" else (1.0, 1e6)
    if not (low < number <= high if name == "chance" else low <= number <= high):
        raise said.wrong(f"must be from {low:g} to {high:g}.")
    return float(number)
