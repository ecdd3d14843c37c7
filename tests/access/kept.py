"""What is kept of every answer of the negative tests: checked by one fixture, for each of them.

A test that is named in the table (`negative_table`) and asks a running service is looked over when
it ends: each answer to a known caller has its entry, denied ones with the rule; each stranger who
was turned away is counted.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest

from tests.access.negative_table import TABLE

SERVICES = ("service", "shared", "inward")
"""The fixtures that are, or stand on, a running service."""
APART = frozenset({46})
"""Rows in which the ledger itself is broken: their tests say what is to be kept."""
_GUARDED = ("/tmf-api/", "/inventory/v1/")
_ASKING = (*_GUARDED, "/oauth2/")
_DENIED = (401, 403, 429)
"""Statuses of what is denied; 401 is so to people who show one of their factors."""
_NEVER_ASKED = 431
"""Answered by the protocol: nobody has said yet who asks."""
_HELD = {held: row.number for row in TABLE for held in row.tests}
_ENTRIES = (
    "SELECT operation, status, decision, rule FROM access.entry"
    " WHERE source = '127.0.0.1' ORDER BY seq, number"
)
_STRANGERS = "SELECT coalesce(sum(refused), 0) FROM access.stranger"


class Kept(NamedTuple):
    """The entries of answers, in order, and how many strangers were counted."""

    entries: list[tuple[str, int, str, str | None]]
    strangers: int


@pytest.fixture(autouse=True)
def every_answer_is_kept(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Look over the answers of a negative test when it has ended."""
    place = request.node.nodeid.partition("[")[0].removeprefix("tests/")
    name = next((each for each in SERVICES if each in request.fixturenames), None)
    if _HELD.get(place, 46) in APART or name is None:
        yield
        return
    service = request.getfixturevalue(name)
    before, answers = _kept(service), []
    send = httpx.AsyncClient.send

    # By these names and places callers have it, the client itself among them.
    async def noted(client: httpx.AsyncClient, request: httpx.Request, **options: Any) -> Any:
        answer = await send(client, request, **options)
        if str(request.url).startswith(f"{service.base}/"):
            answers.append((request.url.path, answer.status_code))
        return answer

    monkeypatch.setattr(httpx.AsyncClient, "send", noted)
    yield
    _check(answers, before, _kept(service))


def _check(answers: list[tuple[str, int]], before: Kept, after: Kept) -> None:
    entries = after.entries[len(before.entries) :]
    known = Counter(
        status
        for path, status in answers
        if path.startswith(_GUARDED) and status not in (401, _NEVER_ASKED)
    )
    without = known - Counter(status for _, status, _, _ in entries)
    assert not without, f"answers without an entry, by status: {dict(without)}"
    for operation, status, decision, rule in entries:
        assert (decision == "deny") == (status in _DENIED), (operation, status, decision)
        assert rule or operation == "none", (operation, status, "no rule")
    turned_away = sum(status == 401 and path.startswith(_ASKING) for path, status in answers)
    assert after.strangers - before.strangers >= turned_away, "a stranger was not counted"


def _kept(service: Any) -> Kept:
    """Read the database of a service, whose own loop stands still meanwhile."""

    async def read() -> Kept:
        connection = await asyncpg.connect(service.database.dsn)
        try:
            entries = [tuple(row) for row in await connection.fetch(_ENTRIES)]
            waiting = sum(service.application.strangers._counts.values())
            return Kept(entries, int(await connection.fetchval(_STRANGERS)) + waiting)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, read()).result()
