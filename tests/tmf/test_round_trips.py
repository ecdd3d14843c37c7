"""What each hot request costs: statements, round trips, pages, calls, memory. Clocks are too noisy.

A statement that its connection knows is one round trip, so that the statements are the trips: each
request is made twice, and the second counts. Whoever makes one more says so here, and why. Nothing
runs in the background, so that all statements are of requests.
"""

import asyncio
import contextlib
import gc
import re
import sys
import tracemalloc
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

import customer_inventory
from customer_inventory.app import Application
from customer_inventory.kit.ids import bucket_of
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from tests import distributed
from tests.conftest import issued
from tests.tmf.bodies import BODIES, PATHS

pytestmark = distributed.one_server(
    "A write is several statements on a cluster, committed in two phases."
)

MERGE = {"content-type": "application/merge-patch+json"}
WHOLE = "/tmf-api/customer360/v5/customer360"
ENTRY = "append_segment"
"""The entry of the ledger, one commit for all answers in flight."""


class Asked(NamedTuple):
    """A client of a service that does nothing else, and what the service sends to the database."""

    client: httpx.AsyncClient
    sent: list[str]
    application: Application

    async def statements(self, method: str, path: str, **request: Any) -> list[str]:
        """Return the statements of one request."""
        self.sent.clear()
        answer = await self.client.request(method, path, **request)
        assert answer.status_code < 300, answer.text
        await asyncio.sleep(0)  # the driver tells of them a turn later
        return list(self.sent)

    async def made(self, kind: str, **changes: Any) -> str:
        answer = await self.client.post(PATHS[kind], json={**BODIES[kind], **changes})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture
async def asked(dsn: str, database: Database, tmp_path: Path) -> AsyncIterator[Asked]:
    token = await issued(database, "tester", "*:read,create,modify,update,delete,download")
    application = Application(Settings(home=tmp_path), dsn, public_url="http://inventory")
    sent: list[str] = []
    application.database._heard = lambda text, *_: sent.append(text)
    headers = {"Authorization": f"Bearer {token}"}
    async with application.database, application.database.unhurried():
        await application.guard.start()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(application),
            base_url="http://inventory",
            headers=headers,
        ) as client:
            yield Asked(client, sent, application)
        await application.guard.stop()


STATEMENTS = {
    "read": ["records_by_id", ENTRY],
    "list": ["page_of_records", ENTRY],
    "360": ["around_customer", ENTRY],
    # The words meant, who has them, what they are, whom they lead to.
    "search": [
        *("words_like", "candidates_of_type", "documents_of_type", "customers_of_records"),
        ENTRY,
    ],
    "create": ["create_records", ENTRY],
    "patch": ["records_by_id", "change_records", ENTRY],
    # Whether a legal hold is on it, and whether it is shown as another.
    "delete": ["hold_on", "origins_by_id", "records_by_id", "remove_records", ENTRY],
}
PAGES = {"records_by_id": 10, ENTRY: 10}
"""So many pages a statement may touch, in the buffers or not, over a table of a few records."""
TOGETHER = 20
CALLS = {
    "read": 300, "list": 450, "360": 340, "search": 3900, "create": 680, "patch": 840, "delete": 530
}  # fmt: skip
"""So many calls are made by functions of ours for a request: what it costs without a clock."""
KIBIBYTES = {
    "read": 420, "list": 440, "360": 420, "search": 500, "create": 530, "patch": 540, "delete": 430
}  # fmt: skip
"""So much memory more than before is held at most while a request is answered."""
_OURS = f"{Path(customer_inventory.__file__).parent}/"
Request = tuple[str, str, dict[str, Any]]


async def hot_requests(asked: Asked, times: int) -> dict[str, list[Request]]:
    """Make what is asked for; return each hot request, so many times."""
    person = await asked.made("individual")
    one, many = f"{PATHS['individual']}/{person}", PATHS["individual"]
    customer = await asked.made("customer", engagedParty={"id": person, "@type": "PartyRef"})
    doomed = [await asked.made("individual") for _ in range(times)]
    return {
        "read": [("GET", one, {})] * times,
        "list": [("GET", f"{many}?limit=20", {})] * times,
        "360": [("GET", f"{WHOLE}/{customer}", {})] * times,
        "search": [("GET", "/inventory/v1/search?q=Ada%20Lovelace", {})] * times,
        "create": [("POST", many, {"json": BODIES["individual"]})] * times,
        "patch": [
            ("PATCH", one, {"json": {"location": f"place {number}"}, "headers": MERGE})
            for number in range(times)
        ],
        "delete": [("DELETE", f"{many}/{each}", {}) for each in doomed],
    }


async def test_statements_of_each_hot_request(asked: Asked) -> None:
    told = {}
    for name, twice in (await hot_requests(asked, 2)).items():
        for method, path, request in twice:
            told[name] = await asked.statements(method, path, **request)
    assert {name: list(map(named, sent)) for name, sent in told.items()} == STATEMENTS


async def test_calls_and_memory_of_each_hot_request(asked: Asked) -> None:
    calls: dict[str, int] = {}
    kibibytes: dict[str, int] = {}
    for name, several in (await hot_requests(asked, 6)).items():
        counted: list[int] = []
        peaks: list[int] = []
        for number, (method, path, request) in enumerate(several):
            with _calls_of_ours() if number % 2 else _peak() as measured:
                await asked.statements(method, path, **request)
            (counted if number % 2 else peaks).append(measured[0])
        calls[name], kibibytes[name] = min(counted), min(peaks) // 1024
    assert {name: n for name, n in calls.items() if not 0 < n <= CALLS[name]} == {}
    assert {name: n for name, n in kibibytes.items() if not 0 < n <= KIBIBYTES[name]} == {}


@contextlib.contextmanager
def _calls_of_ours() -> Iterator[list[int]]:
    """Count what functions of ours call, each other and what is below them."""
    count = [0]

    def heard(frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_call") and _OURS in frame.f_code.co_filename:
            count[0] += 1

    sys.setprofile(heard)
    try:
        yield count
    finally:
        sys.setprofile(None)


@contextlib.contextmanager
def _peak() -> Iterator[list[int]]:
    """Tell how many bytes more than before are held at most."""
    peak = [0]
    gc.collect()
    tracemalloc.start()
    try:
        yield peak
    finally:
        peak[0] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


async def test_names_that_stay_are_not_looked_up_in_the_dictionary(asked: Asked) -> None:
    """A service that has just begun knows no word: only what is new is put there first."""
    person = await asked.made("individual")
    one = f"{PATHS['individual']}/{person}"
    told = {}
    changes = (("location", "there"), ("familyName", "Noel"))
    for name, value in (*changes, ("location", "here"), ("familyName", "Byron")):
        asked.application.inventory._writer._noted.clear()
        patch = {"json": {name: value}, "headers": MERGE}
        told[name] = await asked.statements("PATCH", one, **patch)
    told = {name: list(map(named, sent)) for name, sent in told.items()}
    assert told["location"] == STATEMENTS["patch"]
    assert told["familyName"] == [*STATEMENTS["patch"][:1], "note_words", *STATEMENTS["patch"][1:]]
    for text, names in (("Byron", ["Ada Byron"]), ("Lovelace", [])):
        answer = await asked.client.get(f"/inventory/v1/search?q={text}")
        assert [hit["name"] for hit in answer.json()["hit"]] == names


async def test_what_arrives_together_travels_together(asked: Asked) -> None:
    ids = [await asked.made("individual") for _ in range(TOGETHER)]
    asked.sent.clear()
    answers = await asyncio.gather(
        *(asked.client.get(f"{PATHS['individual']}/{each}") for each in ids)
    )
    assert [answer.status_code for answer in answers] == [200] * TOGETHER
    sent = list(map(named, asked.sent))
    # The first may leave before the others have come; these then share the next.
    assert 1 <= sent.count("records_by_id") <= 3
    assert 1 <= sent.count(ENTRY) <= 3
    assert len(sent) == sent.count("records_by_id") + sent.count(ENTRY)
    asked.sent.clear()
    made = await asyncio.gather(*(asked.made("individual") for _ in range(TOGETHER)))
    assert len(set(made)) == TOGETHER
    # Two batches of writes are under way at most, and one of entries.
    assert list(map(named, asked.sent)).count("create_records") <= 4


async def test_pages_that_each_hot_statement_touches(asked: Asked, database: Database) -> None:
    person = await asked.made("individual")
    one = f"{PATHS['individual']}/{person}"
    texts = {}
    for text in await asked.statements("GET", one):
        texts[named(text)] = text
    session = await asked.application.guard.authenticate(asked.client.headers["authorization"])
    purpose = session.sight.kept_from
    arguments: dict[str, tuple[Any, ...]] = {
        "records_by_id": ([person], [bucket_of(person)], [purpose]),
        ENTRY: (),
    }
    touched = {}
    async with database.transaction() as connection:
        # The first of a session reads the catalogue too: the second counts.
        for name in [*arguments] * 2:
            values = arguments[name] or (uuid.uuid4(), 1, 1, b"[]")
            plan = await connection.fetchval(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {texts[name]}", *values
            )
            (found,) = msgspec.json.decode(plan)
            touched[name] = found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"]
    assert {name: pages for name, pages in touched.items() if not 0 < pages <= PAGES[name]} == {}


def named(text: str) -> str:
    """Return the name that a statement says of itself."""
    found = re.search(r"/\* (\w+) \*/", text)
    assert found, text
    return found[1]
