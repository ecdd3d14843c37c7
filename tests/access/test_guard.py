"""The guard: who is let in, for what, and how soon no more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from customer_inventory.access import guard as guard_module
from customer_inventory.access.guard import Guard, NotPermitted, Session
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import issue_token, revoke_tokens, set_state
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unauthenticated
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.conftest import BY, issued
from tests.store.eventually import end_connections, eventually

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
async def guard(database: Database) -> AsyncIterator[Guard]:
    guard = Guard(database)
    await guard.start()
    yield guard
    await guard.stop()


async def header(database: Database, *allowed: str, process: str = "billing") -> str:
    return f"Bearer {await issued(database, process, *allowed)}"


async def is_refused(guard: Guard, authorization: str) -> bool:
    try:
        await guard.authenticate(authorization)
    except Unauthenticated:
        return True
    return False


async def settled(guard: Guard) -> None:
    """Wait until the guard has heard of what was issued: nothing more arrives for a while."""
    changes = -1
    while changes != guard._changes:
        changes = guard._changes
        await asyncio.sleep(0.3)


async def asked(database: Database, guard: Guard, work: Callable[[], Awaitable[object]]) -> int:
    """Return how often `guard` asked the database while `work` was done."""
    original, count = database.row, 0

    async def counting(statement: str, *arguments: object) -> object:
        nonlocal count
        count += "session_of_token" in statement
        return await original(statement, *arguments)

    database.row = counting  # type: ignore[method-assign,assignment]
    try:
        await work()
    finally:
        database.row = original  # type: ignore[method-assign]
    return count


async def test_a_token_tells_who_acts_for_what(database: Database, guard: Guard) -> None:
    await issued(database, "billing", "customer:read,update", "agreement:read")
    token = await issue_token(
        database, "billing", purpose="testing", lifetime=timedelta(hours=1), person="bob"
    )
    session = await guard.authenticate(f"Bearer {token.secret}")
    assert session.actor == Actor("billing", "testing", "bob")
    assert session.permissions == {"customer": {"read", "update"}, "agreement": {"read"}}
    assert session.good_until == token.expires_at


async def test_it_is_asked_of_the_database_once(database: Database, guard: Guard) -> None:
    authorization = await header(database, "customer:read")

    async def many() -> None:
        for _ in range(20):
            await guard.authenticate(authorization)

    await settled(guard)
    assert await asked(database, guard, many) == 1


async def test_who_is_not_let_in(database: Database, guard: Guard) -> None:
    authorization = await header(database, "customer:read")
    secret = authorization.removeprefix("Bearer ")
    for wrong in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer  " + secret,
        "Bearer " + secret[:-1],
        "Bearer " + secret + "x",
        "Bearer " + secret.lower(),
        "Basic " + secret,
        secret,
        "Bearer " + "x" * 100_000,
        "Bearer \0",
        "Bearer é\xff",
        "Bearer ' OR TRUE --",
    ):
        with pytest.raises(Unauthenticated) as refused:
            await guard.authenticate(wrong)
        assert secret not in str(refused.value)
    assert not await is_refused(guard, f"bearer {secret}")


PERMITTED: list[tuple[list[str], Operation, str, bool]] = [
    (["customer:read"], Operation.READ, "customer", True),
    (["customer:read"], Operation.UPDATE, "customer", False),
    (["customer:read"], Operation.READ, "agreement", False),
    (["customer:read", "agreement:delete"], Operation.DELETE, "agreement", True),
    (["customer:read", "agreement:delete"], Operation.DELETE, "customer", False),
    (["*:read"], Operation.READ, "agreement", True),
    (["*:read"], Operation.CREATE, "agreement", False),
    (["*:read", "customer:update"], Operation.READ, "customer", True),
    (["*:read", "customer:update"], Operation.UPDATE, "customer", True),
    (["*:read", "customer:update"], Operation.UPDATE, "agreement", False),
    ([], Operation.READ, "customer", False),
]


async def test_what_each_may(database: Database, guard: Guard) -> None:
    for number, (allowed, operation, record_type, may) in enumerate(PERMITTED):
        authorization = await header(database, *allowed, process=f"p{number}")
        session = await guard.authenticate(authorization)
        assert session.may(operation, record_type) is may
        if may:
            session.demand(operation, record_type)
        else:
            with pytest.raises(NotPermitted) as refused:
                session.demand(operation, record_type)
            assert refused.value.message == (
                f"The process p{number} may not {operation} {record_type} for testing."
            )


async def test_a_purpose_opens_its_own_doors_alone(database: Database, guard: Guard) -> None:
    await issued(database, "billing", "customer:read", purpose="billing")
    await issued(database, "billing", "agreement:read", purpose="dunning")
    for purpose, record_type in (("billing", "customer"), ("dunning", "agreement"), ("other", "")):
        token = await issue_token(database, "billing", purpose=purpose, lifetime=timedelta(hours=1))
        session = await guard.authenticate(f"Bearer {token.secret}")
        assert set(session.permissions) == ({record_type} if record_type else set())


async def test_what_ends_access_ends_it_soon(database: Database, guard: Guard) -> None:
    async def suspend() -> None:
        await set_state(database, "suspend", "suspended", by=BY)

    async def revoke() -> None:
        await set_state(database, "revoke", "revoked", by=BY)

    async def end_tokens() -> None:
        await revoke_tokens(database, "tokens")

    async def delete() -> None:
        await database.execute("DELETE FROM access.token WHERE process = 'delete'")

    for process, end in (
        ("suspend", suspend),
        ("revoke", revoke),
        ("tokens", end_tokens),
        ("delete", delete),
    ):
        authorization = await header(database, "customer:read", process=process)
        await guard.authenticate(authorization)
        await end()
        await eventually(lambda authorization=authorization: is_refused(guard, authorization))


async def test_a_permission_withdrawn_or_given_is_felt_soon(
    database: Database, guard: Guard
) -> None:
    authorization = await header(database, "customer:read", "agreement:read")

    async def may(operation: Operation, record_type: str) -> bool:
        return (await guard.authenticate(authorization)).may(operation, record_type)

    async def may_not(operation: Operation, record_type: str) -> bool:
        return not await may(operation, record_type)

    assert await may(Operation.READ, "agreement")
    await issued(database, "billing", "customer:read,update")
    await eventually(lambda: may_not(Operation.READ, "agreement"))
    assert await may(Operation.UPDATE, "customer")


async def test_a_revocation_while_a_token_is_verified_is_not_missed(
    database: Database, guard: Guard
) -> None:
    for _ in range(20):
        process = "racing"
        authorization = await header(database, "customer:read", process=process)
        await asyncio.gather(
            *(is_refused(guard, authorization) for _ in range(5)),
            revoke_tokens(database, process),
            *(is_refused(guard, authorization) for _ in range(5)),
        )
        await eventually(lambda authorization=authorization: is_refused(guard, authorization))


async def test_what_changes_during_the_question_is_not_remembered(
    database: Database, guard: Guard
) -> None:
    authorization = await header(database, "customer:read")
    original = database.row

    async def interrupted(statement: str, *arguments: object) -> object:
        answer = await original(statement, *arguments)
        guard.forget()
        return answer

    database.row = interrupted  # type: ignore[method-assign,assignment]
    await guard.authenticate(authorization)
    database.row = original  # type: ignore[method-assign]
    assert guard._sessions == {}
    await guard.authenticate(authorization)
    assert list(guard._sessions) == [authorization]


async def test_while_it_hears_nothing_it_remembers_nothing(
    database: Database, guard: Guard, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorization = await header(database, "customer:read")
    await guard.authenticate(authorization)
    # The next try to listen fails: the channel has no such name.
    monkeypatch.setattr(guard._listener, "_channel", "")
    await end_connections(server, "application_name = 'customer-inventory listen'")

    async def is_deaf() -> bool:
        return guard._listener.deaf

    await eventually(is_deaf)
    assert guard._sessions == {}

    async def ask_thrice() -> None:
        for _ in range(3):
            await guard.authenticate(authorization)

    assert await asked(database, guard, ask_thrice) == 3
    await revoke_tokens(database, "billing")
    assert await is_refused(guard, authorization)
    monkeypatch.undo()

    async def hears() -> bool:
        return not guard._listener.deaf

    await eventually(hears)


async def test_a_token_is_good_until_it_expires(
    database: Database, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorization = await header(database, "customer:read")
    session = await guard.authenticate(authorization)
    just_before = session.good_until - timedelta(microseconds=1)
    monkeypatch.setattr(guard_module, "now", lambda: just_before)
    assert await guard.authenticate(authorization) is session
    monkeypatch.setattr(guard_module, "now", lambda: session.good_until)
    await database.execute("UPDATE access.token SET expires_at = now() - interval '1 second'")
    assert await is_refused(guard, authorization)


async def test_an_expired_session_is_not_served_from_memory(
    database: Database, guard: Guard
) -> None:
    past = Session(
        Actor("billing", "testing"), datetime(2020, 1, 1, tzinfo=UTC), {}, Sight("testing")
    )
    guard._sessions["Bearer x"] = past
    assert await is_refused(guard, "Bearer x")


PERIODS = """
UPDATE access.permission SET valid_from = now() + $2::interval, valid_to = now() + $3::interval
WHERE process = 'billing' AND record_type = $1
"""


async def test_a_permission_holds_in_its_period_alone(database: Database, guard: Guard) -> None:
    def hours(count: float | None) -> timedelta | None:
        return None if count is None else timedelta(hours=count)

    now = datetime.now(UTC)
    for start, end, is_permitted, changes_in in (
        (-1.0, None, True, 1.0),
        (-1.0, 0.5, True, 0.5),
        (0.5, None, False, 0.5),
        (0.25, 0.5, False, 0.25),
        (-1.0, -0.5, False, 1.0),
        (-1.0, 2.0, True, 1.0),
    ):
        authorization = await header(database, "customer:read", "agreement:read")
        await database.execute(PERIODS, "customer", hours(start), hours(end))
        guard.forget()
        session = await guard.authenticate(authorization)
        assert session.may(Operation.READ, "customer") is is_permitted
        assert session.may(Operation.READ, "agreement")
        # Remembered until the next thing changes by itself, and no longer.
        left = session.good_until - now
        assert abs(left - timedelta(hours=changes_in)) < timedelta(minutes=5)


async def test_a_permission_that_ends_ends_in_memory_too(
    database: Database, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorization = await header(database, "customer:read")
    await database.execute(PERIODS, "customer", timedelta(hours=-1), timedelta(minutes=1))
    guard.forget()
    session = await guard.authenticate(authorization)
    assert session.may(Operation.READ, "customer")
    # A minute later the database would say no, and it is asked.
    monkeypatch.setattr(guard_module, "now", lambda: session.good_until)

    async def once() -> None:
        await guard.authenticate(authorization)

    assert await asked(database, guard, once) == 1


async def test_memory_is_bounded(
    database: Database, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "_MOST_REMEMBERED", 3)
    await issued(database, "billing", "customer:read")
    for _ in range(8):
        token = await issue_token(database, "billing", purpose="testing", lifetime=timedelta(1))
        await settled(guard)
        await guard.authenticate(f"Bearer {token.secret}")
        assert 0 < len(guard._sessions) <= 3


async def test_one_token_too_many_ends_the_memory_of_the_oldest_alone(
    database: Database, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "_MOST_REMEMBERED", 3)
    await issued(database, "billing", "customer:read")
    headers = []
    for _ in range(4):
        token = await issue_token(database, "billing", purpose="testing", lifetime=timedelta(1))
        headers.append(f"Bearer {token.secret}")
        await guard.authenticate(headers[-1])
    assert [guard.remembered(each) is not None for each in headers] == [False, True, True, True]


async def test_who_stops_forgets(database: Database) -> None:
    guard = Guard(database)
    await guard.start()
    await guard.authenticate(await header(database, "customer:read"))
    await guard.stop()
    assert guard._sessions == {}
