"""`reconcile`: an extract compared both ways, against the same comparison written by hand.

Generated customers are imported; their extract says one document in a hundred otherwise and leaves
one out. By hand is what somebody who knows the tables would write: the same documents by COPY into
a table that is not logged, with an index on ids, and one statement that joins it fully with each
table and returns what is missing on either side, and the two texts where they differ. It reads no
mapping, checks nothing, tells no elements and keeps no worklist.
"""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import msgspec

from bench import machine
from bench.sample import Sample
from bench.server import new_home
from bench.tables import Connection, connected
from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.capture.mapping import read_mapping
from customer_inventory.capture.reconcile.running import Progress, Summary, reconcile
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.types import TYPES, of_entity
from customer_inventory.store.database import Database

STAGE, COMPARE, WHOLE = "staged", "compared", "whole"
OURS, BY_HAND = "reconciliation", "by hand"
ALTERED_OF, LEFT_OUT_OF = 100, 250
"""One document in so many says something else; one in so many is left out of the extract."""

_ACTOR = Actor(PROCESS, PURPOSE, "bench")
_PIECE = 1_048_576
_KILOBYTES_A_RECORD, _RECORDS_A_CUSTOMER = 9.0, 14


@dataclass(frozen=True)
class Plan:
    """How many generated customers are compared with all their records, and how often."""

    customers: int = 100_000
    rounds: int = 3
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by who compared and what part of it."""

    plan: Plan
    postgresql: str
    records: int
    altered: int
    left_out: int
    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)


async def measure(plan: Plan) -> Result:
    """Import, then compare in turn; remove everything.

    Raises Unavailable when there is no room, or both do not find the same.
    """
    async with new_home() as home:
        needed = plan.customers * _RECORDS_A_CUSTOMER * _KILOBYTES_A_RECORD / 1e6 + 2
        machine.require_disk(home.folder, needed)
        held, extract = home.folder / "held.ndjson", home.folder / "extract.ndjson"
        await home.cinv(
            "demo", "generate", "--customers", str(plan.customers), "--seed", str(plan.seed),
            "-f", str(held),
        )  # fmt: skip
        await home.cinv("capture", "import", str(held), "--mapping", "records")
        records, altered, left_out = _write_extract(held, extract)
        held.unlink()
        result = Result(plan, home.version, records, altered, left_out)
        async with connected(home.dsn) as connection, Database(home.dsn) as database:
            await connection.execute("VACUUM ANALYZE")
            for number in range(plan.rounds):
                click.echo(f"{records:,} records, round {number + 1}", err=True)
                await _ours(database, extract, result)
                await connection.execute("DELETE FROM capture.reconciliation_item")
                await home.checkpoint()
                await _by_hand(connection, extract, result)
                await home.checkpoint()
        return result


def _write_extract(held: Path, extract: Path) -> tuple[int, int, int]:
    """Write what the source says; return how many records are held, altered and left out."""
    records = altered = left_out = 0
    with held.open("rb") as lines, extract.open("wb") as out:
        for records, line in enumerate(lines, start=1):
            if records % LEFT_OUT_OF == 0:
                left_out += 1
            elif records % ALTERED_OF == 0:
                altered += 1
                document = msgspec.json.decode(line)
                said = {**document, "description": f"said otherwise {records}"}
                out.write(msgspec.json.encode(said) + b"\n")
            else:
                out.write(line)
    return records, altered, left_out


async def _ours(database: Database, extract: Path, result: Result) -> None:
    began = time.monotonic()
    staged: list[float] = []

    def tell(at: Progress) -> None:
        if at.phase != "staging" and not staged:
            staged.append(time.monotonic())

    mapping = read_mapping("records")
    summary = await reconcile(database, extract, mapping, actor=_ACTOR, progress=tell)
    ended = time.monotonic()
    middle = staged[0] if staged else ended
    _check(result, OURS, _counted(summary))
    for part, seconds in ((STAGE, middle - began), (COMPARE, ended - middle),
                          (WHOLE, ended - began)):  # fmt: skip
        result.samples.setdefault((OURS, part), []).append(Sample(result.records, seconds))


def _counted(summary: Summary) -> tuple[int, int]:
    """Return how many elements differ, and how many records are missing there."""
    found = {"different": 0, "missingThere": 0}
    for total in summary.totals:
        found[total["kind"]] += total["found"]
    return found["different"], found["missingThere"]


async def _by_hand(connection: Connection, extract: Path, result: Result) -> None:
    await connection.execute("DROP TABLE IF EXISTS bench_given")
    await connection.execute("CREATE UNLOGGED TABLE bench_given (type text, id text, body text)")
    began = time.monotonic()
    await connection.copy_to_table("bench_given", source=_copied(extract), format="text")
    await connection.execute("CREATE INDEX ON bench_given (type, id)")
    await connection.execute("ANALYZE bench_given")
    middle = time.monotonic()
    rows = await connection.fetch(_joined())
    ended = time.monotonic()
    missing = sum(row["given"] is None for row in rows)
    _check(result, BY_HAND, (len(rows) - missing, missing))
    await connection.execute("DROP TABLE bench_given")
    for part, seconds in ((STAGE, middle - began), (COMPARE, ended - middle),
                          (WHOLE, ended - began)):  # fmt: skip
        result.samples.setdefault((BY_HAND, part), []).append(Sample(result.records, seconds))


async def _copied(extract: Path) -> AsyncIterator[bytes]:
    """Yield the extract as COPY text: type, id, document."""
    piece: list[bytes] = []
    size = 0
    for line in _lines(extract):
        piece.append(line)
        size += len(line)
        if size >= _PIECE:
            yield b"".join(piece)
            piece, size = [], 0
    yield b"".join(piece)


def _lines(extract: Path) -> Iterator[bytes]:
    entity = msgspec.json.Decoder(dict[str, msgspec.Raw])
    with extract.open("rb") as lines:
        for line in lines:
            body = line.rstrip(b"\n")
            members = entity.decode(body)
            name, identifier = (
                bytes(members[each]).strip(b'"').decode() for each in ("@type", "id")
            )
            declared = of_entity(name)
            if declared is None:
                raise Unavailable(f"The generator made a record of no type: {name}.")
            yield b"%b\t%b\t%b\n" % (
                declared.name.encode(), identifier.encode(), body.replace(b"\\", b"\\\\"),
            )  # fmt: skip


def _joined() -> str:
    """Return the comparison as somebody would write it who knows the tables."""
    return "\nUNION ALL\n".join(
        f"""
        SELECT coalesce(g.id, r.id) AS id, g.body AS given, r.body::text AS held
        FROM (SELECT id, body FROM bench_given WHERE type = '{declared.name}') AS g
        FULL OUTER JOIN record.{declared.table} AS r ON g.id = r.id
        WHERE r.body::text IS DISTINCT FROM g.body
        """
        for declared in TYPES.values()
    )


def _check(result: Result, who: str, found: tuple[int, int]) -> None:
    """Raise Unavailable unless what was found is what was planted."""
    planted = (result.altered, result.left_out)
    if found != planted:
        raise Unavailable(f"{who} found {found} different and missing, of {planted} planted.")
