"""Migrations under load: nobody who writes waits for one longer than a second.

Writers give up by themselves after a second (`lock_timeout`) and would fail then; how long they
waited at most is what the database itself tells them (`log_lock_waits`).
"""

import asyncio
import logging
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import migrate
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.migrate import Lock
from tests import distributed
from tests.store.test_migrate import add, ask, empty  # noqa: F401 - fixtures

FIRST_WITH_RECORDS = "0005-types"
ROWS = 30_000
WAITED = re.compile(r"acquired \w+ .* after ([\d.]+) ms")
AS_SUPERUSER = {
    "lock_timeout": "1s",
    "log_lock_waits": "on",
    "deadlock_timeout": "5ms",
    "client_min_messages": "log",
}
FILL = """
    INSERT INTO record.individual (
        id, bucket, subject_id, revision, operation, body, recorded_at, process, purpose, name
    )
    SELECT
        'old' || n, n % 1024, 'old' || n, 1, 'create', json_build_object('n', n), now(), 'test',
        'testing', 'Ada Lovelace ' || n
    FROM generate_series(1, $1::integer) AS n
"""
COPIES = """
    INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)
    SELECT bucket, id, 'individual', 1, 'create', now() FROM record.individual;
    INSERT INTO record.history (
        bucket, id, type, revision, operation, body, recorded_from, recorded_to, process, purpose
    )
    SELECT bucket, id, 'individual', 0, 'create', body, now(), now(), 'test', 'testing'
    FROM record.individual;
    INSERT INTO record.link (bucket, id, outward, path, role, other_id, other_bucket)
    SELECT bucket, id, TRUE, 'party', 'engaged', id, bucket FROM record.individual;
"""
AN_EVENT = """
    INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)
    VALUES (1, gen_random_uuid()::text, 'individual', 1, 'create', now())
"""
A_VERSION = """
    INSERT INTO record.history (
        bucket, id, type, revision, operation, recorded_from, recorded_to, process, purpose
    )
    VALUES (1, gen_random_uuid()::text, 'individual', 1, 'create', now(), now(), 'test', 'testing')
"""
A_LINK = """
    INSERT INTO record.link (bucket, id, outward, path, role, other_id, other_bucket)
    VALUES (1, gen_random_uuid()::text, TRUE, 'party', 'engaged', 'x', 1)
"""
A_CHANGE = "UPDATE record.individual SET revision = revision + 1 WHERE id = 'old' || $1 % 1000"
A_CUSTOMER = "UPDATE record.customer SET revision = revision WHERE id = 'none'"
WAITING = """
    SELECT query_start FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE record.customer%'
"""
WRITES = (AN_EVENT, A_VERSION, A_LINK, A_CHANGE, A_CUSTOMER)

log = logging.getLogger(__name__)
Adding = Callable[[str, str], str]


@dataclass
class Load:
    """What writers did: statements done, those that were refused, their longest wait in ms."""

    done: int = 0
    refused: list[str] = field(default_factory=list)
    longest: float = 0.0

    def heard(self, _: object, message: asyncpg.PostgresLogMessage) -> None:
        if found := WAITED.search(message.message or ""):
            self.longest = max(self.longest, float(found[1]))


@asynccontextmanager
async def written(dsn: str, user: str) -> AsyncIterator[Load]:
    """Write all the time, a statement a transaction, each kind by a session of its own."""
    load, stopped = Load(), asyncio.Event()
    address = dsn.replace("postgresql://cinv@", f"postgresql://{user}@")

    async def write(statement: str) -> None:
        connection = await asyncpg.connect(
            address, server_settings=AS_SUPERUSER, statement_cache_size=0
        )
        connection.add_log_listener(load.heard)
        number = 0
        while not stopped.is_set():
            number += 1
            try:
                await connection.execute(statement.replace("$1", str(number)))
                load.done += 1
            except asyncpg.PostgresError as error:
                load.refused.append(f"{error}: {statement[:40]}")
            await asyncio.sleep(0.002)
        await connection.close()

    tasks = [asyncio.create_task(write(statement)) for statement in WRITES]
    try:
        yield load
    finally:
        stopped.set()
        await asyncio.gather(*tasks)


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that leaves no migrations but those up to one; all again for ''."""
    whole = migrate.folder()

    def only(last: str) -> None:
        folder = tmp_path / f"until-{last}"
        shutil.copytree(whole, folder)
        for file in folder.glob("*.sql"):
            if last and file.stem > last:
                file.unlink()
        monkeypatch.setattr(migrate, "folder", lambda: folder)

    return only


async def test_every_migration_is_applied_while_records_are_written(
    empty: str,  # noqa: F811 - the fixture
    server: EmbeddedServer,
    only: Callable[[str], None],
) -> None:
    only(FIRST_WITH_RECORDS)
    await migrate.apply(empty)
    connection = await asyncpg.connect(empty)
    await connection.execute(FILL, ROWS)
    await connection.execute(COPIES)
    await connection.close()
    only("")
    async with written(empty, "postgres") as load:
        while not load.done:
            await asyncio.sleep(0.01)
        steps = await migrate.apply(empty)
    assert len(steps) > 60
    assert load.refused == []
    assert load.done > len(WRITES)
    # By the database's own account; who waited longer than a second was refused above.
    log.info("longest wait of a writer: %.0f ms, %d writes", load.longest, load.done)
    assert await migrate.pending(empty) == []


async def test_who_holds_a_table_holds_up_the_migration_and_no_writer(
    dsn: str,
    add: Adding,  # noqa: F811 - the fixture
) -> None:
    add("ALTER TABLE record.customer ADD COLUMN note text;", "")
    holder = await asyncpg.connect(dsn)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE record.customer IN ACCESS SHARE MODE")
    async with written(dsn, "postgres") as load:
        applying = asyncio.create_task(migrate.apply(dsn))
        begun: set[tuple[object, ...]] = set()
        while len(begun) <= 2:  # it gives way, and comes back
            begun.update(await ask(dsn, WAITING))
            await asyncio.sleep(0.01)
        await transaction.rollback()
        (step,) = await applying
    await holder.close()
    assert step.tries > 1
    assert load.refused == []


async def test_a_plan_tells_what_would_keep_writers_and_how_many_rows(
    dsn: str,
    add: Adding,  # noqa: F811 - the fixture
) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(FILL, 1000)
    await connection.execute("ANALYZE record.individual")
    await connection.close()
    add("ALTER TABLE record.individual ADD COLUMN note text;", "")
    slow = add("SELECT pg_sleep(3) FROM record.individual LIMIT 1;", "")
    after = add("SELECT 1;", "")
    first, second, third = await migrate.plan(dsn)
    # The coordinator of a cluster has no statistics of what lies in shards.
    rows = 0 if distributed.URL else 1000
    assert first.locks == (Lock("record.individual", "AccessExclusiveLock", rows),)
    assert first.locks[0].stops == "readers and writers"
    assert (second.name, second.reason) == (slow, "takes longer than a second")
    assert (third.name, third.reason, third.rehearsed) == (after, f"follows {slow}", False)


async def test_a_plan_gives_way_too(
    dsn: str,
    add: Adding,  # noqa: F811 - the fixture
) -> None:
    add("ALTER TABLE record.customer ADD COLUMN note text;", "")
    holder = await asyncpg.connect(dsn)
    async with holder.transaction():
        await holder.execute("LOCK TABLE record.customer IN ACCESS SHARE MODE")
        (step,) = await migrate.plan(dsn)
        assert (step.rehearsed, step.reason) == (False, "others hold what it locks")
        with pytest.raises(Unavailable, match="lock timeout"):
            await migrate.apply(dsn, attempts=2)
    await holder.close()
