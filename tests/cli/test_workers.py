"""`cinv serve --workers`: several services at one address, which forget together."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.cli.conftest import Cinv
from tests.cli.test_serve import leave, serving

ASKED = 24
"""So many connections that each of two workers has some, but for one chance in millions."""


def workers_of(pid: int) -> list[int]:
    """The processes that a process started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    return [int(child) for child in children.split()]


def statuses(address: str, token: str) -> set[int]:
    """What is answered on connections of their own, to reads of one record."""
    headers = {"Authorization": f"Bearer {token}"}
    return {httpx.get(address, headers=headers).status_code for _ in range(ASKED)}


def soon(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_workers_serve_and_forget_together_and_are_replaced(here: Cinv, dsn: str) -> None:
    registration = "--name B --owner F --purpose care --allow individual:read,create"
    here("access", "register", "care", *registration.split())
    token = here("access", "token", "care", "--purpose", "care").out.strip()
    with serving(CINV_DATABASE_URL=dsn, CINV_WORKERS="2") as (process, base):
        workers = workers_of(process.pid)
        assert len(workers) == 2
        headers = {"Authorization": f"Bearer {token}"}
        individuals = f"{base}/tmf-api/partyManagement/v5/individual"
        made = httpx.post(individuals, headers=headers, json={"givenName": "A", "familyName": "B"})
        assert made.status_code == 201
        one = made.json()["href"]
        assert one.startswith(base)
        assert statuses(one, token) == {200}
        # One that dies is replaced; nobody is refused for it who comes afterwards.
        os.kill(workers[0], signal.SIGKILL)
        soon(lambda: len(set(workers_of(process.pid)) - {workers[0]}) == 2)
        assert httpx.get(f"{base}/health/ready").json()["status"] == "pass"
        assert statuses(one, token) == {200}
        # What is withdrawn is withdrawn in all of them.
        here("access", "suspend", "care", "--reason", "tried")
        soon(lambda: statuses(one, token) == {401})
        leave(process, signal.SIGTERM)
        assert all(not Path(f"/proc/{pid}").exists() for pid in workers)
