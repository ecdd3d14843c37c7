"""Sending an event to a listener: one POST, to the address that was checked, no redirects."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import aiohttp

from customer_inventory import __version__
from customer_inventory.record.event.callback import CallbackRefused, check_callback
from customer_inventory.record.event.envelope import Notice
from customer_inventory.record.event.subscription import SECRET_PREFIX, Subscription
from customer_inventory.store.outward import Allowed, Resolve, Target, resolve

_SECONDS = aiohttp.ClientTimeout(total=15.0, connect=5.0)
_MOST_READ = 65_536
_OVERLOADED = (429, 502, 503, 504)
_LISTENER = "/listener"


class NotTaken(Exception):
    """The listener did not take an event.

    `is_down` says that it could not be reached at all: nothing else would be taken either.
    """

    def __init__(self, reason: str, *, is_down: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_down = is_down


class Sender(Protocol):
    """Sends events to one listener."""

    async def send(self, notice: Notice) -> None:
        """Return once the listener has taken the event; raise NotTaken when it has not."""

    async def close(self) -> None:
        """Give up connections."""


class HubSender:
    """POSTs events to the callback of one subscription.

    A callback that ends with `/listener` is the base of the TM Forum's listener paths, and the
    event type is added (`/listener/customerCreateEvent`); any other is used as it is. What is
    sent carries the headers of Standard Webhooks: `webhook-id` (the event id), and with a secret
    `webhook-timestamp` and `webhook-signature`.
    """

    def __init__(
        self,
        subscription: Subscription,
        allowed: Allowed,
        clock: Callable[[], datetime],
        *,
        resolving: Resolve = resolve,
    ) -> None:
        self._subscription = subscription
        self._allowed = allowed
        self._clock = clock
        self._resolving = resolving
        # One host a client: a connection kept open is never taken for that of another name.
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=32, keepalive_timeout=4.0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_SECONDS,
            trust_env=False,
        )

    async def send(self, notice: Notice) -> None:
        """POST an event; anything but a status of 200 to 299 in good time is NotTaken."""
        try:
            target = await check_callback(
                self._subscription.callback, self._allowed, resolving=self._resolving
            )
            status = await self._post(target, notice)
        except CallbackRefused as error:
            raise NotTaken(error.message, is_down=True) from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NotTaken(f"not reached ({type(error).__name__})", is_down=True) from None
        if not 200 <= status <= 299:  # noqa: PLR2004 - what success is in HTTP
            raise NotTaken(f"answered {status}", is_down=status in _OVERLOADED)

    async def close(self) -> None:
        """Close the connections to the listener."""
        await self._client.close()

    async def _post(self, target: Target, notice: Notice) -> int:
        path = target.parts.path or "/"
        if path.rstrip("/").endswith(_LISTENER):
            name = notice.event_type
            path = f"{path.rstrip('/')}/{name[0].lower()}{name[1:]}"
        headers = {"host": target.named, **self._headers(notice)}
        async with self._client.post(
            target.url(path),
            data=notice.body,
            headers=headers,
            allow_redirects=False,
            server_hostname=target.tls_name,
        ) as answer:
            # What a listener says besides is of no interest; a little is read for its connection.
            await answer.content.read(_MOST_READ)
            return answer.status

    def _headers(self, notice: Notice) -> dict[str, str]:
        headers = {
            "content-type": "application/json",
            "user-agent": f"customer-inventory/{__version__}",
            "webhook-id": notice.event_id,
        }
        secret = self._subscription.secret
        if secret is not None:
            at = str(int(self._clock().timestamp()))
            headers["webhook-timestamp"] = at
            headers["webhook-signature"] = signature(secret, notice.event_id, at, notice.body)
        return headers


def signature(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature of Standard Webhooks, version 1: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"
