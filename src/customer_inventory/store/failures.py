"""What the database says, in the house's kinds of failure."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import asyncpg

from customer_inventory.kit.errors import (
    Conflict,
    Invalid,
    InventoryError,
    TooLarge,
    Unavailable,
)

log = logging.getLogger(__name__)

_EXCLUDED = re.compile(r'violates exclusion constraint "(\w+?)(?:_\d+)?"')
_DUPLICATE = "duplicate key value violates unique constraint"

TIME_LIMIT = "timeLimit"
"""The code of a statement that took too long and was stopped."""


class Excluded(Conflict):
    """What was to be written is excluded by what is there; `constraint` names the rule."""

    def __init__(self, constraint: str) -> None:
        super().__init__("That contradicts what is there already.")
        self.constraint = constraint


class Locked(Unavailable):
    """Somebody holds what was to be locked, for longer than was to be waited."""

    code = "locked"

    def __init__(self) -> None:
        super().__init__("Somebody else holds it just now.", hint="Try again.")


UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # What a statement meets when it begins just as the server ends the session.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""What the driver raises when the server is not there, or ends the session."""

OURS = InventoryError
"""What the house raises itself: it passes through unchanged."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise the house's errors for the driver's, inside the block."""
    try:
        yield
    except Exception as error:
        explain(error)
        raise


def explain(error: BaseException) -> None:
    """Raise the house's error for one of the driver's; do nothing for any other."""
    if isinstance(error, UNREACHABLE):
        raise Unavailable(
            f"The database cannot be reached ({_first_line(error)}).",
            hint="Try again shortly; `cinv status` tells more.",
        ) from error
    if isinstance(error, asyncpg.PostgresError):
        raise _translate(error) from error


def _translate(error: asyncpg.PostgresError) -> InventoryError:
    if isinstance(error, asyncpg.ExclusionViolationError):
        return Excluded(error.constraint_name or "")
    # What a node of a distributed inventory refuses of rows that are copied to it comes without its
    # kind, and names the rule with the number of the shard behind it.
    if isinstance(error, asyncpg.InternalServerError):
        if of := _EXCLUDED.search(str(error)):
            return Excluded(of[1])
        if _DUPLICATE in str(error):
            return _there_already(str(error))
    for kind, explanation in _EXPLAINED:
        if isinstance(error, kind):
            return explanation(_first_line(error))
    # The server's own words may quote a customer's data: they are for its log.
    log.error("the database failed with %s", type(error).__name__)
    return Unavailable("The database failed.", hint="Its log says why.")


def _there_already(_: str) -> Conflict:
    return Conflict("There is such an entry already.", hint="Change it instead.")


_EXPLAINED: tuple[tuple[type[asyncpg.PostgresError], Callable[[str], InventoryError]], ...] = (
    (
        asyncpg.DiskFullError,
        lambda _: Unavailable(
            "The database's disk is full; nothing was changed.", hint="Free space, then try again."
        ),
    ),
    (
        asyncpg.QueryCanceledError,
        lambda _: Unavailable(
            "The search took too long and was stopped.",
            hint="Narrow it: filter or sort by an indexed attribute, or take smaller pages.",
            code=TIME_LIMIT,
        ),
    ),
    (
        asyncpg.ReadOnlySQLTransactionError,
        lambda _: Unavailable("The database takes no changes just now.", hint="Try again later."),
    ),
    (
        asyncpg.UniqueViolationError,
        _there_already,
    ),
    (
        asyncpg.InvalidRegularExpressionError,
        lambda _: Invalid("The pattern is no regular expression.", code="invalidFilter"),
    ),
    (
        asyncpg.IntegrityConstraintViolationError,
        lambda _: Conflict("That contradicts what is there already."),
    ),
    # What the server says of a value may quote it: a customer's data must not go on with the error.
    (asyncpg.DataError, lambda _: Invalid("The database can keep no such value.")),
    (
        asyncpg.ProgramLimitExceededError,
        lambda _: TooLarge("A value is larger than the database keeps.", hint="Shorten it."),
    ),
    (
        asyncpg.SerializationError,
        lambda _: Conflict("Somebody changed the same entry.", hint="Try again."),
    ),
    (
        asyncpg.DeadlockDetectedError,
        lambda _: Conflict("Somebody changed the same entry.", hint="Try again."),
    ),
    (asyncpg.LockNotAvailableError, lambda _: Locked()),
    (
        asyncpg.InvalidAuthorizationSpecificationError,
        lambda reason: Unavailable(
            f"The database refuses us: {reason}.", hint="Check CINV_DATABASE_URL."
        ),
    ),
    (
        asyncpg.UndefinedTableError,
        lambda _: Unavailable(
            "The database lacks our tables.", hint="Run `cinv db migrate` first."
        ),
    ),
)
"""What the server's own kinds of error mean here, the first that fits deciding."""


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
