"""Streams in `cinv serve`: run by it, told of by its health and over the wire."""

import asyncio
from pathlib import Path

import httpx
import pytest

from customer_inventory.capture.stream.declared import read_streams
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Database
from tests.brokers import answers, free_port, running_nats
from tests.capture.stream.conftest import (
    FILE,
    MAPPING,
    PEOPLE,
    STATE,
    STRUCTURED,
    cloud_event,
    row,
    until,
)
from tests.capture.stream.test_nats import keep, publish
from tests.cli.test_serve import serving
from tests.conftest import issued


def declared_in(folder: Path, port: int) -> Path:
    folder.mkdir()
    (folder / "people.yaml").write_text(MAPPING)
    text = FILE.replace("BROKER", f"nats://127.0.0.1:{port}").replace("TOPIC", "crm.people")
    (folder / "crm.stream.yaml").write_text(text.replace("FORMAT", "cloudevents"))
    return folder


async def health(base: str, status: str) -> dict[str, object]:
    """Return what the health tells once it has this status."""
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while True:
            told = await client.get(f"{base}/health/ready")
            assert told.status_code == 200
            if told.json()["status"] == status:
                return dict(told.json())
            await asyncio.sleep(0.1)


async def test_the_service_runs_streams_and_tells_how_they_are(
    database: Database, actor: Actor, dsn: str, nats_server: str, tmp_path: Path
) -> None:
    port = free_port()
    folder = declared_in(tmp_path / "streams", port)
    token = await issued(database, "watcher", "individual:read")
    home = str(tmp_path / "home")
    with serving(CINV_DATABASE_URL=dsn, CINV_HOME=home, CINV_CAPTURE_STREAMS=str(folder)) as (
        _,
        base,
    ):
        told = await health(base, "warn")
        assert told["checks"] == {"stream:crm-people": [{"status": "waiting"}]}
        with running_nats(nats_server, port, tmp_path / "nats"):
            await answers(port)
            await keep(port)
            await publish(port, (cloud_event("1", row(1)), STRUCTURED))
            await until(database, PEOPLE, 1)
            told = await health(base, "pass")
            assert told["checks"] == {"stream:crm-people": [{"status": "running"}]}
            await until(database, "SELECT behind FROM capture.stream", 0)
        await until(database, STATE, "waiting")
        await health(base, "warn")
        bearer = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=base, headers=bearer) as client:
            answer = await client.get("/inventory/v1/captureStream")
            assert answer.status_code == 200
            (stream,) = answer.json()
            assert (await client.get("/inventory/v1/captureStream?x=1")).status_code == 400
        assert (stream["name"], stream["state"], stream["events"]) == ("crm-people", "waiting", 1)
        assert stream["broker"] == f"nats://127.0.0.1:{port}"
        assert stream["process"] == "test"
    kept = "SELECT count(*) FROM access.entry WHERE record_type = 'captureStream' AND status = 200"
    assert await database.value(kept) == 1


def test_streams_are_files_or_folders_of_them_and_none_is_there_twice(tmp_path: Path) -> None:
    folder = declared_in(tmp_path / "streams", 4222)
    file = folder / "crm.stream.yaml"
    assert read_streams("") == []
    assert [each.name for each in read_streams(f" {folder},")] == ["crm-people"]
    assert [each.name for each in read_streams(str(file))] == ["crm-people"]
    with pytest.raises(Invalid, match="has the name of another: crm-people"):
        read_streams(f"{folder},{file}")
    with pytest.raises(Invalid, match="cannot be read"):
        read_streams(str(folder / "none.yaml"))
