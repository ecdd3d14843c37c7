"""What the database says, in the house's kinds of failure."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from customer_inventory.kit.errors import Conflict, Invalid, InventoryError, Unavailable

_OUT_OF_SPACE = "The database's disk is full; nothing was changed."
_UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the house's errors for the driver's, inside the block."""
    try:
        yield
    except _UNREACHABLE as error:
        raise Unavailable(
            f"The database cannot be reached ({_first_line(error)}).",
            hint="Try again shortly; `cinv status` tells more.",
        ) from error
    except asyncpg.PostgresError as error:
        raise _translate(error) from error


def _translate(error: asyncpg.PostgresError) -> InventoryError:
    match error:
        case asyncpg.DiskFullError():
            return Unavailable(_OUT_OF_SPACE, hint="Free space, then try again.")
        case asyncpg.QueryCanceledError():
            return Unavailable(
                "The search took too long and was stopped.",
                hint="Narrow it: filter or sort by an indexed attribute, or take smaller pages.",
                code="timeLimit",
            )
        case asyncpg.ReadOnlySQLTransactionError():
            return Unavailable("The database takes no changes just now.", hint="Try again later.")
        case asyncpg.UniqueViolationError():
            return Conflict("There is such an entry already.", hint="Change it instead.")
        case asyncpg.DataError():
            return Invalid(f"The database refuses a value: {_first_line(error)}.")
        case asyncpg.SerializationError() | asyncpg.DeadlockDetectedError():
            return Conflict("Somebody changed the same entry.", hint="Try again.")
        case asyncpg.InvalidAuthorizationSpecificationError():
            return Unavailable(
                f"The database refuses us: {_first_line(error)}.", hint="Check CINV_DATABASE_URL."
            )
        case asyncpg.UndefinedTableError() | asyncpg.InvalidSchemaNameError():
            return Unavailable(
                "The database lacks our tables.", hint="Run `cinv db migrate` first."
            )
    return Unavailable(f"The database failed: {_first_line(error)}.", hint="See its log.")


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
