"""The ledger: one entry for each answer to a known caller, there before the answer is."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.kit.clock import now
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, WHOLE, Document, made, party, place
from tests.tmf.wire import Case, ask

INDIVIDUALS = PATHS["individual"]
ENTRIES = (
    "SELECT process, person, purpose, operation, record_type, record_ids, record_count, status,"
    " decision, bytes, source, at, rule FROM access.entry WHERE process = $1 ORDER BY seq, number"
)
_numbers = itertools.count()


async def entries(service: Service, process: str) -> list[dict[str, Any]]:
    rows = [dict(row) for row in await service.database.fetch(ENTRIES, process)]
    for row in rows:
        row["ids"] = json.loads(row.pop("record_ids") or b"[]")
    return rows


@pytest.fixture
async def caller(shared: Service) -> tuple[str, str]:
    """A process of the test's own that may do everything to people, and its token."""
    process = f"process-{next(_numbers)}"
    allowed = ("individual:read,create,update,delete", "customer:read")
    await shared.token_for(process, *allowed, purpose="care")
    token = await registration.issue_token(
        shared.database, process, purpose="care", person="agent 7", lifetime=timedelta(hours=1)
    )
    return process, token.secret


@dataclass(frozen=True)
class Asked:
    """A request, and what its entry must say: operation, type and decision beside the status.

    `{id}` in the target stands for a person, `{customer}` for a customer; `about` names those
    of them that the entry must name, `count` how many records were told of.
    """

    method: str
    target: str
    status: int
    says: str
    about: str = ""
    count: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.status} {self.says}"


PERSON = f"{INDIVIDUALS}/{{id}}"
CUSTOMERS = PATHS["customer"]
KNOWN = {"headers": {"If-None-Match": '"1"'}}
STALE = {"json": {"title": "x"}, "headers": {"If-Match": '"7"'}}
TOO_LARGE = {"content": b" " * 1_048_577}
REQUESTS = [
    Asked("GET", PERSON, 200, "read individual permit", "id", 1),
    Asked("HEAD", PERSON, 200, "read individual permit", "id", 1),
    Asked("GET", f"{PERSON}?fields=title", 200, "read individual permit", "id", 1),
    Asked("GET", PERSON, 304, "read individual permit", "id", 1, KNOWN),
    Asked("GET", f"{INDIVIDUALS}?id={{id}}", 200, "read individual permit", "id", 1),
    Asked("GET", f"{WHOLE}/{{customer}}", 200, "read customer360 permit", "id customer", 2),
    Asked("PATCH", PERSON, 200, "update individual permit", "id", 1, {"json": {"title": "Dr"}}),
    Asked("PATCH", PERSON, 200, "update individual permit", "id", 1, {"json": {}}),
    Asked("DELETE", f"{INDIVIDUALS}/{{lone}}", 204, "delete individual permit", "lone", 1),
    Asked("DELETE", PERSON, 409, "delete individual permit", "id", 0),
    Asked("PATCH", PERSON, 400, "update individual permit", "id", 0, {"json": {"id": 1}}),
    Asked("PATCH", PERSON, 412, "update individual permit", "id", 0, STALE),
    Asked("DELETE", f"{CUSTOMERS}/{{customer}}", 403, "delete customer deny", "customer"),
    Asked("GET", f"{CUSTOMERS}/{{id}}", 404, "read customer permit", "id"),
    Asked("PUT", PERSON, 405, "none individual permit", "id"),
    Asked("GET", f"{INDIVIDUALS}?familyName=Nobody", 200, "read individual permit"),
    Asked("GET", f"{INDIVIDUALS}?limit=x", 400, "read individual permit"),
    Asked("GET", f"{INDIVIDUALS}?fields={'a' * 9000}", 414, "read individual permit"),
    Asked("GET", f"{INDIVIDUALS}/unknown", 404, "read individual permit"),
    Asked("GET", PATHS["agreement"], 403, "read agreement deny"),
    Asked("POST", INDIVIDUALS, 400, "create individual permit", options={"json": {}}),
    Asked("POST", INDIVIDUALS, 400, "create individual permit", options={"content": b"{"}),
    Asked("POST", INDIVIDUALS, 413, "create individual permit", options=TOO_LARGE),
    Asked("POST", INDIVIDUALS, 415, "create individual permit", options={"data": {"a": "b"}}),
    Asked("POST", CUSTOMERS, 403, "create customer deny", options={"json": BODIES["customer"]}),
    Asked("PUT", INDIVIDUALS, 405, "none individual permit"),
    Asked("GET", "/tmf-api/nothing/v5/nothing", 404, "none none permit"),
    Asked("GET", f"{WHOLE}/unknown", 404, "read customer360 permit"),
]


@pytest.mark.parametrize("asked", REQUESTS, ids=str)
async def test_an_answer_leaves_one_entry(
    shared: Service, caller: tuple[str, str], asked: Asked
) -> None:
    person = await made(shared, "individual")
    customer = await made(shared, "customer", engagedParty=party(person["id"]))
    lone = await made(shared, "individual")
    ids = {"id": person["id"], "customer": customer["id"], "lone": lone["id"]}
    target = asked.target.format(**ids)
    answer, (entry,) = await _answered(shared, caller, asked.method, target, asked.options)
    assert answer.status_code == asked.status
    assert set(entry["ids"]) == {ids[name] for name in asked.about.split()}
    _check(entry, caller[0], answer, asked.says, asked.count)


async def _answered(
    service: Service, caller: tuple[str, str], method: str, target: str, options: Mapping[str, Any]
) -> tuple[httpx.Response, list[dict[str, Any]]]:
    headers = {"Authorization": f"Bearer {caller[1]}", **options.get("headers", {})}
    answer = await service.client.request(method, target, **{**options, "headers": headers})
    return answer, await entries(service, caller[0])


def _check(
    entry: dict[str, Any], process: str, answer: httpx.Response, says: str, count: int
) -> None:
    assert (entry["process"], entry["purpose"], entry["person"]) == (process, "care", "agent 7")
    assert f"{entry['operation']} {entry['record_type']} {entry['decision']}" == says
    assert entry["status"] == answer.status_code
    assert (entry["record_count"] or 0) == count
    assert (entry["bytes"] or 0) == int(answer.headers.get("content-length", 0))
    assert entry["source"] == "127.0.0.1"
    assert timedelta(0) <= now() - entry["at"] < timedelta(minutes=5)


async def test_a_made_record_is_named(shared: Service, caller: tuple[str, str]) -> None:
    options = {"json": BODIES["individual"]}
    answer, (entry,) = await _answered(shared, caller, "POST", INDIVIDUALS, options)
    assert entry["ids"] == [answer.json()["id"]]
    _check(entry, caller[0], answer, "create individual permit", 1)


@pytest.mark.parametrize(
    ("patch", "status", "says"),
    [
        ({"familyName": "King"}, 200, "update individual permit"),
        ({"status": "deceased"}, 200, "modify individual permit"),
        ({"familyName": "King", "status": "deceased"}, 200, "modify,update individual permit"),
        ({"status": "deceased", "gender": 7}, 400, "update individual permit"),
    ],
)
async def test_a_patch_is_what_it_changes(
    shared: Service, patch: dict[str, Any], status: int, says: str
) -> None:
    process = f"process-{next(_numbers)}"
    person = await made(shared, "individual")
    token = await shared.token_for(process, "individual:update,modify", purpose="care")
    headers = {"Authorization": f"Bearer {token}"}
    answer = await shared.client.patch(place("individual", person), json=patch, headers=headers)
    assert answer.status_code == status, answer.text
    (entry,) = await entries(shared, process)
    assert f"{entry['operation']} {entry['record_type']} {entry['decision']}" == says


async def test_a_refused_patch_tells_what_it_would_have_needed(shared: Service) -> None:
    process = f"process-{next(_numbers)}"
    person = await made(shared, "individual")
    token = await shared.token_for(process, "individual:update", purpose="care")
    headers = {"Authorization": f"Bearer {token}"}
    both = {"familyName": "King", "status": "deceased"}
    answer = await shared.client.patch(place("individual", person), json=both, headers=headers)
    assert (answer.status_code, answer.json()["path"]) == (403, "status")
    (entry,) = await entries(shared, process)
    assert (entry["operation"], entry["decision"]) == ("modify,update", "deny")
    assert entry["rule"] == "fieldNotWritable"
    assert entry["ids"] == [person["id"]]


async def test_every_record_of_a_list_is_named(shared: Service, caller: tuple[str, str]) -> None:
    people = [await made(shared, "individual", familyName="Listed") for _ in range(5)]
    target = f"{INDIVIDUALS}?familyName=Listed&limit=3&fields=none"
    answer, (entry,) = await _answered(shared, caller, "GET", target, {})
    assert entry["ids"] == [record["id"] for record in answer.json()]
    assert set(entry["ids"]) < {person["id"] for person in people}
    _check(entry, caller[0], answer, "read individual permit", 3)


async def test_a_stranger_leaves_no_entry(shared: Service) -> None:
    before = await shared.database.value("SELECT count(*) FROM access.entry")
    for target in (INDIVIDUALS, f"{INDIVIDUALS}/unknown", "/tmf-api/nothing"):
        for authorization in (None, "Bearer cinv_unknown", "Basic x"):
            case = Case("stranger", 401, "", headers={"Authorization": authorization})
            assert (await ask(shared, case, target)).status == 401
    assert await shared.database.value("SELECT count(*) FROM access.entry") == before


async def test_many_answers_at_once_leave_an_entry_each(
    shared: Service, caller: tuple[str, str]
) -> None:
    person = await made(shared, "individual")
    headers = {"Authorization": f"Bearer {caller[1]}"}

    async def read(number: int) -> tuple[int, int]:
        target = place("individual", person) if number % 3 else f"{INDIVIDUALS}/unknown{number}"
        answer = await shared.client.get(target, headers=headers)
        kept = await shared.database.value(
            "SELECT count(*) FROM access.entry WHERE process = $1", caller[0]
        )
        return answer.status_code, kept

    seen = await asyncio.gather(*(read(number) for number in range(60)))
    assert min(kept for _, kept in seen) >= 1
    kept = await entries(shared, caller[0])
    assert len(kept) == 60
    assert sorted(entry["status"] for entry in kept) == sorted(status for status, _ in seen)


async def test_nothing_is_told_when_the_entry_cannot_be_kept(shared: Service) -> None:
    person: Document = await made(shared, "individual")
    connection = await asyncpg.connect(shared.database.dsn)
    await connection.execute("ALTER TABLE access.segment RENAME TO segment_away")
    try:
        answer = await shared.client.get(place("individual", person))
    finally:
        await connection.execute("ALTER TABLE access.segment_away RENAME TO segment")
        await connection.close()
    assert answer.status_code == 503
    assert person["givenName"] not in answer.text
    assert (await shared.client.get(place("individual", person))).status_code == 200
