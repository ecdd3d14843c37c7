"""Rows read by a mapping: the documents that they make, and the records that they name."""

from collections.abc import Callable, Sequence
from datetime import datetime

from customer_inventory.access.download.formula import unguarded
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.rows import csv_row, json_row
from customer_inventory.capture.told import Record
from customer_inventory.capture.transform import Transform
from customer_inventory.kit.ids import is_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.types import TYPES, of_entity
from customer_inventory.record.validate import Problem, Rejected

Documents = list[tuple[str, RecordType, Document]]
"""What a row makes: the alias of the record in the mapping, its type, its document with id."""
Read = Callable[[bytes], tuple[datetime | None, Documents]]
"""Returns when the source said a row, if its mapping tells, and what the row makes."""


def documents_of(mapping: Mapping, header: Sequence[str]) -> Read:
    """Return what reads rows by `mapping`; it raises Invalid for one that makes no documents."""
    if not mapping.records:
        return _whole_document
    read = Transform(mapping, header).read
    if mapping.format == "csv":
        delimiter = mapping.delimiter
        if mapping.is_guarded:
            return lambda raw: read(list(map(unguarded, csv_row(raw, delimiter, header))))
        return lambda raw: read(csv_row(raw, delimiter, header))
    return lambda raw: read(json_row(raw))


def named_of(mapping: Mapping) -> Callable[[bytes], Sequence[Record]]:
    """Return what tells which records a row of NDJSON makes, of which the keys are enough."""
    if mapping.records and mapping.format == "ndjson":
        identify = Transform(mapping).identify
        return lambda raw: identify(json_row(raw))
    return lambda raw: [
        (declared.name, document["id"]) for _, declared, document in _whole_document(raw)[1]
    ]


def _whole_document(raw: bytes) -> tuple[None, Documents]:
    document = json_row(raw)
    identifier = document.get("id")
    if not isinstance(identifier, str) or not is_id(identifier):
        problem = Problem("id", "is no id of this inventory: 26 letters and digits.")
        raise Rejected("document", [problem])
    declared = of_entity(document.get("@type")) or of_entity(document.get("@baseType"))
    if declared is None:
        known = ", ".join(declared.entity for declared in TYPES.values())
        raise Rejected("document", [Problem("@type", f"is none of {known}, nor based on one.")])
    return None, [("", declared, document)]
