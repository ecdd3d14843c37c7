"""The whole product on a stage: two services over one embedded database, imports beside them.

One service tells listeners, the other does not: to kill the former is to kill the dispatcher. Time
is libfaketime's, where that is installed; the disk is a small one of its own, where one may be
mounted.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from tests.faults.product import CINV, Product

PATIENCE = 180.0
FAKETIME = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
)
DISK_BYTES = 1_610_612_736


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@dataclass
class Service:
    """One `cinv serve`."""

    name: str
    port: int
    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and return at once."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *CINV, "serve", "--port", str(self.port),
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip

    async def ready(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=5) as client:
                there = f"http://127.0.0.1:{self.port}/health/ready"
                return (await client.get(there)).status_code == 200
        return False

    async def until_ready(self, patience: float = PATIENCE) -> None:
        """Wait until it answers; one that ended is started again, as a service manager does."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not await self.ready():
                    if self.process is None or self.process.returncode is not None:
                        await self.start()
                    await asyncio.sleep(0.5)
                return
        raise AssertionError(f"{self.name} did not become ready: {self.last_words()}")

    def last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-2000:] if self.log.exists() else ""

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    async def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.send(signal.SIGCONT)
        self.send(number)
        if self.process is not None:
            await self.process.wait()


@dataclass
class Stage:
    """Where everything runs: a folder, a product in it, two services."""

    folder: Path
    product: Product
    services: list[Service] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    is_small_disk: bool = False
    has_false_time: bool = False

    @property
    def home(self) -> Path:
        return self.product.home

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    def environment(self, **more: str) -> dict[str, str]:
        told = {
            **self.product.environment,
            "CINV_BACKUP": str(self.folder / "vault"),
            "CINV_CALLBACK_ALLOW": "127.0.0.0/8",
            "CINV_POOL_SIZE": "8",
            **more,
        }
        if self.has_false_time:
            library = next(name for name in FAKETIME if Path(name).exists())
            told |= {
                "LD_PRELOAD": library,
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "PYTHONPATH": str(Path(__file__).parent / "false_time"),
                "FAKETIME_DISABLE_SHM": "1",
            }
        return told

    def turn_clock(self, seconds: int) -> None:
        """Let the services and their database believe that it is so much later."""
        aside = self.clock.with_suffix(".new")
        aside.write_text(f"{seconds:+d}\n")
        aside.chmod(0o644)
        aside.replace(self.clock)

    async def cinv(self, *words: str, patience: float = 600) -> tuple[int, str]:
        """Run a command on the stage; return its exit code and what it said."""
        process = await asyncio.create_subprocess_exec(
            *CINV, *words, env=self.environment(),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            async with asyncio.timeout(patience):
                out, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            return -1, "it took too long"
        return process.returncode or 0, out.decode("utf-8", "replace")

    async def until_ready(self) -> None:
        await asyncio.gather(*(service.until_ready() for service in self.services))

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.product.server.superuser_dsn)

    async def end(self) -> None:
        """End all that was started, and give the disk back."""
        for service in self.services:
            await service.end()
        self.product.server.stop()
        if self.is_small_disk:
            words = ["umount", "--lazy", str(self.home.parent)]
            await asyncio.to_thread(subprocess.run, words, check=False)


def staged(folder: Path) -> Stage:
    """Prepare a stage in an empty folder: what cannot be done here is told in `skipped`."""
    disk = folder / "disk"
    disk.mkdir()
    stage = Stage(folder, Product(disk / "home", 0))
    stage.logs.mkdir()
    for there in (folder, disk):
        # The server's account must be able to pass.
        there.chmod(0o755)
    stage.is_small_disk = _mounted(disk, stage.skipped)
    if any(Path(name).exists() for name in FAKETIME):
        stage.has_false_time = True
        stage.turn_clock(0)
    else:
        stage.skipped["clock"] = "libfaketime is not installed (apt-get install libfaketime)"
    return stage


def serve(stage: Stage) -> None:
    """Put two services on the stage."""
    for name, events in (("teller", "on"), ("other", "off")):
        port = free_port()
        environment = stage.environment(
            CINV_EVENTS=events, CINV_PORT=str(port), CINV_PUBLIC_URL="http://inventory.example"
        )
        stage.services.append(Service(name, port, environment, stage.logs / f"{name}.txt"))


def _mounted(disk: Path, skipped: dict[str, str]) -> bool:
    if os.geteuid() != 0:
        skipped["disk"] = "only root can mount a small disk"
        return False
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=755", "tmpfs", str(disk)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        skipped["disk"] = f"no small disk can be mounted here: {done.stderr.strip()}"
    return done.returncode == 0
