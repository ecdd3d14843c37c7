"""Attachments kept beside records: encrypted with a key each, bounded in size, checked in type.

They lie in the database, so that a backup has them with their records and a transaction keeps
them whole. A file's key lies with it, sealed by one outside: when the row goes, the content can
be read by nobody, in old backups of the parts alone neither.
"""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, NotFound, TooLarge
from customer_inventory.kit.ids import bucket_of, is_id, new_id
from customer_inventory.record.attachment import cipher, media
from customer_inventory.record.declare import RecordType
from customer_inventory.record.mask.node import CLEAR
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.subject.withholding import refuse_if_withheld
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.safe import Safe
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LONGEST_NAME = 200


ATTRIBUTE = "attachment"
"""The attribute in whose group the files of a record are; where a type has none, undeclared."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a record; `sha256` (hexadecimal) and `size` (bytes) are of its content."""

    id: str
    record_id: str
    record_type: str
    name: str
    media_type: str
    size: int
    sha256: str
    recorded_at: datetime
    process: str


class NoSuchAttachment(NotFound):
    """There is no attachment of that id, or none that this caller may see."""

    def __init__(self) -> None:
        super().__init__("There is no attachment with this id.", path="id")


class Attachments:
    """The attachments of one inventory: `most` bytes each at most, keys sealed by `safe`."""

    def __init__(self, database: Database, safe: Safe, *, most: int) -> None:
        self._database = database
        self._safe = safe
        self.most = most

    async def keep(
        self,
        declared: RecordType,
        record_id: str,
        content: bytes,
        *,
        name: str,
        media_type: str,
        actor: Actor,
        sight: Sight = EVERYTHING,
    ) -> Attachment:
        """Keep `content` as a file of a record, whole or not at all.

        Raises NoSuchRecord, TooLarge, and Invalid for a name or media type that is not taken.
        """
        sight.demand_created(declared, {ATTRIBUTE: []})
        self._check_size(len(content))
        _check_name(name)
        media.check(media_type, content)
        if not is_id(record_id):
            raise NoSuchRecord(declared)
        if not await shown_of(self._database, {record_id: declared.name}, sight):
            await refuse_if_withheld(self._database, (declared.name,), record_id, sight)
            raise NoSuchRecord(declared)
        bucket = bucket_of(record_id)
        identifier, key = new_id(bucket), cipher.new_key()
        digest = hashlib.sha256(content).digest()
        async with self._database.transaction() as connection:
            if not await connection.fetchval(_exists(declared), record_id, bucket):
                raise NoSuchRecord(declared)
            recorded_at = await connection.fetchval(
                SQL.keep_attachment,
                identifier,
                bucket,
                record_id,
                declared.name,
                name,
                media_type,
                len(content),
                digest,
                self._safe.seal(key, identifier),
                actor.process,
                actor.person,
                actor.purpose,
            )
            rows = enumerate(cipher.parts(key, identifier, content))
            await connection.executemany(
                SQL.keep_part, [(identifier, bucket, part, text) for part, text in rows]
            )
        return Attachment(
            identifier,
            record_id,
            declared.name,
            name,
            media_type,
            len(content),
            digest.hex(),
            recorded_at,
            actor.process,
        )

    async def get(self, identifier: str, *, sight: Sight = EVERYTHING) -> Attachment:
        """Return what is known of a file; raise NoSuchAttachment, NotGranted unless it is shown."""
        found = _attachment(await self._row(identifier))
        await self._check_shown(found.record_type, found.record_id, sight)
        sight.demand_clear(found.record_type, ATTRIBUTE)
        return found

    async def of_record(self, record_id: str, *, sight: Sight = EVERYTHING) -> list[Attachment]:
        """Return the files of a record that are shown, in the order in which they came."""
        rows = await self._database.fetch(SQL.attachments_of_record, record_id)
        found = [each for each in map(_attachment, rows) if _is_shown(each, sight)]
        if not found:
            return []
        with contextlib.suppress(NoSuchAttachment):
            await self._check_shown(found[0].record_type, record_id, sight)
            return found
        return []

    async def content(
        self, identifier: str, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the content of a file from byte `start` to before `stop`, part by part.

        Raises NoSuchAttachment, and Unavailable for content that is not what was kept.
        """
        row = await self._row(identifier)
        key = self._safe.open(row["sealed_key"], identifier)
        stop = row["size"] if stop is None else min(stop, row["size"])
        for part in range(start // cipher.PART_BYTES, -(-stop // cipher.PART_BYTES)):
            encrypted = await self._database.value(
                SQL.part_of_attachment, identifier, row["bucket"], part
            )
            if encrypted is None:  # it was erased while it was read
                raise NoSuchAttachment
            plain = cipher.opened(key, identifier, part, encrypted)
            first = part * cipher.PART_BYTES
            yield plain[max(start - first, 0) : stop - first]

    async def remove(self, identifier: str) -> None:
        """Remove a file with its content and key, for good; raise NoSuchAttachment."""
        row = await self._row(identifier)
        await self._database.execute(SQL.drop_attachment, identifier, row["bucket"])

    async def _check_shown(self, record_type: str, record_id: str, sight: Sight) -> None:
        """Raise NoSuchAttachment for a file of a record that is not shown, or say why it is not."""
        if sight is EVERYTHING or await shown_of(self._database, {record_id: record_type}, sight):
            return
        await refuse_if_withheld(self._database, (record_type,), record_id, sight)
        raise NoSuchAttachment

    def _check_size(self, size: int) -> None:
        if size > self.most:
            raise TooLarge(
                f"The attachment is larger than {self.most} bytes.",
                hint="CINV_MAX_ATTACHMENT_BYTES says how large one may be.",
            )

    async def _row(self, identifier: str) -> Row:
        row = None
        if is_id(identifier):
            row = await self._database.row(SQL.attachment_by_id, identifier, bucket_of(identifier))
        if row is None:
            raise NoSuchAttachment
        return row


def _is_shown(attachment: Attachment, sight: Sight) -> bool:
    mask = sight.masks.get(attachment.record_type)
    return mask is None or mask.node(ATTRIBUTE) is CLEAR


async def erase(connection: Connection, record_ids: Sequence[str]) -> int:
    """Remove every file of these records in the open transaction; return how many those were."""
    done = await connection.execute(SQL.drop_attachments_of_records, list(record_ids))
    return int(done.rpartition(" ")[2])


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    by_type = {f"record_exists:{name}": _exists(declared) for name, declared in TYPES.items()}
    return {**by_type, **{name: text for name, text in SQL.items() if name != "record_exists"}}


@cache
def _exists(declared: RecordType) -> str:
    return SQL.record_exists.format(table=declared.table)


def _attachment(row: Row) -> Attachment:
    return Attachment(
        row["id"],
        row["record_id"],
        row["record_type"],
        row["name"],
        row["media_type"],
        row["size"],
        row["sha256"].hex(),
        row["recorded_at"],
        row["process"],
    )


def _check_name(name: str) -> None:
    is_plain = all(character.isprintable() and character not in '/\\"' for character in name)
    if not name.strip() or len(name) > LONGEST_NAME or not is_plain or name in (".", ".."):
        raise Invalid(
            f"is no file name of at most {LONGEST_NAME} characters.",
            path="name",
            hint="Leave out folders, quotes and control characters.",
        )
