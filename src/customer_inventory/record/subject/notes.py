"""The list of erasures, kept outside: a restored database does not know those after its backup."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.document import encode, parse_object
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_TEXTS = ("reason", "process", "person", "purpose")
_INSTANTS = ("begun_at", "ended_at")
_DOCUMENTS = ("removed", "anonymised", "certificate")


async def notes(database: Database, *, since: datetime | None = None) -> list[dict[str, Any]]:
    """Return every erasure that is done: ids, case and certificate, no value of a subject.

    With `since`, those that were done after it.
    """
    return [dict(row) for row in await database.fetch(SQL.erasure_notes, since)]


async def take_notes(database: Database, lines: Iterable[bytes]) -> int:
    """Note the erasures of `lines` (NDJSON of `notes`) that are not known here; return how many.

    Raises Invalid, naming the line, for one that is none; nothing is noted then.
    """
    read = [_read(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    noted = 0
    async with database.transaction() as connection:
        for values in read:
            said = await connection.execute(SQL.note_erasure, *values)
            noted += int(said.rpartition(" ")[2])
    return noted


def _read(line: bytes, number: int) -> tuple[Any, ...]:
    told = parse_object(line)
    instants = [parse_instant(told.get(name)) for name in _INSTANTS]
    documents = [told.get(name) for name in _DOCUMENTS]
    ids = [told.get("id"), told.get("subject_id")]
    texts = [told.get(name) for name in _TEXTS]
    if (
        not all(isinstance(each, str) and is_id(each) for each in ids)
        or None in instants
        or not all(isinstance(each, dict) for each in documents)
        or not all(isinstance(each, str) or each is None for each in texts)
    ):
        raise Invalid(
            f"Line {number} is no erasure.", hint="Give what `cinv subject erasures --notes` wrote."
        )
    identifier, subject_id = map(str, ids)
    return (
        identifier, bucket_of(identifier), subject_id, *texts, *instants, *map(encode, documents)
    )  # fmt: skip
