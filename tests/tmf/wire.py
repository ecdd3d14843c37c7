"""HTTP by hand, for requests that no client library would send, and what must hold when refused."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from customer_inventory.record.types import TYPES
from tests.conftest import Service
from tests.tmf.bodies import Document, place

JSON = {"Content-Type": "application/json"}
MERGE = {"Content-Type": "application/merge-patch+json"}
OPERATIONS = {"Content-Type": "application/json-patch+json"}

SECRET = "s3cret-of-a-customer"
LEAKS = ("Traceback", 'File "', "SELECT ", "asyncpg", "jsonb", "$1", "record.", "0x", SECRET)

_WRITTEN = (
    "history",
    "link",
    "past_link",
    "period",
    "edge",
    "outbox",
    *(declared.table for declared in TYPES.values()),
)
_COUNTS = " UNION ALL ".join(
    f"SELECT '{table}', count(*) FROM record.{table}" for table in _WRITTEN
)


@dataclass(frozen=True)
class Case:
    """A request that must be refused: what is sent, and what must be answered.

    `{id}` in the target stands for the id of a record that is there. `path` is the attribute
    that the answer must name. A body of several parts is sent in chunks.
    """

    name: str
    status: int
    code: str
    method: str = "GET"
    target: str = ""
    body: bytes | Sequence[bytes] = b""
    path: str | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What came back: headers by name in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask(service: Service, case: Case, target: str) -> Reply:
    """Send the request of `case` to `target`, byte for byte, and return what is answered."""
    address = urlsplit(service.base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(_head(service, case, target))
    if isinstance(case.body, bytes):
        writer.write(case.body)
    else:
        writer.writelines(b"%x\r\n%b\r\n" % (len(part), part) for part in (*case.body, b""))
    reply = await _reply(reader, case.method)
    writer.close()
    return reply


async def refused(service: Service, existing: Document, case: Case) -> Document:
    """Send `case` and check that it is refused well, and nothing else happened."""
    before = await _state(service)
    reply = await ask(service, case, case.target.replace("{id}", existing["id"]))
    text = reply.body.decode()
    assert reply.status == case.status, text
    assert reply.headers["content-type"] == "application/json"
    error: Document = json.loads(text)
    assert error["@type"] == "Error"
    assert error["status"] == str(case.status)
    assert (error["code"], error.get("path")) == (case.code, case.path)
    assert error["reason"]
    assert all(isinstance(error[name], str) for name in ("code", "reason", "status"))
    assert not [leak for leak in LEAKS if leak in text]
    assert await _state(service) == before
    again = await service.client.get(place("individual", existing))
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, existing, '"1"')
    return error


async def _state(service: Service) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await service.database.fetch(_COUNTS)]


def _head(service: Service, case: Case, target: str) -> bytes:
    length = (
        {"Content-Length": str(len(case.body))}
        if isinstance(case.body, bytes)
        else {"Transfer-Encoding": "chunked"}
    )
    own = {"Host": "inventory", "Authorization": f"Bearer {service.token}", **length}
    sent: dict[str, str | None] = {**own, **case.headers}
    lines = [f"{name}: {value}" for name, value in sent.items() if value is not None]
    return "\r\n".join([f"{case.method} {target} HTTP/1.1", *lines, "", ""]).encode("latin-1")


async def _reply(reader: asyncio.StreamReader, method: str) -> Reply:
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
    return Reply(int(first.split()[1]), headers, await reader.readexactly(length))
