"""What the database says becomes one of the house's kinds, and never quotes a value."""

import asyncpg
import pytest

from customer_inventory.kit.errors import (
    Conflict,
    Invalid,
    InventoryError,
    TooLarge,
    Unavailable,
)
from customer_inventory.store.database import Database
from customer_inventory.store.failures import translated

SECRET = "Geheimrat"


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (ConnectionRefusedError("refused"), Unavailable),
        (TimeoutError(), Unavailable),
        (asyncpg.InterfaceError("connection is closed"), Unavailable),
        (asyncpg.InternalClientError("cannot switch to state 15"), Unavailable),
        (asyncpg.ConnectionDoesNotExistError("closed"), Unavailable),
        (asyncpg.CannotConnectNowError("starting up"), Unavailable),
        (asyncpg.AdminShutdownError("terminating"), Unavailable),
        (asyncpg.TooManyConnectionsError("too many"), Unavailable),
        (asyncpg.DiskFullError("No space left on device"), Unavailable),
        (asyncpg.QueryCanceledError("canceling statement"), Unavailable),
        (asyncpg.ReadOnlySQLTransactionError("read-only"), Unavailable),
        (asyncpg.UndefinedTableError("no relation"), Unavailable),
        (asyncpg.InvalidPasswordError("no"), Unavailable),
        (asyncpg.UniqueViolationError(f"Key (id)=({SECRET})"), Conflict),
        (asyncpg.ForeignKeyViolationError(f"Key (id)=({SECRET})"), Conflict),
        (asyncpg.CheckViolationError(f"Failing row contains {SECRET}"), Conflict),
        (asyncpg.SerializationError("could not serialize"), Conflict),
        (asyncpg.DeadlockDetectedError("deadlock"), Conflict),
        (asyncpg.InvalidRegularExpressionError(f"invalid: {SECRET}"), Invalid),
        (asyncpg.InvalidTextRepresentationError(f"invalid input: {SECRET}"), Invalid),
        (asyncpg.DataError(f"invalid input for query argument $1: {SECRET}"), Invalid),
        (asyncpg.ProgramLimitExceededError("index row size 4040 exceeds"), TooLarge),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_each_kind_of_failure(failure: Exception, kind: type[InventoryError]) -> None:
    with pytest.raises(InventoryError) as told, translated():
        raise failure
    assert type(told.value) is kind
    assert told.value.__cause__ is failure
    assert SECRET not in str(told.value)


def test_a_failure_that_nobody_foresaw_is_unavailable() -> None:
    with pytest.raises(Unavailable), translated():
        raise asyncpg.InternalServerError("could not read block 7\nCONTEXT: …")


def test_only_the_first_line_is_told() -> None:
    with pytest.raises(Unavailable) as told, translated():
        raise OSError("first.\nsecond")
    assert "first" in told.value.message
    assert "second" not in told.value.message


def test_our_own_errors_and_those_of_programs_pass() -> None:
    for error in (Invalid("wrong"), ValueError("wrong")):
        with pytest.raises(type(error)) as told, translated():
            raise error
        assert told.value is error


@pytest.mark.parametrize(
    ("statement", "argument", "kind"),
    [
        ("SELECT $1::int", SECRET, Invalid),
        ("SELECT $1::text::int", SECRET, Invalid),
        ("SELECT $1::text::json", SECRET, Invalid),
        ("SELECT $1::text::timestamptz", SECRET, Invalid),
        ("SELECT $1::text", SECRET + "\0", Invalid),
        ("SELECT $1::text", SECRET + "\ud800", Invalid),
        ("SELECT 'x' ~ $1", f"({SECRET}", Invalid),
    ],
)
async def test_a_real_refusal_does_not_quote_the_value(
    schema: Database, statement: str, argument: str, kind: type[InventoryError]
) -> None:
    with pytest.raises(kind) as told:
        await schema.value(statement, argument)
    assert SECRET not in str(told.value)
