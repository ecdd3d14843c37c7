"""Many at once: every answer is true, and records, history and outbox agree afterwards."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, Document, made, party, place

INDIVIDUALS = PATHS["individual"]
AT_ONCE = 50

# One row for each record that ever was: its versions by the history, by the outbox, and now.
VERSIONS = """
WITH now AS (
    SELECT id, revision FROM record.individual UNION ALL SELECT id, revision FROM record.customer
),
past AS (
    SELECT
        id, array_agg(revision ORDER BY revision) AS revisions,
        bool_or(operation = 'delete') AS is_removed,
        bool_and(recorded_from < recorded_to) AS is_ordered
    FROM record.history GROUP BY id
),
told AS (
    SELECT id, array_agg(revision ORDER BY seq) AS revisions FROM record.outbox GROUP BY id
)
SELECT
    told.id, told.revisions AS told, coalesce(past.revisions, '{}') AS past,
    now.revision AS now, coalesce(past.is_removed, false) AS is_removed,
    coalesce(past.is_ordered, true) AS is_ordered
FROM told FULL JOIN past USING (id) FULL JOIN now USING (id)
"""
GAPS = """
SELECT count(*) FROM record.history AS h
INNER JOIN record.history AS n ON h.id = n.id AND h.revision + 1 = n.revision
WHERE h.recorded_to <> n.recorded_from
"""
HALF_LINKS = """
SELECT count(*) FROM record.link AS l
WHERE NOT EXISTS (
    SELECT FROM record.link AS t
    WHERE t.id = l.other_id AND t.other_id = l.id AND t.outward <> l.outward
    AND t.path = l.path AND t.role = l.role
)
"""


async def agree(service: Service) -> dict[str, int]:
    """Check that history, outbox, links and records agree; return the versions of each record."""
    versions = {}
    for row in await service.database.fetch(VERSIONS):
        every = list(range(1, len(row["told"]) + 1))
        assert row["told"] == every
        assert row["past"] == (every if row["is_removed"] else every[:-1])
        assert row["now"] == (None if row["is_removed"] else every[-1])
        assert row["is_ordered"]
        versions[row["id"]] = len(every)
    assert await service.database.value(GAPS) == 0
    assert await service.database.value(HALF_LINKS) == 0
    return versions


def statuses(answers: Iterable[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_changes_of_one_record_at_once_are_all_kept_or_refused(shared: Service) -> None:
    document = await made(shared, "individual")
    there = place("individual", document)
    answers = await asyncio.gather(
        *(shared.client.patch(there, json={f"change{n}": n}) for n in range(AT_ONCE))
    )
    seen = statuses(answers)
    assert set(seen) <= {200, 409}
    assert seen[200] >= 1
    kept = {f"change{n}": n for n, answer in enumerate(answers) if answer.status_code == 200}
    final = await shared.client.get(there)
    assert final.json() == {**document, **kept}
    assert final.headers["etag"] == f'"{seen[200] + 1}"'
    tags = sorted(answer.headers["etag"] for answer in answers if answer.status_code == 200)
    assert len(tags) == len(set(tags))
    assert (await agree(shared))[document["id"]] == seen[200] + 1


async def test_of_changes_at_one_revision_one_is_made(shared: Service) -> None:
    document = await made(shared, "individual")
    there = place("individual", document)
    answers = await asyncio.gather(
        *(
            shared.client.patch(there, json={"title": f"No {n}"}, headers={"If-Match": '"1"'})
            for n in range(AT_ONCE)
        )
    )
    assert statuses(answers) == {200: 1, 412: AT_ONCE - 1}
    winner = next(answer for answer in answers if answer.status_code == 200)
    final = await shared.client.get(there)
    assert (final.json(), final.headers["etag"]) == (winner.json(), '"2"')
    assert (await agree(shared))[document["id"]] == 2


async def test_a_record_is_removed_once(shared: Service) -> None:
    document = await made(shared, "individual")
    answers = await asyncio.gather(
        *(shared.client.delete(place("individual", document)) for _ in range(AT_ONCE))
    )
    assert statuses(answers) == {204: 1, 404: AT_ONCE - 1}
    assert (await agree(shared))[document["id"]] == 2


async def test_a_change_and_a_removal_at_once_leave_no_half(shared: Service) -> None:
    documents = [await made(shared, "individual") for _ in range(10)]
    changes = [
        request
        for document in documents
        for request in (
            shared.client.patch(place("individual", document), json={"title": "x"}),
            shared.client.delete(place("individual", document)),
        )
    ]
    answers = await asyncio.gather(*changes)
    assert set(statuses(answers[::2])) <= {200, 404}
    assert statuses(answers[1::2]) == {204: 10}
    await agree(shared)


async def test_a_reader_never_sees_half_a_change(shared: Service) -> None:
    document = await made(shared, "individual", left=0, right=0)
    there = place("individual", document)

    async def change() -> None:
        for number in range(1, 30):
            answer = await shared.client.patch(there, json={"left": number, "right": number})
            assert answer.status_code == 200

    async def read() -> None:
        for _ in range(30):
            seen = (await shared.client.get(there)).json()
            assert seen["left"] == seen["right"]

    await asyncio.gather(change(), *(read() for _ in range(5)))


class Crowd:
    """Callers who make, read, change and remove records as chance has it."""

    def __init__(self, service: Service, seed: int) -> None:
        self._client = service.client
        self._chance = random.Random(seed)
        self._known: dict[str, Document] = {}
        self.seen: Counter[int] = Counter()

    async def act(self, times: int) -> None:
        for _ in range(times):
            act = self._chance.choice((self._make, self._read, self._change, self._remove))
            answer = await act()
            self.seen[answer.status_code] += 1

    async def _make(self) -> httpx.Response:
        kind = self._chance.choice(("individual", "customer"))
        body: dict[str, Any] = dict(BODIES[kind])
        if kind == "customer":
            body["engagedParty"] = party(self._somebody())
        answer = await self._client.post(PATHS[kind], json=body)
        self._known[answer.json()["id"]] = answer.json()
        return answer

    async def _read(self) -> httpx.Response:
        return await self._client.get(self._place())

    async def _change(self) -> httpx.Response:
        change = {
            "description": str(self._chance.random()),
            "engagedParty": party(self._somebody()),
        }
        return await self._client.patch(self._place(), json=change)

    async def _remove(self) -> httpx.Response:
        return await self._client.delete(self._place())

    def _somebody(self) -> str:
        return self._chance.choice([*self._known, "0006h0q9x2mrs6kz4c8v1tdw3e"])

    def _place(self) -> str:
        if not self._known:
            return f"{INDIVIDUALS}/unknown"
        document = self._chance.choice([*self._known.values()])
        return place(document["@type"].lower(), document)


async def test_a_crowd_leaves_everything_in_order(shared: Service) -> None:
    crowd = Crowd(shared, seed=7)
    await asyncio.gather(*(crowd.act(15) for _ in range(30)))
    assert set(crowd.seen) <= {200, 201, 204, 404, 409}
    assert min(crowd.seen[status] for status in (200, 201, 204, 404)) > 0
    await agree(shared)


async def test_a_caller_who_leaves_in_the_middle_of_a_body_changes_nothing(shared: Service) -> None:
    document = await made(shared, "individual")
    before = await agree(shared)
    whole = json.dumps(BODIES["individual"]).encode()
    for method, target in (("POST", INDIVIDUALS), ("PATCH", place("individual", document))):
        for length in ("Content-Length: 5000", "Transfer-Encoding: chunked"):
            # As a chunk, the body is whole, but the end of chunks never comes.
            body = b"%x\r\n%b\r\n" % (len(whole), whole) if "chunked" in length else whole
            await _leave(shared, method, target, length, body)
    assert (await shared.client.get(place("individual", document))).json() == document
    assert await agree(shared) == before


async def test_a_caller_who_does_not_wait_for_the_answer_leaves_no_half(shared: Service) -> None:
    body = json.dumps({**BODIES["individual"], "familyName": "Hasty"}).encode()
    for _ in range(20):
        await _leave(shared, "POST", INDIVIDUALS, f"Content-Length: {len(body)}", body)
    answer = await shared.client.get(f"{INDIVIDUALS}?familyName=Hasty&limit=100")
    versions = await agree(shared)
    assert all(versions[record["id"]] == 1 for record in answer.json())


async def _leave(service: Service, method: str, target: str, length: str, body: bytes) -> None:
    """Send a request and close the connection at once."""
    address = urlsplit(service.base)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    lines = (
        f"{method} {target} HTTP/1.1",
        "Host: inventory",
        f"Authorization: Bearer {service.token}",
        "Content-Type: application/json",
        length,
    )
    writer.write("\r\n".join((*lines, "", "")).encode() + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
