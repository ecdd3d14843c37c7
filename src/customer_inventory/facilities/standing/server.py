"""The server as it runs: version, migrations, sessions, size, growth, room on the disk."""

import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.facilities.standing.line import Line, aged, graded
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.kit.size import sized
from customer_inventory.store import migrate
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MEASURE = "facilities.measure"
"""The job that keeps how large the inventory is, every night."""
_LOOKED_BACK = timedelta(days=90)
_LEAST_DAYS = 14
_SESSIONS = (0.7, 0.9)
_TRANSACTION_SECONDS = (15 * 60, 2 * 3600)
_IDLE_SECONDS = (60, 15 * 60)
_FREE_SHARE = (0.2, 0.1)


async def of_server(database: Database, settings: Settings) -> list[Line]:
    """Return how the server and the database are."""
    row = await database.row(SQL.server_now)
    assert row is not None  # noqa: S101 - we are in the database that it tells of
    up = (now() - row["started_at"]).total_seconds()
    return [
        Line("server", "ok", f"PostgreSQL {row['version']}, up for {aged(up)}", value=up, unit="s"),
        await of_migrations(database),
        _checksums(row["checksum_failures"]),
        _sessions(row),
        _aged(
            "oldest transaction",
            row["oldest_transaction"],
            _TRANSACTION_SECONDS,
            "Vacuum cannot clean behind it: see who holds it, cinv shortcomings assess.",
        ),
        _aged(
            "idle in transaction",
            row["idle_in_transaction"],
            _IDLE_SECONDS,
            "A session that sits in a transaction holds locks: end it.",
        ),
        await _size(database, row["bytes"]),
        _disk("disk", settings.home),
    ]


async def measure(database: Database, settings: Settings) -> None:
    """Keep how large the inventory, its backups and the room left are today."""
    backups = None if settings.backup is None else _bytes_in(Folder(settings.backup))
    free = shutil.disk_usage(settings.home).free if settings.home.exists() else None
    await database.execute(SQL.keep_measured, now().date(), backups, free)


def grown(rows: Sequence[Row]) -> float | None:
    """Return how many bytes the database grew a day: the median of the slopes between days.

    None when that is not known for fourteen days yet (Theil and Sen: one odd day moves nothing).
    """
    if not rows or (rows[-1]["day"] - rows[0]["day"]).days < _LEAST_DAYS:
        return None
    slopes: list[float] = sorted(
        (later["database_bytes"] - earlier["database_bytes"]) / (later["day"] - earlier["day"]).days
        for at, earlier in enumerate(rows)
        for later in rows[at + 1 :]
    )
    return slopes[len(slopes) // 2]


async def of_migrations(database: Database) -> Line:
    """Return whether the database is up to date."""
    # Over the pool: a page asks, and a new connection costs as much as all the rest of it.
    async with database.connection() as connection:
        missing = await migrate.pending_on(connection)
    if not missing:
        return Line("migrations", "ok", "none is missing", value=0)
    said = f"{len(missing)} are missing, {missing[0]} first"
    return Line("migrations", "problem", said, "cinv db migrate --plan", len(missing))


def _checksums(failures: int) -> Line:
    if not failures:
        return Line("checksums", "ok", "no page was found damaged", value=0)
    return Line(
        "checksums",
        "problem",
        f"{failures} pages were read damaged",
        "The disk is failing: cinv db verify, then restore on another one.",
        failures,
    )


def _sessions(row: Row) -> Line:
    share = row["sessions"] / row["max_connections"]
    said = f"{row['sessions']} of {row['max_connections']} connections"
    hint = "Smaller pools (CINV_POOL_SIZE), or fewer services."
    return Line("connections", graded(share, *_SESSIONS), said, hint, row["sessions"])


def _aged(what: str, since: object, bounds: tuple[int, int], hint: str) -> Line:
    if since is None:
        return Line(what, "ok", "none", value=0, unit="s")
    seconds = (now() - since).total_seconds()  # type: ignore[operator]
    return Line(what, graded(seconds, *bounds), f"since {aged(seconds)}", hint, seconds, "s")


async def _size(database: Database, size: int) -> Line:
    since: date = (now() - _LOOKED_BACK).date()
    a_day = grown(await database.fetch(SQL.measured_since, since))
    told = "growth is not known for 14 days yet" if a_day is None else f"{sized(a_day)} a day"
    return Line("size", "ok", f"{sized(size)}, {told}", value=size, unit="bytes")


def _disk(what: str, folder: Path) -> Line:
    if not folder.exists():
        return Line(what, "skipped", f"{folder} is not there")
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    said = f"{sized(usage.free)} free of {sized(usage.total)} ({share:.0%})"
    state = graded(share, *_FREE_SHARE, low_is_bad=True)
    return Line(
        what, state, said, "Make room, or move CINV_HOME to a larger disk.", usage.free, "bytes"
    )


def _bytes_in(folder: Folder) -> int:
    return sum(
        file.stat().st_size
        for part in (folder.base, folder.wal, folder.spool)
        if part.exists()
        for file in part.iterdir()
    )
