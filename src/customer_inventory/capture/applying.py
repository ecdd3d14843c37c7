"""A chunk meets the inventory: new records are made in bulk, known ones changed or left alone."""

from collections.abc import Collection, Mapping
from datetime import datetime

from customer_inventory.capture.demanded import Demanded
from customer_inventory.capture.tally import Tally
from customer_inventory.capture.work import Work
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import is_same, parse_object
from customer_inventory.record.hierarchy.edge import Cycle, TooHigh
from customer_inventory.record.identity.merging import contribute
from customer_inventory.record.identity.origin import roots_of
from customer_inventory.record.load import Batch, Lines, body_of, known, load
from customer_inventory.record.period import Overlap
from customer_inventory.record.subject.restriction import ProcessingRestricted
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Change, replacement
from customer_inventory.record.write import write_all
from customer_inventory.store import failures
from customer_inventory.store.database import Connection, Row
from customer_inventory.store.failures import Excluded

Rows = list[tuple[int, dict[str, dict[str, Lines]]]]
"""Rows by line, each with its records by type and id."""


REFUSED = (Invalid, Excluded, Overlap, Cycle, TooHigh, ProcessingRestricted)
"""What refuses a row, and that row alone."""


class Applying:
    """Applies the work of chunks from `source` for `actor`; the load began at `since`."""

    def __init__(self, actor: Actor, since: datetime, source: str) -> None:
        self._actor = actor
        self._since = since
        self._source = source

    async def apply(
        self, connection: Connection, work: Work, wanted: Demanded
    ) -> tuple[Tally, dict[int, InventoryError]]:
        """Write what `work`, which demands `wanted`, holds, in the open transaction.

        Returns the tally and, by line, the rows that were refused: by the database itself, or
        because they refer to what must be there and is not. Raises Conflict when somebody else
        changed the same records meanwhile: do it again then.
        """
        refused: dict[int, InventoryError] = {}
        refused |= await wanted.missing(connection, refused)
        tally = await self._settle(connection, work, wanted, refused)
        for name, count in work.repeated.items():
            tally.of(name).repeated += count
        for (name, path), count in work.undeclared.items():
            tally.saw(name, path, count)
        tally.rows = work.rows
        tally.refused = len(work.refusals) + len(refused)
        return tally, refused

    async def _settle(
        self,
        connection: Connection,
        work: Work,
        wanted: Demanded,
        refused: dict[int, InventoryError],
    ) -> Tally:
        """Write `work` but for the rows `refused`, until no row counts on one that is refused."""
        while True:
            point = connection.transaction()
            await point.start()
            late: dict[int, InventoryError] = {}
            tally = await self._write_all_but(connection, work, refused, late)
            lost = await wanted.missing(connection, {**refused, **late})
            refused |= late | lost
            if not lost:
                await point.commit()
                return tally
            await point.rollback()

    async def _write_all_but(
        self,
        connection: Connection,
        work: Work,
        refused: Collection[int],
        late: dict[int, InventoryError],
    ) -> Tally:
        """Write what `work` holds but for the rows `refused`; add those to `late` that fail."""
        if not refused:
            try:
                return await self._write(connection, work.batches)
            except REFUSED:
                pass
        rows = [row for row in _by_line(work) if row[0] not in refused]
        return await self._write_rows(connection, rows, late)

    async def _write_rows(
        self, connection: Connection, rows: Rows, refused: dict[int, InventoryError]
    ) -> Tally:
        """Write `rows` but those that the database refuses: they are found by halving."""
        if not rows:
            return Tally()
        try:
            return await self._write(connection, _batches(rows))
        except REFUSED as error:
            if len(rows) == 1:
                refused[rows[0][0]] = Overlap() if isinstance(error, Excluded) else error
                return Tally()
        middle = len(rows) // 2
        first = await self._write_rows(connection, rows[:middle], refused)
        return first.plus(await self._write_rows(connection, rows[middle:], refused))

    async def _write(self, connection: Connection, batches: Mapping[str, Batch]) -> Tally:
        """Write `batches`, all or nothing."""
        tally = Tally()
        new: dict[RecordType, Batch] = {}
        with failures.translated():
            async with connection.transaction():
                for name, given_batch in batches.items():
                    declared = TYPES[name]
                    batch = await self._contribute(connection, declared, given_batch, tally)
                    there = await known(connection, declared, batch, self._actor.purpose)
                    new[declared] = batch
                    if there:
                        given = batch.taken_apart()
                        await self._change(connection, declared, given, there, tally)
                        fresh = {key: given[key] for key in given if key not in there}
                        new[declared] = Batch.of(fresh)
                    tally.of(name).created += len(new[declared].ids)
                await load(connection, new, self._actor)
        return tally

    async def _contribute(
        self, connection: Connection, declared: RecordType, batch: Batch, tally: Tally
    ) -> Batch:
        """Give what belongs to origins of groups to them; return the others."""
        grouped = await roots_of(connection, batch.ids)
        if not grouped:
            return batch
        given, outcome = batch.taken_apart(), tally.of(declared.name)
        for identifier in grouped:
            document = parse_object(body_of(given.pop(identifier)))
            is_new = await contribute(
                connection, declared, identifier, document, source=self._source, actor=self._actor
            )
            outcome.changed += is_new
            outcome.unchanged += not is_new
        return Batch.of(given)

    async def _change(
        self,
        connection: Connection,
        declared: RecordType,
        given: Mapping[str, Lines],
        there: Mapping[str, Row],
        tally: Tally,
    ) -> None:
        outcome = tally.of(declared.name)
        changes = []
        for identifier, row in there.items():
            change = self._changed(declared, row, body_of(given[identifier]))
            if change and row["is_restricted"]:
                raise ProcessingRestricted
            if change:
                changes.append(change)
            if row["process"] == self._actor.process and row["recorded_at"] >= self._since:
                outcome.repeated += 1
        if changes:
            for result in await write_all(connection, "change_records", declared, changes):
                if isinstance(result, Exception):
                    raise result
        outcome.changed += len(changes)
        outcome.unchanged += len(there) - len(changes)

    def _changed(self, declared: RecordType, row: Row, body: bytes) -> Change | None:
        """Return the change that makes `body` of the record in `row`, None when it is that."""
        if row["body"] == body:
            return None
        old, new = parse_object(row["body"]), parse_object(body)
        if is_same(old, new):
            return None
        return replacement(
            declared, old, new, revision=row["revision"], operation="update", actor=self._actor
        )


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
