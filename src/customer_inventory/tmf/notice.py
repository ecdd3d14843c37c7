"""Resources as events show them: as the API of the listener does, in its version."""

from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.event.announcing import BULLETINS
from customer_inventory.record.event.subscription import Subscription
from customer_inventory.record.types import TYPES
from customer_inventory.tmf.apis import api_of
from customer_inventory.tmf.version import shape_of


class Presenter:
    """Shows resources as listeners see them; `public_url` is where callers reach the service."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def __call__(
        self, subscription: Subscription, record_type: str, identifier: str, body: bytes | None
    ) -> bytes:
        """Return the resource as JSON; of one that is erased, what names it alone."""
        if record_type in BULLETINS:
            told_of = BULLETINS[record_type]
            named = f"{told_of.base}/{told_of.place or record_type}/{identifier}"
            place = f"{self._public_url}{named}"
            told = {"id": identifier} if body is None else parse_object(body)
            return encode({**told, "href": place})
        base = subscription.location
        if subscription.kind != "hub":
            base = f"{self._public_url}{api_of(record_type).base}"
        href = f"{base}/{record_type}/{identifier}".encode()
        if body is None:
            entity = TYPES[record_type].entity
            body = b'{"id":"%b","@type":"%b"}' % (identifier.encode(), entity.encode())
        version = f"v{subscription.version}"
        return shape_of(version, record_type).shown(body, href, None)
