"""What is declared of each attribute beyond its shape: facets, by record type and path.

The declarations are `types/facets.toml`, for people to read. What the register of requirements has
in force lies over them (`overlay`): whoever reads facets here does not notice.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, TypeVar


class Classification(StrEnum):
    """How much harm it does when the wrong people see it, the least first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    SECRET = "secret"  # noqa: S105 - a word of how secret things are


class Survivorship(StrEnum):
    """Which of several sources' values is shown."""

    LATEST = "latest"
    """The one that was recorded last."""
    TRUST = "trust"
    """That of the source trusted most; of equals, the latest."""
    UNION = "union"
    """The items of all of them, each once."""


@dataclass(frozen=True)
class Facet:
    """What is declared of an attribute.

    `group` is the group of attributes it belongs to; `operation` is `update` where a change brings
    a fact up to date, `modify` where it alters what the record is: classification, relations,
    identity, status. `retention` is the rule for it once its record has ended, None: that of the
    record.
    """

    group: str
    classification: Classification
    operation: Literal["update", "modify"]
    survivorship: Survivorship
    retention: str | None = None


UNDECLARED = "undeclared"
"""The group of attributes that no declaration knows."""

_POSITION = re.compile(r"\[[0-9]+\]")
_PARTS_OF_PATHS = ("id", "href", "@type", "@baseType", "@schemaLocation")


_required: Mapping[str, Mapping[str, Facet]] = {}
"""By record type and path, what the register of requirements says."""
_forgetting: list[Callable[[], None]] = []

Cached = TypeVar("Cached", bound=Callable[..., Any])


def over_facets(cached: Cached) -> Cached:
    """Let a cached function whose result is made of facets forget it when others are in force."""
    _forgetting.append(cached.cache_clear)  # type: ignore[attr-defined]
    return cached


def overlay(required: Mapping[str, Mapping[str, Facet]]) -> None:
    """Let `required`, by record type and path, be said of attributes before what is declared."""
    global _required  # noqa: PLW0603 - the register in force is one a process
    _required = {
        record_type: said
        for record_type, said in required.items()
        # Of what is said as it is declared nobody needs to be told.
        if any(facet != declared_of(record_type, path) for path, facet in said.items())
    }
    for forget in _forgetting:
        forget()


def bare(path: str) -> str:
    """Return a path without positions in lists."""
    return _POSITION.sub("", path)


@over_facets
@lru_cache(maxsize=20_000)
def facet_of(record_type: str, path: str) -> Facet:
    """Return the facet of the attribute at `path` of a type: of the nearest declared above it."""
    required = _required.get(record_type)
    return _nearest(record_type, path, required) if required else declared_of(record_type, path)


@lru_cache(maxsize=20_000)
def declared_of(record_type: str, path: str) -> Facet:
    """Return the facet of the attribute at `path` as it is declared, whatever is in force."""
    return _nearest(record_type, path, {})


def _nearest(record_type: str, path: str, required: Mapping[str, Facet]) -> Facet:
    groups = _groups()
    declared = _places(record_type)
    steps = bare(path).split(".")
    if len(steps) == 1 and steps[0] in _PARTS_OF_PATHS:
        return groups["reference"]
    for length in range(len(steps), 0, -1):
        above = ".".join(steps[:length])
        if above in required:
            return required[above]
        if above in declared:
            return groups[declared[above]]
    return groups[UNDECLARED]


def retention_of(record_type: str) -> str | None:
    """Return the rule of retention for records of a type; None: kept without limit."""
    declared = declared_facets()["type"].get(record_type, {})
    retention: str | None = declared.get("retention")
    return retention


def groups_of(record_type: str) -> Mapping[str, str]:
    """Return the group of each path of a type that is declared to have one of its own."""
    required = _required.get(record_type)
    if not required:
        return _places(record_type)
    return {**_places(record_type), **{path: said.group for path, said in required.items()}}


def groups() -> Mapping[str, Facet]:
    """Return every declared group by name."""
    return _groups()


@cache
def declared_facets() -> Mapping[str, Any]:
    """Return the whole of the declarations, as they are written."""
    text = files("customer_inventory.record.types").joinpath("facets.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _groups() -> Mapping[str, Facet]:
    return {
        name: Facet(
            group=name,
            classification=Classification(said["classification"]),
            operation=said["operation"],
            survivorship=Survivorship(said["survivorship"]),
            retention=said.get("retention"),
        )
        for name, said in declared_facets()["group"].items()
    }


@cache
def _places(record_type: str) -> Mapping[str, str]:
    """Return the group of each declared path of a type."""
    own = _paths(declared_facets()["type"].get(record_type, {}))
    anywhere = _paths(declared_facets()["anywhere"])
    return own | {path: group for path, group in anywhere.items() if path.partition(".")[0] in own}


def _paths(said: Mapping[str, Any]) -> dict[str, str]:
    return {path: group for group, paths in said.get("groups", {}).items() for path in paths}


def scope_of(record_type: str) -> tuple[str, ...]:
    """Return the attributes by which a grant may be bound to some records of a type."""
    return tuple(declared_facets()["type"].get(record_type, {}).get("scope", ()))
