"""kill -9 of `cinv capture stream` in the middle: nothing is lost, nothing doubled."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import nats

from customer_inventory.access.house import operator
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database
from tests.brokers import answers, free_port, running_nats
from tests.capture.stream.conftest import (
    FILE,
    MAPPING,
    PEOPLE,
    STRUCTURED,
    TAKEN,
    cloud_event,
    row,
    until,
)
from tests.conftest import PROFILE

KILLS, EVENTS = {"ci": (3, 600), "long": (20, 10_000)}[PROFILE]


def started(folder: Path, dsn: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "CINV_HOME": str(folder / "home"), "CINV_DATABASE_URL": dsn}
    with (folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "customer_inventory", "capture", "stream", "stream.yaml"],
            env=environment, cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip


async def test_a_stream_that_is_killed_loses_and_doubles_nothing(
    database: Database, actor: Actor, dsn: str, nats_server: str, tmp_path: Path
) -> None:
    port = free_port()
    chance = random.Random(20261126)
    (tmp_path / "people.yaml").write_text(MAPPING)
    file = FILE.replace("BROKER", f"nats://127.0.0.1:{port}").replace("TOPIC", "crm.people")
    more = "batch: 10\norder: {path: time, as: time}\n"
    (tmp_path / "stream.yaml").write_text(file.replace("FORMAT", "cloudevents") + more)
    with running_nats(nats_server, port, tmp_path / "nats"):
        await answers(port)
        client = await nats.connect(f"nats://127.0.0.1:{port}")
        await client.jetstream().add_stream(name="crm", subjects=["crm.>"])
        for number in range(EVENTS):
            time = f"2026-01-01T00:00:00.{number:06}Z"
            body = cloud_event(str(number), row(number % 200, str(number)), time=time)
            await client.jetstream().publish("crm.people", body, headers=STRUCTURED)
        for kill in range(1, KILLS + 1):
            process = started(tmp_path, dsn)
            goal = int(EVENTS * kill / (KILLS + 2) * chance.uniform(0.7, 1))
            while await database.value(TAKEN) < goal:
                assert process.poll() is None, (tmp_path / "log.txt").read_text()
                await asyncio.sleep(0.01)
            process.kill()
            process.wait()
        process = started(tmp_path, dsn)
        try:
            await until(database, TAKEN, EVENTS, seconds=150)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, (tmp_path / "log.txt").read_text()
        await client.close()
    assert await database.value(PEOPLE) == 200
    bodies = await database.fetch("SELECT body FROM record.individual")
    last = sorted(int(json.loads(each["body"])["familyName"]) for each in bodies)
    assert last == list(range(EVENTS - 200, EVENTS))
    assert await database.value("SELECT count(*) FROM capture.seen") == EVENTS
    entries = await database.fetch("SELECT DISTINCT process, person, source FROM access.entry")
    me = operator()
    assert [tuple(each.values()) for each in entries] == [("test", me.person, me.source)]
