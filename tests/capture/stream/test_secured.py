"""Brokers that encrypt and let in only whom they know: real ones, with certificates."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import nats
import pytest
from aiokafka import AIOKafkaProducer

from customer_inventory.capture.stream.running import streams
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.located import FileError
from customer_inventory.store.database import Database
from tests import nats_credentials
from tests.brokers import answers, free_port, running_kafka, running_nats
from tests.capture.stream.conftest import (
    PEOPLE,
    SECRET,
    STATE,
    STRUCTURED,
    cloud_event,
    row,
    running,
    stream_by,
    until,
)
from tests.certificates import Certificates, made_in


def tls(files: Certificates) -> list[str | Path]:
    return ["--tls", "--tlscert", files.certificate, "--tlskey", files.key]


async def test_nats_with_tls_and_a_password(
    database: Database,
    actor: Actor,
    nats_server: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    files = made_in(tmp_path / "certificates")
    port = free_port()
    url = f"url: nats://127.0.0.1:{port}, user: feed"
    known = f"tls: {{ca: {files.ca}}}"
    with running_nats(
        nats_server, port, tmp_path / "nats", *tls(files), "--user", "feed", "--pass", SECRET
    ):
        await answers(port)
        context = ssl.create_default_context(cafile=files.ca)
        client = await nats.connect(
            f"tls://127.0.0.1:{port}", tls=context, user="feed", password=SECRET
        )
        await client.jetstream().add_stream(name="crm", subjects=["crm.>"])
        await client.jetstream().publish("crm.people", cloud_event("1", row(1)), headers=STRUCTURED)
        await client.close()
        good = stream_by(tmp_path, f"{{{url}, password: {{file: password.txt}}, {known}}}")
        async with running(database, good, actor):
            await until(database, PEOPLE, 1)
        # Not by one that we do not trust, nor with another password.
        (tmp_path / "wrong.txt").write_text("battery-staple")
        other = made_in(tmp_path / "others").ca
        for broker in (
            f"{{{url}, password: {{file: password.txt}}, tls: true}}",
            f"{{{url}, password: {{file: password.txt}}, tls: {{ca: {other}}}}}",
            f"{{{url}, password: {{file: wrong.txt}}, {known}}}",
        ):
            async with running(database, stream_by(tmp_path, broker), actor):
                await until(database, STATE, "waiting")
    told = str(await streams(database)) + caplog.text + repr(good)
    assert SECRET not in told
    assert "battery" not in told


async def test_a_password_is_told_to_no_broker_that_does_not_encrypt(
    database: Database, actor: Actor, nats_server: str, tmp_path: Path
) -> None:
    port = free_port()
    log = tmp_path / "nats.log"
    with running_nats(
        nats_server, port, tmp_path / "nats", "--user", "feed", "--pass", SECRET,
        "-DV", "--log", log,
    ):  # fmt: skip
        await answers(port)
        stream = stream_by(
            tmp_path,
            f"{{url: nats://127.0.0.1:{port}, user: feed, password: {{file: password.txt}}, "
            "tls: true}",
        )
        async with running(database, stream, actor):
            await until(database, STATE, "waiting")
            assert "does not encrypt" in (await streams(database))[0]["reason"]
    assert "[CONNECT" not in log.read_text()


# The client leaves a connection open that was refused, until it is collected.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_nats_with_credentials(
    database: Database, actor: Actor, nats_server: str, tmp_path: Path
) -> None:
    files, others = (nats_credentials.made_in(tmp_path / name) for name in ("known", "others"))
    port = free_port()
    with running_nats(nats_server, port, tmp_path / "nats", "-c", files.server):
        await answers(port)
        client = await nats.connect(f"nats://127.0.0.1:{port}", user_credentials=str(files.client))
        await client.jetstream().add_stream(name="crm", subjects=["crm.>"])
        await client.jetstream().publish("crm.people", cloud_event("1", row(1)), headers=STRUCTURED)
        await client.close()
        url = f"url: nats://127.0.0.1:{port}"
        good = stream_by(tmp_path, f"{{{url}, credentials: known/user.creds}}")
        async with running(database, good, actor):
            await until(database, PEOPLE, 1)
        for broker in (f"{{{url}, credentials: {others.client}}}", f"{{{url}}}"):
            async with running(database, stream_by(tmp_path, broker), actor):
                await until(database, STATE, "waiting")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_kafka_with_tls(database: Database, actor: Actor, tmp_path: Path) -> None:
    files = made_in(tmp_path / "certificates")
    inner, outer = free_port(), free_port()
    broker = f"{{url: kafka://127.0.0.1:{outer}, tls: {{ca: {files.ca}}}}}"
    with running_kafka(inner, tmp_path, advertised=outer):
        await answers(inner)
        async with encrypted(outer, inner, files):
            context = ssl.create_default_context(cafile=files.ca)
            async with AIOKafkaProducer(
                bootstrap_servers=f"127.0.0.1:{outer}",
                security_protocol="SSL",
                ssl_context=context,
            ) as producer:
                headers = [(name, value.encode()) for name, value in STRUCTURED.items()]
                await producer.send_and_wait(
                    "crm.people", cloud_event("1", row(1)), headers=headers
                )
            async with running(database, stream_by(tmp_path, broker), actor):
                await until(database, PEOPLE, 1)
            plain = stream_by(tmp_path, f"{{url: kafka://127.0.0.1:{outer}, tls: true}}")
            async with running(database, plain, actor):
                await until(database, STATE, "waiting")


@asynccontextmanager
async def encrypted(port: int, inner: int, files: Certificates) -> AsyncIterator[None]:
    """Take TLS on `port` and pass what it says to `inner`: what Tansu itself does not do."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)

    async def passed(given: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await given.read(65_536):
                to.write(part)
                await to.drain()
        to.close()

    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", inner)
        await asyncio.gather(passed(reader, back), passed(there, writer))

    server = await asyncio.start_server(taken, "127.0.0.1", port, ssl=context)
    try:
        yield
    finally:
        server.close()


@pytest.mark.parametrize(
    ("broker", "words"),
    [
        ("{url: nats://x, user: a}", "user and password together"),
        ("{url: nats://x, user: a, password: secret}", "is secret"),
        ("{url: nats://x, user: a, password: {env: CINV_NOT_SET}}", "not set"),
        ("{url: nats://x, user: a, password: {}}", "one of env and file"),
        ("{url: nats://x, mechanism: PLAIN}", "belongs to kafka:// only"),
        ("{url: kafka://x, credentials: a.creds}", "belongs to nats:// only"),
        ("{url: 'kafka://a:b@x'}", "names a user"),
        ("{url: 'nats://a:b@x', tls: true}", "names a user"),
        ("{url: kafka://x, mechanism: plain}", "must be one of PLAIN"),
        ("{url: nats://x, credentials: none.creds}", "cannot be read"),
        ("{url: nats://x, tls: false}", "keys with values"),
        ("{url: nats://x, tls: {ca: none.pem}}", "cannot be read"),
        ("{url: nats://x, tls: {ca: password.txt}}", "hold no certificates"),
        ("{url: nats://x, tls: {certificate: password.txt}}", "certificate and key together"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, broker: str, words: str) -> None:
    with pytest.raises(FileError, match=words):
        stream_by(tmp_path, broker)
