"""What is asked most touches one shard, by the plans that the coordinator makes."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record import customer360, read, reference, write
from customer_inventory.record.choice import condition as choosing
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.scope import EVERY_ROW
from customer_inventory.record.scoping import condition as scoping
from customer_inventory.record.scoping.condition import rows_of
from customer_inventory.record.scoping.rule import rule_of
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import creation, removal, replacement
from customer_inventory.store.database import Database
from tests import distributed

pytestmark = pytest.mark.skipif(not distributed.URL, reason="CINV_TEST_CITUS_URL is not set")

ADA = {"@type": "Individual", "givenName": "Ada", "familyName": "Lovelace"}
PERSON = TYPES["individual"]


@pytest.fixture
async def spread(dsn: str) -> AsyncIterator[Database]:
    """A distributed inventory."""
    async with Database(dsn) as database:
        assert database.placement.is_distributed
        yield database


async def tasks(database: Database, text: str, *arguments: Any) -> list[int]:
    """Return how many shards each part of a plan is sent to."""
    plan = json.loads(await database.value(f"EXPLAIN (FORMAT JSON) {text}", *arguments))
    return sorted(_tasks(plan))


def _tasks(node: Any) -> list[int]:
    if isinstance(node, dict):
        own = [node["Task Count"]] if "Task Count" in node else []
        return own + [each for value in node.values() for each in _tasks(value)]
    return [each for item in node for each in _tasks(item)] if isinstance(node, list) else []


@pytest.mark.parametrize("name", TYPES)
async def test_a_read_by_id_touches_one_shard(spread: Database, name: str) -> None:
    identifier = new_id()
    asked = read.by_id(TYPES[name], EVERY_ROW, spread.placement)
    keys = [identifier], [bucket_of(identifier)], ["testing"]
    assert await tasks(spread, asked.text, *keys, *asked.values) == [1]


async def test_reads_that_lie_together_are_one(spread: Database) -> None:
    first = new_id(3)
    together = [
        bucket
        for bucket in range(1024)
        if spread.placement.shard_of(bucket) == spread.placement.shard_of(3)
    ]
    ids = [first, *(new_id(bucket) for bucket in together[:20])]
    asked = read.by_id(PERSON, EVERY_ROW, spread.placement)
    keys = ids, [bucket_of(each) for each in ids], [None] * len(ids)
    assert await tasks(spread, asked.text, *keys, *asked.values) == [1]


@pytest.mark.parametrize("operation", ["create_records", "change_records", "remove_records"])
async def test_a_write_touches_one_shard(spread: Database, actor: Actor, operation: str) -> None:
    document = {**ADA, "id": new_id()}
    change = {
        "create_records": lambda: creation(PERSON, document, actor),
        "change_records": lambda: replacement(
            PERSON, document, {**document, "givenName": "Eve"}, revision=1, operation="update",
            actor=actor,
        ),
        "remove_records": lambda: removal(
            PERSON, document["id"], revision=1, actor=actor, is_guarded=True
        ),
    }[operation]()  # fmt: skip
    sent = write.statement(operation, PERSON, spread.placement, restricts=False)
    found = await tasks(spread, sent.text, *sent.arguments(PERSON, [change]))
    # Whom a record that goes referred to is known to its links alone: theirs are looked for.
    elsewhere = [each for each in found if each != 1]
    assert elsewhere == [shards_of(spread)] * (operation == "remove_records")


@pytest.mark.parametrize("held", ["hold_shared", "hold_alone"])
async def test_what_is_held_is_held_in_one_shard(spread: Database, held: str) -> None:
    identifier = new_id()
    text = reference.statement(held, TYPES["customer"], spread.placement)
    assert await tasks(spread, text, [identifier], [bucket_of(identifier)]) == [1]


async def test_all_around_a_customer_lies_in_one_shard(spread: Database, actor: Actor) -> None:
    inventory = Inventory(spread)
    party = (await inventory.create(PERSON, ADA, actor=actor)).id
    customer = await inventory.create(
        TYPES["customer"],
        {
            "@type": "Customer",
            "name": "Ada",
            "engagedParty": {"id": party, "@type": "PartyRef", "@referredType": "Individual"},
        },
        actor=actor,
    )
    found = await inventory.around(customer.id)
    assert {kind: len(part) for kind, part in found.parts.items()} == {"individual": 1}
    asked = customer360.statement(placement=spread.placement)
    keys = customer.id, bucket_of(customer.id), 10, [bucket_of(customer.id)]
    assert await tasks(spread, asked.text, *keys, None, *asked.values) == [1]


@pytest.mark.parametrize("module", [scoping, choosing])
async def test_what_is_written_for_shards_can_be_sent(spread: Database, module: Any) -> None:
    texts = {name: text for name, text in module.every_statement().items() if ":spread" in name}
    assert texts
    any_value = "'{x}'"
    async with spread.connection() as connection:
        for text in texts.values():
            await connection.execute(f"PREPARE sent AS {text}")
            types = await connection.fetchval(
                "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'sent'"
            )
            given = f"({', '.join(any_value for _ in types)})" if types else ""
            assert await connection.fetch(f"EXPLAIN EXECUTE sent{given}")
            await connection.execute("DEALLOCATE sent")


async def test_a_read_for_who_is_bound_to_customers_asks_for_theirs(spread: Database) -> None:
    """All but the look for the customer touches one shard."""
    rule = rule_of("customer", {"eq": {"market": "AT"}})
    rows = replace(rows_of(rule, (), "crm"), is_spread=True)
    identifier = new_id()
    asked = read.by_id(TYPES["product"], rows, spread.placement)
    keys = [identifier], [bucket_of(identifier)], ["testing"]
    found = await tasks(spread, asked.text, *keys, *asked.values)
    assert set(found) == {1, shards_of(spread)}
    # By id and by party, for the condition and for whether there is any customer.
    assert found.count(shards_of(spread)) == 4


async def test_a_list_asks_every_shard(spread: Database) -> None:
    """What fans out is found by the same means: the test can fail."""
    text = "SELECT id FROM record.customer ORDER BY id LIMIT 1"
    assert await tasks(spread, text) == [shards_of(spread)]


def shards_of(database: Database) -> int:
    return len(set(database.placement.shards))
