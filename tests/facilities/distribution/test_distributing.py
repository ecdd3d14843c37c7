"""An inventory on one node becomes a distributed one, with all that it holds."""

import pytest

from customer_inventory.facilities.distribution.distributing import distribute
from customer_inventory.facilities.distribution.layout import Kind
from customer_inventory.facilities.distribution.planning import CannotDistribute, plan
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests import distributed

pytestmark = pytest.mark.skipif(not distributed.URL, reason="CINV_TEST_CITUS_URL is not set")


async def test_what_is_there_stays_as_it_is(actor: Actor) -> None:
    async with distributed.on_one_node() as dsn:
        async with Database(dsn) as database:
            inventory = Inventory(database)
            ids = [
                (await inventory.create(TYPES["individual"], _named(name), actor=actor)).id
                for name in ("Ada", "Bo", "Cid")
            ]
            with pytest.raises(CannotDistribute, match="Services are connected"):
                (await plan(dsn)).demand()
        moved = {each.step.table: each async for each in distribute(dsn, shards=4)}
        assert moved["record.individual"].rows == len(ids)
        assert not (await plan(dsn)).to_do
        assert [each async for each in distribute(dsn)] == []
        async with Database(dsn) as database:
            shards = {database.placement.shard_of(bucket_of(each)) for each in ids}
            assert database.placement.is_distributed
            assert shards
            inventory = Inventory(database)
            for each in ids:
                assert (await inventory.get(TYPES["individual"], each)).revision == 1


async def test_what_was_broken_off_goes_on_where_it_stopped() -> None:
    async with distributed.on_one_node() as dsn:
        moving = distribute(dsn, shards=4)
        first = await anext(moving)
        await moving.aclose()
        left = {step.table for step in (await plan(dsn)).to_do}
        assert first.step.table not in left
        assert first.step.kind is Kind.COPIED
        assert {each.step.table async for each in distribute(dsn, shards=4)} == left


def _named(name: str) -> dict[str, str]:
    return {"@type": "Individual", "givenName": name, "familyName": "Lovelace"}
