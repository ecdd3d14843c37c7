"""A version of a record, and the change that makes the next one."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import NotFound, Stale
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.dated import UNDATED, Dated, dated
from customer_inventory.record.declare import Document, Period, RecordType
from customer_inventory.record.document import encode
from customer_inventory.record.link import Link, extract
from customer_inventory.record.search.key import are_alike, keys_of


@dataclass(frozen=True, slots=True)
class Version:
    """A record as it is kept: its id, its revision (from 1) and its document as bytes.

    `body` is JSON without `href` and begins with its `id` member. `operations` are those that the
    change was made of that has just made it: `update`, `modify`.
    """

    id: str
    revision: int
    body: bytes
    operations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record, ready to be written.

    `revision` is the one it builds on (0: the record is made), `document` is None for a removal.
    `operation` is the word the history keeps, `event` the one the outbox tells; `keys` are those
    it is found by, with a space between, None where a change leaves them as they were. A removal
    that `is_guarded` fails while others refer to the record. What is shown for several origins is
    changed with its group (`is_grouped`). `subjects` are the ids of whom it belongs to, with a
    space between; empty where a change leaves that as it was.
    """

    declared: RecordType
    id: str
    bucket: int
    revision: int
    operation: str
    event: str
    actor: Actor
    document: Document | None = None
    body: bytes | None = None
    period: Period = (None, None)
    keys: str | None = ""
    added: Collection[Link] = field(default=())
    dropped: Collection[Link] = field(default=())
    dated: Dated = UNDATED
    is_guarded: bool = False
    is_grouped: bool = False
    subjects: str = ""

    @property
    def subject_id(self) -> str:
        """The subject the record belongs to: the one it names, or itself."""
        return (self.document and self.declared.subject_of(self.document)) or self.id


def creation(declared: RecordType, document: Document, actor: Actor) -> Change:
    """Return the change that makes a record of `document` (whose id is set).

    Raises Invalid for a period that no table can hold.
    """
    identifier = document["id"]
    return Change(
        declared=declared,
        id=identifier,
        bucket=bucket_of(identifier),
        revision=0,
        operation="create",
        event="create",
        actor=actor,
        document=document,
        body=encode(document),
        period=declared.period(document),
        keys=" ".join(keys_of(declared, document)),
        added=extract(declared, document),
        dated=dated(declared, None, document),
        subjects=" ".join(declared.subjects_of(document)),
    )


def replacement(
    declared: RecordType,
    old: Document,
    new: Document,
    *,
    revision: int,
    operation: str,
    actor: Actor,
    is_grouped: bool = False,
) -> Change:
    """Return the change from `old`, which is at `revision`, to `new`.

    Raises Invalid for a period that no table can hold.
    """
    before, after = extract(declared, old), extract(declared, new)
    added = after - before
    # A link whose other end merely changed its type is written over, not dropped.
    staying = {link[:-2] for link in added}
    status = declared.status
    owners, owned = declared.subjects_of(old), declared.subjects_of(new)
    return Change(
        declared=declared,
        id=new["id"],
        bucket=bucket_of(new["id"]),
        revision=revision,
        operation=operation,
        event="attributeValueChange" if old.get(status) == new.get(status) else "stateChange",
        actor=actor,
        document=new,
        body=encode(new),
        period=declared.period(new),
        # What is shown for several origins is written anew as a whole.
        keys=None
        if not is_grouped and are_alike(declared, old, new)
        else " ".join(keys_of(declared, new)),
        added=added,
        dropped=[link for link in before - after if link[:-2] not in staying],
        dated=dated(declared, old, new),
        subjects="" if owners == owned else " ".join(owned),
        is_grouped=is_grouped,
    )


def removal(
    declared: RecordType,
    identifier: str,
    *,
    revision: int,
    actor: Actor,
    is_guarded: bool = False,
    operation: str = "delete",
    is_grouped: bool = False,
) -> Change:
    """Return the change that removes the record `identifier`, which is at `revision`.

    With `is_guarded` it fails while others refer to the record.
    """
    return Change(
        declared=declared,
        id=identifier,
        bucket=bucket_of(identifier),
        revision=revision,
        operation=operation,
        event="delete",
        actor=actor,
        is_guarded=is_guarded,
        is_grouped=is_grouped,
    )


class NoSuchRecord(NotFound):
    """There is no record of that type and id, or none that this caller may see."""

    def __init__(self, declared: RecordType) -> None:
        super().__init__(f"There is no {declared.entity} with this id.", path="id")


class RevisionPassed(Stale):
    """The record has moved on from the revision that the caller built on."""

    def __init__(self) -> None:
        super().__init__(
            "The record has been changed since.", hint="Read it again and repeat the change."
        )


@dataclass(frozen=True, slots=True)
class PastVersion:
    """A version in the history: what it was, from when until when, and who recorded it.

    `recorded_to` is None for the present version, `body` for the mark of a removal. Where that is
    the mark of a merge, `merged_into` is what the record has been shown as since.
    """

    revision: int
    operation: str
    body: bytes | None
    recorded_from: datetime
    recorded_to: datetime | None
    process: str
    person: str | None
    purpose: str
    merged_into: str | None = None
