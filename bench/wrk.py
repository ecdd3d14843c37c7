"""Load over HTTP by wrk, one thread, with the script in `load/`."""

import asyncio
import os
import shutil
from pathlib import Path

import msgspec

from bench import command
from bench.sample import Sample
from customer_inventory.kit.errors import Unavailable

_SCRIPT = Path(__file__).parent / "load" / "requests.lua"


class _Report(msgspec.Struct):
    """What `load/requests.lua` prints; latencies in microseconds."""

    requests: int
    microseconds: int
    refused: int
    lost: int
    p50: float
    p99: float


async def ensure() -> None:
    """Install wrk where it is missing and we may; raise Unavailable where we may not."""
    if shutil.which("wrk"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        await command.run(["apt-get", "update", "-q"], seconds=300)
        await command.run(["apt-get", "install", "-y", "-q", "wrk"], seconds=300)
    if not shutil.which("wrk"):
        raise Unavailable(
            "The load generator wrk is not installed.",
            hint="Install the package wrk (Debian, Ubuntu: apt-get install wrk; brew install wrk).",
        )


async def load(
    base: str,
    requests: Path,
    *,
    media: str,
    clients: int,
    seconds: float,
    token: str | None = None,
) -> Sample:
    """Send the requests of a file from `clients` connections for `seconds`; return what came back.

    Raises Unavailable if any answer was an error, was lost or took over ten seconds.
    """
    headers = ["-H", f"Authorization: Bearer {token}"] if token else []
    words = [
        *("wrk", "-t", "1", "-c", str(clients), "--timeout", "10s", "-s", str(_SCRIPT)),
        *(*headers, base, "--", str(requests), media),
    ]
    report = await _run(words, seconds)
    if not report.requests and not report.refused:
        # A machine that is busy elsewhere may not come to it in so short a time.
        report = await _run(words, 3 * seconds + 2)
    if report.refused or report.lost or not report.requests:
        raise Unavailable(
            f"{_first(requests)} of {base}: of {report.requests} answers, {report.refused} "
            f"were errors and {report.lost} were lost.",
            hint="A figure of failed requests means nothing: see what the service says.",
        )
    await asyncio.sleep(0.2)  # the service finishes what was under way when wrk hung up
    return Sample(
        operations=report.requests,
        seconds=report.microseconds / 1e6,
        p50=report.p50 / 1000,
        p99=report.p99 / 1000,
    )


async def _run(words: list[str], seconds: float) -> _Report:
    timed = [*words[:1], "-d", f"{max(round(seconds), 1)}s", *words[1:]]
    printed = await command.run(timed, seconds=seconds + 60)
    return msgspec.json.decode(printed.rstrip().rpartition("\n")[2], type=_Report)


def _first(requests: Path) -> str:
    with requests.open(encoding="utf-8") as lines:
        return lines.readline()[:200].strip()
