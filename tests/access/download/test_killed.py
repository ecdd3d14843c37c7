"""A download whose maker is killed, and what making one takes of memory."""

import asyncio
import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from arro3.io import read_parquet

from customer_inventory.access.download.file import path_of
from customer_inventory.access.download.job import NotReady, of_row
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Row
from tests.access.download.files import filled
from tests.access.download.test_governed import home
from tests.conftest import Service
from tests.store.eventually import eventually

CINV = [sys.executable, "-m", "customer_inventory", "access", "download"]
LONG = {"nickname": "x" * 3_000, "title": "y" * 3_000}


def begun(service: Service, dsn: str, *words: str) -> subprocess.Popen[bytes]:
    """Start `cinv access download` in a process of its own, in the home of the service."""
    environment = {name: value for name, value in os.environ.items() if name[:5] != "CINV_"}
    environment |= {"CINV_HOME": str(home(service)), "CINV_DATABASE_URL": dsn}
    return subprocess.Popen(
        [*CINV, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


async def job_of(service: Service) -> Row | None:
    return await service.database.row("SELECT * FROM access.download ORDER BY requested_at DESC")


async def killed_after(service: Service, maker: subprocess.Popen[bytes], rows: int) -> str:
    """Kill the maker, with no time to tidy up, once so many rows are kept; return the job."""
    async with asyncio.timeout(120):
        while True:
            assert maker.poll() is None, "it was made before it was killed"
            job = await job_of(service)
            if job and job["row_count"] >= rows:
                break
            await asyncio.sleep(0.002)
    maker.send_signal(signal.SIGKILL)
    await asyncio.to_thread(maker.communicate)
    return str(job["id"])


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
async def test_a_killed_download_is_finished_or_leaves_nothing_to_fetch(
    service: Service, dsn: str, form: str, tmp_path: Path
) -> None:
    ids = await filled(service.database, 4_000, **LONG)
    maker = begun(service, dsn, "request", "individual", "--format", form, "--now")
    job = await killed_after(service, maker, 250)
    file = path_of(home(service), job)

    half = await job_of(service)
    assert half is not None
    assert (half["state"], half["sha256"]) == ("running", None)
    assert 0 < half["row_count"] < len(ids)
    with pytest.raises(NotReady):
        of_row(half).demand_file()
    assert b"Lovelace" not in file.read_bytes()
    # Nothing that was written is untold: the ledger has all of what is kept, and maybe more.
    assert len(await told_of(service, job)) >= half["row_count"]

    # The service takes it up itself, or is told to.
    await service.application.downloads.make({"download": job}, Actor("test", "testing"))

    async def made() -> bool:
        now = await job_of(service)
        return now is not None and now["state"] != "running"

    await eventually(made)
    whole = await job_of(service)
    assert whole is not None
    assert (whole["state"], whole["row_count"]) == ("succeeded", len(ids))
    fetching = begun(service, dsn, "fetch", job)
    out, told = await asyncio.to_thread(fetching.communicate)
    assert fetching.returncode == 0, told
    assert ids_in(out, form, tmp_path) == ids
    assert set(await told_of(service, job)) == set(ids)


def ids_in(content: bytes, form: str, folder: Path) -> list[str]:
    """Return the ids in a file, in its order."""
    if form == "ndjson":
        return [json.loads(line)["id"] for line in content.splitlines()]
    if form == "csv":
        return [row["id"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]
    file = folder / "people.parquet"
    file.write_bytes(content)
    found: list[str] = read_parquet(file).read_all()["id"].to_pylist()
    return found


async def told_of(service: Service, job: str) -> list[str]:
    rows = await service.database.fetch(
        "SELECT record_ids FROM access.entry WHERE source = $1", f"download {job}"
    )
    return [each for row in rows for each in json.loads(row["record_ids"])]


async def test_memory_does_not_grow_with_the_file(service: Service, dsn: str) -> None:
    """Six times as many rows take no more memory, but for what a chunk takes."""
    taken = []
    await filled(service.database, 1_000, **LONG)
    for more in (0, 5_000):
        await filled(service.database, more, **LONG)
        maker = begun(service, dsn, "request", "individual", "--now")
        _, status, used = await asyncio.to_thread(os.wait4, maker.pid, 0)
        assert status == 0
        maker.returncode = 0
        for pipe in (maker.stdout, maker.stderr):
            assert pipe is not None
            pipe.close()
        job = await job_of(service)
        assert job is not None
        assert job["state"] == "succeeded"
        taken.append((used.ru_maxrss * 1024, job["size"], Path(home(service))))
    (small, first, _), (large, second, _) = taken
    assert second - first > 25 * 2**20
    assert large - small < 16 * 2**20
