"""Where the values of an attribute come from: the expressions that a mapping is made of.

An expression is a constant, a column, a template, a reference to another record of the
same row, or an object or list of expressions. It is checked against the declaration of
the record type as it is read, so that a mapping is wrong at once and not at row 70,000.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from customer_inventory.capture.convert import OPTIONS, Convert, conversion
from customer_inventory.kit.located import Value, nearest
from customer_inventory.record.declare import RecordType
from customer_inventory.record.schema import Schema, closed

_SOURCES = ("constant", "column", "template", "ref")
_NOT_MAPPED = {
    "id": "is made from the key.",
    "href": "is made by the inventory.",
    "when": "belongs beside the attributes.",
}
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Condition:
    """Holds for a row whose `column` has a value: one of `words`, or (negated) none of them."""

    column: str
    words: frozenset[str] | None = None
    negated: bool = False


@dataclass(frozen=True)
class Constant:
    """The same value in every row."""

    value: Any


@dataclass(frozen=True)
class Column:
    """The value of a column, converted; `path` is the attribute it becomes.

    A raw column (NDJSON, `as: any`) is taken as the JSON value it is.
    """

    name: str
    convert: Convert
    path: str
    is_raw: bool = False


@dataclass(frozen=True)
class Template:
    """Text put together: literal parts and, between them, columns."""

    literals: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Ref:
    """A reference to the record `alias` of the same row."""

    alias: str


@dataclass(frozen=True)
class Object:
    """An object; left out when it reads columns and none of them has a value."""

    members: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True)
class Items:
    """A list of what its items yield; left out when they yield nothing."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class When:
    """An expression that yields nothing unless a condition holds."""

    condition: Condition
    inner: "Expression"


Expression = Constant | Column | Template | Ref | Object | Items | When


@dataclass(frozen=True)
class Place:
    """Where in which record an expression stands: its path, and what is declared there.

    `types` are the types of the mapping's records by alias. A schema of None is open.
    """

    declared: RecordType
    types: Mapping[str, RecordType]
    alias: str
    path: str = ""
    schema: Schema | None = None

    def below(self, name: str, value: Value) -> "Place":
        """Return the place of attribute `name`; raise FileError when there is none such."""
        path = f"{self.path}.{name}" if self.path else name
        schema = self.schema or {}
        known = schema.get("properties", {})
        if name not in known and schema.get("additionalProperties") is False:
            what = self.path or self.declared.entity
            raise value.wrong(f"{what} has no attribute {name!r}.{nearest(name, known)}")
        return replace(self, path=path, schema=known.get(name))

    def item(self, position: int) -> "Place":
        """Return the place of an item of the list here."""
        schema = (self.schema or {}).get("items")
        return replace(self, path=f"{self.path}[{position}]", schema=schema)

    @property
    def kind(self) -> str | None:
        """The JSON type declared here, None for any."""
        return (self.schema or {}).get("type")


def record_expression(
    value: Value, declared: RecordType, alias: str, types: Mapping[str, RecordType]
) -> Object:
    """Return what `value` says of the attributes of a record; raise FileError if wrong."""
    place = Place(declared, types, alias, schema=closed(declared.schema))
    for name, why in _NOT_MAPPED.items():
        if name in value.members():
            raise value.members()[name].wrong(why)
    made = _object(_nested(value), value, place)
    mapped = {name for name, _ in made.members}
    for name in declared.mandatory:
        if name not in mapped:
            raise value.wrong(f"{declared.entity} needs the attribute {name}.")
    return made


def condition(value: Value) -> Condition:
    """Return the condition that `value` declares."""
    members = value.only("column", "equals", "not", required=("column",))
    column = members["column"].text()
    if "equals" in members and "not" in members:
        raise value.wrong("has both equals and not.")
    for name in ("equals", "not"):
        if name in members:
            return Condition(column, frozenset(members[name].texts()), negated=name == "not")
    return Condition(column)


def moment(value: Value) -> Column:
    """Return the column that tells when a source said a row; raise FileError if wrong."""
    members = value.only("column", "as", "formats", required=("column", "as"))
    if members["as"].text() != "datetime":
        raise members["as"].wrong("must be datetime.")
    return Column(members["column"].text(), conversion(members), "at")


def columns_of(expression: Expression) -> Iterator[str]:
    """Yield the columns that `expression` reads."""
    match expression:
        case Column(name=name):
            yield name
        case Template(columns=columns):
            yield from columns
        case Object(members=members):
            for _, member in members:
                yield from columns_of(member)
        case Items(items=items):
            for item in items:
                yield from columns_of(item)
        case When(condition=checked, inner=inner):
            yield checked.column
            yield from columns_of(inner)


def _expression(value: Value, place: Place) -> Expression:
    if value.is_list:
        _check_shape(value, place, "array")
        items = [_expression(item, place.item(n)) for n, item in enumerate(value.items())]
        return Items(tuple(items))
    if not value.is_object:
        _check_shape(value, place)
        return Constant(value.scalar())
    members = value.members()
    sources = [name for name in _SOURCES if name in members]
    if not sources:
        inner: Expression = _object(_nested(value), value, place)
    elif len(sources) > 1:
        raise value.wrong(f"has both {sources[0]} and {sources[1]}.")
    else:
        inner = _BUILDERS[sources[0]](members, value, place)
    return When(condition(members["when"]), inner) if "when" in members else inner


def _constant(members: Mapping[str, Value], value: Value, _: Place) -> Expression:
    value.only("constant", "when")
    return Constant(members["constant"].plain())


def _column(members: Mapping[str, Value], value: Value, place: Place) -> Expression:
    value.only("column", "when", *OPTIONS)
    is_list = "split" in members and "take" not in members
    is_raw = "as" in members and members["as"].text() == "any"
    if not is_raw:
        _check_shape(value, place, "array" if is_list else None)
    return Column(members["column"].text(), conversion(members), _message_path(place), is_raw)


def _template(members: Mapping[str, Value], value: Value, place: Place) -> Expression:
    value.only("template", "when")
    _check_shape(value, place)
    text = members["template"].text()
    literals = tuple(_PLACEHOLDER.split(text)[::2])
    columns = tuple(_PLACEHOLDER.findall(text))
    if not columns or any("{" in part or "}" in part for part in literals):
        raise members["template"].wrong("needs columns in braces, such as {Customer ID}.")
    return Template(literals, columns)


def _ref(members: Mapping[str, Value], value: Value, place: Place) -> Expression:
    value.only("ref", "when")
    _check_shape(value, place, "object")
    alias = members["ref"].text()
    if alias not in place.types:
        raise members["ref"].wrong(
            f"no record of this mapping is {alias!r}.{nearest(alias, place.types)}"
        )
    named = place.types[alias].name
    bare = re.sub(r"\[[0-9]+\]", "", place.path)
    for reference in place.declared.references:
        if reference.path == bare and named not in reference.targets:
            targets = ", ".join(reference.targets)
            raise members["ref"].wrong(f"{bare} cannot name a {named}, only: {targets}.")
    return Ref(alias)


def _check_shape(value: Value, place: Place, shape: str | None = None) -> None:
    """Raise FileError unless a value of that shape (None: a single one) may stand here."""
    if place.kind == "array" and shape != "array":
        raise value.wrong(f"{place.path} is a list: write its items with a dash.")
    if place.kind == "object" and shape != "object":
        raise value.wrong(f"{place.path} is an object: write its attributes as keys.")
    if shape and place.kind not in (shape, None):
        raise value.wrong(f"{place.path} is a single value of type {place.kind}.")


_Tree = dict[str, tuple[Value, "_Tree | None"]]
"""Attributes by name: where the value stands, and what is below if keys were dotted."""


def _nested(value: Value) -> _Tree:
    """Return the attributes of an object, dotted keys taken apart and put together by step."""
    tree: _Tree = {}
    for key, member in value.members().items():
        *steps, last = key.split(".")
        branch = tree
        for step in steps:
            _, below = branch.setdefault(step, (member, {}))
            if below is None:
                raise member.wrong(f"{step} has a value already.")
            branch = below
        if last in branch:
            raise member.wrong("has a value already.")
        if key != "when":
            branch[last] = (member, None)
    return tree


def _object(tree: _Tree, value: Value, place: Place) -> Object:
    if not tree:
        raise value.wrong("has no attributes.")
    _check_shape(value, place, "object")
    members = []
    for name, (member, below) in tree.items():
        there = place.below(name, member)
        made = _expression(member, there) if below is None else _object(below, member, there)
        members.append((name, made))
    return Object(tuple(members))


def _message_path(place: Place) -> str:
    return f"{place.alias}.{place.path}"


_BUILDERS = {"constant": _constant, "column": _column, "template": _template, "ref": _ref}
