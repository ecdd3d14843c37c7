"""Root and normal users start, share and refuse servers."""

import os
from pathlib import Path

import pytest

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import account

QUERY = """
import os, subprocess
with server.running() as dsn:
    query = [server.tool("psql"), "-XAtqc", "SELECT current_user", dsn]
    user = subprocess.run(query, check=True, capture_output=True, text=True).stdout.strip()
    print(user, os.stat(f"/proc/{server.status().pid}").st_uid)
print(server.status().running)
"""


@pytest.fixture
def theirs(home, somebody):
    """A home of somebody's own, not yet used."""
    home.path.mkdir(mode=0o700)
    os.chown(home.path, somebody.uid, somebody.gid)
    return home


def test_a_normal_user_runs_a_server_as_themselves(theirs, somebody):
    told = theirs.told_by_other(QUERY, user=somebody)
    assert told.split() == ["cinv", str(somebody.uid), "False"]


def test_a_number_without_a_name_is_told_what_is_missing(theirs):
    nameless = account.Account("uid 54321", 54321, 54321)
    os.chown(theirs.path, nameless.uid, nameless.gid)
    assert "54321" in theirs.told_by_other("server.start()", user=nameless)


def test_root_serves_what_a_user_has_made_and_the_user_goes_on(theirs, somebody):
    theirs.told_by_other("server.start()\nserver.stop()", user=somebody)
    with theirs.server().running():
        assert Path(f"/proc/{theirs.pid}").stat().st_uid == somebody.uid
        assert theirs.told_by_other(QUERY, user=somebody).split()[:2] == ["cinv", str(somebody.uid)]
    theirs.server().start()
    theirs.told_by_other("server.stop()", user=somebody)
    assert not theirs.server().status().running


def test_root_in_a_users_home_makes_what_the_user_can_use(theirs, somebody):
    theirs.server().start()
    told = theirs.told_by_other(QUERY, user=somebody)
    assert told.split() == ["cinv", str(somebody.uid), "False"]


def test_a_user_is_told_whose_home_it_is(used, somebody):
    used.server().start()
    told = used.told_by_other("server.start()", user=somebody)
    assert f"belongs to {used.place.account.name}; this is {somebody.name}" in told


def test_another_user_cannot_open_the_socket(used, somebody):
    query = [used.server().tool("psql"), "-Xqc", "SELECT 1", used.server().start()]
    assert "Permission denied" in somebody.run(query).stderr


def test_a_folder_of_roots_is_not_handed_over(root, home):
    (home.path / "postgresql").mkdir(parents=True)
    with pytest.raises(Unavailable, match="belongs to root"):
        home.server().start()


def test_root_in_a_container_recovers_a_killed_server(root, used):
    """Containers usually withhold the capability to look into other accounts' processes."""
    crash = "import os, signal\nos.kill(server.status().pid, signal.SIGKILL)\n"
    told = used.told_by_other(f"server.start()\n{crash}{QUERY}", without="-sys_ptrace")
    assert told.split() == ["cinv", str(used.place.account.uid), "False"]


def test_a_root_that_may_not_step_down_is_told_so(root, home):
    told = home.told_by_other("server.start()", without="-chown,-setuid,-setgid")
    assert "this root may not act as" in told
