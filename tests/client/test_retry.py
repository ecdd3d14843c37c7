"""What is sent again, and what never is: against a service that answers as it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from customer_inventory.client import (
    AsyncClient,
    ClientCredentials,
    QuotaExceeded,
    Retry,
    Token,
    Unavailable,
    Unreachable,
)
from customer_inventory.client.credential import Keeper

SOON = Retry(attempts=3, first=0.001)
FINE = "200 OK"


class Answering:
    """What a service answered with, one after the other; None breaks the connection off."""

    def __init__(self, *answers: str | None) -> None:
        self.left = list(answers)
        self.heads: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head.partition("\r\n")[0])
        answer = self.left.pop(0)
        if answer is not None:
            body = b'{"id": "x", "access_token": "t", "expires_in": 300}'
            length = f"content-length: {len(body)}\r\nconnection: close"
            writer.write(f"HTTP/1.1 {answer}\r\n{length}\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def answering(answers: Answering, credential: object = None) -> AsyncIterator[AsyncClient]:
    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    known = credential if isinstance(credential, ClientCredentials) else Token("t")
    async with server, AsyncClient(f"http://127.0.0.1:{port}", known, retry=SOON) as inventory:
        yield inventory


@pytest.mark.parametrize("passing", ["503 Busy\r\nretry-after: 0", "502 Bad", "504 Late", None])
async def test_reading_is_sent_again(passing: str | None) -> None:
    answers = Answering(passing, FINE)
    async with answering(answers) as inventory:
        assert (await inventory.get("individual", "x")).id == "x"
    assert len(answers.heads) == 2


@pytest.mark.parametrize("passing", ["503 Busy\r\nretry-after: 0", None])
async def test_a_change_is_not(passing: str | None) -> None:
    answers = Answering(passing, FINE)
    async with answering(answers) as inventory:
        with pytest.raises(Unavailable if passing else Unreachable):
            await inventory.create("individual", {})
    assert len(answers.heads) == 1


async def test_unless_it_was_turned_away_before_it_was_looked_at() -> None:
    answers = Answering("429 Slow\r\nretry-after: 0", FINE)
    async with answering(answers) as inventory:
        assert (await inventory.create("individual", {})).id == "x"
    assert len(answers.heads) == 2


async def test_who_must_wait_long_is_told() -> None:
    answers = Answering("429 Slow\r\nretry-after: 3600", FINE)
    async with answering(answers) as inventory:
        with pytest.raises(QuotaExceeded) as told:
            await inventory.get("individual", "x")
    assert told.value.retry_after == 3600
    assert len(answers.heads) == 1


async def test_it_ends() -> None:
    answers = Answering("503 Busy", "503 Busy", "503 Busy", FINE)
    async with answering(answers) as inventory:
        with pytest.raises(Unavailable):
            await inventory.get("individual", "x")
    assert len(answers.heads) == SOON.attempts


async def test_another_token_is_asked_for_once_where_one_is_none_any_more() -> None:
    answers = Answering(FINE, "401 No", FINE, FINE)
    async with answering(answers, ClientCredentials("c", "s")) as inventory:
        assert (await inventory.create("individual", {})).id == "x"
    assert [head.split()[1] for head in answers.heads] == [
        "/oauth2/token", "/tmf-api/partyManagement/v5/individual",
        "/oauth2/token", "/tmf-api/partyManagement/v5/individual",
    ]  # fmt: skip


def test_a_token_is_renewed_before_it_ends() -> None:
    at = [0.0]
    keeper = Keeper(ClientCredentials("c", "s"), clock=lambda: at[0])
    assert keeper.held == ""
    keeper.keep("t", 300)
    at[0] = 279
    assert keeper.held == "t"
    at[0] = 281
    assert keeper.held == ""
