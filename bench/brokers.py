"""Brokers of the bench's own, in folders of their own: NATS with JetStream, and RabbitMQ."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import nats as nats_client
from nats.js.errors import NotFoundError

from bench import command
from customer_inventory.kit.errors import Unavailable

_PATH = f"{os.environ['PATH']}:/usr/sbin"
_START_SECONDS = 300.0
_AT_ONCE = 500


@dataclass(frozen=True)
class Broker:
    """A broker that runs at `url`."""

    url: str

    async def fill(self, name: str, messages: Sequence[bytes]) -> None:
        """Let `messages` lie there under `name`, and nothing else."""
        if self.url.startswith("nats"):
            await self._fill_stream(name, messages)
        else:
            await self._fill_queue(name, messages)

    async def _fill_stream(self, name: str, messages: Sequence[bytes]) -> None:
        client = await nats_client.connect(self.url)
        jetstream = client.jetstream()
        kept = name.replace(".", "-")
        with suppress(NotFoundError):
            await jetstream.delete_stream(kept)
        await jetstream.add_stream(name=kept, subjects=[name])
        headers = {"content-type": "application/cloudevents+json"}
        for start in range(0, len(messages), _AT_ONCE):
            part = messages[start : start + _AT_ONCE]
            await asyncio.gather(
                *(jetstream.publish(name, each, headers=headers, timeout=60) for each in part)
            )
        await client.close()

    async def _fill_queue(self, name: str, messages: Sequence[bytes]) -> None:
        connection = await aio_pika.connect(self.url)
        async with connection:
            channel = await connection.channel()
            await channel.queue_delete(name)
            await channel.declare_queue(name, durable=True)
            for start in range(0, len(messages), _AT_ONCE):
                part = messages[start : start + _AT_ONCE]
                await asyncio.gather(
                    *(
                        channel.default_exchange.publish(
                            aio_pika.Message(
                                each,
                                delivery_mode=2,
                                content_type="application/cloudevents+json",
                            ),
                            name,
                        )
                        for each in part
                    )
                )


@asynccontextmanager
async def nats(folder: Path) -> AsyncIterator[Broker]:
    """Run NATS, which keeps what it keeps in `folder`; raise Unavailable without it."""
    program = await _installed("nats-server")
    port = command.free_port()
    words = [program, "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(port)]
    with _ended(_started(words, dict(os.environ))):
        await _answering(port)
        yield Broker(f"nats://127.0.0.1:{port}")


@asynccontextmanager
async def rabbit(folder: Path) -> AsyncIterator[Broker]:
    """Run RabbitMQ with all it keeps in `folder`; raise Unavailable without it."""
    await asyncio.to_thread(_made, folder)
    await _installed("rabbitmq-server")
    port = command.free_port()
    environment = {**os.environ, **_environment(folder, port)}
    # Started by the server, the name service would outlive it.
    names = _started(["epmd"], environment)
    # The wrapper in the path would change to the account of the package.
    server = _started(["/usr/lib/rabbitmq/bin/rabbitmq-server"], environment)
    with _ended(names), _ended(server):
        url = f"amqp://guest:guest@127.0.0.1:{port}/"
        await _answering(port)
        await _letting_in(url)
        yield Broker(url)


def _made(folder: Path) -> None:
    folder.mkdir()
    (folder / "rabbitmq.conf").write_text("")


def _environment(folder: Path, port: int) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(command.free_port()),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_DIST_PORT": str(command.free_port()),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_MNESIA_BASE": str(folder / "kept"),
        "RABBITMQ_NODENAME": f"bench{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
    }


async def _installed(package: str) -> str:
    """Return the program of a Debian package, installed where it is missing and we may."""
    if not shutil.which(package, path=_PATH) and os.geteuid() == 0 and shutil.which("apt-get"):
        await command.run(["apt-get", "update", "-q"], seconds=300)
        await command.run(["apt-get", "install", "-y", "-q", package], seconds=600)
    found = shutil.which(package, path=_PATH)
    if found is None:
        raise Unavailable(f"{package} is not installed.", hint=f"Install the package {package}.")
    return found


def _started(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a script is what may be started: the server is a child of it
    )


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def _answering(port: int) -> None:
    async with asyncio.timeout(_START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


async def _letting_in(url: str) -> None:
    """Return once RabbitMQ lets clients in: it listens before it does."""
    async with asyncio.timeout(_START_SECONDS):
        while True:
            try:
                await (await aio_pika.connect(url)).close()
            except (OSError, aio_pika.exceptions.AMQPError):
                await asyncio.sleep(0.2)
            else:
                return
