"""A server is made, used by several processes at once, and stopped by the last of them."""

import os
import signal
import subprocess
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.store.embedded.server import Status

ATTACH_AND_WAIT = """
with server.running() as dsn:
    print(dsn, flush=True)
    sys.stdin.read()
"""
COME_AND_GO = """
import subprocess
from pathlib import Path
psql = server.tool("psql")
for _ in range(5):
    with server.running() as dsn:
        subprocess.run([psql, "-Xqc", "INSERT INTO visit DEFAULT VALUES", dsn], check=True)
"""
START = """
print(server.start(), server.status().pid)
"""


async def test_the_first_start_makes_a_database_for_its_owner(home):
    connection = await asyncpg.connect(home.server().start())
    try:
        rights = "SELECT current_user, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles"
        mine = await connection.fetchrow(f"{rights} WHERE rolname = current_user")
        assert tuple(mine) == ("cinv", False, False, False)
        await connection.execute("CREATE TABLE t (name text)")
        await connection.execute("CREATE EXTENSION pg_trgm")
        assert await connection.fetchval("SELECT cardinality(show_trgm('ÅЖ'))") == 3
        assert await connection.fetchval("SELECT 'ÅЖ' ILIKE 'åж'")
        assert await connection.fetchval("SELECT count(*) FROM pg_stat_statements") > 0
    finally:
        await connection.close()


def test_the_server_is_durable_and_has_no_network(used):
    used.server().start()
    names = "fsync synchronous_commit full_page_writes data_checksums listen_addresses jit"
    shown = [used.query(f"SHOW {name}") for name in names.split()]
    assert shown == ["on", "on", "on", "on", "", "off"]
    assert used.query("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL") == "0"
    assert used.query("SELECT usesuper FROM pg_user WHERE usename = current_user") == "t"


def test_only_the_servers_account_can_pass_its_folder(used):
    used.server().start()
    entry = used.place.folder.stat()
    assert entry.st_mode & 0o777 == 0o700
    assert entry.st_uid == used.place.account.uid != 0
    assert Path(f"/proc/{used.pid}").stat().st_uid == entry.st_uid


def test_a_second_start_finds_the_first_server(used):
    first = used.server().start()
    pid = used.pid
    assert used.server().start() == used.server().dsn == first
    assert used.pid == pid


def test_the_last_to_leave_stops_the_server(used):
    server = used.server()
    with server.running():
        with server.running():
            pass
        assert server.status().running
    assert not server.status().running


def test_leaving_twice_does_no_harm(used):
    server = used.server()
    with server.running():
        attachment = server.attach()
        attachment.leave()
        attachment.leave()
        assert server.status().running


def test_another_process_keeps_the_server_up_until_it_leaves(used, until):
    server = used.server()
    with used.other(ATTACH_AND_WAIT) as other:
        with server.running() as dsn:
            assert other.stdout.readline().strip() == dsn
        assert server.status().running
        other.communicate()
    assert not server.status().running


def test_a_killed_process_no_longer_uses_the_server(used):
    server = used.server()
    with server.running():
        with used.other(ATTACH_AND_WAIT) as other:
            other.stdout.readline()
            other.kill()
        assert server.status().running
    assert not server.status().running


def test_nobody_is_handed_a_server_that_is_being_stopped(used):
    server = used.server()
    with server.running() as dsn:
        subprocess.run(
            [server.tool("psql"), "-Xqc", "CREATE TABLE visit (at timestamptz DEFAULT now())", dsn],
            check=True,
        )
    visitors = [used.other(COME_AND_GO) for _ in range(6)]
    assert [visitor.communicate()[0] for visitor in visitors] == [""] * 6
    assert [visitor.returncode for visitor in visitors] == [0] * 6
    assert not server.status().running
    server.start()
    assert used.query("SELECT count(*) FROM visit") == "30"


@pytest.mark.parametrize("before", ["nothing", "a crash"])
def test_eight_starters_at_once_make_one_server(request, before):
    home = request.getfixturevalue("home" if before == "nothing" else "used")
    if before == "a crash":
        home.server().start()
        os.kill(home.pid, signal.SIGKILL)
    starters = [home.other(START) for _ in range(8)]
    told = {starter.communicate()[0].strip() for starter in starters}
    assert told == {f"{home.server().start()} {home.pid}"}


def test_status_tells_without_changing_anything(home):
    server = home.server()
    assert server.status() == Status(False, False, None, None, None)
    with pytest.raises(Unavailable, match="no database"):
        assert server.dsn
    assert not home.path.exists()
    server.start()
    status = server.status(measure=True)
    assert (status.initialised, status.running, status.version) == (True, True, "18")
    assert status.pid == home.pid
    assert status.size > 20_000_000
    server.stop()
    stopped = server.status()
    assert (stopped.initialised, stopped.running, stopped.pid) == (True, False, None)


def test_stopping_ends_open_sessions(used, until):
    server = used.server()
    psql = [server.tool("psql"), "-Xqc", "SELECT pg_sleep(600)", server.start()]
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    with subprocess.Popen(psql, stderr=subprocess.PIPE) as sleeper:
        until(lambda: used.query(asleep) == "1")
        server.stop()
        assert b"terminating connection" in sleeper.communicate()[1]


def test_stopping_what_does_not_run_does_nothing(home):
    home.server().stop()
    assert not home.path.exists()


def test_settings_of_the_caller_win(used):
    used.server(work_mem="7MB", log_line_prefix="it's ").start()
    assert used.query("SHOW work_mem") == "7MB"
    assert used.query("SHOW log_line_prefix") == "it's"


@pytest.mark.parametrize(
    ("name", "value", "kind", "told"),
    [
        ("work_mem", "plenty", Unavailable, "work_mem"),
        ("no_such_setting", "1", Unavailable, "no_such_setting"),
        ("work_mem", "1MB\nfsync = off", Invalid, "one line"),
        ("a b", "1", Invalid, "no name"),
    ],
)
def test_a_bad_setting_is_named_and_leaves_nothing_behind(used, name, value, kind, told):
    with pytest.raises(kind, match=told):
        used.server(**{name: value}).start()
    assert not used.server().status().running
    used.server().start()


def test_tools_are_found(used):
    version = [used.server().tool("pgbench"), "--version"]
    assert subprocess.run(version, check=True, capture_output=True).stdout.startswith(b"pgbench")
    with pytest.raises(Unavailable, match="no pg_nothing"):
        used.server().tool("pg_nothing")
