"""The holders of the record itself: records, history, links and what is kept beside them."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.attachment import attachment
from customer_inventory.record.attachment.attachment import Attachments
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.search import word
from customer_inventory.record.subject import rewriting
from customer_inventory.record.subject.anonymise import without
from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.record.subject.package import records as handing
from customer_inventory.record.subject.package.file import File, Subject
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import RevisionPassed, removal
from customer_inventory.record.write import Writer
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_TRIES = 20
_TRACES = (
    ("record.link", ("purge_links_there", "purge_links")),
    ("record.past_link", ("purge_past_links_there", "purge_past_links")),
    ("record.edge", ("purge_edges_there", "purge_edges")),
    ("record.period", ("purge_periods",)),
    ("record.finding", ("purge_findings",)),
    ("record.transfer", ("purge_transfers",)),
    ("record.restricted", ("purge_restricted",)),
    ("record.listed", ("purge_listed",)),
    ("record.choice", ("purge_choices",)),
)
_IDENTITY = (
    ("record.membership", ("purge_memberships",)),
    ("record.origin", ("purge_origins",)),
)


async def _anonymise(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take the subject out of the records of others, present and past."""
    changed: dict[str, int] = {}
    for identifier, kind in scope.shared.items():
        declared, words = TYPES[kind], _words(kind, scope)

        def clean(document: Document, words: frozenset[str] = words) -> Document:
            return without(document, scope.ids, words)

        told = await rewriting.everywhere(
            database, declared, identifier, clean, actor=scope.actor, operation="update"
        )
        for table, rows in told.items():
            changed[table] = changed.get(table, 0) + rows
    return changed


def _words(kind: str, scope: Scope) -> frozenset[str]:
    """Return the words to look for in a record of others: none in a party, whose own they may be.

    Who lives with the subject has the same address, and keeps it.
    """
    return scope.words if TYPES[kind].subject else frozenset()


async def _remove(database: Database, scope: Scope) -> Mapping[str, int]:
    """Remove the subject's records, each with its event: listeners hear that they are gone."""
    removed: Counter[str] = Counter()
    for identifier, kind in scope.ids.items():
        removed[f"record.{TYPES[kind].table}"] += await _remove_one(
            database, identifier, TYPES[kind], scope
        )
    return removed


async def _remove_one(
    database: Database, identifier: str, declared: RecordType, scope: Scope
) -> int:
    key = (identifier, bucket_of(identifier))
    for _ in range(_TRIES):
        row = await database.row(rewriting.present(declared), *key)
        if row is None:
            return 0
        # A restored record may be older than the mark of its removal.
        await database.execute(SQL.purge_later_marks, *key, row["revision"])
        gone = removal(declared, identifier, revision=row["revision"], actor=scope.actor)
        try:
            await Writer(database).write(gone)
        except RevisionPassed:
            continue
        return 1
    raise RevisionPassed


async def _purge_history(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take away every version of the subject's records; that they were removed stays known."""
    return {"record.history": await _purge(database, ("purge_history",), scope.ids)}


async def _purge_identity(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take away what merged records say themselves: until then none of them can be removed."""
    return {table: await _purge(database, names, scope.ids) for table, names in _IDENTITY}


async def _purge_traces(database: Database, scope: Scope) -> Mapping[str, int]:
    return {table: await _purge(database, names, scope.ids) for table, names in _TRACES}


async def _drop_attachments(database: Database, scope: Scope) -> Mapping[str, int]:
    async with database.transaction() as connection:
        return {"record.attachment": await attachment.erase(connection, list(scope.ids))}


async def _leave_requests(_: Database, __: Scope) -> Mapping[str, int]:
    """Leave the requests: EXPLAINED says why."""
    return {}


async def _forget_words(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take the words of its names out of the dictionary of search, but those that others have."""
    async with database.transaction() as connection:
        await word.forget(connection, scope.names)
    return {}


async def _purge(database: Database, names: Iterable[str], ids: Iterable[str]) -> int:
    listed = list(ids)
    buckets = [bucket_of(identifier) for identifier in listed]
    gone = 0
    async with database.transaction() as connection:
        for name in names:
            said = await connection.execute(SQL[name], listed, buckets)
            gone += int(said.rpartition(" ")[2])
    return gone


def holders(attachments: Callable[[], Attachments]) -> tuple[Holder, ...]:
    """Return the holders of the record; `attachments` reads files.

    In this order: the records of others while links still lead to them, then the subject's own.
    """
    tables = tuple(f"record.{declared.table}" for declared in TYPES.values())

    def hand_attachments(_: Database, subject: Subject) -> AsyncIterator[File]:
        return handing.hand_attachments(attachments(), subject)

    return (
        Holder(
            "records of others",
            (*tables, "record.history", "record.origin"),
            _anonymise,
            handing.hand_references,
        ),
        Holder(
            "attachments",
            ("record.attachment", "record.attachment_part"),
            _drop_attachments,
            hand_attachments,
        ),
        Holder(
            "identity",
            tuple(table for table, _ in _IDENTITY),
            _purge_identity,
            handing.hand_identity,
        ),
        Holder("records", tables, _remove, handing.hand_records),
        Holder(
            "history",
            ("record.history",),
            _purge_history,
            hands_nothing="it is in the files of the records",
        ),
        Holder(
            "dictionary of names",
            ("record.word",),
            _forget_words,
            hands_nothing="single words of the names in the records, for searching",
        ),
        Holder(
            "traces of records",
            tuple(table for table, _ in _TRACES),
            _purge_traces,
            handing.hand_transfers,
        ),
        Holder(
            "requests",
            (),
            _leave_requests,
            handing.hand_requests,
        ),
    )


EXPLAINED = {
    "record.outbox": "what happened to which id, without values; pruned when listeners have it",
    "record.bulletin": "what events tell that are about no record: counts and shares",
    "record.delivery": "as the outbox: ids and numbers, no values",
    "record.observation": "paths of attributes and counts, no values",
    "record.subscription": "who listens; a query is the listener's own",
    "record.source_trust": "how far sources are trusted, about nobody",
    "record.edition": "what the register of requirements demands of attributes: no values",
    "record.trust_change": "who changed how far sources are trusted, and what followed: no values",
    "record.schema_extension": "schemas of attributes, about nobody",
    "record.erasure": "ids of what was erased: a restore must erase it again",
    "record.retention_run": "numbers of what retention removed, by rule and type; no values",
    "record.restriction": "proof of what was restricted for whom: ids and case numbers",
    "record.legal_hold": "proof of why something could not be erased: ids and case numbers",
    "record.subject_request": "proof of what was asked and answered: ids and case numbers",
}
