"""The installation on this machine: folders, keys, programs, sockets, leftovers, limits."""

import os
import resource
import stat
from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from pathlib import Path

from customer_inventory.facilities.backup.restoring import is_under_way
from customer_inventory.facilities.standing.line import Line, State, graded
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.located import nearest
from customer_inventory.kit.settings import Settings
from customer_inventory.kit.size import sized
from customer_inventory.store.embedded import EmbeddedServer, binaries, cluster, place, probe
from customer_inventory.store.embedded.place import Place

_FREE_BYTES = (5 * 2**30, 2**30)
_FREE_INODES = (0.1, 0.02)
_OPEN_FILES = (4096, 512)
_LEFT = ("data.new", "adopting.txt", "dist.new")
_OTHERS = 0o077
_READ_BY_OTHERS = 0o066
_EVERYBODY = 0o007


def of_home(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[Line]:
    """Return how the installation on this machine is; nothing is started, nothing written."""
    lines = [
        _variables(environment),
        _home(settings.home),
        _keys(settings),
        *_disks(settings),
        _open_files(),
    ]
    if settings.backup is not None:
        lines.append(_backups(settings.backup, settings.home))
    if settings.database_url:
        reason = "CINV_DATABASE_URL names another PostgreSQL"
        return [*lines, Line("embedded server", "skipped", reason)]
    return [*lines, *_embedded(settings.home)]


def _variables(environment: Mapping[str, str]) -> Line:
    known = [spec.metadata["env"] for spec in Settings.__dataclass_fields__.values()]
    odd = sorted(
        name
        for name in environment
        if name.startswith("CINV_")
        and name.removesuffix("_FILE") not in known
        and not name.startswith("CINV_TEST_")
    )
    if not odd:
        said = f"{sum(name in environment for name in known)} set, all known"
        return Line("settings", "ok", said)
    meant = nearest(odd[0], known) if nearest(odd[0], known).startswith(" Is ") else ""
    return Line(
        "settings",
        "attention",
        f"{', '.join(odd)} mean nothing.{meant}",
        "docs/reference/settings.md names those that are.",
    )


def _home(home: Path) -> Line:
    if not home.exists():
        return Line("home", "attention", f"{home} is not there yet", "cinv db init makes it.")
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & _READ_BY_OTHERS:
        said = f"{_whom(mode)} may look into {home} ({mode:o})"
        return Line("home", _gravity(mode), said, f"chmod go-rw {home}")
    if home.stat().st_uid not in (os.geteuid(), 0) and os.geteuid() != 0:
        return Line(
            "home",
            "problem",
            f"{home} belongs to somebody else",
            "Run as its owner, or set CINV_HOME.",
        )
    return Line("home", "ok", f"{home}, closed to others ({mode:o})")


def _keys(settings: Settings) -> Line:
    folder = settings.home / "keys"
    if not folder.exists():
        return Line("keys", "attention", "there are none yet", "They are made at the first use.")
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.iterdir())}
    open_ones = sorted(name for name, mode in modes.items() if mode & _OTHERS)
    if open_ones:
        widest = reduce(or_, modes.values())
        said = f"{_whom(widest)} may read {', '.join(open_ones)}"
        hint = f"chmod -R go-rwx {folder}; then think of who has read them."
        return Line("keys", _gravity(widest), said, hint)
    empty = [each.name for each in sorted(folder.iterdir()) if not each.stat().st_size]
    if empty:
        return Line(
            "keys",
            "problem",
            f"{', '.join(empty)}: nothing is in it",
            "Bring it back from where the keys are kept besides.",
        )
    count = len(list(folder.iterdir()))
    return Line(
        "keys", "ok", f"{count} keys, for their owner alone: keep a copy elsewhere", value=count
    )


def _whom(mode: int) -> str:
    return "others" if mode & _EVERYBODY else "its group"


def _gravity(mode: int) -> State:
    """Return how bad it is that others than the owner may: a group can be meant, as in pods."""
    return "problem" if mode & _EVERYBODY else "attention"


def _disks(settings: Settings) -> Iterator[Line]:
    for what, folder in (("room at home", settings.home), ("room for backups", settings.backup)):
        if folder is None or not folder.exists():
            continue
        room = os.statvfs(folder)
        free = room.f_bavail * room.f_frsize
        state = graded(free, *_FREE_BYTES, low_is_bad=True)
        said = f"{sized(free)} free"
        if room.f_files and room.f_favail / room.f_files < _FREE_INODES[1]:
            state, said = "problem", f"{said}, but no file can be made soon (inodes)"
        yield Line(what, state, said, "Make room.", free, "bytes")


def _open_files() -> Line:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return Line("open files", "ok", "as many as there are")
    return Line(
        "open files",
        graded(soft, *_OPEN_FILES, low_is_bad=True),
        f"{soft} at most",
        "ulimit -n 65536, or LimitNOFILE of the service.",
        soft,
    )


def _backups(folder: Path, home: Path) -> Line:
    if not folder.exists():
        return Line(
            "backup folder",
            "problem",
            f"{folder} is not there",
            "Is its disk mounted? CINV_BACKUP names it.",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return Line(
            "backup folder",
            "problem",
            f"we may not write into {folder}",
            "Give it to the account of the service.",
        )
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & _OTHERS:
        return Line(
            "backup folder",
            "attention",
            f"others may enter {folder} ({mode:o})",
            f"chmod go-rwx {folder}",
        )
    if home.exists() and folder.stat().st_dev == home.stat().st_dev:
        return Line(
            "backup folder",
            "attention",
            f"{folder} is on the disk of the database",
            "Let CINV_BACKUP name a folder on another disk.",
        )
    return Line("backup folder", "ok", str(folder))


def _embedded(home: Path) -> Iterator[Line]:
    try:
        root = binaries.installed()
        there = place.find(home.absolute())
    except InventoryError as error:
        yield Line("programs", "problem", error.message, error.hint or "")
        return
    if there is None:
        yield Line("data", "attention", "there is no database yet", "cinv db init")
        return
    yield _programs(root, there)
    yield _data(there)
    yield _sockets(there, home)
    yield _leftovers(there, home)


def _programs(root: Path, there: Place) -> Line:
    try:
        version = binaries.version_for(root, there)
    except InventoryError as error:
        return Line("programs", "problem", error.message, error.hint or "")
    if version is None:
        return Line("programs", "ok", f"{root}, copied for {there.account.name} at each start")
    made_by = cluster.recorded_version(there)
    if made_by is not None and made_by != str(version):
        said = f"the data is PostgreSQL {made_by}'s, installed is {version}"
        return Line("programs", "problem", said, "cinv db upgrade")
    return Line("programs", "ok", f"PostgreSQL {version} in {root}", value=version)


def _data(there: Place) -> Line:
    if not there.initialised:
        lost = (there.folder / "made.txt").exists()
        if lost:
            return Line("data", "problem", f"{there.data} is gone", "cinv db restore")
        return Line("data", "attention", "it is not made yet", "cinv db init")
    mode = stat.S_IMODE(there.data.stat().st_mode)
    if mode & _OTHERS & ~0o050:
        return Line(
            "data",
            "problem",
            f"others may look into {there.data} ({mode:o})",
            f"chmod 0700 {there.data}",
        )
    return Line("data", "ok", f"{there.data}, of {there.account.name}")


def _sockets(there: Place, home: Path) -> Line:
    socket = probe.socket_file(there.sockets)
    answer = probe.ask(there.sockets)
    running = EmbeddedServer(home).status().running
    if answer is probe.Answer.READY:
        return Line("socket", "ok", f"{socket}: {answer.value}")
    if running:
        return Line(
            "socket",
            "problem",
            f"a server runs, and {socket} says: {answer.value}",
            f"If that stays so: {there.log} and {there.logs} tell why.",
        )
    if socket.exists():
        return Line(
            "socket",
            "attention",
            f"{socket} is left of a server that is gone",
            "The next start removes it.",
        )
    return Line("socket", "ok", "the server does not run")


def _leftovers(there: Place, home: Path) -> Line:
    old = sorted(there.folder.glob("data.before-*"))
    if old:
        return Line(
            "leftovers",
            "attention",
            f"{', '.join(each.name for each in old)}: kept by a restore or an upgrade",
            f"Remove it from {there.folder} once you are content "
            "(after an upgrade: cinv db upgrade --confirm).",
            len(old),
        )
    half = [name for name in _LEFT if (there.folder / name).exists()]
    if (home / "restoring").exists() and not is_under_way(home):
        half.append("restoring")
    if half:
        return Line(
            "leftovers",
            "attention",
            f"{', '.join(half)}: something was cut short",
            "The next start, restore or drill clears it away.",
            len(half),
        )
    return Line("leftovers", "ok", "none", value=0)
