"""A drill: the last backup restored in a place of its own, compared, audited, and thrown away."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from customer_inventory.facilities.backup.catalogue import Backup
from customer_inventory.facilities.backup.catching import catch_up
from customer_inventory.facilities.backup.comparing import (
    Difference,
    contents,
    contents_of,
    differences,
    marked,
)
from customer_inventory.facilities.backup.restoring import (
    Target,
    Tell,
    aside,
    chosen,
    clear,
    recover,
)
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer

Audit = Callable[[str], Awaitable[int]]
"""Audits the database of an address; returns how many rules could not be asked."""


@dataclass(frozen=True)
class Drill:
    """How a drill went.

    `behind` is how many bytes of the log the archive had not got when the point was set, None if
    nobody kept it; `point_seconds` how long until it had them: what would have been lost. The
    recovery time is what it takes until the inventory answers again, in seconds.
    """

    backup: Backup
    segments: int
    behind: int | None
    point_seconds: float
    unpacking_seconds: float
    recovering_seconds: float
    tables: int
    rows: int
    differences: list[Difference]
    audit_errors: int | None

    @property
    def recovery_seconds(self) -> float:
        """The recovery time: from the command until the inventory answers."""
        return self.unpacking_seconds + self.recovering_seconds

    @property
    def is_proved(self) -> bool:
        """Whether everything came back, and every rule could be asked of it."""
        return not self.differences and not self.audit_errors


async def drill(
    server: EmbeddedServer,
    vault: Vault,
    *,
    audit: Audit | None = None,
    tell: Tell = lambda _: None,
) -> Drill:
    """Restore the last backup to this moment and compare it, table by table, with what is here.

    The inventory goes on meanwhile. Raises what `aside` and `recover` do, Busy and Behind.
    """
    backup = chosen(vault.folder, Target())
    name = f"drill {now():%Y%m%dT%H%M%S.%fZ}"
    tell("setting a point in the log")
    async with marked(Database(server.superuser_dsn), name) as (connection, position):
        behind, waited = await catch_up(server, vault, position)
        tell("counting and hashing what is here")
        here = await contents(connection)
    with aside(server.home) as scratch:
        recovered = recover(vault, scratch, Target(point=name), backup, tell)
        tell("counting and hashing what came back")
        there = await contents_of(scratch.superuser_dsn)
        tell("auditing what came back")
        errors = await audit(scratch.dsn) if audit else None
        clear(scratch)
    return Drill(
        backup=backup,
        segments=recovered.segments,
        behind=behind,
        point_seconds=waited,
        unpacking_seconds=recovered.unpacking,
        recovering_seconds=recovered.recovering,
        tables=len(here),
        rows=sum(each.rows for each in here.values()),
        differences=differences(here, there),
        audit_errors=errors,
    )
