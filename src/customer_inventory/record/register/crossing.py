"""Conditions on a record, and on those that it names or is named by, as data.

What fails a rule is said in them, whether a requirement makes the rule or a file declares it
(`crossing_file` has how they are written). `crossed` and `valued` make tests of PostgreSQL of them;
nothing else does, so that what a rule says is told by them alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, get_args

from customer_inventory.record.declare import KeyKind
from customer_inventory.record.register import condition

Sign = Literal["differs", "same", "after", "before"]
SIGNS: tuple[Sign, ...] = get_args(Sign)
When = Literal["ended", "running", "toCome", "overlapping"]
NOW = "now"
AROUND = "^"


@dataclass(frozen=True)
class Names:
    """The record names one of these types at one of these paths, for which `where` holds.

    `inward`: it is named by one of them. Without `where`, any will do.
    """

    targets: tuple[str, ...]
    paths: tuple[str, ...]
    inward: bool = False
    where: "Crossed | None" = None


@dataclass(frozen=True)
class AlsoNames:
    """Another record of the type names the same one at a path, and `where` holds."""

    path: str
    where: "Crossed | None" = None


@dataclass(frozen=True)
class Another:
    """Another record of the type has a key of a kind in common with this one, and `where` holds."""

    kind: KeyKind
    where: "Crossed | None" = None


@dataclass(frozen=True)
class LeadsNowhere:
    """A reference at one of these paths names a record that is not there."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class ComesBack:
    """References at a path, all in one role, lead from the record back to it."""

    path: str


@dataclass(frozen=True)
class Misnames:
    """A reference at a path calls what it names, of these types, otherwise than that is called."""

    targets: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class Beside:
    """The value at a path compares to that at another: of the record, or of the one around it.

    With `named`, the path leads to characteristics, and the value is that of the first so named.
    """

    path: str
    named: tuple[str, ...]
    sign: Sign
    other: str


@dataclass(frozen=True)
class Period:
    """The period of the record is over, runs, is to come, or overlaps that of the one around it."""

    when: When


@dataclass(frozen=True)
class Age:
    """A length of time."""

    years: int = 0
    months: int = 0
    days: int = 0


@dataclass(frozen=True)
class Unchanged:
    """The record was last written longer ago than `age`."""

    age: Age


@dataclass(frozen=True)
class AnotherSubject:
    """The record belongs to another subject than the record around it."""


@dataclass(frozen=True)
class Lacks:
    """An object at the parent of a path lacks the attribute."""

    path: str


@dataclass(frozen=True)
class Form:
    """What a value must be, as `requirements.requirement.Data` says it, in terms of JSON.

    `type` is that of JSON; `patterns` are asked of texts alone, lengths are in characters.
    """

    type: str | None = None
    is_whole: bool = False
    patterns: tuple[str, ...] = ()
    values: tuple[condition.Scalar, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True)
class Unlike:
    """A value at a path, lists walked through, is not of a form."""

    path: str
    form: Form


@dataclass(frozen=True)
class Joined:
    """All, or any, of the parts hold."""

    how: Literal["all", "any"]
    parts: "tuple[Crossed, ...]"


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Crossed"


@dataclass(frozen=True)
class Within:
    """A condition on the document of the record alone."""

    condition: condition.Condition


Related = Names | AlsoNames | Another
Crossed = (
    Related | LeadsNowhere | ComesBack | Misnames | Beside | Period | Unchanged | AnotherSubject
    | Lacks | Unlike | Joined | Not | Within
)  # fmt: skip


@dataclass(frozen=True)
class Repeated:
    """Another record has the same value at a path, which only all of them together tell."""

    path: str


def parts_of(crossed: Crossed) -> tuple[Crossed, ...]:
    """Return what a condition is made of, and what it asks of related records."""
    match crossed:
        case Joined(_, parts):
            return parts
        case Not(part):
            return (part,)
        case Names() | AlsoNames() | Another():
            return () if crossed.where is None else (crossed.where,)
    return ()


def each(crossed: Crossed) -> Iterator[Crossed]:
    """Yield a condition and all that it is made of."""
    yield crossed
    for part in parts_of(crossed):
        yield from each(part)


def is_related(crossed: Crossed) -> bool:
    """Tell whether the answer changes with other records."""
    return reach(crossed) > 0


def is_timed(crossed: Crossed) -> bool:
    """Tell whether the answer may change while nothing changes that links lead to.

    With time alone, with keys that others come to share, or with a way that is long.
    """
    return any(
        isinstance(part, Unchanged | Another | ComesBack)
        or (isinstance(part, Period) and part.when != "overlapping")
        or (isinstance(part, Beside) and part.other == NOW)
        for part in each(crossed)
    )


def reach(crossed: Crossed) -> int:
    """Return how many links lie between a record and the farthest that it is judged by."""
    match crossed:
        case Joined(_, parts):
            return max(map(reach, parts))
        case Not(part):
            return reach(part)
        case Names() | AlsoNames() | Another():
            own = 2 if isinstance(crossed, AlsoNames) else 1
            return own + (reach(crossed.where) if crossed.where is not None else 0)
        case LeadsNowhere() | Misnames():
            return 1
        case ComesBack():
            return 2
        case _:
            return 0


def plain(crossed: Any) -> Any:
    """Return what a condition says as JSON has it: the same always the same way."""
    if is_dataclass(crossed):
        told = {each.name: plain(getattr(crossed, each.name)) for each in fields(crossed)}
        said = {name: value for name, value in told.items() if value not in (None, False, [])}
        return {_lower(type(crossed).__name__): said}
    if isinstance(crossed, Mapping):
        return {key: plain(value) for key, value in crossed.items()}
    return [plain(each) for each in crossed] if isinstance(crossed, tuple) else crossed


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
