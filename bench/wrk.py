"""Load over HTTP by wrk, one thread, with the scripts in `load/`."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import command
from bench.sample import Sample
from customer_inventory.kit.errors import Unavailable

SCRIPTS = Path(__file__).parent / "load"


class _Report(msgspec.Struct):
    """What `load/common.lua` prints; latencies in microseconds."""

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
    url: str,
    script: str,
    *,
    clients: int,
    seconds: float,
    arguments: Sequence[str] = (),
    token: str | None = None,
) -> Sample:
    """Send requests from `clients` connections for `seconds` and return what came back.

    Raises Unavailable if any answer was an error, was lost or took over ten seconds.
    """
    headers = ["-H", f"Authorization: Bearer {token}"] if token else []
    printed = await command.run(
        [
            *("wrk", "-t", "1", "-c", str(clients), "-d", f"{max(round(seconds), 1)}s"),
            *("--timeout", "10s", "-s", str(SCRIPTS / f"{script}.lua"), *headers, url),
            *("--", *arguments),
        ],
        seconds=seconds + 60,
    )
    report = msgspec.json.decode(printed.rstrip().rpartition("\n")[2], type=_Report)
    if report.refused or report.lost or not report.requests:
        raise Unavailable(
            f"{script} of {url}: of {report.requests} answers, {report.refused} were errors "
            f"and {report.lost} were lost.",
            hint="A figure of failed requests means nothing: see what the service says.",
        )
    await asyncio.sleep(0.2)  # the service finishes what was under way when wrk hung up
    return Sample(
        operations=report.requests,
        seconds=report.microseconds / 1e6,
        p50=report.p50 / 1000,
        p99=report.p99 / 1000,
    )
