"""Starts and stops the server's processes. The caller holds the place alone.

The server inherits an open lock file and so holds `server.lock` for as long as one of its
processes lives: no process number, which another program may have by now, decides whether
a server is there. A server that someone started by hand has no such lock but answers.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import probe, refusals
from customer_inventory.store.embedded.binaries import Binaries
from customer_inventory.store.embedded.locks import Lock
from customer_inventory.store.embedded.place import Place
from customer_inventory.store.embedded.probe import Answer

PATIENCE = 900.0
"""Seconds for a recovery or a last checkpoint: some minutes of log are replayed in less."""
_SHORTEST_PAUSE = 0.005
_LONGEST_PAUSE = 0.2
_SPAWN = '"$@" </dev/null >"$CINV_SERVER_LOG" 2>&1 &'
"""Has the shell leave the server behind as nobody's child, so that no zombie stays."""


def claim(place: Place) -> Lock | None:
    """Return None if the server takes statements, else its lock, taken, for a new server.

    Waits for a server that is starting, recovering or ending, and for an `initdb` whose
    parent was killed; raises Unavailable if that takes too long.
    """
    if probe.ask(place.sockets) is Answer.READY:
        return None
    lock = place.lock("server")
    try:
        if not _settles(place, lock):
            return lock
    except BaseException:
        lock.close()
        raise
    lock.close()
    return None


def is_alive(place: Place) -> bool:
    """Whether any process of a server is there, in whatever state."""
    if probe.ask(place.sockets) is not Answer.ABSENT:
        return True
    lock = place.lock("server")
    try:
        return not lock.seize()
    finally:
        lock.close()


def spawn(place: Place, binaries: Binaries, lock: Lock) -> None:
    """Start a server that keeps `lock`; `expect` tells whether it came up."""
    _remove_stale(place)
    place.account.run(
        ["/bin/sh", "-c", _SPAWN, "sh", binaries.program("postgres"), "-D", place.data],
        environment={"CINV_SERVER_LOG": str(place.log)},
        keep=[lock.descriptor],
        session=True,
    )


def expect(place: Place) -> None:
    """Wait for a server just spawned; raise Unavailable with its last words if it died."""
    lock = claim(place)
    if lock is None:
        return
    lock.release()
    raise refusals.failed(
        "PostgreSQL did not start", _last_words(place), place.folder, log=place.log
    )


def stop(place: Place) -> None:
    """Stop the server if there is one: sessions are ended, everything is written."""
    asked = None
    for pause in _pauses():
        if not is_alive(place):
            place.close_sockets()
            return
        pid = server_pid(place)  # not yet known of a server that has only just begun
        if pid is not None and pid != asked:
            _ask_to_end(pid)
            asked = pid
        time.sleep(pause)
    raise Unavailable(
        f"The database has not ended within {PATIENCE:.0f} seconds.",
        hint=f"It goes on by itself. Its log is in {place.logs}.",
    )


def server_pid(place: Place) -> int | None:
    """Return the process number of the running server, None if there is none."""
    pid = probe.recorded_pid(place.data / "postmaster.pid")
    return pid if pid is not None and probe.serves(pid, place.data) else None


def _settles(place: Place, lock: Lock) -> bool:
    """Wait until the server answers (True) or no process of it is left (False)."""
    for pause in _pauses():
        answer = probe.ask(place.sockets)
        if answer is Answer.READY:
            return True
        if answer is Answer.ABSENT and lock.seize():
            return False
        time.sleep(pause)
    raise Unavailable(
        f"The database has been starting, recovering or ending for {PATIENCE:.0f} seconds.",
        hint=f"It goes on by itself: try again later. Its log is in {place.logs}.",
    )


def _ask_to_end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown


def _pauses() -> Iterator[float]:
    """Yield the pauses between questions, growing: each leaves a line in the server's log."""
    end = time.monotonic() + PATIENCE
    pause = _SHORTEST_PAUSE
    while time.monotonic() < end:
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _remove_stale(place: Place) -> None:
    """Remove what a dead server left and what PostgreSQL would take for a living one's."""
    for file in (place.data / "postmaster.pid", Path(f"{probe.socket_file(place.sockets)}.lock")):
        pid = probe.recorded_pid(file)
        if pid is None or not probe.serves(pid, place.data):
            file.unlink(missing_ok=True)


def _last_words(place: Place) -> str:
    """Return what the server spawned last said last: in its own log, once it had one."""
    logs = [log for log in (place.log, *place.logs.glob("postgresql-*.log")) if log.exists()]
    if not logs:
        return ""
    newest = max(logs, key=lambda log: log.stat().st_mtime_ns)
    words = newest.read_bytes()[-4000:].decode("utf-8", "replace")
    return words.rpartition("starting PostgreSQL")[2]
