"""An independent count: what clients kept of their requests, against what the inventory holds.

Nothing of the product is used here but its tables, read as they are, and the name of an event.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg

from customer_inventory.kit.ids import derived_id
from tests.prove.kept import A, Asked, B, Request, requests
from tests.prove.linear import NEVER, Op, Value, linearizable

Versions = dict[str, list[dict[str, Any]]]
"""By id: the versions of a record, from the first on; a removal has no body."""


@dataclass
class Count:
    """What was counted, and what does not add up."""

    tried: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def expect(self, truth: object, said: str) -> None:
        if not truth:
            self.wrong.append(said)


def read_logs(folder: Path) -> list[Request]:
    return [one for file in sorted(folder.glob("*.log")) for one in requests(file)]


async def count(connection: asyncpg.Connection, asked: Sequence[Request],
                heard: Sequence[str]) -> Count:  # fmt: skip
    """Compare requests, the events heard (their ids, in order) and the database."""
    found = Count()
    for one in asked:
        found.tried[f"{one.asked.verb}: {_outcome(one)}"] += 1
    versions = await _versions(connection)
    _writes(found, asked, versions)
    _reads(found, asked, versions)
    _histories(found, versions)
    _orders(found, asked)
    await _events(found, connection, versions, heard)
    await _ledger(found, connection, asked)
    return found


def _outcome(one: Request) -> str:
    return "done" if one.is_done else "unknown" if one.is_unknown else f"refused {one.status}"


async def _versions(connection: asyncpg.Connection) -> Versions:
    rows = await connection.fetch(
        "SELECT id, revision, operation, body::text AS body, recorded_at AS at FROM ("
        " SELECT id, revision, operation, body, recorded_from AS recorded_at FROM record.history"
        " WHERE type = 'individual'"
        " UNION ALL SELECT id, revision, operation, body, recorded_at FROM record.individual"
        ") AS every ORDER BY id, revision"
    )
    found: Versions = defaultdict(list)
    for row in rows:
        body = json.loads(row["body"]) if row["body"] else None
        found[row["id"]].append({**row, "body": body})
    return found


def _writes(found: Count, asked: Sequence[Request], versions: Versions) -> None:
    """No acknowledged write is lost, none happened twice, none that was refused happened."""
    times = _written(versions)
    makers = Counter((past[0]["body"] or {}).get("givenName", "") for past in versions.values())
    for one in asked:
        if one.asked.verb == "make":
            _times(found, one, makers[_maker(one)], _maker(one))
        elif one.asked.verb == "write":
            for value in one.asked.sets.values():
                _times(found, one, times[one.asked.key, value], f"{one.asked.key} {value}")
        elif one.asked.verb == "remove" and one.is_done:
            past = versions.get(one.asked.key, [])
            is_gone = past and past[-1]["body"] is None
            found.expect(is_gone, f"lost: the removal of {one.asked.key}")


def _written(versions: Versions) -> Counter[tuple[str, str]]:
    """Return how often each value was written to each record; merges show what was elsewhere."""
    times: Counter[tuple[str, str]] = Counter()
    for identifier, past in versions.items():
        before: dict[str, Any] = {}
        for version in past:
            body = version["body"] or {}
            if version["operation"] in _WRITING:
                changed = (
                    body.get(name, "") for name in (A, B) if body.get(name) != before.get(name)
                )
                times.update((identifier, value) for value in changed)
            before = body
    return times


_WRITING = ("create", "update", "modify")


def _maker(one: Request) -> str:
    return "maker " + one.asked.sets[A].partition("-")[2]


def _times(found: Count, one: Request, number: int, what: str) -> None:
    if one.is_done:
        found.expect(number >= 1, f"lost: {what}")
    found.expect(number <= 1, f"done {number} times: {what}")
    if not one.is_done and not one.is_unknown:
        found.expect(number == 0, f"refused with {one.status} and done: {what}")


def _reads(found: Count, asked: Sequence[Request], versions: Versions) -> None:
    """What was read was there, and no lane saw a record go back."""
    at: dict[tuple[str, str], int] = defaultdict(int)
    known = {
        (identifier, version["revision"]): version["body"]
        for identifier, past in versions.items()
        for version in past
    }
    for one in asked:
        told = one.told
        if told is None or told.saw is None or not one.is_done:
            continue
        body = known.get((told.key, told.revision)) or {}
        saw = {name: body.get(name, "") for name in (A, B)}
        found.expect(
            saw == told.saw, f"answered what never was: {told.key} revision {told.revision}"
        )
        place = (one.asked.lane, told.key)
        found.expect(told.revision >= at[place], f"went back: {told.key} for {one.asked.lane}")
        at[place] = told.revision


def _histories(found: Count, versions: Versions) -> None:
    for identifier, past in versions.items():
        numbers = [version["revision"] for version in past]
        found.expect(numbers == list(range(1, len(past) + 1)), f"history has gaps: {identifier}")
        instants = [version["at"] for version in past]
        in_order = all(one < other for one, other in pairwise(instants))
        found.expect(in_order, f"history out of order in time: {identifier}")
    found.tried["versions of records"] += sum(map(len, versions.values()))


FIRST: Value = ((A, "first"), (B, "first"))
"""What those who are changed by all clients are, before anybody does."""


def _orders(found: Count, asked: Sequence[Request]) -> None:
    """For each record there is an order of all requests that explains every answer."""
    by_key: dict[str, list[Op]] = defaultdict(list)
    for one in asked:
        op = operation(one)
        if op is not None:
            by_key[one.key].append(op)
    for key, ops in by_key.items():
        found.tried["records linearizable"] += 1
        is_ours = any(op.makes for op in ops)
        found.expect(
            linearizable(ops, None if is_ours else FIRST),
            f"no order explains what was seen of {key}",
        )


def operation(one: Request) -> Op | None:
    """Return a request as the checker of histories knows it; None for what it needs not know."""
    verb, told, line = one.asked.verb, one.told, one.asked
    if verb not in ("make", "write", "read", "remove") or not one.key:
        return None
    ended = float(told.ended) if told and not one.is_unknown else NEVER
    if verb == "read" or (verb == "write" and one.status in (404, 410)):
        is_telling = one.is_done or one.status == 404
        return _read(one, ended) if is_telling and not one.is_unknown else None
    if not one.is_done and not one.is_unknown:
        return None
    return Op(
        verb, float(line.at), ended,
        sets=tuple(line.sets.items()),
        makes=verb == "make",
        removes=verb == "remove",
        wants=_value(line.wants),
        guarded=line.wants is not None,
        saw=_value(told.saw) if told else None,
        reads=one.is_done and verb in ("make", "write"),
        is_known=one.is_done,
    )  # fmt: skip


def _read(one: Request, ended: float) -> Op:
    saw = _value(one.told.saw) if one.told and one.is_done else None
    return Op("read", float(one.asked.at), ended, saw=saw, reads=True)


def _value(parts: dict[str, str] | None) -> Value:
    return None if parts is None else tuple(sorted(parts.items()))


async def _events(found: Count, connection: asyncpg.Connection, versions: Versions,
                  heard: Sequence[str]) -> None:  # fmt: skip
    """Every version has its event, every event was heard, of each record in order."""
    told = await told_of(connection)
    events = set(told.values())
    for identifier, past in versions.items():
        wanted = {(identifier, version["revision"]) for version in past}
        found.expect(wanted <= events, f"versions without events: {identifier}")
    missing = told.keys() - set(heard)
    found.expect(not missing, f"{len(missing)} events were never delivered")
    order: dict[str, list[int]] = defaultdict(list)
    for event in dict.fromkeys(heard):
        if event in told:
            order[told[event][0]].append(told[event][1])
    for identifier, revisions in order.items():
        found.expect(revisions == sorted(revisions), f"events out of order: {identifier}")
    found.tried["events"] += len(told)
    found.tried["events told again"] += len(heard) - len(set(heard))


async def told_of(connection: asyncpg.Connection) -> dict[str, tuple[str, int]]:
    """Return the record and revision of each event that there is to tell, by its id.

    That of a merge is for those who ask for it by name; what it changes is told besides.
    """
    rows = await connection.fetch(
        "SELECT id, bucket, revision FROM record.outbox"
        " WHERE type = 'individual' AND others IS NULL ORDER BY revision"
    )
    return {
        derived_id(row["bucket"], "event", row["id"], str(row["revision"])): (
            row["id"], row["revision"],
        )
        for row in rows
    }  # fmt: skip


async def _ledger(found: Count, connection: asyncpg.Connection, asked: Sequence[Request]) -> None:
    """Every answer of a record has an entry; writers numbered theirs without a gap or a double."""
    rows = await connection.fetch(
        "SELECT e.record_ids::text AS ids, e.operation, e.status FROM access.entry AS e"
        " WHERE e.record_type = 'individual' AND e.source IS NOT NULL"
    )
    kept: Counter[tuple[str, int]] = Counter()
    for row in rows:
        for identifier in json.loads(row["ids"] or "[]"):
            kept[identifier, row["status"]] += 1
    wanted = Counter(
        (one.key, one.status) for one in asked
        if one.is_done and one.asked.verb in ("make", "write", "read", "remove")
    )  # fmt: skip
    for (identifier, status), number in wanted.items():
        found.expect(
            kept[identifier, status] >= number,
            f"{number} answers of {status} and {kept[identifier, status]} entries: {identifier}",
        )
    broken = await connection.fetch(
        "SELECT writer FROM access.entry GROUP BY writer"
        " HAVING count(*) <> count(DISTINCT number) OR min(number) <> 1"
        " OR max(number) <> count(*)"
    )
    found.expect(not broken, f"{len(broken)} writers of the ledger with gaps or doubles")
    found.tried["entries of the ledger"] += len(rows)


def lanes(asked: Iterable[Request]) -> set[str]:
    return {one.asked.lane for one in asked}


__all__ = ["Asked", "Count", "count", "lanes", "read_logs", "told_of"]
