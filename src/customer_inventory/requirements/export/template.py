"""Templates of imports: the header a source fills, an example row, and the mapping that reads it.

`cinv capture import TYPE.csv --mapping TYPE.mapping.yaml` takes the filled file.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import encode
from customer_inventory.record.schema import Schema
from customer_inventory.requirements.export.column import Column, at, body, columns_of, whole
from customer_inventory.requirements.export.example import example
from customer_inventory.requirements.requirement import Requirement

KEY = "sourceKey"
"""The column that names a record in its source."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_MEDIUM = "contactMedium"
_KINDS = (
    ("EmailContactMedium", "email", ("emailAddress",)),
    ("PhoneContactMedium", "phone", ("phoneNumber",)),
    ("FaxContactMedium", "fax", ("faxNumber",)),
    ("SocialContactMedium", "socialNetwork", ("socialNetworkId",)),
    (
        "GeographicAddressContactMedium",
        "postalAddress",
        ("street1", "street2", "city", "postCode", "stateOrProvince", "country"),
    ),
)
"""Ways of contact: an item each, of what type, by what word, with which attributes."""
_OF_KINDS = {name for _, _, names in _KINDS for name in names}
_EXPLAINED = """\
# {count} columns for records of type {type}; {key} is what the source calls the record.
# A column may be left empty unless it is mandatory. Of a list a row gives one item: write further
# items, further columns and records beside this one as docs/reference/mappings.md has it.
"""

_Tree = dict[str, "_Tree | Column"]


def csv_files(declared: RecordType, requirements: Sequence[Requirement]) -> dict[str, str]:
    """Return the template of a record type as CSV, and its mapping, by the name of the file."""
    columns = _columns(declared, requirements)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((KEY, *(each.path for each in columns)))
    values = (example(declared, each) for each in columns)
    writer.writerow(("example-1", *map(_written, values)))
    return {
        f"{declared.name}.csv": out.getvalue(),
        f"{declared.name}.mapping.yaml": _mapping(declared, requirements, columns, "csv"),
    }


def ndjson_files(declared: RecordType, requirements: Sequence[Requirement]) -> dict[str, str]:
    """Return the template of a record type as NDJSON, and its mapping, by the name of the file."""
    columns = _columns(declared, requirements)
    row: dict[str, Any] = {KEY: "example-1"}
    for each in columns:
        *steps, last = each.path.split(".")
        there = row
        for step in steps:
            there = there.setdefault(step, {})
        there[last] = example(declared, each)
    return {
        f"{declared.name}.ndjson": encode(row).decode() + "\n",
        f"{declared.name}.mapping.yaml": _mapping(declared, requirements, columns, "ndjson"),
    }


def _columns(declared: RecordType, requirements: Sequence[Requirement]) -> list[Column]:
    """Return the columns: of ways of contact those that make a kind, once that says which."""
    return [
        column
        for column in columns_of(declared, requirements)
        if _MEDIUM not in (steps := column.path.split("."))[:-1] or steps[-1] in _OF_KINDS
    ]


def _mapping(
    declared: RecordType, requirements: Sequence[Requirement], columns: Sequence[Column], form: str
) -> str:
    shape = whole(declared, requirements)
    lines = [
        *_EXPLAINED.format(count=len(columns) + 1, type=declared.name, key=KEY).splitlines(),
        "source: my-source",
        f"format: {form}",
        f"key: {KEY}",
        "records:",
        f"  {declared.name}:",
        "    attributes:",
        *_attributes(_tree(columns), shape, "", "      "),
    ]
    return "\n".join(lines) + "\n"


def _tree(columns: Iterable[Column]) -> _Tree:
    tree: _Tree = {}
    for column in columns:
        *steps, last = column.path.split(".")
        there = tree
        for step in steps:
            below = there.setdefault(step, {})
            assert isinstance(below, dict)  # noqa: S101 - a column is a leaf
            there = below
        there[last] = column
    return tree


def _attributes(tree: _Tree, shape: Schema, path: str, indent: str) -> Iterator[str]:
    if "then" in body(at(shape, path) if path else shape) and "id" not in tree:
        # What may be a reference is the thing itself: its type must say so.
        last = path.rsplit(".", 1)[-1]
        yield f'{indent}"@type": {last[:1].upper()}{last[1:]}'
    for name, below in tree.items():
        there = f"{path}.{name}" if path else name
        if isinstance(below, Column):
            yield from _explained(below, indent)
            yield f"{indent}{_word(name)}: {_expression(below)}"
            continue
        yield f"{indent}{_word(name)}:"
        inner = list(_attributes(below, shape, there, indent + "  "))
        if "items" not in at(shape, there):
            yield from inner
        elif name == _MEDIUM:
            yield from _media(below, indent + "  ")
        else:
            yield from _item(_attributes(below, shape, there, indent + "    "), indent + "  ")


def _media(tree: _Tree, indent: str) -> Iterator[str]:
    for kind, word, names in _KINDS:
        columns = [(name, tree[name]) for name in names if name in tree]
        if not columns:
            continue
        yield f'{indent}- "@type": {kind}'
        yield f"{indent}  contactType: {word}"
        for name, column in columns:
            assert isinstance(column, Column)  # noqa: S101 - those of kinds are leaves
            yield from _explained(column, indent + "  ")
            yield f"{indent}  {name}: {_expression(column)}"


def _item(lines: Iterable[str], indent: str) -> Iterator[str]:
    """Yield the lines of an object as those of an item: the dash before the first attribute."""
    is_first = True
    for line in lines:
        if not is_first:
            yield line
        elif line.lstrip().startswith("#"):
            yield f"{indent}{line.lstrip()}"
        else:
            yield f"{indent}- {line[len(indent) + 2 :]}"
            is_first = False


def _explained(column: Column, indent: str) -> Iterator[str]:
    requirement = column.requirement
    if requirement is None:
        return
    obligation = requirement.obligation
    if column.path != requirement.path:
        yield f"{indent}# {requirement.id} {requirement.name} ({obligation})"
    else:
        text = f"{requirement.id} {requirement.name} ({obligation}): {requirement.definition}"
        yield f"{indent}# {' '.join(text.split())}"


def _expression(column: Column) -> str:
    kind = _conversion(column.schema)
    return f"{{column: {column.path}, as: {kind}}}" if kind else f"{{column: {column.path}}}"


def _conversion(schema: Mapping[str, Any]) -> str | None:
    formats = {part.get("format") for part in (schema, *schema.get("anyOf", ()))}
    if "date-time" in formats:
        return "datetime"
    if "date" in formats:
        return "date"
    kind = body(dict(schema)).get("type")
    return kind if kind in ("number", "integer", "boolean") else None


def _word(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else json.dumps(name)


def _written(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
