"""What is declared of each attribute beyond its shape: facets, by record type and path.

The declarations are `types/facets.toml`, for people to read. The register of requirements will
be their source one day; whoever reads them here will not notice.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any


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
    operation: str
    survivorship: Survivorship
    retention: str | None = None


UNDECLARED = "undeclared"
"""The group of attributes that no declaration knows."""

_POSITION = re.compile(r"\[[0-9]+\]")
_PARTS_OF_PATHS = ("id", "href", "@type", "@baseType", "@schemaLocation")


@lru_cache(maxsize=20_000)
def facet_of(record_type: str, path: str) -> Facet:
    """Return the facet of the attribute at `path` of a type: of the nearest declared above it."""
    groups = _groups()
    declared = _places(record_type)
    steps = _POSITION.sub("", path).split(".")
    if len(steps) == 1 and steps[0] in _PARTS_OF_PATHS:
        return groups["reference"]
    for length in range(len(steps), 0, -1):
        group = declared.get(".".join(steps[:length]))
        if group is not None:
            return groups[group]
    return groups[UNDECLARED]


def retention_of(record_type: str) -> str | None:
    """Return the rule of retention for records of a type; None: kept without limit."""
    declared = declared_facets()["type"].get(record_type, {})
    retention: str | None = declared.get("retention")
    return retention


def groups_of(record_type: str) -> Mapping[str, str]:
    """Return the group of each path of a type that is declared to have one of its own."""
    return _places(record_type)


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
