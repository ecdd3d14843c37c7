"""Files of requirements: YAML, one a record type, read with the line of everything that is wrong.

A file has `type`, the record type, and `requirements`, a list of what `Requirement` declares. Lines
are named in errors, so that a reviewer finds them.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import FileError, Value, parse
from customer_inventory.kit.shaped import converted, inside, names_of
from customer_inventory.record.register import condition as conditions
from customer_inventory.record.register.declaring import declared_by
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.checking import Wrong, check
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.requirement import Data, Requirement, plain

_SUFFIXES = (".yaml", ".yml")


class Sourced(msgspec.Struct, frozen=True):
    """A requirement and the line of the file where it stands."""

    requirement: Requirement
    line: int
    file: str = ""


def read(text: str, file: str = "") -> list[Sourced]:
    """Return the requirements in `text`; raise FileError for the first thing that is wrong."""
    members = parse(text).only("type", "requirements", required=("type", "requirements"))
    record_type = members["type"].text()
    found = []
    types = dict(TYPES)
    for item in members["requirements"].items():
        requirement = _requirement(item, record_type)
        if requirement.declares is not None:
            types |= declared_by(compiled([requirement]))
        try:
            check(requirement, types)
        except Wrong as wrong:
            raise inside(item, wrong.key).wrong(wrong.message, wrong.hint) from None
        found.append(Sourced(requirement, item.line, file))
    return found


def read_all(places: Iterable[Path]) -> list[Sourced]:
    """Return the requirements of files, and of the YAML files in folders, in the order of names.

    Raises FileError, whose hint names the file, for what is wrong in one or stands in two places,
    and Invalid for a place that cannot be read or has no such file.
    """
    found: list[Sourced] = []
    for place in _files(places):
        try:
            text = place.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"{place} cannot be read.", hint=_why(error)) from None
        try:
            found += read(text, str(place))
        except FileError as error:
            raise Invalid(f"{place}: {error.message}", path=error.path, hint=error.hint) from None
    _check_distinct(found)
    return found


def written(record_type: str, requirements: Sequence[Requirement]) -> str:
    """Return the file of the requirements of a record type."""
    listed = [
        {name: _flow(value) for name, value in plain(each).items() if name != "type"}
        for each in requirements
    ]
    head = {"type": record_type, "requirements": listed}
    return yaml.dump(head, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _flow(value: Any) -> Any:
    """Return a list or an object as one that stands in a line, as people write short ones."""
    if isinstance(value, list | tuple):
        return _FlowList(value)
    return _FlowObject(value) if isinstance(value, dict) else value


def _requirement(item: Value, record_type: str) -> Requirement:
    members = item.members()
    if "type" in members:
        raise members["type"].wrong("stands once, at the top of the file.")
    _check_names(item, members)
    if "when" in members:
        conditions.read(members["when"])
    content: dict[str, Any] = {**item.plain(), "type": record_type}
    return converted(item, content, Requirement, _HINTS)


def _check_names(item: Value, members: Mapping[str, Value]) -> None:
    item.only(*_NAMES, required=("id", "path", "name", "definition"))
    if "data" in members:
        members["data"].only(*_DATA_NAMES)


def _files(places: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for place in places:
        if not place.is_dir():
            found.append(place)
            continue
        inside = sorted(each for each in place.iterdir() if each.suffix in _SUFFIXES)
        if not inside:
            raise Invalid(f"{place} has no file of requirements.", hint="They end in .yaml.")
        found += inside
    return found


def _check_distinct(found: Sequence[Sourced]) -> None:
    known: dict[str, Sourced] = {}
    for each in found:
        asked = each.requirement
        for what in (asked.id, f"{asked.type}.{asked.path}"):
            other = known.setdefault(what, each)
            if other is not each:
                raise Invalid(
                    f"{each.file}: line {each.line}: {what} stands twice.",
                    hint=f"The other is in line {other.line} of {other.file}.",
                )


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "It cannot be opened."
    return "It is not in UTF-8."


class _FlowList(list[Any]):
    """A list that is written in one line."""


class _FlowObject(dict[str, Any]):
    """An object that is written in one line."""


class _Dumper(yaml.SafeDumper):
    """Writes lists within lists as people indent them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        return super().increase_indent(flow, False)


_SEQUENCE, _MAPPING = "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"
_Dumper.add_representer(
    _FlowList, lambda dumper, value: dumper.represent_sequence(_SEQUENCE, value, flow_style=True)
)
_Dumper.add_representer(
    _FlowObject, lambda dumper, value: dumper.represent_mapping(_MAPPING, value, flow_style=True)
)
_Dumper.add_representer(
    tuple, lambda dumper, value: dumper.represent_sequence(_SEQUENCE, value, flow_style=True)
)


_NAMES = tuple(name for name in names_of(Requirement) if name != "type")
_DATA_NAMES = names_of(Data)
_HINTS = {
    "id": "An id is REQ- and at least three digits.",
    "path": "A path is attributes with dots between, such as contactMedium.emailAddress.",
    "freshness": "Years, months and days: P1Y6M.",
    "retention": "The name of a rule of retention.",
}
