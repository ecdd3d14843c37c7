"""`cinv serve`: it says where it answers, answers there, and leaves when asked to."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from customer_inventory.store.embedded import EmbeddedServer
from tests.cli.conftest import Cinv


@contextmanager
def serving(**settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve with `settings` on a free port; yield the process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "customer_inventory", "serve", "--port", "0"],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("base: http://127.0.0.1:"), line
        yield process, line.removeprefix("base: ").strip()
    finally:
        process.kill()
        process.communicate()


def leave(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Ask the service to leave, and check that it does so in peace."""
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, ""), err
    assert "Traceback" not in err


def test_it_answers_where_it_says_and_leaves_when_asked(here: Cinv, dsn: str) -> None:
    registration = "--name B --owner F --purpose care --allow individual:read,create"
    here("access", "register", "care", *registration.split())
    token = here("access", "token", "care", "--purpose", "care").out.strip()
    with serving(CINV_DATABASE_URL=dsn) as (process, base):
        individuals = f"{base}/tmf-api/partyManagement/v5/individual"
        assert httpx.get(f"{base}/health/ready").json()["status"] == "pass"
        assert httpx.get(individuals).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        made = httpx.post(individuals, headers=headers, json={"givenName": "A", "familyName": "B"})
        assert made.status_code == 201
        assert made.json()["href"].startswith(base)
        here("access", "suspend", "care", "--reason", "tried")
        assert httpx.get(individuals, headers=headers).status_code == 401
        leave(process, signal.SIGINT)


def test_the_embedded_database_is_stopped_with_it() -> None:
    with tempfile.TemporaryDirectory(prefix="cinv-test-", ignore_cleanup_errors=True) as folder:
        # The server's account must be able to pass.
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        with serving(CINV_DATABASE_URL="", CINV_HOME=str(home)) as (process, base):
            assert httpx.get(f"{base}/health/ready").json()["status"] == "pass"
            assert EmbeddedServer(home).status().running
            leave(process, signal.SIGTERM)
        assert not EmbeddedServer(home).status().running


def test_a_port_that_is_taken_is_told(here: Cinv, dsn: str) -> None:
    with serving(CINV_DATABASE_URL=dsn) as (_, base):
        done = here("serve", "--port", base.rpartition(":")[2])
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith("cinv: Cannot listen on 127.0.0.1 port")
        assert done.err.count("\n") == 1
