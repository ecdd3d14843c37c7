"""The embedded server brought to the installed major version: saved, copied over, proved, kept.

A full backup first, then `store.embedded.upgrading`, then extensions and statistics; every table is
counted and hashed before and after. Killed at any step it is begun again: the backup is not taken
twice while nobody has started the old server since.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from customer_inventory.facilities.backup import archiving, catalogue, taking
from customer_inventory.facilities.backup.catalogue import Backup
from customer_inventory.facilities.backup.comparing import (
    Content,
    Difference,
    contents_of,
    differences,
)
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer, upgrading
from customer_inventory.store.embedded.upgrading import Versions
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Upgraded:
    """What became of an upgrade: `kept` is where the old data lies, `backup` that taken before."""

    versions: Versions
    kept: Path
    backup: Backup | None
    extensions: list[str]
    tables: int = 0
    rows: int = 0
    different: list[Difference] = field(default_factory=list)


async def upgrade(
    home: Path,
    vault: Vault | None,
    *,
    named: Path | None = None,
    is_saved: bool = True,
    is_compared: bool = True,
    tell: Tell = lambda _: None,
) -> Upgraded:
    """Bring the server of `home` to the installed version; it does not run afterwards.

    `named` is an installation of the old version. Without a `vault`, or not `is_saved`, no backup
    is taken. Raises Conflict when there is nothing to upgrade, NotFound without the old programs,
    Unavailable.
    """
    found = upgrading.versions(home)
    if not found.differ:
        raise Conflict(f"The data is PostgreSQL {found.installed}'s already.", code="unchanged")
    old = upgrading.older(found.data, named)
    before = EmbeddedServer(home, installation=old)
    backup = None
    if vault is not None and is_saved:
        backup = _taken_before(before, vault) or await _saved(before, vault, tell)
    with before.running():
        await _show_extensions(before)
        here = await _hashed(before, tell) if is_compared else {}
    _end_archive(vault)
    tell(f"copying to PostgreSQL {found.installed}")
    kept = upgrading.upgrade(home, old)
    server = EmbeddedServer(home)
    with server.running():
        tell("bringing extensions and statistics up to date")
        extensions = await _refreshed(server)
        there = await _hashed(server, tell) if is_compared else {}
    rows = sum(each.rows for each in here.values())
    return Upgraded(found, kept, backup, extensions, len(here), rows, differences(here, there))


def last_kept(home: Path) -> Path:
    """Return the data directory that was put aside last; raise NotFound."""
    there = upgrading.kept(home)
    if not there:
        raise NotFound("No data directory was put aside.", hint="Nothing is to be confirmed.")
    return there[-1]


def put_back(home: Path, vault: Vault | None) -> Path:
    """Let the data that was put aside last take its place again; return where the other lies.

    Raises NotFound, and Unavailable while anybody uses it.
    """
    old = last_kept(home)
    _end_archive(vault)
    return upgrading.put_back(home, old)


def _end_archive(vault: Vault | None) -> None:
    """Let the log that is under way be an end of its own: another server's goes on from here."""
    if vault is not None:
        archiving.seal_received(vault, partial=True)


def _taken_before(server: EmbeddedServer, vault: Vault) -> Backup | None:
    """Return the last full copy if nobody has started the old server since."""
    every = [each for each in catalogue.backups(vault.folder) if each.kind == "full"]
    data = server.status().data
    started = data / "postmaster.opts" if data else None
    if not every or started is None or not started.exists():
        return None
    last = every[-1]
    is_ours = str(last.postgresql) == server.status().version
    return last if is_ours and started.stat().st_mtime < last.started_at.timestamp() else None


async def _saved(server: EmbeddedServer, vault: Vault, tell: Tell) -> Backup:
    tell("taking a full backup")
    with server.running():
        return await taking.back_up(server, vault, full=True)


async def _hashed(server: EmbeddedServer, tell: Tell) -> dict[str, Content]:
    tell("counting and hashing every table")
    return await contents_of(server.superuser_dsn)


async def _show_extensions(server: EmbeddedServer) -> None:
    """Make extensions that no dump would hold anew, as ordinary ones: they keep nothing."""
    async with (
        Database(server.superuser_dsn, pool_size=1) as database,
        database.transaction() as connection,
    ):
        for row in await connection.fetch(SQL.hidden_extensions):
            await connection.execute(f'DROP EXTENSION "{row["name"]}"')
            await connection.execute(f'CREATE EXTENSION "{row["name"]}"')


async def _refreshed(server: EmbeddedServer) -> list[str]:
    """Update extensions and gather statistics; return which extensions were outdated."""
    async with Database(server.superuser_dsn, pool_size=1) as database:
        rows = await database.fetch(SQL.outdated_extensions)
        names = [row["name"] for row in rows]
        async with database.session() as connection:
            for name in names:
                await connection.execute(f'ALTER EXTENSION "{name}" UPDATE')
            await connection.execute("ANALYZE")
    return names
