"""A server comes back after any crash, with everything that was acknowledged."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.store.embedded import account, probe, process
from customer_inventory.store.embedded.account import Account
from customer_inventory.store.locate import watched

START = "server.start()"


def test_what_was_committed_survives_a_killed_server(used):
    used.server().start()
    used.query("CREATE TABLE t AS SELECT i, repeat('x', 500) FROM generate_series(1, 50000) i")
    os.kill(used.pid, signal.SIGKILL)
    used.server().start()
    assert used.query("SELECT count(*), sum(i) FROM t") == "50000|1250025000"


def test_a_session_that_outlives_the_killed_server_is_waited_for(used, until):
    """Until it ends no other server may touch the data."""
    server = used.server()
    busy = "SELECT sum(sqrt(a)) FROM generate_series(1, 4000000) a"
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT sum%'"
    psql = [server.tool("psql"), "-XAtqc", busy, server.start()]
    with subprocess.Popen(psql, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        until(lambda: used.query(running) == "1")
        os.kill(used.pid, signal.SIGKILL)
        server.start()
    assert used.query("SELECT 1") == "1"


@contextmanager
def dead(_: Account) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    yield process.pid


@contextmanager
def reused(owner: Account) -> Iterator[int]:
    """A process of the server's own account has the number now."""
    process = subprocess.Popen(["/bin/sleep", "600"], user=owner.uid)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@contextmanager
def zombie(owner: Account) -> Iterator[int]:
    """The server has ended, and its parent does not ask how."""
    process = subprocess.Popen(["/bin/true"], user=owner.uid)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    try:
        yield process.pid
    finally:
        process.wait()


@pytest.mark.parametrize("holder", [dead, reused, zombie])
def test_a_stale_pid_file_does_not_stop_a_start(used, holder):
    there = used.place
    with holder(there.account) as pid:
        for file in (there.data / "postmaster.pid", there.folder / ".s.PGSQL.5432.lock"):
            there.write(file, f"{pid}\n{there.data}\n1\n5432\n{there.folder}\n\n 1 1\nready\n")
        used.server().start()
        assert used.pid != pid


def test_an_empty_pid_file_does_not_stop_a_start(used):
    for file in ("data/postmaster.pid", ".s.PGSQL.5432.lock"):
        used.place.write(used.place.folder / file, "")
    used.server().start()


def test_half_a_data_directory_is_made_anew(used):
    half = used.place.folder / "data.new"
    used.place.data.rename(half)
    (half / "global/pg_control").unlink()
    (used.place.folder / "made.txt").unlink()  # it is written last
    used.server().start()
    assert not half.exists()
    assert used.query("SELECT 1") == "1"


def test_a_start_killed_while_making_the_database_is_made_up_for(home, until):
    """The orphaned initdb goes on writing: the next start must not begin before it ends."""
    with home.other(START) as starter:
        until((home.path / "postgresql/data.new/PG_VERSION").exists)
        starter.kill()
    home.server().start()
    assert home.query("SELECT count(*) FROM pg_extension WHERE extname LIKE 'pg_stat%'") == "1"


def test_a_start_killed_before_the_server_answers_is_found(used, until):
    with used.other(START) as starter:
        until((used.place.data / "postmaster.pid").exists)
        starter.kill()
    used.server().start()
    assert used.query("SELECT 1") == "1"


def test_a_stop_finds_a_server_that_has_only_just_begun(used, until):
    with used.other(START) as starter:
        until(lambda: (used.place.data / "cinv.conf").exists() and process.is_alive(used.place))
        starter.kill()
    used.server().stop()
    assert not used.server().status().running


def test_a_server_started_by_hand_is_used_and_stopped(used):
    server = used.server()
    server.start()
    server.stop()
    used.place.account.run(
        [server.tool("pg_ctl"), "-D", used.place.data, "-l", used.place.log, "-w", "start"],
    )
    pid = used.pid
    with server.running():
        assert used.pid == pid
        assert used.query("SELECT 1") == "1"
    assert not server.status().running


def test_a_server_that_others_keep_starting_is_said_to_be_so(used):
    held = used.place.lock("start")
    assert held.seize()
    with (
        pytest.raises(Unavailable, match=r"starting or stopping .* 0 seconds"),
        used.place.alone(0),
    ):
        pass
    held.release()


def test_a_lock_belongs_to_the_server_as_long_as_it_lives(used, until):
    used.server().start()
    lock = used.place.lock("server")
    assert not lock.seize()
    os.kill(used.pid, signal.SIGKILL)
    until(lock.seize)
    lock.release()
    used.server().start()


def test_where_processes_cannot_be_looked_into_a_living_one_may_be_the_server(tmp_path):
    """As on macOS: PostgreSQL itself decides then, when it starts."""
    with dead(account.ours()) as gone:
        assert not probe.serves(gone, tmp_path, processes=tmp_path)
    assert probe.serves(os.getpid(), tmp_path, processes=tmp_path)
    assert not probe.serves(os.getpid(), tmp_path)


async def test_a_service_whose_data_are_gone_makes_no_new_ones(used, caplog):
    """An empty inventory in place of one that was moved away would be the worst answer."""
    used.server().start()
    used.server().stop()
    away = used.path.with_name("away")
    used.path.rename(away)
    async with watched(Settings(home=used.path)), asyncio.timeout(30):
        while "is gone from" not in caplog.text:
            await asyncio.sleep(0.05)
    assert not used.path.exists()
    away.rename(used.path)
