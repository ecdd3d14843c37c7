"""What goes with a batch of events in its transaction: each counts once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from customer_inventory.capture.committing import Overtaken
from customer_inventory.capture.stream.event import Event
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

FORGET = "capture.forgetSeen"
"""Name of the job that empties the week of the ring which comes next."""

_WEEKS = 8
_DAYS = 7


def slot_of(at: datetime) -> int:
    """Return the week of the ring that `at` is in."""
    return at.toordinal() // _DAYS % _WEEKS


async def forget(database: Database) -> None:
    """Empty the week of the ring that comes next: what is in it is seven weeks old."""
    await database.value(SQL.forget_seen, (slot_of(now()) + 1) % _WEEKS)


async def unseen(database: Database, events: Sequence[Event]) -> list[Event]:
    """Return those of `events` that had no effect yet, each once."""
    once: dict[bytes, Event] = {}
    for event in events:
        once.setdefault(event.key, event)
    found = await database.fetch(SQL.seen_of, list(once))
    for row in found:
        del once[bytes(row["key"])]
    return list(once.values())


@dataclass(slots=True)
class Once:
    """Events of a batch of the import `load` from `source`, by their line: each counts once."""

    load: UUID
    source: str
    events: Mapping[int, Event]

    async def begin(self, connection: Connection) -> None:
        """Take the events; raise Overtaken when another listener has taken one meanwhile."""
        await connection.fetchrow(SQL.hold_source, self.source)
        keys = [event.key for event in self.events.values()]
        done = await connection.execute(SQL.take_events, keys, slot_of(now()))
        if int(done.rpartition(" ")[2]) < len(keys):
            raise Overtaken

    async def end(self, connection: Connection, refused: Collection[int]) -> None:
        """Keep where what was refused stands."""
        if refused:
            places = [self.events[line].place for line in refused]
            await connection.execute(SQL.place_refusals, self.load, list(refused), places)
