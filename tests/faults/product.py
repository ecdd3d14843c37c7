"""The whole product as its own processes, to be killed and started again."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from customer_inventory.store.embedded import EmbeddedServer

CINV = [sys.executable, "-m", "customer_inventory"]
PATIENCE = 120.0


@dataclass
class Product:
    """`cinv serve` over an embedded database in `home`, durable as in production."""

    home: Path
    port: int
    process: asyncio.subprocess.Process | None = None
    token: str = field(default="", repr=False)

    @property
    def environment(self) -> dict[str, str]:
        without = {name: value for name, value in os.environ.items() if name[:5] != "CINV_"}
        return {**without, "CINV_HOME": str(self.home)}

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def server(self) -> EmbeddedServer:
        return EmbeddedServer(self.home)

    def cinv(self, *arguments: str) -> str:
        done = subprocess.run(
            [*CINV, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def introduce(self) -> None:
        """Register the process that writes, and get its token."""
        allow = "*:read,create,modify,update,delete"
        self.cinv("access", "sandbox")
        self.cinv(
            "access", "register", "writer", "--name", "W", "--owner", "O", "--purpose", "test",
            "--allow", allow,
        )  # fmt: skip
        self.token = self.cinv("access", "token", "writer", "--purpose", "test").strip()

    async def start(self) -> None:
        """Start the service and wait until it answers."""
        self.process = await asyncio.create_subprocess_exec(
            *CINV, "serve", "--port", str(self.port),
            env=self.environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        deadline = asyncio.get_running_loop().time() + PATIENCE
        async with httpx.AsyncClient() as client:
            while asyncio.get_running_loop().time() < deadline:
                assert self.process.returncode is None, "the service ended by itself"
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{self.base}/health/ready")).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        raise AssertionError("the service did not become ready")

    async def kill_service(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    def kill_database(self) -> None:
        pid = self.server.status().pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def end(self) -> None:
        """Stop the service in good order, and the database with it."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()
        self.server.stop()
