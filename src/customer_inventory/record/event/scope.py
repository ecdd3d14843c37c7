"""What of events is in the scope of a listener: of which records, and which have left it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from customer_inventory.record.document import parse_object
from customer_inventory.record.event import outbox
from customer_inventory.record.event.outbox import Told
from customer_inventory.record.scope import Rows
from customer_inventory.record.scoping.landing import in_scope, lands
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database


async def in_reach(
    database: Database, events: Sequence[Told], rows: Rows
) -> tuple[set[int], set[int]]:
    """Return the numbers of events that may be told, and of those by which a record left scope.

    The others are none of the listener's business. An event is told if its record is in scope now.
    By one that is not, the record left if what it was before is in scope and what it became is not,
    or if it is gone: of it nothing but its id is told.
    """
    kinds = await in_scope(database, (told.id for told in events), rows)
    shown = {told.seq for told in events if kinds.get(told.id) == told.type}
    # Nothing was before a record was made; what is told beside a change tells of no revision.
    others = [
        told
        for told in events
        if told.seq not in shown and told.event != "create" and not told.others
    ]
    was = await _numbers(database, [replace(told, event="delete") for told in others], rows)
    after = [told for told in others if told.seq in was and told.event != "delete"]
    stayed = await _numbers(database, after, rows)
    return shown, was - stayed


async def _numbers(database: Database, events: Iterable[Told], rows: Rows) -> set[int]:
    """Return the numbers of the events whose version of the record would be in scope."""
    by_type: dict[str, list[Told]] = defaultdict(list)
    for told in events:
        by_type[told.type].append(told)
    found: set[int] = set()
    for name, of_type in by_type.items():
        bodies = await outbox.bodies(database, of_type)
        known = [told for told in of_type if (told.id, told.revision) in bodies]
        documents = [parse_object(bodies[told.id, told.revision]) for told in known]
        truths = await lands(database, TYPES[name], documents, rows)
        found |= {told.seq for told, truth in zip(known, truths, strict=True) if truth}
    return found
