"""The mapping at work: a row becomes documents. Compiled once into closures.

Nothing here knows the database: a transform is a pure function, made anew in each worker
process from the mapping and the header.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from customer_inventory.capture.columns import Columns, Get, Row
from customer_inventory.capture.convert import Unfit
from customer_inventory.capture.expression import (
    Column,
    Condition,
    Constant,
    Expression,
    Items,
    Object,
    Ref,
    Template,
    When,
)
from customer_inventory.capture.mapping import Mapping, RecordMapping
from customer_inventory.kit.clock import now
from customer_inventory.kit.ids import bucket_of, derived_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.validate import Problem, Rejected

CLOCK_AHEAD = timedelta(hours=1)
"""So far the clock of a source may be ahead: a fact from the future would keep out what follows."""

_REF_TYPES = {
    "individual": "PartyRef",
    "organization": "PartyRef",
    "customer": "PartyRoleRef",
    "billingAccount": "AccountRef",
    "partyAccount": "AccountRef",
}
"""What TM Forum calls a reference to a record of a type; of the others, its name and Ref."""


class Unmappable(Rejected):
    """A row cannot be made into documents; `problems` lists why."""

    code = "invalidRow"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("row", problems)
        self.hint = None


@dataclass(slots=True)
class _Making:
    """What is known while the records of one row are made."""

    ids: dict[str, str] = field(default_factory=dict)
    references: list[tuple[Document, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


Make = Callable[[Row, _Making], Any]
"""Returns the value of an expression for a row, None when it has none."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A record of the mapping, compiled; `parts` are what its id is made of besides the key."""

    alias: str
    declared: RecordType
    parts: tuple[str, ...]
    key: Sequence[tuple[str, Get]]
    applies: Callable[[Row], bool]
    make: Make


class Transform:
    """Makes documents of rows by `mapping`; `header` names the columns of a CSV file.

    The same row makes the same documents under the same ids, always.
    """

    def __init__(self, mapping: Mapping, header: Sequence[str] = ()) -> None:
        self._source = mapping.source
        self._columns = Columns(mapping, header)
        self._types = {record.alias: record.declared for record in mapping.records}
        self._key = self._columns.texts(mapping.key)
        self._records = [self._record(record) for record in mapping.records]
        self._at = self._column(mapping.at) if mapping.at else None

    def read(self, row: Row) -> tuple[datetime | None, list[tuple[str, RecordType, Document]]]:
        """Return when the source said a row, if the mapping tells, and the documents it makes.

        Raises Unmappable when it cannot make them, or says so from the future.
        """
        return self._moment(row) if self._at else None, self(row)

    def _moment(self, row: Row) -> datetime:
        making = _Making()
        given = self._at(row, making) if self._at else None
        if making.problems:
            raise Unmappable(making.problems)
        if given is None:
            raise Unmappable([Problem("", "does not say when: the column of at is empty.")])
        at = datetime.fromisoformat(given)
        if at > now() + CLOCK_AHEAD:
            raise Unmappable([Problem("", "says that it is from the future: check that clock.")])
        return at

    def __call__(self, row: Row) -> list[tuple[str, RecordType, Document]]:
        """Return alias, type and document (with its id) of all records that `row` makes.

        Raises Unmappable when it cannot make them.
        """
        making = _Making()
        try:
            due = self._identify(row, making)
            made = {record.alias: record.make(row, making) for record in due}
        except Unfit as error:
            making.problems.append(Problem("", f"{error}."))
        if making.problems:
            raise Unmappable(making.problems)
        for reference, alias in making.references:
            name = _name_of(self._types[alias], made[alias])
            if name is not None:
                reference["name"] = name
        return [
            (record.alias, record.declared, {"id": making.ids[record.alias], **made[record.alias]})
            for record in due
        ]

    def identified(self, row: Row) -> dict[str, str]:
        """Return the ids of the records that `row` makes, by alias, whatever else is wrong in it.

        Raises Unmappable when its key cannot be read.
        """
        making = _Making()
        try:
            self._identify(row, making)
        except Unfit as error:
            raise Unmappable([Problem("", f"{error}.")]) from None
        return making.ids

    def identify(self, row: Row) -> list[tuple[str, str]]:
        """Return type and id of all records that `row` may make, whatever their conditions.

        Raises Unmappable when the row lacks a part of their keys.
        """
        try:
            bucket = self._bucket(row)
            return [(each.declared.name, self._id(each, bucket, row)) for each in self._records]
        except Unfit as error:
            raise Unmappable([Problem("", f"{error}.")]) from None

    def _bucket(self, row: Row) -> int:
        return bucket_of("\x1f".join((self._source, *_values(self._key, row))))

    def _id(self, record: _Record, bucket: int, row: Row) -> str:
        return derived_id(bucket, self._source, *record.parts, *_values(record.key, row))

    def _identify(self, row: Row, making: _Making) -> list[_Record]:
        """Return the records that `row` makes, their ids set: all in the bucket of its subject."""
        bucket = self._bucket(row)
        due = [record for record in self._records if record.applies(row)]
        for record in due:
            making.ids[record.alias] = self._id(record, bucket, row)
        return due

    def _record(self, record: RecordMapping) -> _Record:
        name = record.declared.name
        return _Record(
            alias=record.alias,
            declared=record.declared,
            parts=(name,) if record.alias == name else (name, record.alias),
            key=self._columns.texts(record.key),
            applies=self._condition(record.when) if record.when else lambda _: True,
            make=self._object(record.attributes, is_whole=True),
        )

    def _make(self, expression: Expression) -> Make:
        match expression:
            case Constant(value=value):
                made: Make = lambda _row, _making: value  # noqa: E731 - one case of several
            case Column():
                made = self._column(expression)
            case Template():
                made = self._template(expression)
            case Ref(alias=alias):
                made = self._ref(alias)
            case Object():
                made = self._object(expression)
            case Items(items=items):
                made = _list([self._make(item) for item in items])
            case When(condition=condition, inner=inner):
                made = _when(self._condition(condition), self._make(inner))
        return made

    def _column(self, column: Column) -> Make:
        get = self._columns.raw(column.name) if column.is_raw else self._columns.text(column.name)
        convert, name, path = column.convert, column.name, column.path

        def make(row: Row, making: _Making) -> Any:
            try:
                value = get(row)
                return None if value is None else convert(value)
            except Unfit as error:
                making.problems.append(Problem(path, f"column {name} {error}."))

        return make

    def _template(self, template: Template) -> Make:
        first, *literals = template.literals
        gets = [self._columns.text(name) for name in template.columns]

        def make(row: Row, _: _Making) -> str | None:
            values = [get(row) for get in gets]
            if not any(values):
                return None
            pairs = zip(values, literals, strict=True)
            tail = "".join([f"{value or ''}{after}" for value, after in pairs])
            return " ".join(f"{first}{tail}".split())

        return make

    def _ref(self, alias: str) -> Make:
        declared = self._types[alias]
        kind = _REF_TYPES.get(declared.name, f"{declared.entity}Ref")

        def make(_: Row, making: _Making) -> Document | None:
            identifier = making.ids.get(alias)
            if identifier is None:
                return None
            reference = {"@type": kind, "id": identifier, "@referredType": declared.entity}
            making.references.append((reference, alias))
            return reference

        return make

    def _object(self, made: Object, *, is_whole: bool = False) -> Make:
        members = [(name, self._make(part), _is_fixed(part)) for name, part in made.members]
        is_certain = is_whole or all(fixed for _, _, fixed in members)

        def make(row: Row, making: _Making) -> Document | None:
            found = is_certain
            document: Document = {}
            for name, inner, fixed in members:
                value = inner(row, making)
                if value is not None:
                    document[name] = value
                    found = found or not fixed
            return document if found else None

        return make

    def _condition(self, condition: Condition) -> Callable[[Row], bool]:
        get, words = self._columns.text(condition.column), condition.words
        if words is None:
            return lambda row: get(row) is not None
        if condition.negated:
            return lambda row: (text := get(row)) is not None and text not in words
        return lambda row: get(row) in words


def _list(items: Sequence[Make]) -> Make:
    def make(row: Row, making: _Making) -> list[Any] | None:
        return [value for item in items if (value := item(row, making)) is not None] or None

    return make


def _when(applies: Callable[[Row], bool], inner: Make) -> Make:
    return lambda row, making: inner(row, making) if applies(row) else None


def _is_fixed(expression: Expression) -> bool:
    """Tell whether an expression reads nothing of the row."""
    match expression:
        case Constant():
            return True
        case Object(members=members):
            return all(_is_fixed(part) for _, part in members)
        case Items(items=items):
            return all(_is_fixed(item) for item in items)
    return False


def _values(key: Sequence[tuple[str, Get]], row: Row) -> list[str]:
    values = [get(row) for _, get in key]
    if None in values:
        raise Unfit(f"column {key[values.index(None)][0]}, part of the key, is empty")
    return values  # type: ignore[return-value]


def _name_of(declared: RecordType, document: Document) -> str | None:
    return next((c.value(document) for c in declared.columns if c.name == "name"), None)
