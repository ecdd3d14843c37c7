"""A plain model of the inventory: what changes must leave behind, and a check that they did."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.link import extract
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import PastVersion
from customer_inventory.store.database import Database
from tests.record.samples import decoded, kept, links, told


class Past(NamedTuple):
    """A version as it should be kept; `document` is None for the mark of a removal."""

    operation: str
    event: str
    document: Document | None
    process: str


@dataclass
class Record:
    """A record as it should be: its versions from the first on."""

    declared: RecordType
    versions: list[Past] = field(default_factory=list)

    @property
    def document(self) -> Document | None:
        return self.versions[-1].document

    @property
    def revision(self) -> int:
        return len(self.versions)

    def made(self, document: Document, process: str) -> None:
        self.versions.append(Past("create", "create", document, process))

    def changed(self, document: Document, process: str) -> None:
        before = self.document or {}
        if document == before:
            return
        status = self.declared.status
        is_same = before.get(status) == document.get(status)
        event = "attributeValueChange" if is_same else "stateChange"
        self.versions.append(Past("update", event, document, process))

    def removed(self, process: str) -> None:
        self.versions.append(Past("delete", "delete", None, process))


Model = dict[str, Record]


async def agree(database: Database, inventory: Inventory, model: Model) -> None:
    """Assert that every table holds what `model` says, and nothing else."""
    await _records(database, model)
    await _links(database, model)
    await _outbox(database, model)
    instants = {(row["id"], row["revision"]): row["recorded_at"] for row in await told(database)}
    for identifier, record in model.items():
        for version in await _history(inventory, identifier, record):
            assert version.recorded_from == instants[identifier, version.revision]
    versions = sum(len(record.versions) for record in model.values())
    present = sum(record.document is not None for record in model.values())
    assert await database.value("SELECT count(*) FROM record.history") == versions - present


async def _records(database: Database, model: Model) -> None:
    for declared in TYPES.values():
        expected = {
            identifier: record.document
            for identifier, record in model.items()
            if record.declared is declared and record.document is not None
        }
        assert await kept(database, declared) == expected
        rows = await database.fetch(f"SELECT * FROM record.{declared.table}")
        for row in rows:
            record = model[row["id"]]
            document = expected[row["id"]] or {}
            last = record.versions[-1]
            assert row["body"] == encode(decoded(row["body"]))
            assert row["revision"] == record.revision
            assert (row["operation"], row["process"]) == (last.operation, last.process)
            assert row["subject_id"] == (declared.subject_of(document) or row["id"])
            assert (row["valid_from"], row["valid_to"]) == declared.period(document)
            for column in declared.columns:
                assert row[column.name] == column.value(document)


async def _links(database: Database, model: Model) -> None:
    expected: set[Any] = set()
    for record in model.values():
        if record.document is not None:
            expected |= extract(record.declared, record.document)
    found = await links(database)
    assert len(found) == len(set(found))
    assert set(found) == expected


async def _outbox(database: Database, model: Model) -> None:
    rows = await told(database)
    for identifier, record in model.items():
        events = [row for row in rows if row["id"] == identifier]
        assert [(row["revision"], row["event"]) for row in events] == [
            (number, version.event) for number, version in enumerate(record.versions, start=1)
        ]
        assert {row["type"] for row in events} == {record.declared.name}
    assert len(rows) == sum(len(record.versions) for record in model.values())


async def _history(inventory: Inventory, identifier: str, record: Record) -> list[PastVersion]:
    found = (await inventory.versions(record.declared, identifier, limit=1000))[::-1]
    assert [version.revision for version in found] == list(range(1, record.revision + 1))
    for version, expected in zip(found, record.versions, strict=True):
        assert (version.operation, version.process) == (expected.operation, expected.process)
        assert decoded(version.body) == expected.document
    for earlier, later in pairwise(found):
        assert earlier.recorded_to == later.recorded_from
        assert earlier.recorded_from < later.recorded_from
    assert found[-1].recorded_to is None
    return found
