"""Resources as events show them: as the API of the listener does, in its version."""

from collections.abc import Mapping

from customer_inventory.record.event.subscription import Subscription
from customer_inventory.record.types import TYPES
from customer_inventory.tmf.apis import APIS
from customer_inventory.tmf.version import shape_of

HOMES: Mapping[str, str] = {name: api.base for api in APIS for name in api.resources}
"""Where each record type is served in version 5."""


class Presenter:
    """Shows resources as listeners see them; `public_url` is where callers reach the service."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def __call__(
        self, subscription: Subscription, record_type: str, identifier: str, body: bytes | None
    ) -> bytes:
        """Return the resource as JSON; of one that is erased, what names it alone."""
        base = subscription.location
        if subscription.kind != "hub":
            base = f"{self._public_url}{HOMES.get(record_type, '')}"
        href = f"{base}/{record_type}/{identifier}".encode()
        if body is None:
            entity = TYPES[record_type].entity
            body = b'{"id":"%b","@type":"%b"}' % (identifier.encode(), entity.encode())
        version = f"v{subscription.version}"
        return shape_of(version, record_type).shown(body, href, None)
