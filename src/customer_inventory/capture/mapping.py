"""Mappings: small YAML files that say how the rows of a source become records.

A mapping names its `source` (a part of every id), the `format` of its files (csv or
ndjson, whose columns are dotted paths into the row), `delimiter` (csv) and `nulls` (how the
source writes "no value"), whether formulas are `guarded` (csv), the `key` columns that name the
subject of a row, the column `at` that tells when the source said it, and the `records` that a row
makes, by alias: type, key and condition, and where each attribute comes from (`expression`). The
mappings folder beside this module holds whole examples.

`records: documents` instead says that each line of an NDJSON file is a whole TM Forum v5
document with an id of this inventory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Literal

from customer_inventory.capture.expression import (
    Column,
    Condition,
    Object,
    columns_of,
    condition,
    moment,
    record_expression,
)
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import Value, nearest, parse
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES

_LONGEST = 1_048_576
_LONGEST_NAME = 100
_KEYS = ("source", "format", "delimiter", "nulls", "guarded", "key", "at", "strict", "records")
_CSV_ONLY = ("delimiter", "guarded")
_ROWS_ONLY = ("nulls", "key", "at")
_TAB = {"tab": "\t", "\\t": "\t"}


@dataclass(frozen=True)
class RecordMapping:
    """One record that a row makes: its alias, type, own key and attributes.

    The alias is the type's name unless a row makes several records of a type; another alias
    is a part of the id, as source, type and key are.
    """

    alias: str
    declared: RecordType
    key: tuple[str, ...]
    attributes: Object
    when: Condition | None = None

    def columns(self) -> Iterator[str]:
        """Yield the columns that it reads."""
        yield from self.key
        yield from columns_of(self.attributes)
        if self.when:
            yield self.when.column


@dataclass(frozen=True)
class Mapping:
    """A mapping as it was read. Without `records`, each line is a whole document.

    `key` names the subject of a row: all its records lie in one bucket. `at` is the column that
    tells when the source said it. A strict mapping
    refuses documents with undeclared attributes; in a guarded file of CSV formulas are guarded, as
    in downloads for people (`access.download.formula`). `sha256` is that of the mapping's text.
    """

    name: str
    text: str
    source: str
    format: Literal["csv", "ndjson"]
    delimiter: str = ","
    nulls: frozenset[str] = frozenset(("",))
    key: tuple[str, ...] = ()
    records: tuple[RecordMapping, ...] = ()
    is_strict: bool = False
    is_guarded: bool = False
    at: Column | None = None

    @property
    def sha256(self) -> str:
        """Fingerprint of the mapping's text, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, each once."""
        when = [self.at.name] if self.at else []
        read = [
            *self.key,
            *when,
            *(column for record in self.records for column in record.columns()),
        ]
        return tuple(dict.fromkeys(read))


def builtin() -> list[str]:
    """Return the names of the mappings that come with the product."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def read_mapping(name: str) -> Mapping:
    """Return the built-in mapping called `name`, or the one in the file of that path.

    Raises Invalid when there is neither, FileError (with line and key) when it is wrong.
    """
    path = _folder() / f"{name}.yaml" if name in builtin() else Path(name)
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
    except OSError as error:
        known = ", ".join(builtin())
        raise Invalid(
            f"The mapping {name} cannot be read: {error.strerror}.",
            hint=f"Give the path of a mapping file, or a built-in name: {known}.",
        ) from None
    if len(raw) > _LONGEST:
        raise Invalid(f"The mapping {name} is larger than a mapping can be (1 MiB).")
    try:
        return parse_mapping(raw.decode("utf-8-sig"), path.stem)
    except UnicodeDecodeError:
        raise Invalid(f"The mapping {name} is not UTF-8 text.") from None


def parse_mapping(text: str, name: str) -> Mapping:
    """Return the mapping that `text` declares; raise FileError when it is wrong."""
    top = parse(text)
    members = top.only(*_KEYS, required=("source", "format", "records"))
    form = members["format"].text()
    if form not in ("csv", "ndjson"):
        raise members["format"].wrong(f"{form!r} is no format.{nearest(form, ('csv', 'ndjson'))}")
    if form != "csv":
        _forbid(members, _CSV_ONLY, "belongs to csv only.")
    mapping = Mapping(
        name=name,
        text=text,
        source=_source(members["source"]),
        format="csv" if form == "csv" else "ndjson",
        delimiter=_delimiter(members.get("delimiter")),
        is_strict=_switch(members.get("strict")),
        is_guarded=_switch(members.get("guarded")),
    )
    if not members["records"].is_object:
        return _of_documents(mapping, members)
    if "key" not in members:
        raise top.wrong("needs a key: the columns that name the subject of a row.")
    nulls = members["nulls"].texts() if "nulls" in members else ("",)
    return replace(
        mapping,
        nulls=frozenset(nulls),
        key=_columns(members["key"]),
        at=moment(members["at"]) if "at" in members else None,
        records=tuple(_records(members["records"], _columns(members["key"]))),
    )


def _folder() -> Path:
    return Path(str(resources.files("customer_inventory.capture").joinpath("mappings")))


def _of_documents(mapping: Mapping, members: dict[str, Value]) -> Mapping:
    records = members["records"]
    if records.text() != "documents":
        raise records.wrong("must be the records that a row makes, or the word documents.")
    if mapping.format != "ndjson":
        raise records.wrong("whole documents come as ndjson.")
    _forbid(members, _ROWS_ONLY, "does not go with records: documents.")
    return mapping


def _records(value: Value, key: tuple[str, ...]) -> Iterator[RecordMapping]:
    types = {alias: _type(alias, record) for alias, record in value.members().items()}
    if not types:
        raise value.wrong("makes no records.")
    for alias, record in value.members().items():
        members = record.only("type", "key", "when", "attributes", required=("attributes",))
        yield RecordMapping(
            alias=alias,
            declared=types[alias],
            key=_columns(members["key"]) if "key" in members else key,
            attributes=record_expression(members["attributes"], types[alias], alias, types),
            when=condition(members["when"]) if "when" in members else None,
        )


def _type(alias: str, value: Value) -> RecordType:
    members = value.members()
    given = members.get("type", value)
    name = given.text() if "type" in members else alias
    if name not in TYPES:
        raise given.wrong(f"there is no record type {name!r}.{nearest(name, TYPES)}")
    return TYPES[name]


def _source(value: Value) -> str:
    text = value.text()
    if not 0 < len(text) <= _LONGEST_NAME or not text.isprintable():
        raise value.wrong(f"must be a name of 1 to {_LONGEST_NAME} characters.")
    return text


def _delimiter(value: Value | None) -> str:
    if value is None:
        return ","
    mark = _TAB.get(value.text(), value.text())
    if len(mark) != 1 or not mark.isascii() or mark in '"\r\n':
        raise value.wrong("must be one ASCII character that is neither quote nor line end, or tab.")
    return mark


def _switch(value: Value | None) -> bool:
    if value is None:
        return False
    given = value.scalar()
    if not isinstance(given, bool):
        raise value.wrong("must be true or false.")
    return given


def _columns(value: Value) -> tuple[str, ...]:
    columns = value.texts()
    if not columns or len(set(columns)) < len(columns):
        raise value.wrong("must name columns, each once.")
    return columns


def _forbid(members: dict[str, Value], names: tuple[str, ...], message: str) -> None:
    for name in names:
        if name in members:
            raise members[name].wrong(message)
