"""The mapping at work: a row becomes documents. Compiled once into closures.

Nothing here knows the database: a transform is a pure function, made anew in each worker
process from the mapping and the header.
"""

import re
from collections.abc import Callable, Mapping as MappingOf, Sequence
from dataclasses import dataclass, field
from typing import Any

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
from customer_inventory.kit.ids import bucket_of, derived_id
from customer_inventory.record.declare import Document, RecordType, places
from customer_inventory.record.document import encode
from customer_inventory.record.validate import Problem, Rejected

Row = Any
"""A list of texts (CSV) or a JSON object (NDJSON)."""
Get = Callable[[Row], str | None]
"""Returns the text in a column of a row, trimmed; None when the source says it has none."""

_SPACES = re.compile(r"\s+")
_REF_TYPES = {
    "individual": "PartyRef",
    "organization": "PartyRef",
    "customer": "PartyRoleRef",
    "billingAccount": "AccountRef",
    "partyAccount": "AccountRef",
}
"""What TM Forum calls a reference to a record of a type; of the others, its name and Ref."""


class NotAsMapped(Rejected):
    """A row cannot be transformed; `problems` lists why."""

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


class Transform:
    """Makes documents of rows by `mapping`; `header` names the columns of a CSV file."""

    def __init__(self, mapping: Mapping, header: Sequence[str] = ()) -> None:
        self._source = mapping.source
        self._columns = _Columns(mapping, header)
        self._key = [(name, self._columns.text(name)) for name in mapping.key]
        self._records = [self._record(record) for record in mapping.records]

    def __call__(self, row: Row) -> list[tuple[RecordType, Document]]:
        """Return the documents that `row` makes; raise NotAsMapped when it cannot make them."""
        making = _Making()
        subject = _key(self._key, row, "", making)
        bucket = bucket_of("\x1f".join((self._source, *subject)))
        due = [record for record in self._records if record.applies(row)]
        for record in due:
            key = _key(record.key, row, record.alias, making)
            making.ids[record.alias] = derived_id(bucket, self._source, *record.names, *key)
        made = {record.alias: record.make(row, making) for record in due}
        if making.problems:
            raise NotAsMapped(making.problems)
        for reference, alias in making.references:
            name = _name_of(self._types[alias], made[alias])
            if name:
                reference["name"] = name
        return [
            (record.declared, {"id": making.ids[record.alias], **made[record.alias]})
            for record in due
        ]
