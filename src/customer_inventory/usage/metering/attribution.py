"""Whose the database's effort is: shared out to processes, and what of it is nobody's.

A login of its own (a reporting role) is one process. The service logs in as one for all: a
statement of its is caused by an operation, and its time is shared out to the processes in
proportion to what they did of that operation, requests and records counting one each. The time of
all other statements, such as those of background jobs, is nobody's and stays so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from customer_inventory.store.database import Row
from customer_inventory.usage.metering.effort import Effort

READING = frozenset((
    "around_at", "around_customer", "candidate_by_id", "candidates_of_type", "count_known_at",
    "count_of_records", "customers_of_records", "documents_of_type", "matching_records",
    "number_of_versions", "one_of_tree", "page_known_at", "page_of_records", "records_by_id",
    "relatives", "rolled_up", "root_of_record", "shown_as_at", "version_known_at",
    "versions_between", "versions_of_record", "words_like",
))  # fmt: skip
"""Statements by which records are read, lists and searches too."""
WRITING = frozenset(("create_records", "change_records", "remove_records"))
"""Statements by which records change."""
KEEPING_ACCOUNT = frozenset(("append_segment",))
"""The statement by which the ledger is kept."""

_WRITES = frozenset(("create", "modify", "update", "delete"))


@dataclass(frozen=True, slots=True)
class Attributed:
    """What the database did by process, and what of it is nobody's: microseconds, or bytes."""

    by_process: Mapping[str, int]
    unattributed: int

    @property
    def coverage(self) -> Fraction:
        """The share that is attributed, 0 where there was nothing."""
        known = sum(self.by_process.values())
        whole = known + self.unattributed
        return Fraction(known, whole) if whole else Fraction(0)


NOTHING = Attributed({}, 0)
"""What a database did that did nothing."""


def time_of(effort: Effort) -> int:
    """Return the time that an effort took, in microseconds."""
    return effort.microseconds


def log_of(effort: Effort) -> int:
    """Return what an effort wrote ahead, in bytes."""
    return effort.wal_bytes


def attributed(
    efforts: Iterable[Effort],
    used: Sequence[Row],
    logins: Mapping[str, str],
    *,
    of: Callable[[Effort], int] = time_of,
    whole: int | None = None,
) -> Attributed:
    """Return whose `efforts` are: `used` are sums of the ledger, `logins` the process of each role.

    Rounded down to microseconds (or bytes) for each process; what is left over is nobody's, up to
    the `whole` where that is known to be more than the efforts.
    """
    causes = {name: _weights(used, words) for name, words in _CAUSES.items()}
    found: dict[str, Fraction] = {}
    known = 0
    for each in efforts:
        known += of(each)
        if each.login in logins:
            shares: Mapping[str, int] = {logins[each.login]: 1}
        else:
            shares = causes.get(_cause(each.statement), {})
        total = sum(shares.values())
        for process, share in shares.items():
            part = Fraction(of(each) * share, total)
            found[process] = found.get(process, Fraction(0)) + part
    by_process = {process: int(time) for process, time in sorted(found.items())}
    return Attributed(by_process, max(known, whole or 0) - sum(by_process.values()))


_CAUSES: Mapping[str, frozenset[str]] = {
    "reading": frozenset(("read", "download")),
    "writing": _WRITES,
    "keepingAccount": frozenset(("read", "download", *_WRITES)),
}


def _cause(statement: str) -> str:
    """Return what causes a named statement, '' if it is not known."""
    if statement in READING:
        return "reading"
    if statement in WRITING:
        return "writing"
    return "keepingAccount" if statement in KEEPING_ACCOUNT else ""


def _weights(used: Sequence[Row], operations: frozenset[str]) -> dict[str, int]:
    """Return how much each process did of `operations`; an entry may name several of them."""
    found: dict[str, int] = {}
    for row in used:
        if operations & set(row["operation"].split(",")):
            weight = row["requests"] + row["records"]
            found[row["process"]] = found.get(row["process"], 0) + weight
    return {process: weight for process, weight in found.items() if weight}
