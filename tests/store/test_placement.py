"""Buckets and the shards that they lie in."""

from customer_inventory.kit.ids import BUCKETS, bucket_of, new_id
from customer_inventory.store.database import Database
from customer_inventory.store.placement import ALONE, Placement
from customer_inventory.store.together import together

HALVES = Placement(tuple(bucket % 2 for bucket in range(BUCKETS)))


def test_on_one_node_everything_lies_together() -> None:
    ids = [new_id() for _ in range(20)]
    assert list(ALONE.apart(ids)) == [sorted(ids)]
    assert ALONE.within("r", "$1") == ""
    assert {ALONE.shard_of(bucket) for bucket in range(BUCKETS)} == {0}
    assert not ALONE.is_distributed


def test_what_lies_apart_is_put_in_groups_in_one_order() -> None:
    ids = [new_id(bucket) for bucket in (7, 4, 1, 2, 9)]
    even, odd = HALVES.apart(ids)
    assert even == sorted(each for each in ids if bucket_of(each) % 2 == 0)
    assert odd == sorted(each for each in ids if bucket_of(each) % 2)
    assert list(HALVES.apart([])) == []


def test_a_statement_says_where_its_rows_lie() -> None:
    assert HALVES.within("r", "$2") == " AND r.bucket = ANY($2)"


async def test_a_database_without_citus_lies_in_one_place(database: Database) -> None:
    if database.placement.is_distributed:  # the suite runs on a cluster
        assert len(database.placement.shards) == BUCKETS
        return
    assert database.placement == ALONE


async def test_connections_and_parts_of_transactions_know_it(database: Database) -> None:
    async with database.connection() as connection, together(database) as within:
        assert connection.placement == database.placement == within.placement
