"""The one map from kinds of failure to exit codes."""

from customer_inventory.kit.errors import Invalid, InventoryError, Refused, Unavailable

DONE, PROBLEMS, WRONG_USE, OUT_OF_REACH, PARTLY = range(5)

_CODES: dict[type[InventoryError], int] = {
    Invalid: WRONG_USE,
    Refused: OUT_OF_REACH,
    Unavailable: OUT_OF_REACH,
    InventoryError: PROBLEMS,
}


def exit_code(error: InventoryError) -> int:
    """Return the exit code that tells of `error`; the nearest ancestor of its class decides."""
    return next(_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)
