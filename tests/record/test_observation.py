"""Observations: every sight is counted once, also when the database is away for a while."""

import asyncio
from functools import partial

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.record import observation
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.observation import UNDECLARED, Observations, observed
from customer_inventory.store.database import Database
from tests.record.samples import INDIVIDUAL, company, person
from tests.store.eventually import eventually

Counts = dict[tuple[str, str, str], int]


async def counts(database: Database, kind: str = UNDECLARED) -> Counts:
    rows = await observed(database, kind, limit=100_000)
    return {(row["record_type"], row["path"], row["process"]): row["seen"] for row in rows}


async def are_counted(database: Database, number: int) -> bool:
    return list((await counts(database)).values()) == [number]


async def test_sights_add_up(database: Database) -> None:
    observations = Observations(database)
    observations.saw(UNDECLARED, "customer", ["a", "b"], "billing")
    observations.saw(UNDECLARED, "customer", ["a"], "billing")
    observations.saw(UNDECLARED, "customer", ["a"], "care")
    observations.saw("other", "customer", ["a"], "care")
    assert await counts(database) == {}
    await observations.keep()
    await observations.keep()
    expected = {
        ("customer", "a", "billing"): 2,
        ("customer", "b", "billing"): 1,
        ("customer", "a", "care"): 1,
    }
    assert await counts(database) == expected
    observations.saw(UNDECLARED, "customer", ["a"], "billing")
    await observations.keep()
    assert (await counts(database))["customer", "a", "billing"] == 3
    (first, *_) = await observed(database, UNDECLARED)
    assert (first["path"], first["seen"]) == ("a", 3)
    assert first["first_seen_at"] < first["last_seen_at"]


async def test_counts_survive_a_database_that_is_away(dsn: str, database: Database) -> None:
    away = Database(dsn)
    observations = Observations(away)
    observations.saw(UNDECLARED, "customer", ["a", "b"], "billing")
    await observations.keep()
    observations.saw(UNDECLARED, "customer", ["a"], "billing")
    await observations.keep()
    assert await counts(database) == {}
    await away.open()
    await observations.keep()
    await away.close()
    assert await counts(database) == {
        ("customer", "a", "billing"): 2,
        ("customer", "b", "billing"): 1,
    }


async def test_workers_at_once_lose_no_count(database: Database) -> None:
    workers = [Observations(database) for _ in range(8)]
    paths = [f"p{number}" for number in range(50)]
    for number, worker in enumerate(workers):
        worker.saw(UNDECLARED, "customer", paths[:: 1 if number % 2 else -1], "billing")
    await asyncio.gather(*(worker.keep() for worker in workers))
    assert set((await counts(database)).values()) == {8}


async def test_they_are_kept_now_and_then_and_at_the_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observation, "_EVERY_SECONDS", 0.01)
    observations = Observations(database)
    observations.start()
    for number in range(1, 6):
        observations.saw(UNDECLARED, "customer", ["a"], "billing")
        await eventually(partial(are_counted, database, number))
    monkeypatch.setattr(observation, "_EVERY_SECONDS", 3600)
    observations.saw(UNDECLARED, "customer", ["a"], "billing")
    await observations.stop()
    assert await counts(database) == {("customer", "a", "billing"): 6}


async def test_stopping_while_they_are_kept_loses_none(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observation, "_EVERY_SECONDS", 0.0)
    for _ in range(20):
        observations = Observations(database)
        observations.start()
        observations.saw(UNDECLARED, "customer", ["a"], "billing")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await observations.stop()
    assert await counts(database) == {("customer", "a", "billing"): 20}


async def test_made_up_names_do_not_fill_the_memory(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observation, "_MOST_KEYS", 10)
    observations = Observations(database)
    for number in range(30):
        observations.saw(UNDECLARED, "customer", [f"p{number}", "p0"], "billing")
    await observations.keep()
    kept = await counts(database)
    assert len(kept) == 10
    assert kept["customer", "p0", "billing"] == 31


async def test_the_longest_path_can_be_kept(database: Database) -> None:
    observations = Observations(database)
    observations.saw(UNDECLARED, "customer", ["𠀋" * 5000], "billing")
    await observations.keep()
    assert list(await counts(database)) == [("customer", "𠀋" * 500, "billing")]


async def test_a_change_is_counted_when_it_is_made(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    made = await inventory.create(INDIVIDUAL, person(shoeSize=40), actor=actor)

    def walk(old: dict[str, object]) -> dict[str, object]:
        return {**old, "steps": int(str(old.get("steps", 0))) + 1}

    # Races are repeated, and counted once all the same.
    await asyncio.gather(
        *(inventory.change(INDIVIDUAL, made.id, walk, actor=actor) for _ in range(10))
    )
    with pytest.raises(Invalid):
        await inventory.create(INDIVIDUAL, company(hatSize=7), actor=actor)
    await inventory.observations.keep()
    assert await counts(database) == {
        ("individual", "shoeSize", "test"): 11,
        ("individual", "steps", "test"): 10,
    }


async def test_a_change_that_could_not_be_made_is_not_counted(dsn: str, actor: Actor) -> None:
    database = Database(dsn)
    inventory = Inventory(database)
    with pytest.raises(Unavailable):
        await inventory.create(INDIVIDUAL, person(shoeSize=40), actor=actor)
    await database.open()
    await inventory.observations.keep()
    assert await counts(database) == {}
    await database.close()
