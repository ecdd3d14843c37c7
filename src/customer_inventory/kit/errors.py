"""The kinds of failure. Doors map a kind to an HTTP status and an exit code, once.

A concrete error lives beside the function that raises it and derives from one of
these kinds; it says what was wrong (`message`), where (`path`) and what to do (`hint`).
"""


class InventoryError(Exception):
    """Base of every failure that the inventory explains to its caller.

    `code` is a stable word for programs, `path` the dotted path of the attribute
    concerned (None when no attribute is), `hint` what the caller can do. `ids` are those of records
    that it tells of, for the ledger.
    """

    code = "error"
    ids: tuple[str, ...] = ()

    def __init__(
        self, message: str, *, path: str | None = None, hint: str | None = None, code: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.hint = hint
        if code:
            self.code = code

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        what_to_do = f" {self.hint}" if self.hint else ""
        return f"{where}{self.message}{what_to_do}"


class NotFound(InventoryError):
    """What was asked for is not there, or not for this caller."""

    code = "notFound"


class Gone(NotFound):
    """What was asked for was there, and is not any more."""

    code = "gone"


class Conflict(InventoryError):
    """The request contradicts the present state; another request may succeed."""

    code = "conflict"


class Stale(Conflict):
    """The caller's revision (If-Match) is no longer the current one."""

    code = "preconditionFailed"


class Refused(InventoryError):
    """The caller is known and not allowed."""

    code = "forbidden"


class Unauthenticated(Refused):
    """The caller is not known."""

    code = "unauthenticated"


class Invalid(InventoryError):
    """The request itself is wrong; repeating it unchanged will not help."""

    code = "invalid"


class TooLarge(Invalid):
    """The request is larger than what is served."""

    code = "tooLarge"


class Unavailable(InventoryError):
    """Something the inventory needs (database, disk, time) is missing just now."""

    code = "unavailable"
