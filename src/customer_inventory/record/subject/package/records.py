"""What the record room hands over of a subject: records, their past and sources, and the rest."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.attachment.attachment import Attachment, Attachments
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.provenance import MOST_VERSIONS, Provenance, provenance
from customer_inventory.record.subject.package.disclosure import concerns, disclosed
from customer_inventory.record.subject.package.file import File, Subject, Table, listed, whole
from customer_inventory.record.time import past
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord, PastVersion
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True)
class Reading:
    """A record as its subject may see it; without a document it is removed, or shown as another.

    `versions` are as they were recorded, newest first, MOST_VERSIONS at most.
    """

    declared: RecordType
    id: str
    document: Document | None
    provenance: Sequence[Provenance]
    versions: Sequence[PastVersion]


async def readings(database: Database, subject: Subject) -> AsyncIterator[Reading]:
    """Yield the records of a subject, by type and id."""
    for identifier, kind in in_order(subject.ids):
        declared = TYPES[kind]
        try:
            versions = await past.versions(database, declared, identifier, limit=MOST_VERSIONS)
        except NoSuchRecord:  # removed for good since we looked
            continue
        newest = versions[0]
        body = newest.body if newest.recorded_to is None else None
        document = disclosed(declared, parse_object(body), subject.ids) if body else None
        yield Reading(declared, identifier, document, provenance(versions), versions)


def in_order(kinds: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return ids and types, by type."""
    return sorted(kinds.items(), key=lambda item: (item[1], item[0]))


async def hand_records(database: Database, subject: Subject) -> AsyncIterator[File]:
    """Yield each record in version 5 of its TM Forum API, and its past."""
    sources: dict[str, _Source] = {}
    async for reading in readings(database, subject):
        place = f"{reading.declared.name}/{reading.id}.json"
        if reading.document is not None:
            yield File(f"records/{place}", whole(encode(reading.document)))
        yield File(f"history/{place}", _past(database, reading, subject, sources))
    told = [source.told(name) for name, source in sorted(sources.items())]
    table = Table(
        "Where the data came from",
        "The processes that recorded it, with the number of versions each of them made.",
        ("Process", "Versions", "First", "Last"),
        [[t["process"], str(t["versions"]), t["first"], t["last"]] for t in told],
        "Nothing was recorded.",
    )
    yield File("sources.json", whole(encode(told)), table=lambda: table)


async def hand_references(database: Database, subject: Subject) -> AsyncIterator[File]:
    """Yield where records of others name the subject: what they are, not what they say."""
    ids, others = list(subject.ids), list(subject.others)
    rows = await database.fetch(SQL.naming_others, ids, _buckets(ids), others)
    named: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        named.setdefault(row["id"], []).append({"path": row["path"], "role": row["role"]})
    told = [
        {"id": identifier, "@referredType": kind, "namedAt": named.get(identifier, [])}
        for identifier, kind in in_order(subject.others)
    ]
    yield File("references.json", whole(encode(told)))


async def hand_identity(database: Database, subject: Subject) -> AsyncIterator[File]:
    """Yield what merged records of the subject say themselves, and as what they were shown."""
    ids = list(subject.own)
    for row in await database.fetch(SQL.own_words, ids, _buckets(ids)):
        said = disclosed(TYPES[row["type"]], parse_object(row["body"]), subject.ids)
        yield File(f"origins/{row['type']}/{row['id']}.json", whole(encode(said)))
    rows = await database.fetch(SQL.shown_as, ids, _buckets(ids))
    table = Table(
        "Records shown as one",
        "When several records turned out to be the same, and when they were parted again.",
        ("Record", "Kind", "Shown as", "From", "Until", "By"),
        [
            [r["origin"], r["type"], r["shown"], date(r["joined_at"]), date(r["left_at"]),
             r["joined_by"]] for r in rows
        ],
        "No records were merged.",
    )  # fmt: skip
    yield File("merges.json", whole(encode(_dicts(rows))), table=lambda: table)


async def hand_transfers(database: Database, subject: Subject) -> AsyncIterator[File]:
    """Yield from whom and to whom records of the subject went; other holders are ids alone."""
    rows = await database.fetch(SQL.transfers_with, list(subject.ids))
    table = Table(
        "Transfers",
        "What changed hands. Other holders are told by their ids alone.",
        ("Record", "Kind", "From", "To", "Why", "When"),
        [
            [r["record_id"], r["record_type"], r["from_id"], r["to_id"], r["kind"],
             date(r["effective_at"])] for r in rows
        ],
        "Nothing was transferred.",
    )  # fmt: skip
    yield File("transfers.json", whole(encode(_dicts(rows))), table=lambda: table)


async def hand_requests(database: Database, subject: Subject) -> AsyncIterator[File]:
    """Yield the requests of the subject, without who worked on them."""
    rows = await database.fetch(SQL.requests_of, list(subject.own))
    table = Table(
        "Requests",
        "What was asked for by right, and how far it is.",
        ("Request", "Kind", "State", "Received", "Due", "Ended"),
        [
            [r["id"], r["kind"], r["state"], *map(date, (r["received_at"], r["due_at"])),
             date(r["ended_at"])] for r in rows
        ],
        "Nothing was asked for before.",
    )  # fmt: skip
    yield File("requests.json", whole(encode(_dicts(rows))), table=lambda: table)


async def hand_attachments(attachments: Attachments, subject: Subject) -> AsyncIterator[File]:
    """Yield the files of the subject's own records; those of joint ones are listed alone."""
    told = []
    for identifier, _ in in_order(subject.ids):
        for kept in await attachments.of_record(identifier):
            is_own = identifier in subject.own
            place = f"attachments/{kept.id}/{kept.name}" if is_own else None
            told.append(_attachment(kept, place))
            if place:
                yield File(place, attachments.content(kept.id), kept.media_type)
    table = Table(
        "Files",
        "Documents kept with the records. Those of records held together with others are listed"
        " without their names and content.",
        ("File", "Kind", "Bytes", "Kept since", "In this package"),
        [[t["name"] or "", t["mimeType"], str(t["size"]), t["recordedAt"][:10], t["path"] or "no"]
         for t in told],
        "No files are kept.",
    )  # fmt: skip
    yield File("attachments.json", whole(encode(told)), table=lambda: table)


def date(instant: datetime | None) -> str:
    """Return an instant as people read it in a table, empty for none."""
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else ""


async def _past(
    database: Database, reading: Reading, subject: Subject, sources: dict[str, "_Source"]
) -> AsyncIterator[bytes]:
    """Yield the file of a record's past: where each attribute comes from, and every version."""
    given = [
        {
            "path": each.attribute,
            "process": each.given.by.process,
            "purpose": each.given.by.purpose,
            "recordedAt": each.given.by.recorded_from,
            "revision": each.given.by.revision,
        }
        for each in reading.provenance
    ]
    yield b'{"provenance":' + encode(given) + b',"versions":'
    async for part in listed(_versions(database, reading, subject, sources)):
        yield part
    yield b"}\n"


async def _versions(
    database: Database, reading: Reading, subject: Subject, sources: dict[str, "_Source"]
) -> AsyncIterator[bytes]:
    declared, page, offset = reading.declared, reading.versions, 0
    while page:
        for version in page:
            sources.setdefault(version.process, _Source()).saw(version)
            yield encode(_version(declared, version, subject.ids))
        offset += len(page)
        if len(page) < MOST_VERSIONS:
            return
        page = await past.versions(
            database, declared, reading.id, limit=MOST_VERSIONS, offset=offset
        )


def _version(declared: RecordType, version: PastVersion, ids: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "revision": version.revision,
        "operation": version.operation,
        "process": version.process,
        "purpose": version.purpose,
        "recordedFrom": version.recorded_from,
        "recordedTo": version.recorded_to,
    }
    document = parse_object(version.body) if version.body else None
    if document is None:
        return told
    if not concerns(declared, document, ids):
        return {**told, "withheld": "It was about somebody else then."}
    return {**told, "document": disclosed(declared, document, ids)}


class _Source:
    """What one process recorded: so many versions, from when to when."""

    def __init__(self) -> None:
        self.versions = 0
        self.first: datetime | None = None
        self.last: datetime | None = None

    def saw(self, version: PastVersion) -> None:
        at = version.recorded_from
        self.versions += 1
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)

    def told(self, name: str) -> dict[str, Any]:
        return {
            "process": name,
            "versions": self.versions,
            "first": date(self.first),
            "last": date(self.last),
        }


def _attachment(kept: Attachment, place: str | None) -> dict[str, Any]:
    return {
        "id": kept.id,
        "name": kept.name if place else None,
        "mimeType": kept.media_type,
        "size": kept.size,
        "sha256": kept.sha256,
        "recordType": kept.record_type,
        "recordId": kept.record_id,
        "recordedAt": kept.recorded_at.isoformat(),
        "path": place,
    }


def _dicts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]


def _buckets(ids: Iterable[str]) -> list[int]:
    return [bucket_of(identifier) for identifier in ids]
