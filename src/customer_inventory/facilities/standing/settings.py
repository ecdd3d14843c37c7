"""The database itself looked over: settings, extensions, letters, clock, locks, indexes."""

from collections.abc import Sequence

from customer_inventory.access.log import sealing
from customer_inventory.facilities.standing.line import Line, aged, graded
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "data_checksums": "on",
    "autovacuum": "on",
}
_WAL = ("replica", "logical")
_NEEDED, _WANTED = ("pg_trgm",), ("pg_stat_statements",)
_DRIFT_SECONDS = (5, 60)
_LOCKED_SECONDS = (5, 60)


async def of_settings(database: Database) -> list[Line]:
    """Return how the database itself is."""
    row = await database.row(SQL.settings_now)
    assert row is not None  # noqa: S101 - a row of constants
    return [
        _durable(row),
        _restart(row["pending_restart"]),
        _encoding(row["server_encoding"], await database.value(SQL.letters)),
        *_extensions(await database.fetch(SQL.extensions, [*_NEEDED, *_WANTED])),
        await _clock(database),
        await _locks(database),
        _indexes(await database.fetch(SQL.invalid_indexes)),
        _prepared(await database.value(SQL.prepared)),
    ]


def _durable(row: Row) -> Line:
    wrong = [name for name, value in _DURABLE.items() if row[name] != value]
    if row["synchronous_commit"] in ("off", "local"):
        wrong.append("synchronous_commit")
    if row["wal_level"] not in _WAL:
        wrong.append("wal_level")
    if row["is_in_recovery"]:
        return Line(
            "durability",
            "problem",
            "the server is a standby: nothing can be written",
            "Point CINV_DATABASE_URL at the primary.",
        )
    if wrong:
        told = ", ".join(f"{name} is {row[name]}" for name in wrong)
        return Line(
            "durability",
            "problem",
            told,
            "What was acknowledged can be lost, or not be backed up: ALTER SYSTEM RESET, "
            "then restart; checksums by pg_checksums.",
        )
    return Line("durability", "ok", "fsync, full pages, checksums, the log for backups")


def _restart(names: Sequence[str]) -> Line:
    if not names:
        return Line("restart", "ok", "no setting waits for one")
    return Line(
        "restart",
        "attention",
        f"{', '.join(names)} wait for one",
        "Restart the server at a quiet time.",
        len(names),
    )


def _encoding(encoding: str, trigrams: int) -> Line:
    if encoding != "UTF8":
        return Line(
            "letters",
            "problem",
            f"the database is in {encoding}",
            "Make one in UTF8 and move over (cinv db migrate, dump and restore).",
        )
    if not trigrams:
        return Line(
            "letters",
            "problem",
            "search sees no letters beyond ASCII",
            "The database needs LC_CTYPE C.UTF-8: make one anew and move over.",
        )
    return Line("letters", "ok", "UTF-8, all letters are letters")


def _extensions(rows: Sequence[Row]) -> list[Line]:
    there = {row["name"]: row for row in rows}
    missing = [
        name
        for name in (*_NEEDED, *_WANTED)
        if name not in there or there[name]["installed_version"] is None
    ]
    old = [
        row["name"]
        for row in rows
        if row["installed_version"] not in (None, row["default_version"])
    ]
    needed = [name for name in missing if name in _NEEDED]
    if missing:
        return [
            Line(
                "extensions",
                "problem" if needed else "attention",
                f"missing: {', '.join(missing)}",
                f"CREATE EXTENSION {missing[0]}",
            )
        ]
    if old:
        return [
            Line(
                "extensions",
                "attention",
                f"older than the server's: {', '.join(old)}",
                f"ALTER EXTENSION {old[0]} UPDATE",
            )
        ]
    return [Line("extensions", "ok", ", ".join(sorted(there)))]


async def _clock(database: Database) -> Line:
    before = now()
    told = await database.value(SQL.clock)
    drift = max((before - told).total_seconds(), (told - now()).total_seconds(), 0.0)
    hint = "Synchronise the clocks (NTP): times of history and ledger depend on it."
    latest = await sealing.latest(database)
    if latest is not None and latest["signed_at"] > told:
        ahead = (latest["signed_at"] - told).total_seconds()
        return Line(
            "clock",
            "problem",
            f"it went back: a checkpoint is {aged(ahead)} ahead",
            hint,
            ahead,
            "s",
        )
    state = graded(drift, *_DRIFT_SECONDS)
    said = "ours and the database's agree" if state == "ok" else f"they differ by {aged(drift)}"
    return Line("clock", state, said, hint, round(drift, 3), "s")


async def _locks(database: Database) -> Line:
    rows = await database.fetch(SQL.stale_locks)
    if not rows:
        return Line("locks", "ok", "nobody waits", value=0, unit="s")
    first = rows[0]
    said = (
        f"session {first['pid']} ({first['application'] or 'unnamed'}, {first['state']}) keeps "
        f"{first['waiting']} waiting since {aged(first['seconds'])}"
    )
    return Line(
        "locks",
        graded(float(first["seconds"]), *_LOCKED_SECONDS),
        said,
        f"SELECT pg_terminate_backend({first['pid']}) ends it.",
        round(float(first["seconds"]), 1),
        "s",
    )


def _indexes(rows: Sequence[Row]) -> Line:
    if not rows:
        return Line("indexes", "ok", "none is unfinished", value=0)
    named = ", ".join(row["name"] for row in rows)
    return Line("indexes", "problem", f"not finished: {named}", "cinv db reindex", len(rows))


def _prepared(count: int) -> Line:
    if not count:
        return Line("prepared transactions", "ok", "none is left", value=0)
    return Line(
        "prepared transactions",
        "problem",
        f"{count} hold locks and vacuum up",
        "pg_prepared_xacts names them: COMMIT PREPARED or ROLLBACK PREPARED.",
        count,
    )
