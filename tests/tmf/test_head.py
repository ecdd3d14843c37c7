"""The head of a request is bounded, whoever sends it."""

import asyncio

import pytest

from customer_inventory.cli.http import LONGEST_HEAD
from tests.conftest import Service
from tests.tmf.bodies import PATHS


async def sent(service: Service, *pieces: bytes) -> bytes:
    """Send `pieces`, each when the one before has left, and return all that comes back."""
    host, port = service.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        return await asyncio.wait_for(reader.read(), 30)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def head(service: Service, *lines: str) -> bytes:
    first = f"GET {PATHS['individual']}?limit=0 HTTP/1.1"
    own = ("Host: x", f"Authorization: Bearer {service.token}", "Connection: close")
    return "\r\n".join([first, *own, *lines, "", ""]).encode()


@pytest.mark.parametrize(
    "start", [b"GET /", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\nHost: x\r\nX: y\r\n"]
)
async def test_a_head_without_end_is_refused(shared: Service, start: bytes) -> None:
    answer = await sent(shared, start, *[b"a" * 4096] * 12)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"headTooLong"' in answer


async def test_a_head_of_many_headers_is_refused(shared: Service) -> None:
    many = [b"X-%d: %b\r\n" % (number, b"y" * 500) for number in range(100)]
    for pieces in (many, [b"".join(many)]):
        answer = await sent(shared, b"GET / HTTP/1.1\r\nHost: x\r\n", *pieces, b"\r\n")
        assert answer.startswith(b"HTTP/1.1 431 ")
        assert b'"code":"headTooLong"' in answer


async def test_a_long_head_is_served(shared: Service) -> None:
    for size in (1000, LONGEST_HEAD - 1000):
        answer = await sent(shared, head(shared, f"X-Long: {'y' * size}"))
        assert answer.startswith(b"HTTP/1.1 200 ")


async def test_heads_are_counted_one_by_one(shared: Service) -> None:
    """Requests on one connection, in one piece or in crumbs, with bodies between them."""
    body = b'{"givenName":"A","familyName":"%b"}' % (b"B" * 200)
    own = f"Host: x\r\nAuthorization: Bearer {shared.token}\r\nX-Pad: {'z' * 9000}\r\n".encode()
    post = b"POST %b HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n%b" % (
        PATHS["individual"].encode(), own, len(body), body,
    )  # fmt: skip
    whole = post * 12 + head(shared)
    for step in (len(whole), 50_000, 1777):
        pieces = [whole[start : start + step] for start in range(0, len(whole), step)]
        answer = await sent(shared, *pieces)
        assert answer.count(b"HTTP/1.1 201 ") == 12
        assert answer.count(b"HTTP/1.1 200 ") == 1
