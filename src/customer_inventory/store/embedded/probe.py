"""Asks a server how it is, and reads what it left on disk, without starting a program."""

import os
import socket
import struct
from enum import Enum
from pathlib import Path

PORT = 5432
"""Names the socket file only: the server has no network port."""
_PATIENCE = 5.0
_PROTOCOL = 3 << 16
_NOT_YET = b"C57P03\0"  # SQLSTATE cannot_connect_now: starting, recovering or ending


class Answer(Enum):
    """How a server answers."""

    READY = "it takes statements"
    BUSY = "it is starting, recovering or ending"
    ABSENT = "nobody answers"


def ask(sockets: Path) -> Answer:
    """Open a session as far as its first answer, which takes about 2 milliseconds.

    Any refusal but "not yet" comes from a server that is up, as for `pg_isready`.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as session:
        session.settimeout(_PATIENCE)
        try:
            session.connect(str(socket_file(sockets)))
            session.sendall(_startup_message())
            reply = session.recv(4096)
        except TimeoutError:
            return Answer.BUSY
        except OSError:
            return Answer.ABSENT
    if not reply or _NOT_YET in reply:
        return Answer.BUSY
    return Answer.READY


def socket_file(sockets: Path) -> Path:
    """Return the socket of the server whose sockets lie in `sockets`."""
    return sockets / f".s.PGSQL.{PORT}"


def recorded_pid(lock_file: Path) -> int | None:
    """Return the process number in one of PostgreSQL's lock files, None if there is none."""
    try:
        first, *_ = lock_file.read_text("ascii", "replace").split(maxsplit=1)
        return abs(int(first))  # negative: a single-user session
    except (FileNotFoundError, ValueError):
        return None


def serves(pid: int, data: Path, processes: Path = Path("/proc")) -> bool:
    """Whether process `pid` lives and is a server of the data directory `data`.

    A number outlives its process: it may be free, a zombie, or another program by now.
    A server's working directory is its data directory. Where that cannot be seen
    (macOS, or a confined root), a living process counts as the server if it may be one.
    """
    if not (processes / "self").exists():
        return _lives(pid)
    process = processes / str(pid)
    try:
        return process.joinpath("cwd").readlink() == data
    except PermissionError:
        return _may_be_postgres(process)
    except OSError:
        return False


def _startup_message() -> bytes:
    body = struct.pack("!I", _PROTOCOL) + b"user\0postgres\0database\0postgres\0\0"
    return struct.pack("!I", len(body) + 4) + body


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _may_be_postgres(process: Path) -> bool:
    try:
        name, _, rest = process.joinpath("stat").read_text("utf-8", "replace").rpartition(")")
    except OSError:
        return False
    return name.endswith("(postgres") and rest.split()[0] != "Z"
