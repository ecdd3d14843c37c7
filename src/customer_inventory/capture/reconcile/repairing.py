"""Repair by capture: rows of an extract replayed through the import, as the process they came by.

Each row is permitted, checked and refused as any other, and a late older one is left out. A row
that would take back what somebody accepted, or take away what the mapping does not map, is held
back unless that is asked for.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from customer_inventory.capture.arrival.spool import Spool
from customer_inventory.capture.importing import Summary, import_file
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import worklist
from customer_inventory.capture.reconcile.comparing import differences
from customer_inventory.capture.reconcile.element import elements_in, plain, value_at
from customer_inventory.capture.reconcile.rows import Extract, Kept, Said, Side
from customer_inventory.capture.reconcile.showing import hidden_of
from customer_inventory.capture.reconcile.worklist import Chosen
from customer_inventory.capture.refusal import refused
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

NAME = "reconciliation"
"""What the file of a repair is called."""
MOST_ITEMS = 100_000
_PAGE = 100
_BY_ROW = ("missingHere", "different", "refused")

KeyFor = Callable[[str], bytes]
"""Returns the key of what a process sees as hashes."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What the replay of a row would do to an element of a record, or why it is held back.

    `does` is create, change, lose (the mapping does not map it) or holdBack, for `reason`.
    """

    item: int
    line: int
    record_type: str
    record_id: str
    does: str
    path: str = ""
    here: Any = None
    there: Any = None
    reason: str | None = None


@dataclass(slots=True)
class Repaired:
    """What became of items: repaired by what was loaded, held back, or left, each with why."""

    repaired: list[int] = field(default_factory=list)
    held_back: dict[int, str] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)
    loads: list[Summary] = field(default_factory=list)


async def plan(
    database: Database,
    chosen: Chosen,
    whose: Whose,
    *,
    whole: bool = False,
    sight: Sight = EVERYTHING,
) -> list[Planned]:
    """Return what a repair of chosen items would do, element by element; nothing is written.

    Records that `sight` does not show are left out.
    """
    found: list[Planned] = []
    for run, items in (await _by_run(database, chosen, whose)).items():
        extract = await Extract.of(database, run, person=None)
        for row, some in await _rows(database, extract, items):
            said = await extract.said(database, row)
            reason = await _hindrance(database, extract, row, said, whole=whole)
            kinds = {side.id: side.part.declared.name for side in said.sides}
            hidden = await hidden_of(database, kinds, sight)
            found += [
                each
                for each in _planned(extract, row, said, some[0]["id"], reason)
                if each.record_id not in hidden
            ]
    return found


async def repair(
    database: Database,
    spool: Spool,
    chosen: Chosen,
    whose: Whose,
    *,
    by: Actor,
    whole: bool = False,
    key_for: KeyFor = lambda _: b"",
) -> Repaired:
    """Repair chosen items that are open and came with a row: replay it, and compare it again.

    As the process and purpose of their reconciliation, for `by`, who decides. At most 100,000
    items. With `whole`, rows are replayed too that would otherwise be held back. Raises whatever
    the import raises.
    """
    done = Repaired()
    for run, items in (await _by_run(database, chosen, whose)).items():
        extract = await Extract.of(database, run, person=by.person, terminal=by.source)
        rows = await _rows(database, extract, items)
        ready = [each async for each in _ready(database, extract, rows, done, whole=whole)]
        lost = {item["id"] for item in items} - {i["id"] for _, some in rows for i in some}
        done.left |= dict.fromkeys(lost, "its row of the extract is no longer kept")
        if ready:
            key = key_for(extract.actor.process)
            summary, refusals = await _load(database, spool, extract, ready, key)
            done.loads.append(summary)
            for row, _ in ready:
                await _judge(database, extract, row, refusals.get(row.line), done)
    await _note(database, done, by)
    return done


async def _by_run(database: Database, chosen: Chosen, whose: Whose) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    count = 0
    async for item in worklist.every(database, worklist.waiting(chosen), whose):
        if item["kind"] not in _BY_ROW:
            continue
        count += 1
        if count > MOST_ITEMS:
            raise Invalid(
                f"More than {MOST_ITEMS:,} items are to be repaired at once.",
                hint="Choose fewer: by kind, type or path.",
            )
        found.setdefault(item["run"], []).append(item)
    return found


async def _rows(
    database: Database, extract: Extract, items: Sequence[Row]
) -> list[tuple[Kept, list[Row]]]:
    """Return the rows of items, by line, each with its items."""
    by_line: dict[int, list[Row]] = {}
    for item in items:
        by_line.setdefault(item["line"], []).append(item)
    lines = sorted(by_line)
    found = []
    for start in range(0, len(lines), _PAGE):
        kept = await extract.kept(database, lines[start : start + _PAGE])
        found += [(row, by_line[row.line]) for row in kept]
    return found


async def _ready(
    database: Database,
    extract: Extract,
    rows: Sequence[tuple[Kept, list[Row]]],
    done: Repaired,
    *,
    whole: bool,
) -> AsyncIterator[tuple[Kept, list[Row]]]:
    """Yield the rows that may be replayed; the others are left or held back."""
    for row, items in rows:
        ids = [item["id"] for item in items]
        if not row.is_exact:
            done.left |= dict.fromkeys(ids, "its row was cut or is no UTF-8")
            continue
        said = await extract.said(database, row)
        reason = await _hindrance(database, extract, row, said, whole=whole)
        if reason:
            done.held_back |= dict.fromkeys(ids, reason)
        else:
            yield row, items


async def _hindrance(
    database: Database, extract: Extract, row: Kept, said: Said, *, whole: bool
) -> str | None:
    """Return why a row is not replayed unasked; None: nothing speaks against it."""
    if whole:
        return None
    accepted = await database.fetch(SQL.accepted_of_line, extract.run["id"], row.line)
    if accepted:
        named = ", ".join(each["path"] or each["kind"] for each in accepted)
        return f"would take back what was accepted: {named}"
    lost = [path for side in said.sides for path in _lost(side)]
    return f"would take away what the mapping does not map: {', '.join(lost)}" if lost else None


def _lost(side: Side) -> Iterator[str]:
    """Yield the elements of a record that its row would take away without saying anything of it."""
    if side.here is None or side.part.elements is None:
        return
    for element in elements_in(side.here):
        steps = tuple(element.split("."))
        if element not in side.part.elements and value_at(side.there, steps) is None:
            yield element


def _planned(
    extract: Extract, row: Kept, said: Said, item: int, reason: str | None
) -> Iterator[Planned]:
    if said.refusal is not None:
        first = said.refusal.problems[0]
        yield Planned(item, row.line, "", "", "refuse", first.path, reason=first.message)
    for side in said.sides:
        name = side.part.declared.name
        if side.here is None:
            yield Planned(item, row.line, name, side.id, "create")
            continue
        for path, here, there in differences(side.part, extract.tolerances, side.here, side.there):
            yield Planned(
                item, row.line, name, side.id, "change", path, plain(here), plain(there)
            )  # fmt: skip
        for path in _lost(side):
            here = value_at(side.here, tuple(path.split(".")))
            yield Planned(item, row.line, name, side.id, "lose", path, plain(here))
    if reason:
        yield Planned(item, row.line, "", "", "holdBack", reason=reason)


async def _load(
    database: Database,
    spool: Spool,
    extract: Extract,
    rows: Sequence[tuple[Kept, list[Row]]],
    key: bytes,
) -> tuple[Summary, dict[int, str]]:
    """Load rows; return what that did, and why some were refused, by line of the extract."""
    with spool.making() as out:
        line, places = 1, {}
        if extract.run["header"]:
            out.write(f"{extract.run['header']}\n".encode())
            line += 1 + extract.run["header"].count("\n")
        for row, _ in rows:
            places[line] = row.line
            out.write(f"{row.text}\n".encode())
            line += 1 + row.text.count("\n")
        out.flush()
        summary = await import_file(
            database, out.path, extract.mapping, actor=extract.actor, masking_key=key,
            name=f"{NAME} {extract.run['id']}", replays={},
            workers=None if len(rows) > _PAGE else 0,
        )  # fmt: skip
    reasons: dict[int, str] = {}
    for problem in await refused(database, summary.id, limit=MOST_ITEMS):
        where = f"{problem['path']}: " if problem["path"] else ""
        reasons.setdefault(places[problem["line"]], f"refused: {where}{problem['reason']}")
    return summary, reasons


async def _judge(
    database: Database, extract: Extract, row: Kept, refusal: str | None, done: Repaired
) -> None:
    """Compare a row that was replayed again: what agrees is repaired, of all its records."""
    said = await extract.said(database, row)
    apart = {(side.id, path) for side in said.sides for path in _apart(extract, side)}
    for item in await database.fetch(SQL.open_of_line, extract.run["id"], row.line):
        if refusal is not None or (item["record_id"], item["path"]) in apart:
            done.left[item["id"]] = refusal or "the source has said something newer"
        else:
            done.repaired.append(item["id"])


def _apart(extract: Extract, side: Side) -> Iterator[str]:
    if side.here is None:
        yield ""
        return
    for path, _, _ in differences(side.part, extract.tolerances, side.here, side.there):
        yield path


async def _note(database: Database, done: Repaired, actor: Actor) -> None:
    async with database.transaction() as connection:
        loads = ", ".join(f"import {each.id}" for each in done.loads)
        await worklist.note(connection, done.repaired, "repaired", loads, actor)
        for step, reasons in (("heldBack", done.held_back), ("notRepaired", done.left)):
            by_reason: dict[str, list[int]] = {}
            for item, reason in reasons.items():
                by_reason.setdefault(reason, []).append(item)
            for reason, ids in by_reason.items():
                await worklist.note(connection, ids, step, reason, actor)
