"""A chunk meets the inventory: new records are made in bulk, known ones changed or left alone.

Each is decided on as at the doors; what may not be written refuses its row, the rest is applied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from customer_inventory.access.writing import Writing
from customer_inventory.capture.brought import keep_brought
from customer_inventory.capture.demanded import Demanded
from customer_inventory.capture.meeting import Forbidden, Meeting, Met, demand
from customer_inventory.capture.removing import Removing
from customer_inventory.capture.said import in_time, keep_said
from customer_inventory.capture.tally import Tally
from customer_inventory.capture.told import Denied, Record, Told
from customer_inventory.capture.work import Work
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, InventoryError, Refused
from customer_inventory.record.choice.settling import concerns_choices
from customer_inventory.record.document import parse_object
from customer_inventory.record.hierarchy.edge import Cycle, TooHigh
from customer_inventory.record.identity.merging import contribute
from customer_inventory.record.lines import Batch, Lines, body_of
from customer_inventory.record.load import Turn, at_once, load
from customer_inventory.record.mask.restore import IsMask
from customer_inventory.record.period import Overlap
from customer_inventory.record.search.word import Noted
from customer_inventory.record.writable import NotWritable
from customer_inventory.record.write import write_all
from customer_inventory.store import failures
from customer_inventory.store.database import Connection
from customer_inventory.store.failures import Excluded

Rows = list[tuple[int, dict[str, dict[str, Lines]]]]
"""Rows by line, each with its records by type and id."""


REFUSED = (Invalid, Excluded, Overlap, Cycle, TooHigh)
"""What refuses a row, and that row alone."""

_UPDATE = frozenset({"update"})
_DELETE = frozenset({"delete"})


@dataclass(slots=True)
class Applied:
    """What became of a chunk: the tally, rows refused by line, and what the ledger is told."""

    tally: Tally = field(default_factory=Tally)
    refused: dict[int, InventoryError] = field(default_factory=dict)
    told: Told = field(default_factory=Told)
    denied: dict[Record, Denied] = field(default_factory=dict)


Written = tuple[Tally, Told]


class Applying:
    """Applies the work of chunks from `source` for `actor`; the load began at `since`.

    `noted` are words of names that the dictionary is known to have.
    """

    def __init__(
        self, actor: Actor, since: datetime, source: str, noted: Noted, removing: Removing
    ) -> None:
        self._removing = removing
        self._actor = actor
        self._noted = noted
        self._since = since
        self._source = source

    async def apply(
        self,
        connection: Connection,
        work: Work,
        wanted: Demanded,
        writing: Writing,
        turn: Turn = at_once,
    ) -> Applied:
        """Write what `work`, which demands `wanted`, holds and `writing` permits.

        In the open transaction, of which some steps wait for their `turn`. Rows are refused by the
        database itself, because they refer to what must be there and is not, or because a record of
        theirs may not be written. Raises Conflict when somebody else changed the same records
        meanwhile: do it again then.
        """
        applied = Applied()
        if connection.placement.is_distributed:
            # Who writes, or holds, what every node has a copy of excludes everybody else from it:
            # the chunk before would wait for this one, which waits for its turn.
            await turn()
        work, late = await in_time(connection, work, self._source)
        applied.refused |= await wanted.missing(connection, applied.refused)
        meeting = Meeting(self._actor, self._since, writing)
        await _Settling(connection, work, wanted, meeting, turn, self, applied).settle()
        removed = await self._remove(connection, work, applied) if work.gone else []
        await keep_said(connection, work, self._source, applied.refused)
        await keep_brought(connection, work, self._source, applied.told)
        for name, identifier in removed:
            applied.tally.of(name).removed += 1
            applied.told.add(_DELETE, name, [identifier])
        tally = applied.tally
        for name, count in late.items():
            tally.of(name).late += count
        for name, count in work.repeated.items():
            tally.of(name).repeated += count
        if work.standing:
            for name, ids in work.standing.ids.items():
                tally.of(name).unchanged += len(ids)
                tally.of(name).repeated += work.standing.repeated[name]
        for (name, path), count in work.undeclared.items():
            tally.saw(name, path, count)
        tally.rows = work.rows
        tally.refused = len(work.refusals) + len(applied.refused)
        return applied

    async def _remove(
        self, connection: Connection, work: Work, applied: Applied
    ) -> Sequence[Record]:
        """Remove what is gone, but by rows that are refused; return what there was of it."""
        removed, failed = await self._removing.remove(connection, work, applied.refused)
        applied.refused |= failed
        for record, line in work.gone.items():
            if line in failed:
                applied.denied[record] = Denied(failed[line], _DELETE)
        return removed

    async def write(
        self, connection: Connection, batches: Mapping[str, Batch], meeting: Meeting, turn: Turn
    ) -> Written:
        """Write `batches`, all or nothing; raise Forbidden for what may not be written."""
        tally, told = Tally(), Told()
        with failures.translated():
            async with connection.transaction():
                met = await meeting.meet(connection, batches)
                if any(map(_is_shared, met)):
                    await turn()
                for each in met:
                    await self._contribute(connection, each, meeting, tally, told)
                    await self._change(connection, each, tally, told)
                    tally.of(each.declared.name).created += len(each.fresh.ids)
                    told.add({"create"}, each.declared.name, each.fresh.ids)
                new = {each.declared: each.fresh for each in met}
                await load(connection, new, self._actor, turn=turn, noted=self._noted)
                await meeting.demand_left(connection, met)
        return tally, told

    async def _contribute(
        self, connection: Connection, met: Met, meeting: Meeting, tally: Tally, told: Told
    ) -> None:
        """Give what belongs to origins of groups to them."""
        declared, outcome = met.declared, tally.of(met.declared.name)
        denied: dict[Record, Denied] = {}
        for identifier, lines in met.grouped.items():
            try:
                operations = await contribute(
                    connection,
                    declared,
                    identifier,
                    parse_object(body_of(lines)),
                    source=self._source,
                    actor=self._actor,
                    become=partial(meeting.become, met, identifier),
                )
            except (Refused, IsMask) as error:
                needed = error.operations if isinstance(error, NotWritable) else _UPDATE
                denied[declared.name, identifier] = Denied(error, needed)
            else:
                outcome.changed += bool(operations)
                outcome.unchanged += not operations
                told.add(operations, declared.name, [identifier] if operations else [])
        demand(denied)

    async def _change(self, connection: Connection, met: Met, tally: Tally, told: Told) -> None:
        outcome = tally.of(met.declared.name)
        changes = [altered.change for altered in met.altered]
        if changes:
            for result in await write_all(connection, "change_records", met.declared, changes):
                if isinstance(result, Exception):
                    raise result
        for change, operations in met.altered:
            told.add(operations or _UPDATE, met.declared.name, [change.id])
        outcome.changed += len(changes)
        outcome.unchanged += met.unchanged
        outcome.repeated += met.repeated


@dataclass(slots=True)
class _Settling:
    """The work of a chunk, written but for rows that are refused, until none counts on those."""

    connection: Connection
    work: Work
    wanted: Demanded
    meeting: Meeting
    turn: Turn
    applying: Applying
    applied: Applied

    async def settle(self) -> None:
        """Write what can be written; say in `applied` what became of it."""
        while True:
            point = self.connection.transaction()
            await point.start()
            late: dict[int, InventoryError] = {}
            denied: Mapping[Record, Denied] = {}
            try:
                written = await self._write_all_but(late)
            except Forbidden as error:
                denied = error.denied
                late |= self._lines_of(denied)
            refused = self.applied.refused
            lost = await self.wanted.missing(self.connection, {**refused, **late})
            refused |= late | lost
            self.applied.denied |= denied
            if not lost and not denied:
                await point.commit()
                self.applied.tally, self.applied.told = written
                return
            await point.rollback()

    def _lines_of(self, denied: Mapping[Record, Denied]) -> dict[int, InventoryError]:
        """Return why rows are refused, by line, for their records that may not be written."""
        found: dict[int, InventoryError] = {}
        for name, batch in self.work.batches.items():
            for line, identifier in zip(self.work.lines[name], batch.ids, strict=True):
                if (name, identifier) in denied:
                    found.setdefault(line, denied[name, identifier].error)
        return found

    async def _write_all_but(self, late: dict[int, InventoryError]) -> Written:
        """Write what there is but for rows refused before; add those to `late` that fail."""
        refused = self.applied.refused
        if not refused:
            try:
                return await self._write(self.work.batches)
            except REFUSED:
                pass
        rows = [row for row in _by_line(self.work) if row[0] not in refused]
        return await self._write_rows(rows, late)

    async def _write_rows(self, rows: Rows, late: dict[int, InventoryError]) -> Written:
        """Write `rows` but those that the database refuses: they are found by halving."""
        if not rows:
            return Tally(), Told()
        try:
            return await self._write(_batches(rows))
        except REFUSED as error:
            if len(rows) == 1:
                late[rows[0][0]] = Overlap() if isinstance(error, Excluded) else error
                return Tally(), Told()
        middle = len(rows) // 2
        tally, told = await self._write_rows(rows[:middle], late)
        more = await self._write_rows(rows[middle:], late)
        return tally.plus(more[0]), told.plus(more[1])

    async def _write(self, batches: Mapping[str, Batch]) -> Written:
        return await self.applying.write(self.connection, batches, self.meeting, self.turn)


def _is_shared(met: Met) -> bool:
    """Tell whether what becomes of records touches what others may touch at the same time.

    Groups, and whose choices are settled, are known in the database alone; trees are held whole.
    """
    changes = [each.change for each in met.altered]
    if met.grouped or any(change.dated.grown for change in changes):
        return True
    return bool(changes) and concerns_choices(met.declared, changes)


def _by_line(work: Work) -> Rows:
    """Return the records of `work` by the row they came from."""
    rows: dict[int, dict[str, dict[str, Lines]]] = {}
    for name, batch in work.batches.items():
        records = batch.taken_apart().items()
        for line, (identifier, lines) in zip(work.lines[name], records, strict=True):
            rows.setdefault(line, {}).setdefault(name, {})[identifier] = lines
    return sorted(rows.items())


def _batches(rows: Rows) -> dict[str, Batch]:
    records: dict[str, dict[str, Lines]] = {}
    for _, made in rows:
        for name, lines in made.items():
            records.setdefault(name, {}).update(lines)
    return {name: Batch.of(given) for name, given in records.items()}
