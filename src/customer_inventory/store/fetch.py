"""Asking the outside: to the address that was checked, bounded in size and time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from customer_inventory import __version__
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.outward import AddressRefused, Allowed, Resolve, check, resolve

if TYPE_CHECKING:
    from aiohttp import StreamReader

_CHUNK = 16_384
_OK = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: the status, and the whole body."""

    status: int
    body: bytes


async def fetch(
    url: str,
    allowed: Allowed,
    *,
    most: int,
    seconds: float = 5.0,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    resolving: Resolve = resolve,
) -> bytes:
    """Return what `url` holds, or answers to `form` (then it is a POST): at most `most` bytes.

    Raises AddressRefused, and Unavailable for anything but a whole answer with the status 200 in
    good time.
    """
    reply = await call(
        "GET" if form is None else "POST", url, allowed, body=form, headers=headers, most=most,
        seconds=seconds, resolving=resolving,
    )  # fmt: skip
    if reply.status != _OK:
        raise Unavailable(f"{urlsplit(url).hostname} answered {reply.status}.")
    return reply.body


async def call(
    method: str,
    url: str,
    allowed: Allowed,
    *,
    body: bytes | Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    most: int,
    seconds: float = 5.0,
    resolving: Resolve = resolve,
) -> Reply:
    """Ask something of `url`, and return whatever it answers: at most `most` bytes.

    Nothing is followed elsewhere. Plain http leads only where the configuration allows it by
    name: on the open network anyone could answer. Raises AddressRefused, and Unavailable unless
    there is a whole answer in good time.
    """
    # Loading it takes a third of the start of a command, most of which ask nobody outside.
    import aiohttp  # noqa: PLC0415

    target = await check(url, allowed, resolving=resolving)
    if target.tls_name is None and not allowed.names(target.host, target.address):
        raise AddressRefused("It is no https address.", "Give one that is.")
    sent = {"user-agent": f"customer-inventory/{__version__}", "accept": "application/json"}
    client = aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=seconds),
        trust_env=False,
    )
    try:
        async with (
            client,
            client.request(
                method,
                target.url(),
                data=body,
                headers={**sent, **(headers or {}), "host": target.named},
                allow_redirects=False,
                server_hostname=target.tls_name,
            ) as answer,
        ):
            return Reply(answer.status, await _bounded(answer.content, most, target.host))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Unavailable(f"{target.host} was not reached ({type(error).__name__}).") from None


async def _bounded(content: "StreamReader", most: int, host: str) -> bytes:
    body = b""
    async for chunk in content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > most:
            raise Unavailable(f"{host} answered more than {most} bytes.")
    return body
