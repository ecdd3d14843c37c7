"""The pool: never more than it may lend, in the order asked, nothing lent that is not as it was."""

import asyncio
import random

import asyncpg
import pytest

from customer_inventory.kit.errors import Conflict, Unavailable
from customer_inventory.store import pool as pool_module
from customer_inventory.store.database import Database
from customer_inventory.store.pool import Connection, Pool


class Making:
    """Makes real connections, and counts them."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.made: list[Connection] = []
        self.failing = 0

    async def __call__(self) -> Connection:
        if self.failing:
            self.failing -= 1
            raise ConnectionRefusedError("not now")
        connection = await asyncpg.connect(self.dsn)
        self.made.append(connection)
        return connection

    @property
    def open(self) -> int:
        return sum(not connection.is_closed() for connection in self.made)


@pytest.fixture
def making(schema: Database) -> Making:
    return Making(schema.dsn)


async def use(pool: Pool, turns: int = 1) -> int:
    async with pool.lend() as connection:
        for _ in range(turns):
            await connection.execute("SELECT 1")
        return id(connection)


async def test_one_after_the_other_share_a_connection(making: Making) -> None:
    pool = Pool(making, 5)
    assert len({await use(pool) for _ in range(10)}) == 1
    assert len(making.made) == 1
    await pool.close()
    assert making.open == 0


async def test_many_at_once_never_have_more_than_there_may_be(making: Making) -> None:
    pool = Pool(making, 3)
    await asyncio.gather(*(use(pool, number % 4) for number in range(60)))
    assert len(making.made) == 3
    await pool.close()
    assert making.open == 0


async def test_who_waits_is_served_before_who_comes_again(making: Making) -> None:
    pool = Pool(making, 1)
    served = []

    async def borrow(name: str, times: int) -> None:
        for _ in range(times):
            await use(pool)
            served.append(name)

    greedy = asyncio.create_task(borrow("greedy", 10))
    await asyncio.sleep(0)
    await asyncio.gather(greedy, *(borrow(f"patient {number}", 1) for number in range(5)))
    # All five came while the greedy one had its first turn.
    assert served[:6] == ["greedy", *(f"patient {number}" for number in range(5))]
    await pool.close()


async def test_who_waits_too_long_is_told(making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_LONGEST_WAIT_SECONDS", 0.02)
    pool = Pool(making, 1)
    async with pool.lend():
        with pytest.raises(Unavailable, match="busy"):
            await use(pool)
    await use(pool)
    await pool.close()


async def test_who_gives_up_waiting_leaves_the_turn_to_the_next(making: Making) -> None:
    pool = Pool(making, 1)
    for late in (False, True):
        first = await pool.take()
        waiting = [asyncio.create_task(use(pool)) for _ in range(3)]
        await asyncio.sleep(0)
        if late:
            # The turn is given and given up in the same moment.
            pool.give_back(first, is_sound=True)
            waiting[0].cancel()
        else:
            waiting[0].cancel()
            pool.give_back(first, is_sound=True)
        outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 20)
        assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError, int, int]
    assert len(making.made) == 1
    await pool.close()


async def test_a_connection_that_cannot_be_made_costs_no_place(making: Making) -> None:
    pool = Pool(making, 2)
    making.failing = 5
    for _ in range(5):
        with pytest.raises(Unavailable):
            await use(pool)
    await asyncio.gather(*(use(pool, 2) for _ in range(4)))
    assert len(making.made) == 2
    await pool.close()


async def fail(pool: Pool, error: BaseException, *, statement: str = "SELECT 1") -> None:
    async with pool.lend() as connection:
        await connection.execute(statement)
        raise error


async def test_what_leaves_a_connection_sound(making: Making) -> None:
    pool = Pool(making, 1)
    await use(pool)
    with pytest.raises(Conflict):
        await fail(pool, Conflict("no"))
    with pytest.raises(Conflict):
        await fail(pool, asyncpg.UniqueViolationError("taken"))
    assert len(making.made) == 1
    await pool.close()


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ValueError("a fault of ours"), ValueError),
        (TimeoutError(), Unavailable),
        (asyncpg.InterfaceError("closed"), Unavailable),
        (asyncpg.AdminShutdownError("terminating connection"), Unavailable),
        (asyncio.CancelledError(), asyncio.CancelledError),
    ],
)
async def test_what_leaves_a_connection_unknown(
    making: Making, error: BaseException, raised: type[BaseException]
) -> None:
    pool = Pool(making, 1)
    with pytest.raises(raised):
        await fail(pool, error)
    assert making.open == 0
    await use(pool)
    assert (len(making.made), making.open) == (2, 1)
    await pool.close()


async def test_a_transaction_left_open_is_not_lent_on(making: Making) -> None:
    pool = Pool(making, 1)
    with pytest.raises(Conflict):
        await fail(pool, Conflict("no"), statement="BEGIN")
    async with pool.lend() as connection:
        assert not connection.is_in_transaction()
        await connection.execute("BEGIN")
    async with pool.lend() as connection:
        assert not connection.is_in_transaction()
    assert len(making.made) == 3
    await pool.close()


async def test_a_closed_pool_lends_nothing_and_keeps_nothing(making: Making) -> None:
    pool = Pool(making, 1)
    lent = await pool.take()
    waiting = asyncio.create_task(use(pool))
    await asyncio.sleep(0)
    await pool.close()
    assert lent.is_closed()
    pool.give_back(lent, is_sound=True)
    with pytest.raises(Unavailable):
        await waiting
    with pytest.raises(Unavailable):
        await use(pool)
    assert making.open == 0


async def test_a_pool_closed_under_work_tells_every_borrower(making: Making) -> None:
    pool = Pool(making, 2)
    tasks = [asyncio.create_task(use(pool, 1000)) for _ in range(6)]
    while len(making.made) < 2:
        await asyncio.sleep(0)
    await pool.close()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert making.open == 0


async def test_whatever_befalls_borrowers_every_place_comes_back(making: Making) -> None:
    pool = Pool(making, 3)
    chance = random.Random(5)

    async def borrow() -> None:
        error = chance.choice([None, Conflict("no"), ValueError("x"), OSError("gone")])
        if error is None:
            await use(pool, chance.randrange(4))
        else:
            await fail(pool, error)

    tasks = [asyncio.create_task(borrow()) for _ in range(200)]
    for task in chance.sample(tasks, 60):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert making.open <= 3
    # Three can borrow at once, and no more.
    three = [await pool.take() for _ in range(3)]
    assert pool._turns.locked()
    assert making.open == 3
    for connection in three:
        pool.give_back(connection, is_sound=True)
    await pool.close()
    assert making.open == 0
