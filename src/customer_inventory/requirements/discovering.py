"""Requirements proposed from what arrives, what is held and what was asked for and not given.

Nothing is put into the register here: what comes out is a draft for people to name and decide on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from msgspec import structs

from customer_inventory.record import observation
from customer_inventory.record.declare import RecordType
from customer_inventory.record.facet import bare, facet_of
from customer_inventory.record.register.profile import Profile, Seen, profile
from customer_inventory.record.schema import paths
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.requirements.requirement import Data, DataType, Requirement
from customer_inventory.store.database import Database

Why = Literal["arrives", "held", "askedFor"]

_LEAST_SHARE = 0.001
_LEAST_FOR_VALUES = 50
_TYPES: Mapping[str, DataType] = {
    "text": "text", "email": "text", "date": "date", "dateTime": "dateTime", "number": "number",
    "integer": "integer", "boolean": "boolean", "object": "object", "list": "list",
}  # fmt: skip
_SAYS_WHAT_IT_IS = ("@type", "@baseType", "@schemaLocation", "@referredType", "id", "href")


@dataclass(frozen=True)
class Discovered:
    """A requirement that is proposed, and why: how often its attribute was met, and by whom.

    `examples` show the form of values, never a value.
    """

    why: Why
    requirement: Requirement
    seen: int
    processes: tuple[str, ...]
    share: float = 0.0
    examples: tuple[str, ...] = ()


async def discover(
    database: Database, record_types: Iterable[str] = (), *, most: int | None = None
) -> list[Discovered]:
    """Return what could be required of the record types (all, if none are named), by element.

    Looks at what is held (`most` records of a type), and at what doors and loads observed.
    """
    wanted = [TYPES[name] for name in record_types] or list(TYPES.values())
    known = {
        (each.requirement.type, each.requirement.path)
        for each in await register.latest(database)
        if each.state != "retired"
    }
    found: dict[tuple[str, str], Discovered] = {}
    number = int((await register.next_id(database)).removeprefix("REQ-"))
    arrives = await _observed(database, observation.UNDECLARED)
    asked_for = await _observed(database, observation.REFUSED)
    for declared in wanted:
        made = await profile(database, declared, most=most)
        for each in _of_type(declared, made, arrives, asked_for):
            element = (declared.name, each.requirement.path)
            if element not in known | found.keys():
                found[element] = _numbered(each, number)
                number += 1
    return list(found.values())


def _of_type(
    declared: RecordType,
    made: Profile,
    arrives: Mapping[tuple[str, str], Counter[str]],
    asked_for: Mapping[tuple[str, str], Counter[str]],
) -> Iterator[Discovered]:
    shape = paths(declared.schema)
    for (record_type, path), processes in arrives.items():
        if record_type == declared.name:
            yield _discovered("arrives", declared, path, made, processes)
    for path, seen in made.paths.items():
        if path in shape or made.share(path) < _LEAST_SHARE or _is_below(path, shape):
            continue
        yield _discovered("held", declared, path, made, seen.processes)
    for (record_type, path), processes in asked_for.items():
        if record_type == declared.name:
            yield _discovered("askedFor", declared, path, made, processes)


def _discovered(
    why: Why, declared: RecordType, path: str, made: Profile, processes: Counter[str]
) -> Discovered:
    seen = made.paths.get(path, Seen())
    facet = facet_of(declared.name, path)
    named = tuple(name for name, _ in processes.most_common(10))
    requirement = Requirement(
        id="REQ-000",
        type=declared.name,
        path=path,
        name=_words(path),
        definition=f"To be defined: {_REASONS[why]}.",
        data=_data(seen) if path not in paths(declared.schema) else Data(),
        classification=facet.classification,
        group=facet.group,
        operation=facet.operation,
        survivorship=facet.survivorship,
        requested_by=named if why == "askedFor" else (),
        sources=named if why != "askedFor" else (),
    )
    return Discovered(
        why, requirement, processes.total(), named, made.share(path), tuple(seen.examples)
    )


def _data(seen: Seen) -> Data:
    """Return what values must be by what they are, where they are all of one kind."""
    kinds = [kind for kind in seen.kinds if kind != "nothing"]
    if set(kinds) == {"integer", "number"}:
        return Data(type="number")
    if len(kinds) != 1:
        return Data()
    values = sorted(seen.values) if seen.values else []
    if kinds == ["text"] and values and seen.records >= _LEAST_FOR_VALUES * len(values):
        return Data(type="text", values=tuple(values))
    if kinds == ["email"]:
        return Data(type="text", format="email")
    return Data(type=_TYPES[kinds[0]])


def _numbered(each: Discovered, number: int) -> Discovered:
    return replace(each, requirement=structs.replace(each.requirement, id=f"REQ-{number:03d}"))


async def _observed(database: Database, kind: str) -> dict[tuple[str, str], Counter[str]]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for row in await observation.every(database, kind):
        element = (row["record_type"], bare(row["path"]))
        found.setdefault(element, Counter())[row["process"]] += row["seen"]
    return found


def _is_below(path: str, shape: Mapping[str, object]) -> bool:
    """Tell whether a path only says what the thing above it is, or lies in what is open anyway."""
    above, _, last = path.rpartition(".")
    return last in _SAYS_WHAT_IT_IS or (bool(above) and above not in shape)


def _words(path: str) -> str:
    """Return a path as words: `contactMedium.emailAddress` is `Contact medium: email address`."""
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in path.replace("@", ""))
    text = spaced.replace(".", ": ")
    return text[:1].upper() + text[1:]


_REASONS = {
    "arrives": "it arrives, and no record type declares it",
    "held": "it is held, and no record type declares it",
    "askedFor": "it was asked for by a process that may not see it",
}
