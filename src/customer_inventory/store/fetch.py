"""Fetching from the outside: to the address that was checked, bounded in size and time."""

from collections.abc import Mapping

import aiohttp

from customer_inventory import __version__
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.outward import AddressRefused, Allowed, Resolve, check, resolve

_CHUNK = 16_384
_OK = 200


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

    Nothing is followed elsewhere. Plain http leads only where the configuration allows it by
    name: on the open network anyone could answer. Raises AddressRefused, and Unavailable for
    anything but a whole answer with the status 200 in good time.
    """
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
                "GET" if form is None else "POST",
                target.url(),
                data=form,
                headers={**sent, **(headers or {}), "host": target.named},
                allow_redirects=False,
                server_hostname=target.tls_name,
            ) as answer,
        ):
            if answer.status != _OK:
                raise Unavailable(f"{target.host} answered {answer.status}.")
            return await _bounded(answer.content, most, target.host)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Unavailable(f"{target.host} was not reached ({type(error).__name__}).") from None


async def _bounded(content: aiohttp.StreamReader, most: int, host: str) -> bytes:
    body = b""
    async for chunk in content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > most:
            raise Unavailable(f"{host} answered more than {most} bytes.")
    return body
