"""Tables and statements are such that the inventory can be spread over nodes (Citus)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from customer_inventory.facilities.distribution.layout import (
    COLUMN,
    copied,
    declared_local,
    lying,
    spread,
)
from customer_inventory.store.database import Connection, Database
from tests.house.spreading import faults_of_statement, faults_of_tables
from tests.house.test_statements import FILES, module_of, statements_of

SCHEMAS = ["access", "audit", "capture", "monthly", "record", "requirements", "usage"]

NOT_SENT = {
    "record.register.crossed": "rules between records are asked of an extract there",
    "record.search.candidate": "the first pages of a table are not looked at there",
    "record.reference": "what is held is asked for shard by shard there (`:spread`)",
}
"""Modules with statements that a distributed inventory is not sent, and what it does instead."""


@pytest.fixture
async def undone(schema: Database) -> AsyncIterator[Connection]:
    """A connection whose changes to the schema are undone."""
    async with schema.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


async def faults(connection: Connection, *more: str) -> list[str]:
    return await faults_of_tables(
        connection, SCHEMAS, [*spread(), *more], copied(), declared_local()
    )


async def test_every_table_can_lie_as_it_is_declared_to(undone: Connection) -> None:
    assert await faults(undone) == []


BROKEN = {
    "record.x has the trigger tells": (
        "CREATE TABLE record.x (id text, bucket smallint NOT NULL, PRIMARY KEY (id, bucket));"
        "CREATE TRIGGER tells AFTER INSERT ON record.x EXECUTE FUNCTION access.tell_change()"
    ),
    "record.x_pkey is a key without bucket": (
        "CREATE TABLE record.x (id text PRIMARY KEY, bucket smallint NOT NULL)"
    ),
    "record.x_name_key is a key without bucket": (
        "CREATE TABLE record.x (id text, bucket smallint, name text UNIQUE,"
        " PRIMARY KEY (id, bucket))"
    ),
    "record.x has neither a primary key nor a replica identity": (
        "CREATE TABLE record.x (id text, bucket smallint NOT NULL)"
    ),
    "record.x has no plain column bucket that is never null": (
        "CREATE TABLE record.x (id text PRIMARY KEY)"
    ),
    "x_id_fkey refers from record.x, which is spread, to access.process, which is local": (
        "CREATE TABLE record.x (id text REFERENCES access.process (id), bucket smallint,"
        " PRIMARY KEY (id, bucket))"
    ),
    "x_id_bucket_fkey refers to record.customer, which is spread, from access.x, which is not": (
        "CREATE TABLE record.x (id text, bucket smallint, PRIMARY KEY (id, bucket));"
        "CREATE TABLE access.x (id text, bucket smallint,"
        " CONSTRAINT x_id_bucket_fkey FOREIGN KEY (id, bucket) REFERENCES record.customer)"
    ),
    "x_id_bucket_fkey unsets bucket of record.x": (
        "CREATE TABLE record.x (id text, bucket smallint, PRIMARY KEY (id, bucket),"
        " FOREIGN KEY (id, bucket) REFERENCES record.customer ON DELETE SET NULL)"
    ),
    "record.y has a bucket and is declared 0 times": (
        "CREATE TABLE record.x (id text, bucket smallint, PRIMARY KEY (id, bucket));"
        "CREATE TABLE record.y (id text, bucket smallint, PRIMARY KEY (id, bucket))"
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_table_that_could_not_is_found(undone: Connection, fault: str) -> None:
    await undone.execute(BROKEN[fault])
    assert fault in await faults(undone, "record.x")


async def test_an_extension_elsewhere_is_found(undone: Connection) -> None:
    # By the catalogue: the test's role may not move what the server's superuser made.
    rows = await undone.fetch("SELECT extnamespace::regnamespace::text AS s FROM pg_extension")
    assert {"public", "pg_catalog"} == {row["s"] for row in rows}


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_no_statement_breaks_the_rules(file: Path) -> None:
    module = module_of(file).removeprefix("customer_inventory.")
    if module.startswith("shortcomings."):
        return  # they read the catalogue
    found = {
        name: broken
        for name, text in statements_of(file).items()
        if (broken := faults_of_statement(text, spread(), copied()))
        and not name.endswith(":spread")
    }
    if module in NOT_SENT:
        assert found, f"{module} has nothing any more that is not sent"
    else:
        assert found == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("MERGE INTO record.customer AS c USING x ON TRUE", "MERGE"),
        (
            "SELECT status FROM record.customer GROUP BY GROUPING SETS ((status), ())",
            "GROUPING SETS over several shards",
        ),
        (
            "UPDATE record.customer AS c SET recorded_at = clock_timestamp() WHERE id = $1",
            "UPDATE with clock_timestamp, which is volatile",
        ),
        (
            "WITH a AS (UPDATE record.choice SET valid_to = valid_to + interval '1 day') SELECT 1",
            "UPDATE with an instant moved by an interval in no time zone",
        ),
        ("DELETE FROM record.link AS l RETURNING l.id, now() AS at", "now() in RETURNING"),
        ("UPDATE record.link SET bucket = $1 WHERE id = $2", "UPDATE of bucket"),
        (
            "SELECT id FROM record.customer AS c WHERE c.id = ANY($1) FOR UPDATE",
            "rows held in several shards",
        ),
        (
            (
                "WITH RECURSIVE up AS (SELECT $1 AS id UNION SELECT l.other_id FROM up AS u"
                " INNER JOIN record.link AS l ON u.id = l.id) SELECT id FROM up"
            ),
            "a walk over several shards",
        ),
        (
            "SELECT 1 WHERE EXISTS (SELECT FROM record.restricted)",
            "EXISTS of a select without columns that stands for itself",
        ),
        (
            "SELECT id FROM record.customer AS r WHERE r.ctid < '(9,0)'::tid",
            "ctid, which means nothing over several shards",
        ),
        (
            (
                "INSERT INTO record.outbox (id, bucket, type) SELECT r.id, r.bucket, 'customer'"
                " FROM record.customer AS r WHERE r.id = $1"
            ),
            "rows of shards put into record.outbox, whose defaults would be those of a shard",
        ),
        (
            (
                "SELECT g.id FROM (SELECT b.id, b.bucket FROM capture.brought AS b) AS g WHERE"
                " EXISTS (SELECT FROM record.customer AS r WHERE r.id = g.id)"
            ),
            "EXISTS over shards, asked for each row of a query that asks none",
        ),
    ],
)
def test_a_statement_that_breaks_a_rule_is_found(text: str, fault: str) -> None:
    assert faults_of_statement(text, spread(), copied()) == [fault]


def test_every_record_type_is_spread_by_its_bucket() -> None:
    assert COLUMN == "bucket"
    assert lying("record.customer").kind == "distributed"
    assert lying("record.edge").kind == "reference"
    assert lying("access.process").kind == "local"
