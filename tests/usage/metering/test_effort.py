"""The database's effort: what counters grew by, by named statement, and whose it is."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from fractions import Fraction

import asyncpg
import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import named
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.usage.metering import effort
from customer_inventory.usage.metering.attribution import (
    KEEPING_ACCOUNT,
    READING,
    WRITING,
    attributed,
    log_of,
)
from customer_inventory.usage.metering.effort import Effort
from tests.distributed import superuser_of
from tests.house.test_statements import FILES, statements_of
from tests.tmf.bodies import BODIES

NOON = datetime.fromisoformat("2026-04-01T12:00:00+00:00")
LATER = NOON + timedelta(hours=3)


@pytest.fixture
async def superuser(server: EmbeddedServer, dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser in the database, which keeps statistics of statements."""
    connection = await asyncpg.connect(superuser_of(server.superuser_dsn, dsn))
    await connection.execute("CREATE EXTENSION pg_stat_statements")
    yield connection
    await connection.close()


async def looked(database: Database, at: datetime) -> dict[str, Effort]:
    assert await effort.look(database, at)
    found = await effort.efforts(database, at.replace(minute=0), at + timedelta(hours=1))
    return {each.statement: each for each in found if each.statement}


async def test_what_is_done_between_looks_counts_by_name(
    database: Database, superuser: asyncpg.Connection
) -> None:
    inventory, actor = Inventory(database), Actor("crm", "testing")
    person = named("individual")
    made = await inventory.create(person, BODIES["individual"], actor=actor)
    assert await looked(database, NOON) == {}  # the first look knows no beginning
    for _ in range(3):
        await inventory.get(person, made.id)
    await inventory.create(person, BODIES["individual"], actor=actor)
    done = await looked(database, NOON + timedelta(minutes=5))
    assert (done["records_by_id"].calls, done["records_by_id"].returned) == (3, 3)
    assert done["create_records"].calls == 1
    assert done["create_records"].wal_bytes > 0
    assert await looked(database, LATER) | done != {}
    await inventory.get(person, made.id)
    assert (await looked(database, NOON))["records_by_id"].calls == 4
    assert await effort.written_ahead(database, NOON, LATER) > 0


async def test_counters_that_were_reset_count_from_naught(
    database: Database, superuser: asyncpg.Connection
) -> None:
    inventory, actor = Inventory(database), Actor("crm", "testing")
    person = named("individual")
    made = await inventory.create(person, BODIES["individual"], actor=actor)
    for _ in range(5):
        await inventory.get(person, made.id)
    await looked(database, NOON)
    await superuser.execute("SELECT pg_stat_statements_reset()")
    await inventory.get(person, made.id)
    assert (await looked(database, LATER))["records_by_id"].calls == 1


async def test_texts_of_others_are_not_kept(
    database: Database, superuser: asyncpg.Connection
) -> None:
    await looked(database, NOON)
    await database.fetch("SELECT 'Ada Lovelace' AS who")
    await looked(database, LATER)
    kept = await database.fetch("SELECT login, statement FROM usage.effort")
    assert kept
    assert "" in {row["statement"] for row in kept}
    assert not any("Ada" in row["statement"] for row in kept)


async def test_a_server_without_statistics_has_its_log_alone(database: Database) -> None:
    assert not await effort.look(database, NOON)
    await database.execute("CREATE TABLE public.some (n integer)")
    assert not await effort.look(database, LATER)
    assert await effort.efforts(database, NOON, LATER + timedelta(hours=1)) == []


def used(**weights: tuple[str, int, int]) -> list[dict[str, object]]:
    return [
        {"process": process, "operation": operation, "requests": requests, "records": records}
        for process, (operation, requests, records) in weights.items()
    ]


def test_time_is_shared_out_by_what_was_done() -> None:
    took = [
        Effort("cinv", "records_by_id", 9, 9, 1000, 0),
        Effort("cinv", "create_records", 9, 9, 300, 0),
        Effort("cinv", "mend_words", 1, 1, 500, 0),
        Effort("cinv", "", 1, 1, 100, 0),
        Effort("cinv_report_bi", "", 1, 1, 70, 0),
    ]
    rows = used(care=("read", 10, 20), web=("read", 5, 5), crm=("modify,update", 1, 1))
    found = attributed(took, rows, {"cinv_report_bi": "bi"})
    assert found.by_process == {"bi": 70, "care": 750, "crm": 300, "web": 250}
    assert found.unattributed == 600
    assert found.coverage == Fraction(1370, 1970)


def test_the_log_is_shared_out_by_what_was_done_and_the_rest_is_nobodys() -> None:
    took = [
        Effort("cinv", "create_records", 9, 9, 0, 900),
        Effort("cinv", "append_segment", 9, 9, 0, 60),
        Effort("cinv", "", 1, 1, 0, 40),
    ]
    rows = used(care=("read", 10, 20), crm=("create", 1, 2))
    found = attributed(took, rows, {}, of=log_of, whole=1500)
    assert found.by_process == {"care": 54, "crm": 905}
    assert found.unattributed == 1500 - 959
    # A server that was reset says less than its statements did: they did that much, at least.
    assert attributed(took, rows, {}, of=log_of, whole=0).unattributed == 41


def test_what_nobody_did_is_nobodys() -> None:
    found = attributed([Effort("cinv", "records_by_id", 1, 1, 10, 0)], [], {})
    assert (found.by_process, found.unattributed, found.coverage) == ({}, 10, 0)
    assert attributed([], [], {}).coverage == 0


def test_thirds_are_not_invented() -> None:
    rows = used(a=("read", 1, 0), b=("read", 1, 0), c=("read", 1, 0))
    found = attributed([Effort("cinv", "records_by_id", 1, 1, 100, 0)], rows, {})
    assert found.by_process == {"a": 33, "b": 33, "c": 33}
    assert found.unattributed == 1


def test_the_statements_named_are_sent_under_these_names() -> None:
    texts = [text for file in FILES for text in statements_of(file).values()]
    sent = {found[1] for text in texts if (found := re.match(r"\(*\w+ /\* (\w+) \*/", text))}
    assert sent >= READING | WRITING | KEEPING_ACCOUNT
