"""Failed attempts to sign in: who fails too often waits, and nobody else does.

Counted in memory: no stranger can make the inventory write a row an attempt. What is counted is an
account from one source, an account from everywhere, and a source. Attempts that are refused for
waiting are not counted again, so that hammering one account does not shut the source for others;
and a source from which an account has signed in is not shut for it by failures elsewhere.
"""

from collections import Counter
from datetime import timedelta

from customer_inventory.kit.clock import now

WINDOW = timedelta(minutes=15)
MOST_OF_ONE = 10
"""Failures at one account from one source."""
MOST_OF_ACCOUNT = 100
"""Failures at one account from all sources together."""
MOST_OF_SOURCE = 50
"""Failures from one source at all accounts together."""
_MOST_COUNTED = 20_000

Pair = tuple[str, str]


class Attempts:
    """Counts failures of one service."""

    def __init__(self) -> None:
        self._failures: Counter[Pair] = Counter()
        self._known: dict[Pair, None] = {}
        self._since = now()

    def must_wait(self, person: str, source: str | None) -> bool:
        """Tell whether attempts at an account from a source are not looked at for now."""
        self._turn()
        where = source or "unknown"
        if self._failures[person, where] >= MOST_OF_ONE:
            return True
        if self._failures["", where] >= MOST_OF_SOURCE:
            return True
        is_known = (person, where) in self._known
        return not is_known and self._failures[person, ""] >= MOST_OF_ACCOUNT

    def failed(self, person: str, source: str | None) -> None:
        """Count a failure."""
        self._turn()
        where = source or "unknown"
        for key in ((person, where), (person, ""), ("", where)):
            if key in self._failures or len(self._failures) < _MOST_COUNTED:
                self._failures[key] += 1

    def succeeded(self, person: str, source: str | None) -> None:
        """Forget the failures at an account from a source, and remember that it is right."""
        where = source or "unknown"
        self._failures.pop((person, where), None)
        self._known.pop((person, where), None)
        self._known[person, where] = None
        if len(self._known) > _MOST_COUNTED:
            del self._known[next(iter(self._known))]

    def _turn(self) -> None:
        if now() - self._since >= WINDOW:
            self._since = now()
            self._failures.clear()
