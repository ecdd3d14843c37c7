"""Events taken into the inventory: a batch is a chunk of an import, in one transaction.

On the same path as the rows of a file: the same mapping and checks, each record decided on as at
the doors, the same refusals and ledger. Besides, events are known afterwards, so that each has
its effect once however often it is delivered, and what the source said earlier overwrites nothing
that it said later.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid4

from customer_inventory.capture.authority import Authority
from customer_inventory.capture.committing import Committing, Load
from customer_inventory.capture.quarantine.keeping import Keeping, Place
from customer_inventory.capture.reading import Chunk, Position
from customer_inventory.capture.stream.declared import Stream
from customer_inventory.capture.stream.event import Event, Message, reader
from customer_inventory.capture.stream.seen import Once, unseen
from customer_inventory.capture.work import Work, Worker
from customer_inventory.kit.actor import Actor
from customer_inventory.record.extension.registry import registered
from customer_inventory.record.retention.policy import Policy
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_SHA256 = "stream"
"""Stands where an import of a file has the hash of what was read: it is that of no file."""


@dataclass(frozen=True, slots=True)
class Events(Chunk):
    """Events that are worked on together, by their line: the how manyth each is in its import."""

    by_line: dict[int, Event] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Sequence[Event], start: Position) -> "Events":
        """Return `events` as rows from `start`; the newest of each source comes last."""
        ordered = sorted(events, key=lambda event: event.order or Decimal(0))
        count = len(ordered)
        end = Position(start.line + count, start.offset + count, _SHA256)
        by_line = dict(enumerate(ordered, start=start.line))
        said = {line: event.said for line, event in by_line.items()}
        return cls(b"", start.line, end, None, said=said, by_line=by_line)

    def rows(self, only: Collection[int] | None = None) -> Iterator[tuple[int, bytes, str]]:
        """Yield the row of each event: line, bytes, and why it is none ("" if it is one)."""
        for line, event in self.by_line.items():
            if only is None or line in only:
                yield line, event.row, event.fault


@dataclass(slots=True)
class Counts:
    """Messages that changed nothing: known ones, records said late, and what says nothing."""

    duplicates: int = 0
    late: int = 0
    skipped: int = 0


class Taking:
    """Takes the events of `stream`, as its process may write when it is made."""

    def __init__(
        self,
        database: Database,
        stream: Stream,
        *,
        load: Load,
        authority: Authority,
        worker: Worker,
        keeping: Keeping,
        counts: Counts,
        policy: Policy | None,
    ) -> None:
        self._database = database
        self._load = load
        self._authority = authority
        self._worker = worker
        self._keeping = keeping
        self._source = stream.mapping.source
        self._event = reader(stream)
        self._counts = counts
        self._policy = policy

    @classmethod
    async def begun(
        cls,
        database: Database,
        stream: Stream,
        actor: Actor,
        *,
        masking_key: bytes,
        load: Load | None,
        counts: Counts,
        policy: Policy | None,
    ) -> "Taking":
        """Return what takes the events of `stream` for `actor`, in a new import or in `load`.

        What changes nothing is counted in `counts`; `policy` keeps what is not to be removed.

        Raises NotPermitted when its process may write nothing, Unavailable without the database.
        """
        reason = f"stream {stream.name}"
        authority = await Authority.of(database, actor, masking_key, reason)
        extensions = await registered(database)
        load = load or await _begun(database, stream, actor)
        worker = Worker(stream.mapping, (), actor, extensions)
        place = Place(
            load.id, stream.mapping.source, _name(stream), stream.mapping.sha256, header=""
        )
        keeping = await Keeping.of(database, place, stream.mapping, actor)
        return cls(
            database, stream, load=load, authority=authority, worker=worker, keeping=keeping,
            counts=counts, policy=policy,
        )  # fmt: skip

    @property
    def load(self) -> Load:
        """The import that the events are rows of."""
        return self._load

    async def take(self, messages: Sequence[Message]) -> None:
        """Take what `messages` say, all in one transaction that is durable afterwards.

        Raises Unavailable or Conflict when it could not: nothing of it was taken then.
        """
        given = [self._event(message) for message in messages]
        events = [event for event in given if not event.is_skipped]
        fresh = await unseen(self._database, events)
        late = await self._commit(fresh) if fresh else 0
        self._counts.skipped += len(given) - len(events)
        self._counts.duplicates += len(events) - len(fresh)
        self._counts.late += late

    async def refuse(self, message: Message, reason: str) -> None:
        """Refuse an event that cannot be taken for a reason that is nobody's but ours."""
        event = self._event(message)
        if await unseen(self._database, [event]):
            await self._commit([Event(event.key, event.place, event.row, None, reason)])

    async def _commit(self, events: Sequence[Event]) -> int:
        """Commit `events`; return how many of their records were late."""
        chunk = Events.of(events, self._load.position)
        work = await asyncio.to_thread(self._worker, chunk)
        once = Once(self._load.id, self._source, chunk.by_line)
        before = _late(self._load)
        committing = Committing(
            self._database,
            self._load,
            self._authority,
            lambda _: None,
            source=self._source,
            keeping=self._keeping,
            alongside=once,
            policy=self._policy,
        )
        await committing.commit_all(_one(chunk, work))
        return _late(self._load) - before


def _late(load: Load) -> int:
    return sum(outcome.late for outcome in load.tally.records.values())


async def _one(chunk: Chunk, work: Work) -> AsyncIterator[tuple[Chunk, Work]]:
    yield chunk, work


async def _begun(database: Database, stream: Stream, actor: Actor) -> Load:
    identifier: UUID = uuid4()
    mapping = stream.mapping
    # Another word than an import of a file by the same mapping has: neither goes on with the other.
    digest = sha256(f"stream {stream.name} {mapping.sha256}".encode()).hexdigest()
    names = (mapping.source, _name(stream), mapping.name, digest)
    who = (actor.process, actor.person, actor.purpose)
    started_at = await database.value(SQL.begin_stream, identifier, *names, *who)
    return Load(identifier, started_at, Position(1, 0, _SHA256))


def _name(stream: Stream) -> str:
    """Return what stands where an import of a file has its name."""
    return f"{stream.broker}/{stream.topic}"
