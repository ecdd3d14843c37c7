"""What a load refuses goes to quarantine, and what it takes leaves it: with each chunk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from uuid import UUID

from customer_inventory.capture import mapping as mappings
from customer_inventory.capture.reading import Chunk, Said
from customer_inventory.capture.refusal import Refusal, sha256_of
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a load come from: its `source`, file, mapping and header (CSV).

    `replays` are rows of quarantine by their line in this load, if it is one of those.
    """

    load: UUID
    source: str
    file: str
    mapping_sha256: str
    header: str
    replays: Mapping[int, int] = field(default_factory=dict)


class Keeping:
    """Keeps what the load of `place` refuses for `actor`, and settles what it takes."""

    def __init__(self, place: Place, actor: Actor, *, has_waiting: bool) -> None:
        self._place = place
        self._actor = actor
        self._has_waiting = has_waiting

    @classmethod
    async def of(
        cls, database: Database, place: Place, mapping: mappings.Mapping, actor: Actor
    ) -> "Keeping":
        """Return the keeping of a load that begins or goes on; its mapping is kept."""
        await database.execute(SQL.keep_mapping, mapping.sha256, mapping.name, mapping.text)
        waiting = await database.value(SQL.has_waiting, place.source, actor.process, actor.purpose)
        return cls(place, actor, has_waiting=waiting)

    async def keep(self, connection: Connection, chunk: Chunk, refusals: Sequence[Refusal]) -> None:
        """Keep the refusals of a chunk and settle its other rows, in the open transaction."""
        refused = {each.line for each in refusals}
        if self._has_waiting or self._place.replays:
            await self._settle(connection, chunk, refused)
        if not refusals:
            return
        self._has_waiting = True
        refusals = sorted(refusals, key=attrgetter("line"))
        ids = await self._rows(connection, refusals, chunk.said)
        problems = [
            (each.line, number, problem.path or None, problem.message, each.code,
             problem.requirement, ids.get(each.line))
            for each in refusals
            for number, problem in enumerate(each.problems, start=1)
        ]  # fmt: skip
        await connection.execute(SQL.keep_problems, self._place.load, *_columns(problems))

    async def _rows(
        self, connection: Connection, refusals: Sequence[Refusal], said: Mapping[int, Said]
    ) -> Mapping[int, int]:
        """Keep the rows themselves; return their ids by line."""
        place, actor = self._place, self._actor
        if place.replays:
            again = [(place.replays[each.line], each.line) for each in refusals]
            who = (actor.process, actor.person, actor.purpose)
            await connection.execute(
                SQL.refuse_again, place.load, *_columns(again), *who, place.mapping_sha256
            )
            return place.replays
        known = {each.line: _known_by(each.sha256, said.get(each.line)) for each in refusals}
        once = {known[each.line]: each for each in reversed(refusals)}  # the first of those alike
        rows = [
            (each.line, each.text, each.is_exact, sha256, *_beside(said.get(each.line)))
            for sha256, each in once.items()
        ]
        found = await connection.fetch(
            SQL.keep_rows, place.load, place.source, place.file, place.mapping_sha256,
            place.header, actor.process, actor.purpose, *_columns(rows),
        )  # fmt: skip
        ids = {row["sha256"]: row["id"] for row in found}
        return {line: ids[sha256] for line, sha256 in known.items()}

    async def _settle(self, connection: Connection, chunk: Chunk, refused: set[int]) -> None:
        place, actor = self._place, self._actor
        taken = [(line, raw) for line, raw, fault in chunk.rows() if line not in refused]
        replayed = [place.replays[line] for line, _ in taken if line in place.replays]
        arrived = (
            []
            if place.replays
            else [_known_by(sha256_of(raw), chunk.said.get(line)) for line, raw in taken]
        )
        await connection.execute(
            SQL.settle_rows, replayed, arrived, place.source, actor.process, actor.purpose,
            actor.person, f"import {place.load}",
        )  # fmt: skip


def _known_by(sha256: bytes, said: Said | None) -> bytes:
    """Return what a row is known by: one that is gone by when it was, too."""
    if said is None or not said.is_gone:
        return sha256
    return sha256_of(f"gone {said.at} {said.number} ".encode() + sha256)


def _beside(said: Said | None) -> tuple[object, ...]:
    return (said.at, said.number, said.is_gone) if said else (None, None, False)


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
