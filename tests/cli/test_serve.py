"""`cinv serve`: it says where it answers, answers there, and leaves when asked to."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

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
        is_json = settings.get("CINV_LOG") == "json"
        base = json.loads(line)["base"] if is_json else line.removeprefix("base: ").strip()
        assert base.startswith("http://127.0.0.1:"), line
        yield process, base
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


def test_who_is_to_leave_says_so_and_serves_on(here: Cinv, dsn: str) -> None:
    with serving(CINV_DATABASE_URL=dsn, CINV_DRAIN_SECONDS="600") as (process, base):
        port = base.rpartition(":")[2]
        assert here("health", "startup", CINV_PORT=port).code == 0
        assert here("health", CINV_PORT=port).out.split()[-2:] == ["ready", "pass"]
        process.send_signal(signal.SIGTERM)
        told = _until_it_leaves(base)
        assert told.json() == {"status": "fail", "output": "The service is leaving."}
        asked = here("health", "ready", "-o", "json", CINV_PORT=port)
        assert (asked.code, json.loads(asked.out)[0]["state"]) == (1, "fail")
        assert here("health", "live", CINV_PORT=port).code == 0
        assert httpx.get(f"{base}/openapi.json").status_code == 200
        leave(process, signal.SIGTERM)
        gone = here("health", CINV_PORT=port)
        assert (gone.code, gone.out) == (3, "")
        assert f"port {port}: Connection refused" in gone.err


def _until_it_leaves(base: str) -> httpx.Response:
    """The answer of a service that has heard the signal."""
    for _ in range(100):
        told = httpx.get(f"{base}/health/ready")
        if told.status_code == 503:
            return told
        time.sleep(0.05)
    raise AssertionError("it never said that it leaves")


def test_what_is_under_way_is_answered_before_it_ends(here: Cinv, dsn: str) -> None:
    with serving(CINV_DATABASE_URL=dsn) as (process, base):
        address = urlsplit(base)
        with socket.create_connection((str(address.hostname), address.port or 0)) as caller:
            body = b'{"grant_type": "x"}'
            head = f"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            caller.sendall(head.encode() + body[:4])
            # Until a second connection is answered, the first request has been taken in.
            assert httpx.get(f"{base}/health/live").status_code == 200
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            assert process.poll() is None
            caller.sendall(body[4:])
            assert caller.recv(4096).startswith(b"HTTP/1.1 4")
        assert process.wait(30) == 0
