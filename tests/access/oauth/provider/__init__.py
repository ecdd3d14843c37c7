"""A real OpenID provider (npm `oidc-provider`), installed in a folder and run by Node."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

AUDIENCE = "https://inventory.example"
SECRET = "a secret of the tests"
VERSION = "9.13.3"


@dataclass(frozen=True)
class Provider:
    """A running provider."""

    issuer: str

    @property
    def jwks_uri(self) -> str:
        return f"{self.issuer}/jwks"

    async def token(self, client: str, scope: str = "dpv:testing") -> str:
        async with httpx.AsyncClient() as http:
            answer = await http.post(
                f"{self.issuer}/token",
                data={"grant_type": "client_credentials", "scope": scope},
                auth=(client, SECRET.replace(" ", "+")),
            )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


def installed(folder: Path) -> Path:
    """Return the folder of the provider's modules; skip where npm cannot install it."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("Node and npm are not installed")
    command = ["npm", "install", "--no-audit", "--no-fund", f"oidc-provider@{VERSION}"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=180, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not install oidc-provider in three minutes")
    if done.returncode:
        pytest.skip(f"npm cannot install oidc-provider: {done.stderr[-300:]}")
    return folder


@asynccontextmanager
async def running(modules: Path, redirect: str) -> AsyncIterator[Provider]:
    """Run the provider until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Path(__file__).with_name("server.mjs")
    process = await asyncio.create_subprocess_exec(
        "node", str(server), str(modules), str(port), redirect,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"ready" not in (line := await process.stdout.readline()):
                assert line, "the provider ended"
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
