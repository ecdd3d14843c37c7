"""Streams to take, and what publishes to the brokers they are taken from."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from customer_inventory.capture.stream.declared import Stream, parse_stream
from customer_inventory.capture.stream.running import Running
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database

MAPPING = """
source: crm
format: ndjson
key: no
records:
  individual:
    attributes:
      givenName: {column: name.first}
      familyName: {column: name.last}
  customer:
    attributes:
      name: {template: "{name.first} {name.last}"}
      status: {column: state}
      engagedParty: {ref: individual}
"""
FILE = """
name: crm-people
broker: {url: "BROKER"}
topic: TOPIC
format: FORMAT
mapping: people.yaml
process: test
purpose: testing
wait: 50
"""


def stream_of(
    folder: Path, broker: str, topic: str = "crm.people", form: str = "cloudevents", more: str = ""
) -> Stream:
    (folder / "people.yaml").write_text(MAPPING)
    text = FILE.replace("BROKER", broker).replace("TOPIC", topic).replace("FORMAT", form)
    return parse_stream(text + more, folder)


SECRET = "correct-horse"


def stream_by(folder: Path, broker: str) -> Stream:
    """Return a stream of a broker, which is declared in YAML; `SECRET` is in password.txt."""
    (folder / "people.yaml").write_text(MAPPING)
    (folder / "password.txt").write_text(f"{SECRET}\n")
    text = FILE.replace('{url: "BROKER"}', broker).replace("TOPIC", "crm.people")
    return parse_stream(text.replace("FORMAT", "cloudevents"), folder)


def row(number: int, last: str = "Lovelace", **more: Any) -> dict[str, Any]:
    return {"no": number, "name": {"first": "Ada", "last": last}, "state": "active", **more}


def cloud_event(identifier: str, data: object, **more: object) -> bytes:
    event = {"specversion": "1.0", "id": identifier, "source": "/crm", "type": "person.changed"}
    return json.dumps({**event, **more, "data": data}).encode()


STRUCTURED = {"content-type": "application/cloudevents+json"}


async def names(database: Database) -> list[str]:
    rows = await database.fetch("SELECT family_name FROM record.individual ORDER BY recorded_at")
    return sorted(each["family_name"] for each in rows)


@asynccontextmanager
async def running(database: Database, stream: Stream, actor: Actor) -> AsyncIterator[Running]:
    here = Running(database, stream, actor)
    task = asyncio.create_task(here.run())
    try:
        yield here
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(database: Database, query: str, wanted: object, seconds: float = 60) -> None:
    """Wait until `query` says what is wanted."""
    said: object = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                said = await database.value(query)
                if said == wanted:
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{query}: {said!r}, not {wanted!r}") from None


PEOPLE = "SELECT count(*) FROM record.individual"
TAKEN = "SELECT coalesce(sum(rows_read), 0)::int FROM capture.import"
STATE = "SELECT state FROM capture.stream ORDER BY told_at DESC LIMIT 1"
