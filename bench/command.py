"""Runs other programs: to the end, or until they are told to end."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from customer_inventory.kit.errors import Unavailable

_PATIENCE_AT_END = 30.0


async def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    output: int | IO[bytes] = asyncio.subprocess.PIPE,
    merged: bool = False,
    seconds: float = 3600.0,
) -> str:
    """Run `command` and return what it printed on stdout ("" if `output` is a file).

    What it said on stderr comes in between if `merged`. Raises Unavailable with its last
    words if it fails or takes more than `seconds`.
    """
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT if merged else asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            printed, said = await process.communicate()
    except BaseException as error:
        await _end(process)
        if isinstance(error, TimeoutError):
            raise Unavailable(f"{_name(command)} took over {seconds:.0f} seconds.") from None
        raise
    if process.returncode:
        words = (said or printed or b"").decode("utf-8", "replace").strip()
        raise Unavailable(f"{_name(command)} ended with {process.returncode}: {_short(words)}")
    return (printed or b"").decode()


@contextlib.asynccontextmanager
async def running(
    command: Sequence[str | Path], *, environment: Mapping[str, str], log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `command` for the length of the block; what it says goes to the file `log`."""
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        await _end(process)


async def until_answering(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    """Wait until HTTP is answered on loopback `port`; raise Unavailable if `process` ends.

    A port may be open long before anybody answers there.
    """
    for _ in range(6000):
        if process.returncode is not None:
            raise Unavailable(f"A service ended at its start: {_last_words(log)}")
        if await _answers(port):
            return
        await asyncio.sleep(0.02)
    raise Unavailable(f"Nobody answers on port {port} after two minutes: see {log}.")


async def _answers(port: int) -> bool:
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.closing(writer):
                writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return bool(await reader.read(1))
    except OSError:  # a timeout is one too
        return False


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with `settings`, and none of the product's own.

    Compiled modules are kept, as they are where the product is installed.
    """
    left = ("CINV_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left)}
    return {**kept, **settings}


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the process to end, and make it if it does not."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_AT_END):
                await process.wait()


def _name(command: Sequence[str | Path]) -> str:
    return " ".join(str(word) for word in command[:5])


def _last_words(log: Path) -> str:
    return _short(log.read_text("utf-8", "replace").strip())


def _short(words: str) -> str:
    """Return the beginning and the end: the first words tell the cause, the last the outcome."""
    return words if len(words) <= 2000 else f"{words[:1000]}\n[…]\n{words[-1000:]}"
