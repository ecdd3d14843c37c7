"""Files of repositories: YAML, read with the line of what is wrong, written as people read it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from customer_inventory.facilities.repository.declared import (
    EVERY,
    Dependant,
    Holding,
    Repository,
)
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import FileError, Value, nearest, parse
from customer_inventory.kit.shaped import converted, names_of
from customer_inventory.record.schema import paths
from customer_inventory.record.types import TYPES

_SUFFIXES = (".yaml", ".yml")
_HINTS = {
    "name": "A name begins with a small letter: small letters, digits, hyphens.",
    "country": "Two capital letters, as ISO 3166 has them: DE.",
    "availability": "A share: 0.999.",
    **dict.fromkeys(
        ("recoveryTime", "recoveryPoint", "freshness"), "Days and hours: P1D, PT4H, PT5M."
    ),
}


def read(text: str) -> list[Repository]:
    """Return the repositories that `text` declares; raise FileError for the first thing wrong."""
    listed = parse(text).only("repositories", required=("repositories",))["repositories"]
    found: dict[str, int] = {}
    made = []
    for item in listed.items():
        repository = _repository(item)
        if repository.name in found:
            line = found[repository.name]
            raise item.wrong(f"{repository.name} stands twice: there is one on line {line}.")
        found[repository.name] = item.line
        made.append(repository)
    if not made:
        raise listed.wrong("declares nothing.")
    return made


def read_all(places: Iterable[Path]) -> list[Repository]:
    """Return the repositories of files, and of the YAML files in folders, in the order of names.

    Raises Invalid, naming the file, for what is wrong in one, stands in two or cannot be read.
    """
    found: dict[str, tuple[Repository, Path]] = {}
    for place in _files(places):
        try:
            for each in read(place.read_text("utf-8")):
                if each.name in found:
                    other = found[each.name][1]
                    raise Invalid(f"{place}: {each.name} stands twice.", hint=f"Also in {other}.")
                found[each.name] = (each, place)
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"{place} cannot be read: {error}.") from None
        except FileError as error:
            raise Invalid(f"{place}: {error.message}", path=error.path, hint=error.hint) from None
    return [repository for repository, _ in found.values()]


def plain(repository: Repository) -> dict[str, Any]:
    """Return a repository as files and the database have it."""
    told: dict[str, Any] = msgspec.to_builtins(repository)
    return told


def written(repositories: Sequence[Repository]) -> str:
    """Return the file that declares `repositories`: applied, it changes nothing."""
    content = {"repositories": [_listed(plain(each)) for each in repositories]}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _repository(item: Value) -> Repository:
    members = item.only(*names_of(Repository), required=("name", "title", "description", "owner"))
    for name, kind in (("holds", Holding), ("dependants", Dependant)):
        for each in members[name].items() if name in members else ():
            each.only(*names_of(kind))
    made = converted(item, item.plain(), Repository, _HINTS)
    _check_holdings(members, made)
    _check_dependants(members, made)
    return made


def _check_holdings(members: Mapping[str, Value], made: Repository) -> None:
    for at, holding in enumerate(made.holds):
        item = members["holds"].items()[at]
        said = item.members()
        if holding.requirements and ("type" in said or "paths" in said):
            raise item.wrong("is about requirements, or about paths of a type: not both.")
        if holding.type == EVERY:
            if holding.paths != (EVERY,):
                raise item.wrong("names paths of no type.", "Name the record type they are of.")
            continue
        if holding.type not in TYPES:
            raise said["type"].wrong(
                f"{holding.type} is no record type.{nearest(holding.type, TYPES)}"
            )
        known = paths(TYPES[holding.type].schema)
        for path in holding.paths:
            if path != EVERY and path not in known:
                raise said["paths"].wrong(
                    f"{path} is no attribute of {holding.type}.{nearest(path, known)}"
                )


def _check_dependants(members: Mapping[str, Value], made: Repository) -> None:
    for at, each in enumerate(made.dependants):
        if (each.process is None) == (each.name is None):
            item = members["dependants"].items()[at]
            raise item.wrong("is one thing: a registered process, or something else by its name.")


def _files(places: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for place in places:
        inside = sorted(each for each in place.iterdir() if each.suffix in _SUFFIXES) if (
            place.is_dir()
        ) else [place]  # fmt: skip
        if not inside:
            raise Invalid(f"{place} has no file of repositories.", hint="They end in .yaml.")
        found += inside
    return found


def _listed(value: Any) -> Any:
    """Return a value with tuples as the lists that YAML has."""
    if isinstance(value, dict):
        return {name: _listed(part) for name, part in value.items()}
    return [_listed(part) for part in value] if isinstance(value, list | tuple) else value
