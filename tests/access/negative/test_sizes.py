"""More than is served: pages, queries, bodies, patterns, slow callers (N28 to N32, N37)."""

import asyncio
import gzip
import os
from pathlib import Path
from urllib.parse import quote

import pytest

from customer_inventory.cli.http import WholeAnswers
from tests.access.negative.refusing import Caller
from tests.access.negative.talking import Talk, head_of, talking
from tests.tmf.bodies import PATHS, made, place

PEOPLE = PATHS["individual"]
BOMB = quote(r"$[?(@.a=~/(a+)+$/)]..*..*..*..*")
LISTS: list[tuple[str, int, str, str | None]] = [
    # N28: pages
    ("limit=1000000000", 400, "invalidPage", "limit"),
    ("limit=-1", 400, "invalidPage", "limit"),
    ("offset=1000000000000", 400, "invalidPage", "offset"),
    ("offset=-1", 400, "invalidPage", "offset"),
    # N31: patterns and paths
    (f"filter={BOMB}", 400, "invalidFilter", "filter"),
    ("filter=" + quote("$" + "..*" * 40), 400, "invalidFilter", "filter"),
    ("filter=" + quote("$" + "[?(@.a==1)]" * 200), 400, "invalidFilter", "filter"),
    ("title.regex=" + quote("(" * 500), 400, "invalidFilter", None),
    # N32: terms
    ("&".join(f"a{number}=1" for number in range(1000)), 400, "invalidFilter", None),
    ("x=" + "y" * 2_000_000, 431, "headTooLong", None),
    ("x=" + "y" * 20_000, 414, "queryTooLong", None),
    ("fields=" + ",".join(f"a{number}" for number in range(1000)), 400, "invalid", "fields"),
    # N37: statements in what is asked
    ("sort=name;drop%20table%20individual", 400, "invalidSort", "sort"),
    ("sort=(select%20pg_sleep(5))", 400, "invalidSort", "sort"),
    ("fields=*),(select%201", 400, "invalid", "fields"),
    ("a'%7C%7C'=x", 400, "invalidFilter", "a'||'"),
    ("id%27%20or%201=1--", 400, "invalidFilter", "id' or 1"),
]


@pytest.mark.parametrize(
    ("query", "status", "code", "path"), LISTS, ids=[query[:30] for query, *_ in LISTS]
)
async def test_what_is_asked_beyond_reason_is_refused(
    caller: Caller, query: str, status: int, code: str, path: str | None
) -> None:
    target = f"{PEOPLE}?{query}"
    if status == 431:
        # Nobody has shown who they are before the head ends: there is no entry.
        async with talking(caller.service) as talk:
            await talk.send(head_of("GET", target))
            assert (await talk.answer()).status == 431
        assert await caller.entries() == []
        return
    # A pattern is read where there is something to compare with it.
    await made(caller.service, "individual")
    await caller.refused(status, code, "read individual permit", "GET", target, path=path)


def holding(value: bytes) -> bytes:
    return b'{"givenName":"A","familyName":"B","extra":%b}' % value


BODIES_REFUSED: list[tuple[str, bytes]] = [
    # N30
    ("100,000 deep", holding(b"[" * 100_000 + b"]" * 100_000)),
    ("100,000 digits", holding(b"9" * 100_000)),
    ("NaN", holding(b"NaN")),
    ("NUL", holding(b'"\\u0000"')),
    ("lone surrogate", holding(b'"\\ud800"')),
    ("1e999", holding(b"1e999")),
    # N29: what is compressed is taken for what it is, and never unpacked
    ("gzip bomb", gzip.compress(holding(b'"' + b"a" * 10_000_000 + b'"'))),
]


@pytest.mark.parametrize(
    "body", [body for _, body in BODIES_REFUSED], ids=[name for name, _ in BODIES_REFUSED]
)
async def test_a_body_that_is_no_document_is_refused(caller: Caller, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    if body[:2] != b"\x1f\x8b":
        del headers["Content-Encoding"]
    await caller.refused(
        400, "malformedJson", "create individual permit", "POST", PEOPLE,
        content=body, headers=headers,
    )  # fmt: skip


async def test_a_member_that_is_there_twice_is_there_once(caller: Caller) -> None:
    """N30: the last one counts, in what is checked and in what is kept alike."""
    body = b'{"givenName":"A","familyName":"B","status":"validated","status":"none such"}'
    await caller.refused(
        400, "invalidDocument", "create individual permit", "POST", PEOPLE, path="status",
        content=body, headers={"Content-Type": "application/json"},
    )  # fmt: skip


async def test_an_endless_body_is_cut_off_at_the_limit(caller: Caller) -> None:
    """N29: a hundred megabytes in chunks, without a length: refused after one, nothing held."""
    before, sent = resident(), 0
    async with talking(caller.service) as talk:
        await talk.send(
            head_of(
                "POST", PEOPLE, token=caller.client.headers["Authorization"],
                **{"Transfer-Encoding": "chunked", "Content-Type": "application/json"},
            )
        )  # fmt: skip
        part = b"10000\r\n%b\r\n" % (b" " * 65_536)
        while sent < 100 * 2**20 and not talk.has_answer():
            await talk.send(part)
            sent += 65_536
        assert (await talk.answer()).status == 413
    assert sent < 50 * 2**20
    assert resident() - before < 50 * 2**20
    (entry,) = await caller.entries()
    assert (entry["operation"], entry["status"]) == ("create", 413)


async def test_callers_who_never_finish_keep_nobody_waiting(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow callers: a hundred heads and bodies that stay away hold no connection of the database,

    and are sent away in the end.
    """
    person = await made(caller.service, "individual")
    monkeypatch.setattr(WholeAnswers, "patience_seconds", 1.0)
    token = caller.client.headers["Authorization"]
    started = head_of("GET", PEOPLE, token=token)[:-2]
    body = head_of("POST", PEOPLE, token=token, **{"Content-Length": "1000"}) + b'{"given'
    slow: list[Talk] = []
    for number in range(100):
        talk = await Talk.to(caller.service)
        slow.append(talk)
        await talk.send(started if number % 2 else body)
    for _ in range(20):
        answer = await caller.client.get(place("individual", person))
        assert answer.status_code == 200
    for talk in slow:
        assert await talk.is_ended()
        await talk.close()
    entries = await caller.entries()
    assert sum(entry["status"] == 200 for entry in entries) == 20
    assert {entry["status"] for entry in entries if entry["operation"] == "create"} <= {400}


async def test_who_is_slow_and_steady_is_served(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WholeAnswers, "patience_seconds", 1.0)
    body = b'{"@type":"Individual","givenName":"A","familyName":"B"}'
    async with talking(caller.service) as talk:
        await talk.send(
            head_of(
                "POST", PEOPLE, token=caller.client.headers["Authorization"],
                **{"Content-Length": str(len(body)), "Content-Type": "application/json"},
            )
        )  # fmt: skip
        for at in range(0, len(body), 8):
            await talk.send(body[at : at + 8])
            await asyncio.sleep(0.25)
        assert (await talk.answer()).status == 201


def resident() -> int:
    """Return how much memory this process has, in bytes; the service is in it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
