"""What may be done about a shortcoming: what it is promised to gain, what it costs, how to undo."""

from collections.abc import Mapping
from dataclasses import dataclass

from customer_inventory.shortcomings.check import Check


@dataclass(frozen=True, slots=True)
class Option:
    """One way to mend a shortcoming.

    `expected` is the value that the check is expected to measure afterwards, at most, in the
    check's unit; `basis` says how that is known. `cost` is what it costs while it is done and with
    every write from then on, `undo` how it is taken back.
    """

    said: str
    expected: float
    basis: str
    cost: str
    undo: str


@dataclass(frozen=True, slots=True)
class _Effort:
    cost: str
    undo: str


_SETTING = _Effort("none on writes", "set it as it was, and reload")
_RESTART = _Effort("a restart of the server; none on writes", "set it as it was, and restart")
_SESSION = _Effort("whoever holds the session has to begin anew", "cannot be undone, need not be")
_INDEX = _Effort(
    "the build reads the table once beside its writers; every write of the table keeps the index",
    "DROP INDEX CONCURRENTLY",
)
_NO_INDEX = _Effort(
    "a short lock; writes of the table become cheaper", "build it again, CONCURRENTLY"
)
_WIDER = _Effort(
    "the table is written anew under a lock: do it while it is small, or by a second column",
    "none: what has grown beyond the old type does not fit it",
)
_VACUUM = _Effort(
    "reads the table beside its writers, bounded by the cost settings of vacuum",
    "cannot be undone, need not be",
)
_RIGHT = _Effort("nothing", "GRANT it again")
_HELD = _Effort("a lock while it is checked", "drop the rule, or switch it off again")
_SLOT = _Effort("none once it is received from", "a slot that was dropped has to be made anew")
_BACKUP = _Effort("reads the database once; space for a copy", "the copy expires by itself")
_DISK = _Effort("what the room costs; none on writes", "give the room back")
_DRILL = _Effort("reads the database once; space for a copy while it runs", "it undoes itself")
_LOOK = _Effort("depends on what is found", "depends on what is done")

_EFFORT: Mapping[str, _Effort] = {
    "CAP01": _DISK, "CAP02": _LOOK, "CAP03": _DISK, "CAP06": _LOOK, "CAP09": _WIDER,
    "CAP04": _WIDER, "CAP05": _WIDER, "CAP07": _SETTING, "CAP08": _SLOT,
    "CON01": _RESTART, "CON02": _SESSION, "CON03": _SESSION, "CON04": _SESSION, "CON05": _LOOK,
    "CON06": _LOOK,
    "STM01": _INDEX, "STM02": _LOOK, "STM03": _VACUUM, "STM04": _INDEX, "STM05": _RESTART,
    "IDX01": _INDEX, "IDX02": _INDEX, "IDX03": _NO_INDEX, "IDX04": _NO_INDEX,
    "IDX05": _Effort("the build reads the table once beside its writers", "none is needed"),
    "IDX06": _INDEX, "IDX08": _RESTART, "IDX09": _NO_INDEX,
    "IDX07": _Effort("the build reads the table once beside its writers", "none is needed"),
    "TBL01": _VACUUM, "TBL02": _VACUUM, "TBL03": _VACUUM, "TBL04": _VACUUM, "TBL05": _RESTART,
    "TBL06": _Effort("the table takes more space", "set fillfactor as it was"),
    "TBL07": _Effort("a lock while the key is built; writes keep it", "drop the key"),
    "TBL08": _HELD,
    "TBL09": _Effort("the table is copied; some statements are written anew", "copy it back"),
    "VAC01": _VACUUM, "VAC02": _VACUUM, "VAC03": _SESSION, "VAC04": _SETTING,
    "DUR01": _SETTING, "DUR02": _SETTING, "DUR03": _LOOK, "DUR04": _LOOK, "DUR06": _SLOT,
    "DUR05": _BACKUP, "DUR07": _BACKUP,
    "DUR08": _Effort("space on another disk", "name the old folder again"),
    "DUR09": _DRILL, "DUR10": _BACKUP,
    "INV01": _LOOK, "INV02": _LOOK, "INV03": _LOOK, "INV04": _LOOK, "INV05": _LOOK,
    "INV06": _LOOK, "INV07": _LOOK, "INV08": _RESTART, "INV09": _LOOK,
    "FUN01": _LOOK, "FUN02": _LOOK, "FUN03": _LOOK, "FUN04": _LOOK,
    "CFG01": _RESTART,
    "CFG02": _Effort("a stop of the service; a rehearsal before", "the backup taken before it"),
    "CFG03": _RESTART, "CFG04": _RESTART,
    "SEC01": _RIGHT, "SEC02": _RIGHT,
    "SEC03": _Effort("nothing", "ALTER FUNCTION … RESET search_path"),
    "SEC04": _RIGHT, "SEC05": _RIGHT,
}  # fmt: skip
"""What mending costs and how it is undone, by check."""


def remedy_of(check: Check, value: float) -> Option:
    """Return what the check itself advises for an object of this `value`."""
    effort = _EFFORT.get(check.id, _LOOK)
    expected = expected_of(check, value)
    basis = (
        "it is mended when the check has nothing of it"
        if expected == 0
        else f"it is mended below {check.warn:g} {check.unit}"
    )
    return Option(check.remedy, expected, basis, effort.cost, effort.undo)


def expected_of(check: Check, value: float) -> float:
    """Return the value that a fix promises at least: the threshold, or none of it at all."""
    return check.warn if value > check.warn > 0 else 0.0


def share_gained(before: float | None, after: float | None) -> float | None:
    """Return the gain as a share of the value before, None without one; nothing left is all."""
    if before is None or before == 0:
        return None
    return (before - (after or 0.0)) / before
