"""Many at once on a few records: nothing acknowledged is lost, and the history tells it all."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import asyncpg
import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.record.declare import Document
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.link import extract
from customer_inventory.record.version import NoSuchRecord, RevisionPassed, Version
from customer_inventory.store.database import Database
from tests.conftest import PROFILE
from tests.record.samples import CUSTOMER, INDIVIDUAL, customer, decoded, links, person, related

TASKS = 40 if PROFILE == "ci" else 400


def noting(word: str) -> object:
    """Return a change that adds `word` to what a record notes."""

    def alter(old: Document) -> Document:
        return {**old, "noted": [*old.get("noted", []), word]}

    return alter


async def made(inventory: Inventory, actor: Actor, count: int) -> list[str]:
    versions = [
        await inventory.create(INDIVIDUAL, person(f"N{number}"), actor=actor)
        for number in range(count)
    ]
    return [version.id for version in versions]


async def whole_history(inventory: Inventory, identifier: str) -> list[list[str]]:
    """Return what each version noted, oldest first; assert that the history has no gap."""
    versions = (await inventory.versions(INDIVIDUAL, identifier, limit=100_000))[::-1]
    assert [version.revision for version in versions] == list(range(1, len(versions) + 1))
    for earlier, later in pairwise(versions):
        assert earlier.recorded_to == later.recorded_from
    return [decoded(version.body).get("noted", []) for version in versions]


async def every_note_is_there(
    inventory: Inventory, database: Database, expected: dict[str, list[str]]
) -> None:
    for identifier, words in expected.items():
        notes = await whole_history(inventory, identifier)
        # Each version adds one word to the one before: none was made on an older state.
        assert all(later[:-1] == earlier for earlier, later in pairwise(notes))
        assert sorted(notes[-1]) == sorted(words)
        revisions = [
            row["revision"]
            for row in await database.fetch(
                "SELECT revision FROM record.outbox WHERE id = $1 ORDER BY seq", identifier
            )
        ]
        assert revisions == list(range(1, len(notes) + 1))


async def test_through_one_inventory_every_change_is_made(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    ids = await made(inventory, actor, 3)
    expected: dict[str, list[str]] = {identifier: [] for identifier in ids}
    work = []
    for number in range(TASKS * 3):
        identifier = ids[number % 3]
        expected[identifier].append(f"w{number}")
        work.append(inventory.change(INDIVIDUAL, identifier, noting(f"w{number}"), actor=actor))
    await asyncio.gather(*work)
    await every_note_is_there(inventory, database, expected)


async def test_through_two_inventories_nothing_acknowledged_is_lost(
    inventory: Inventory, database: Database, actor: Actor, dsn: str
) -> None:
    ids = await made(inventory, actor, 3)
    expected: dict[str, list[str]] = {identifier: [] for identifier in ids}
    async with Database(dsn) as other:

        async def write(through: Inventory, first: int) -> None:
            for number in range(first, first + 10):
                identifier = ids[number % 3]
                word = f"w{number}"
                try:
                    await through.change(INDIVIDUAL, identifier, noting(word), actor=actor)
                except Conflict:
                    continue
                expected[identifier].append(word)

        inventories = (inventory, Inventory(other))
        await asyncio.gather(
            *(write(inventories[task % 2], task * 10) for task in range(TASKS // 2))
        )
        await every_note_is_there(inventory, database, expected)
        assert sum(map(len, expected.values())) > TASKS
        assert await deadlocks(database) == 0


async def test_of_many_at_one_revision_exactly_one_wins(
    inventory: Inventory, actor: Actor, dsn: str
) -> None:
    (identifier,) = await made(inventory, actor, 1)
    async with Database(dsn) as other:
        both = (inventory, Inventory(other))
        for revision in range(1, 11):
            outcomes = await asyncio.gather(
                *(
                    both[task % 2].change(
                        INDIVIDUAL,
                        identifier,
                        noting(f"{revision}.{task}"),
                        actor=actor,
                        revision=revision,
                    )
                    for task in range(8)
                ),
                return_exceptions=True,
            )
            assert [x.revision for x in outcomes if isinstance(x, Version)] == [revision + 1]
            assert sum(isinstance(x, RevisionPassed) for x in outcomes) == 7
    assert len(await whole_history(inventory, identifier)) == 11


async def test_changes_and_removals_of_linked_records_keep_the_links_true(
    inventory: Inventory, database: Database, actor: Actor, dsn: str
) -> None:
    ids = await made(inventory, actor, 6)
    roles = [await inventory.create(CUSTOMER, customer(party), actor=actor) for party in ids]
    async with Database(dsn) as other:

        async def relate(through: Inventory, number: int) -> None:
            mine, others = ids[number % 6], [ids[(number * 7 + n) % 6] for n in range(3)]
            parties = [related(party, f"role{number % 2}") for party in others]
            try:
                await through.change(
                    INDIVIDUAL, mine, lambda old: {**old, "relatedParty": parties}, actor=actor
                )
                if number % 13 == 12:
                    await through.remove(INDIVIDUAL, mine, actor=actor)
            except (Conflict, NoSuchRecord):
                return

        inventories = (inventory, Inventory(other))
        await asyncio.gather(*(relate(inventories[n % 2], n) for n in range(TASKS * 2)))
    expected = {link for role in roles for link in extract(CUSTOMER, decoded(role.body))}
    for row in await database.fetch("SELECT body FROM record.individual"):
        expected |= extract(INDIVIDUAL, decoded(row["body"]))
    assert set(await links(database)) == expected


async def test_batches_that_meet_in_another_order_do_not_block_each_other(
    inventory: Inventory, database: Database, actor: Actor, dsn: str
) -> None:
    ids = await made(inventory, actor, 30)
    async with Database(dsn) as other:

        async def change_all(through: Inventory, order: Sequence[str], word: str) -> None:
            await asyncio.gather(
                *(
                    through.change(INDIVIDUAL, identifier, noting(word), actor=actor)
                    for identifier in order
                ),
                return_exceptions=True,
            )

        theirs = Inventory(other)
        for number in range(TASKS // 4):
            await asyncio.gather(
                change_all(inventory, ids, f"a{number}"),
                change_all(theirs, ids[::-1], f"b{number}"),
            )
    assert await deadlocks(database) == 0


async def deadlocks(database: Database) -> int:
    await database.execute("SELECT pg_stat_force_next_flush()")
    found = await database.value(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(found)


@pytest.mark.parametrize("times", [1, 3])
async def test_a_change_waits_for_one_that_is_not_committed_yet(
    inventory: Inventory, actor: Actor, dsn: str, times: int
) -> None:
    (identifier,) = await made(inventory, actor, 1)
    other = await asyncpg.connect(dsn)
    transaction = other.transaction()
    await transaction.start()
    await other.execute(
        "UPDATE record.individual SET revision = revision + 1 WHERE id = $1", identifier
    )
    work = [
        asyncio.create_task(inventory.change(INDIVIDUAL, identifier, noting(f"w{n}"), actor=actor))
        for n in range(times)
    ]
    await asyncio.sleep(0.05)
    await transaction.commit()
    await other.close()
    changed = await asyncio.gather(*work)
    # The first found its revision passed, read again, and built on what was there by then.
    assert sorted(version.revision for version in changed) == list(range(3, 3 + times))
