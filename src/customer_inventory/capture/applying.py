"""A chunk meets the inventory: new records are made in bulk, known ones changed or left alone."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from customer_inventory.capture.tally import Tally
from customer_inventory.capture.work import Work
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.load import Lines, body_of, known, load
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Change, replacement
from customer_inventory.record.write import write_all
from customer_inventory.store import failures
from customer_inventory.store.database import Connection, Row

Records = Mapping[str, Mapping[str, Lines]]
"""Records by type and id."""

# Tells 1 from true and from 1.0, as JSON does and Python does not.
_canonical = msgspec.json.Encoder(order="deterministic").encode


class Applying:
    """Applies the work of chunks for `actor`; the load began at the instant `since`."""

    def __init__(self, actor: Actor, since: datetime) -> None:
        self._actor = actor
        self._since = since

    async def apply(self, connection: Connection, work: Work) -> tuple[Tally, dict[int, Invalid]]:
        """Write what `work` holds, in the open transaction.

        Returns the tally and, by line, the rows that the database itself refused. Raises
        Conflict when somebody else changed the same records meanwhile: do it again then.
        """
        refused: dict[int, Invalid] = {}
        lines = sorted(set(work.lines.values()))
        tally = await self._apply_lines(connection, work, lines, refused)
        for name, count in work.repeated.items():
            tally.of(name).repeated += count
        tally.rows = work.rows
        tally.refused = len(work.refusals) + len(refused)
        for (name, path), count in work.undeclared.items():
            tally.saw(name, path, count)
        return tally, refused

    async def _apply_lines(
        self, connection: Connection, work: Work, lines: list[int], refused: dict[int, Invalid]
    ) -> Tally:
        """Write the rows of `lines`; those that the database refuses are found by halving."""
        if not lines:
            return Tally()
        try:
            with failures.translated():
                async with connection.transaction():
                    return await self._apply(connection, _of_lines(work, set(lines)))
        except Invalid as error:
            if len(lines) == 1:
                refused[lines[0]] = error
                return Tally()
        middle = len(lines) // 2
        first = await self._apply_lines(connection, work, lines[:middle], refused)
        return first.plus(await self._apply_lines(connection, work, lines[middle:], refused))

    async def _apply(self, connection: Connection, records: Records) -> Tally:
        tally = Tally()
        new: dict[RecordType, Mapping[str, Lines]] = {}
        for name, given in records.items():
            declared = TYPES[name]
            there = await known(connection, declared, given.keys())
            await self._change(connection, declared, given, there, tally)
            # In the order of the file, which the outbox keeps.
            new[declared] = {key: lines for key, lines in given.items() if key not in there}
            tally.of(name).created += len(new[declared])
        await load(connection, new)
        return tally

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
        if _same(old, new):
            return None
        return replacement(
            declared, old, new, revision=row["revision"], operation="update", actor=self._actor
        )


def _of_lines(work: Work, lines: set[int]) -> Records:
    return {
        name: {key: value for key, value in given.items() if work.lines[key] in lines}
        for name, given in work.records.items()
    }


def _same(one: Document, other: Document) -> bool:
    return bool(_canonical(one) == _canonical(other))
