"""The pool: what it lends, what it limits, and what it says when the server is not there."""

import asyncio

import asyncpg
import pytest

from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.store import database as database_module
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests import distributed
from tests.store.eventually import end_connections, eventually


async def test_json_passes_as_bytes(database: Database) -> None:
    body = '{"name" : "Ærøskøbing", "n": 1.50}'.encode()
    assert await database.value("SELECT $1::json", body) == body


async def test_a_long_statement_is_planned_once(dsn: str) -> None:
    """The driver keeps none longer than 15 kB by itself: those take longest to plan."""
    text = f"SELECT cardinality(ARRAY[{', '.join(['1'] * 8_000)}])"
    assert len(text) > 20_000
    async with Database(dsn, pool_size=1) as one:
        assert [await one.value(text) for _ in range(3)] == [8_000] * 3
        kept = (
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement = $1"
        )
        assert await one.value(kept, text) == 3


async def test_nothing_is_lent_before_it_is_open_or_after() -> None:
    database = Database("postgresql://nowhere.invalid/none")
    with pytest.raises(Unavailable):
        await database.value("SELECT 1")
    await database.close()


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://nobody@127.0.0.1:1/none",
        "postgresql://nobody@/none?host=/nowhere",
        "postgresql://nobody@[::1/none",
        "postgresql://nobody@127.0.0.1:port/none",
        "mysql://nobody@127.0.0.1/none",
    ],
)
async def test_an_address_where_nobody_answers(dsn: str) -> None:
    with pytest.raises(Unavailable):
        await Database(dsn).open()


async def test_a_database_that_is_not_there(dsn: str) -> None:
    name = dsn.partition("?")[0].rpartition("/")[2]
    with pytest.raises(Unavailable):
        await Database(dsn.replace(name, "cinv_none")).open()


async def test_a_server_too_old_is_refused_and_let_go(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_OLDEST_SERVED", 99)
    database = Database(dsn)
    with pytest.raises(Unavailable, match="PostgreSQL 18"):
        await database.open()
    monkeypatch.undo()
    async with Database(dsn) as other:
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        assert await other.value(count + distributed.OURS) <= 2


async def test_a_statement_that_takes_too_long_is_stopped(dsn: str) -> None:
    async with Database(dsn, statement_timeout_ms=50) as database:
        with pytest.raises(Unavailable) as stopped:
            await database.value("SELECT pg_sleep(20)")
        assert stopped.value.code == "timeLimit"
        assert await database.value("SELECT 1") == 1


async def test_a_transaction_is_kept_or_undone_whole(database: Database) -> None:
    await database.execute("CREATE TABLE note (text text)")
    async with database.transaction() as connection:
        await connection.execute("INSERT INTO note VALUES ('kept')")

    async def fail() -> None:
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO note VALUES ('undone')")
            await connection.execute("SELECT 'x'::text::int")

    with pytest.raises(Invalid):
        await fail()
    assert [row["text"] for row in await database.fetch("SELECT * FROM note")] == ["kept"]


async def test_a_cancelled_transaction_leaves_nothing_behind(dsn: str) -> None:
    async with Database(dsn, pool_size=1) as database:
        await database.execute("CREATE TABLE note (text text)")
        began = asyncio.Event()

        async def write_and_wait() -> None:
            async with database.transaction() as connection:
                await connection.execute("INSERT INTO note VALUES ('undone')")
                began.set()
                await connection.execute("SELECT pg_sleep(20)")

        task = asyncio.create_task(write_and_wait())
        await began.wait()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The one connection there is serves again, outside any transaction.
        await database.execute("INSERT INTO note VALUES ('kept')")
        connection = await asyncpg.connect(dsn)
        texts = [row["text"] for row in await connection.fetch("SELECT * FROM note")]
        await connection.close()
        assert texts == ["kept"]


async def test_a_connection_that_the_server_ended_is_replaced(
    server: EmbeddedServer, dsn: str
) -> None:
    async with Database(dsn, pool_size=1) as database, Database(dsn) as other:
        before = await database.value("SELECT pg_backend_pid()")
        task = asyncio.create_task(database.value("SELECT pg_sleep(20)"))
        await eventually(
            lambda: other.value(
                "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND query ~ 'sleep'", before
            )
        )
        await end_connections(server, "pid = $1", before)
        with pytest.raises(Unavailable):
            await task
        assert await database.value("SELECT pg_backend_pid()") != before


async def test_whoever_asks_while_all_sessions_are_ended_is_told_so(
    server: EmbeddedServer, dsn: str
) -> None:
    """A session may end between two messages: the driver has many words for it, the house one."""
    async with Database(dsn, pool_size=8) as database:
        own = await database.value("SELECT current_database()")
        is_over, told = False, list[Exception]()

        async def ask(number: int) -> None:
            while not is_over:
                try:
                    async with database.transaction() as connection:
                        await connection.fetch(
                            "SELECT $1::int + g FROM generate_series(1, 50) g", number
                        )
                except Exception as error:  # noqa: BLE001 - whatever comes is looked at
                    told.append(error)

        asking = [asyncio.create_task(ask(number)) for number in range(20)]
        for _ in range(15):
            await end_connections(server, "datname = $1", own)
        is_over = True
        await asyncio.gather(*asking)
        assert told
        assert {type(error) for error in told} == {Unavailable}
        assert await database.value("SELECT 1") == 1


async def test_a_session_of_its_own_is_closed_after(database: Database) -> None:
    async with database.session() as connection:
        pid = await connection.fetchval("SELECT pg_backend_pid()")
    count = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"

    async def has_ended() -> bool:
        return await database.value(count, pid) == 0

    await eventually(has_ended)
