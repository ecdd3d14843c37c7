"""What is kept of entries that were retired: the hashes that prove the rest, and who says so.

The hashes alone prove that the log is what was signed: nobody finds others with the same roots.
That the entries are gone by a decision, and not by a hand in the database, is a statement signed
with the key of the ledger.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.partition import Month
from customer_inventory.access.log.statement import RETIREMENT, is_signed, signing
from customer_inventory.access.log.tree import SIZE, Subtree
from customer_inventory.store.database import Connection, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

OPERATION = "delete"
RECORD_TYPE = "ledger"
"""The words of the ledger's own entry about a retirement."""

_HIGHEST = 62  # places are a bigint
_SUBTREE = struct.Struct(f">QB{SIZE}s")


class Statement(msgspec.Struct, frozen=True):
    """What was retired: a month of a log, from place to place, by whom and by which rule.

    `subtrees` is the SHA-256 (hex) of the hashes that are kept, `checkpoint` the size of an
    anchored checkpoint under which all of it lay when it was retired.
    """

    log: str
    month: str
    first: int
    last: int
    entries: int
    subtrees: str
    checkpoint: int
    rule: str
    source: str
    process: str
    purpose: str
    person: str | None
    at: str

    def text(self) -> str:
        """Return the statement as it is signed."""
        return msgspec.json.encode(self).decode()


@dataclass(frozen=True, slots=True)
class Retired:
    """A month that is gone: the statement, its text as signed, and what proves the rest.

    `at` is when it was decided, as the statement says; `retired_at` when it was done, as the
    database noted.
    """

    statement: Statement
    text: str
    signature: dict[str, str]
    month: Month
    at: datetime
    retired_at: datetime
    subtrees: tuple[Subtree, ...]

    @classmethod
    def of(cls, row: Row) -> "Retired":
        """Return what a row says; raise ValueError when it cannot be read."""
        try:
            statement = msgspec.json.decode(row["statement"], type=Statement)
            signature = msgspec.json.decode(row["signature"], type=dict[str, str])
        except msgspec.MsgspecError as error:
            raise ValueError(str(error)) from None
        return cls(
            statement,
            row["statement"],
            signature,
            Month.named(statement.month),
            datetime.fromisoformat(statement.at),
            row["retired_at"],
            tuple(unpacked(row["subtrees"])),
        )

    @property
    def reference(self) -> str:
        """The month and the SHA-256 of the statement."""
        return reference(self.statement.month, self.text)

    def fault(self, public: bytes, log: str) -> str | None:
        """Return what is wrong with it as a statement of the key `public`; None for nothing."""
        said = self.statement
        if not is_signed(RETIREMENT, sha256(self.text), self.signature, public):
            return f"Nobody with the key of the ledger retired entries {said.first} to {said.last}."
        if said.log != log or said.subtrees != digest_of(self.subtrees):
            return f"What is kept of entries {said.first} to {said.last} is not what was signed."
        return None


def reference(month: str, text: str) -> str:
    """Return how the ledger's own entry names the retirement that a statement tells of."""
    return f"{month}/{sha256(text)}"


def sha256(text: str) -> str:
    """Return the SHA-256 of a statement, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(subtrees: Iterable[Subtree]) -> str:
    """Return the SHA-256 of subtrees as they are kept, in hex."""
    return hashlib.sha256(packed(subtrees)).hexdigest()


def packed(subtrees: Iterable[Subtree]) -> bytes:
    """Return subtrees as bytes, one after the other."""
    return b"".join(_SUBTREE.pack(each.start, each.level, each.hash) for each in subtrees)


def unpacked(data: bytes) -> Iterator[Subtree]:
    """Yield the subtrees that `packed` wrote; raise ValueError for anything else."""
    try:
        for start, level, hashed in _SUBTREE.iter_unpack(data):
            if level > _HIGHEST or start % (1 << level):
                raise ValueError(f"no subtree of level {level} begins at {start}")
            yield Subtree(start, level, hashed)
    except struct.error as error:
        raise ValueError(str(error)) from None


async def keep(
    connection: Connection, statement: Statement, subtrees: Sequence[Subtree], signer: Signer
) -> str:
    """Keep what proves the rest without the entries of `statement`; return its reference."""
    text = statement.text()
    signature = signing(RETIREMENT, lambda: signer)(sha256(text))
    await connection.execute(
        SQL.keep_retired,
        statement.first,
        statement.last,
        statement.entries,
        packed(subtrees),
        text,
        msgspec.json.encode(signature),
    )
    return reference(statement.month, text)


async def rows_of(connection: Connection) -> Sequence[Row]:
    """Return what is kept of all that was retired, in the order of the log."""
    return await connection.fetch(SQL.every_retired)
