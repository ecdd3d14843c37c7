"""Looking: each window once, however often and late, in steps or at once; and what is decided."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.anomalies import kept
from customer_inventory.access.ledger import Entry
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.record.subject.holder import Scope
from customer_inventory.store.database import Database
from customer_inventory.usage.anomaly import looking
from customer_inventory.usage.anomaly.deciding import Unchanged, Verdict, decide
from customer_inventory.usage.anomaly.declaring import declare
from customer_inventory.usage.anomaly.held import (
    Chosen,
    NoSuchAnomaly,
    anomalies,
    anomaly,
    undecided,
)
from customer_inventory.usage.anomaly.looking import look
from customer_inventory.usage.subject import HOLDERS
from tests.usage.ledger import entry

START = datetime.fromisoformat("2026-03-02T00:00:00+00:00")
"""A Monday."""
BY = Actor("tests", "testing", "ada")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SPIKE = START + 30 * DAY + 10 * HOUR


def usual(days: int = 40, process: str = "care") -> list[Entry]:
    """Four reads of two records in each hour from 9 to 17, on every day."""
    return [
        entry(START + day * DAY + hour * HOUR + timedelta(minutes=7 * turn), process, count=2)
        for day in range(days)
        for hour in range(9, 17)
        for turn in range(4)
    ]


def spike(at: datetime = SPIKE, count: int = 900, **more: object) -> Entry:
    return entry(at + timedelta(minutes=1), "care", count=count, **more)


async def every(database: Database) -> list[dict[str, Any]]:
    rows = await anomalies(database, Chosen(states=None), limit=1000)
    return sorted(rows, key=lambda row: (row["kind"], row["began_at"]))


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("kind", "process", "about", "began_at", "ended_at", "observed", "severity")
    return [tuple(row[name] for name in names) for row in rows]


async def test_a_second_look_finds_nothing_new(database: Database, tmp_path: Path) -> None:
    await kept(database, tmp_path, [*usual(), spike()])
    first = await look(database, at=SPIKE + 10 * DAY)
    assert (first.entries, first.found) == (len(usual()) + 1, 1)
    before = await every(database)
    again = await look(database, at=SPIKE + 10 * DAY)
    assert (again.entries, again.hours, again.found) == (0, 0, 0)
    assert await every(database) == before
    (one,) = before
    assert (one["kind"], one["process"], one["observed"]) == ("readSpike", "care", 908)
    assert one["evidence"]["baseline"]["highest"] == 8


async def test_in_steps_it_finds_what_it_finds_at_once(
    database: Database, another: Database, tmp_path: Path
) -> None:
    odd = [
        spike(),
        spike(SPIKE + HOUR),
        spike(SPIKE + DAY, count=1200),
        *(entry(START + 33 * DAY + 3 * HOUR + turn * DAY / 100, "care") for turn in range(12)),
        *(spike(SPIKE + 2 * DAY, 1, operation="delete") for _ in range(4)),
    ]
    entries = sorted([*usual(), *odd], key=lambda each: each.at)
    await kept(database, tmp_path, entries)
    await look(database, at=START + 40 * DAY)
    for day in range(0, 41, 2):
        part = [
            each
            for each in entries
            if (START + day * DAY).isoformat() <= each.at < (START + (day + 2) * DAY).isoformat()
        ]
        for half in (part[: len(part) // 2], part[len(part) // 2 :]):
            await kept(another, tmp_path, half)
            await look(another, at=START + 40 * DAY)
    assert told(await every(another)) == told(await every(database))
    assert {row["kind"] for row in await every(database)} >= {"readSpike", "newOperation"}


async def test_small_steps_change_nothing(
    database: Database, another: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [*usual(), spike(), spike(SPIKE + HOUR)]
    await kept(database, tmp_path, entries)
    await look(database, at=START + 40 * DAY)
    monkeypatch.setattr(looking, "_AT_ONCE", 97)
    await kept(another, tmp_path, entries)
    looked = await look(another, at=START + 40 * DAY)
    assert looked.entries == len(entries)
    assert told(await every(another)) == told(await every(database))


async def test_what_comes_late_is_found_in_its_hour(database: Database, tmp_path: Path) -> None:
    await kept(database, tmp_path, usual())
    assert (await look(database, at=START + 40 * DAY)).found == 0
    await kept(database, tmp_path, [spike()])
    assert (await look(database, at=START + 41 * DAY)).found == 1
    (one,) = await every(database)
    assert (one["began_at"], one["ended_at"]) == (SPIKE, SPIKE + HOUR)


async def test_clocks_that_jump_raise_nothing(database: Database, tmp_path: Path) -> None:
    odd = [spike(SPIKE.replace(year=1999)), spike(SPIKE.replace(year=2999))]
    await kept(database, tmp_path, [*usual(), *odd])
    looked = await look(database, at=START + 40 * DAY)
    assert looked.found == 0
    assert looked.entries == len(usual()) + 2


async def test_two_services_find_a_thing_once(database: Database, tmp_path: Path) -> None:
    await kept(database, tmp_path, [*usual(), spike()])
    done = await asyncio.gather(*(look(database, at=START + 40 * DAY) for _ in range(3)))
    assert sum(each.found for each in done) == 1
    assert len(await every(database)) == 1


async def test_what_goes_on_is_one_finding_until_it_is_decided(
    database: Database, tmp_path: Path
) -> None:
    await kept(database, tmp_path, [*usual(31), spike()])
    await look(database, at=SPIKE + HOUR)
    (first,) = await every(database)
    await kept(database, tmp_path, [spike(SPIKE + DAY, count=5000)])
    assert (await look(database, at=SPIKE + 2 * DAY)).found == 0
    (one,) = await every(database)
    assert one["id"] == first["id"]
    assert (one["began_at"], one["ended_at"]) == (SPIKE, SPIKE + DAY + HOUR)
    assert one["observed"] == 5000
    await decide(database, one["id"], Verdict("explained", "a new campaign"), actor=BY)
    # What was explained is habit: as much again is no anomaly, much more is another one.
    await kept(database, tmp_path, [spike(SPIKE + 2 * DAY, count=5000)])
    assert (await look(database, at=SPIKE + 3 * DAY)).found == 0
    await kept(database, tmp_path, [spike(SPIKE + 3 * DAY, count=50_000)])
    assert (await look(database, at=SPIKE + 4 * DAY)).found == 1


async def test_what_is_confirmed_is_no_habit(database: Database, tmp_path: Path) -> None:
    await kept(database, tmp_path, [*usual(31), spike()])
    await look(database, at=SPIKE + HOUR)
    (one,) = await every(database)
    await decide(database, one["id"], Verdict("confirmed", "it was sold"), actor=BY)
    await kept(database, tmp_path, [spike(SPIKE + DAY)])
    assert (await look(database, at=SPIKE + 2 * DAY)).found == 1


async def test_it_goes_its_way_with_reasons(database: Database, tmp_path: Path) -> None:
    await kept(database, tmp_path, [*usual(), spike()])
    await look(database, at=START + 40 * DAY)
    (one,) = await every(database)
    assert [tuple(row) for row in await undecided(database)] == [("readSpike", "medium", 1)]
    await decide(database, one["id"], Verdict("lookedInto"), actor=BY)
    with pytest.raises(Unchanged):
        await decide(database, one["id"], Verdict("lookedInto"), actor=BY)
    with pytest.raises(Invalid, match="why"):
        Verdict("falseAlarm", " ")
    with pytest.raises(Invalid, match="one of"):
        Verdict("solved", "x")  # type: ignore[arg-type]
    await decide(database, one["id"], Verdict("falseAlarm", "a test of ours"), actor=BY)
    assert await undecided(database) == []
    whole = await anomaly(database, one["id"])
    assert [(step["state"], step["person"]) for step in whole["step"]] == [
        ("lookedInto", "ada"),
        ("falseAlarm", "ada"),
    ]
    assert whole["reason"] == "a test of ours"
    assert [row["record_count"] for row in whole["entries"]][-1] == 900
    with pytest.raises(NoSuchAnomaly):
        await decide(database, 10**9, Verdict("lookedInto"), actor=BY)


async def test_thresholds_of_a_process_count_for_it_alone(
    database: Database, tmp_path: Path
) -> None:
    own = "processes: [{process: care, kind: readSpike, off: true, reason: it may}]"
    await declare(database, own, actor=BY, reason="tests")
    other = entry(SPIKE, "sales", count=900)
    await kept(database, tmp_path, [*usual(), *usual(process="sales"), spike(), other])
    await look(database, at=START + 40 * DAY)
    assert [(row["kind"], row["process"]) for row in await every(database)] == [
        ("readSpike", "sales")
    ]


async def test_nothing_is_said_of_whom_nobody_knows(database: Database, tmp_path: Path) -> None:
    few = [each for each in usual(10) if each.at < (START + 10 * DAY).isoformat()]
    await kept(database, tmp_path, [*few, spike(START + 9 * DAY + 10 * HOUR)])
    assert (await look(database, at=START + 40 * DAY)).found == 0


async def test_evidence_names_places_and_no_record(database: Database, tmp_path: Path) -> None:
    one = new_id()
    watched = [
        entry(SPIKE + timedelta(minutes=turn), "care", ids=(one,), count=1, person="agent 3")
        for turn in range(30)
    ]
    await kept(database, tmp_path, [*usual(), *watched])
    await look(database, at=START + 40 * DAY)
    (found,) = [row for row in await every(database) if row["kind"] == "subjectOften"]
    whole = await anomaly(database, found["id"])
    assert (whole["evidence"]["of"], whole["evidence"]["people"]) == (30, 1)
    assert len(whole["entries"]) == 20
    for table in ("anomaly", "habit", "anomaly_step"):
        rows = await database.fetch(f"SELECT t::text AS said FROM usage.{table} AS t")
        assert all(one not in row["said"] and "agent 3" not in row["said"] for row in rows)
    # Entries that are gone are told no more; the finding stands.
    await database.execute("DELETE FROM access.sealed")
    assert (await anomaly(database, found["id"]))["entries"] == []


async def test_reasons_forget_whom_an_erasure_names(database: Database, tmp_path: Path) -> None:
    await kept(database, tmp_path, [*usual(), spike()])
    await look(database, at=START + 40 * DAY)
    (one,) = await every(database)
    reason = "Ann Lovelace asked for it"
    await decide(database, one["id"], Verdict("explained", reason), actor=BY)
    scope = Scope({}, {}, frozenset({"ann lovelace"}), frozenset(), BY)
    (holder,) = HOLDERS
    gone = await holder.erase(database, scope)
    assert gone == {"usage.anomaly_step": 1, "usage.anomaly": 1}
    whole = await anomaly(database, one["id"])
    assert (whole["reason"], whole["step"][0]["reason"]) == ("(erased)", "(erased)")
    assert await holder.erase(database, scope) == {"usage.anomaly_step": 0, "usage.anomaly": 0}
