"""The statements of a migration, run so that nobody waits for them longer than a second."""

import re
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pogo_core.migration import read_sql_migration, strip_comments

from customer_inventory.store.database import Connection, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST = 1.0
"""Seconds that a writer waits for a migration, at most."""
_FIRST = 0.5  # sooner than the server looks for deadlocks, so that no writer is ever the one to go
_LEAST_MILLISECONDS = 20
_OWN_TIMEOUT = re.compile(r"SET\s+LOCAL\s+lock_timeout\s*=\s*'(\d+)(ms|s)'\s*;?", re.IGNORECASE)


@cache
def statements_of(file: Path) -> tuple[str, ...]:
    """Return the statements that apply a migration, without comments."""
    _, _, _, _, _, apply, _ = read_sql_migration(file)
    return tuple(text for statement in apply if (text := strip_comments(statement).strip()))


class Bounded:
    """Runs statements in the transaction of `connection`, its patience for locks bounded.

    The first lock on a table that was there is waited for half a second at most, others for what
    is left of a second since. A shorter time that a migration sets itself holds. In a rehearsal a
    statement takes no longer either, once there are tables that it could keep others from.
    """

    def __init__(self, connection: Connection, *, is_rehearsal: bool = False) -> None:
        self._connection = connection
        self._is_rehearsal = is_rehearsal
        self._highest: int | None = None
        self._tables = 0
        self._held_since: float | None = None

    async def run(self, statements: Iterable[str]) -> None:
        """Run statements, in order."""
        if self._highest is None:
            self._highest = await self._connection.fetchval(SQL.highest_table)
            self._tables = await self._connection.fetchval(SQL.tables_there)
        most = _FIRST
        for statement in statements:
            if own := _OWN_TIMEOUT.fullmatch(statement):
                most = min(_FIRST, int(own[1]) / (1000 if own[2] == "ms" else 1))
                continue
            began = time.monotonic()
            await self._bound(most, began)
            await self._connection.execute(statement)
            if self._tables and self._held_since is None and await self.locks():
                self._held_since = began

    async def locks(self) -> list[Row]:
        """Return the locks held on tables that were there: table, mode, rows."""
        return list(await self._connection.fetch(SQL.locks_held, self._highest))

    async def _bound(self, most: float, at: float) -> None:
        spent = 0.0 if self._held_since is None else at - self._held_since
        left = max(int(min(most, MOST - spent) * 1000), _LEAST_MILLISECONDS)
        await self._connection.execute(f"SET LOCAL lock_timeout = '{left}ms'")
        if self._is_rehearsal and self._tables:
            work = max(int((MOST - spent) * 1000), _LEAST_MILLISECONDS)
            await self._connection.execute(f"SET LOCAL statement_timeout = '{work}ms'")
