"""Records that were there: it is told that they are gone, and nothing of what they were."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from customer_inventory.console.screen import View
from customer_inventory.kit.errors import Gone
from customer_inventory.record.declare import RecordType
from customer_inventory.record.version import NoSuchRecord


class RecordGone(Gone):
    """The record was erased or deleted; that it was there is in its history."""

    def __init__(self) -> None:
        super().__init__(
            "The record was erased or deleted; nothing of it is shown any more.",
            path="id",
            hint="Its versions say when that was, and by whom.",
        )


@asynccontextmanager
async def told_when_gone(view: View, declared: RecordType, identifier: str) -> AsyncIterator[None]:
    """Raise RecordGone in place of NoSuchRecord where the history has the record's end."""
    try:
        yield
    except NoSuchRecord:
        versions = await view.rooms.inventory.versions(
            declared, identifier, limit=1, sight=view.sight
        )
        if versions and versions[0].body is None:
            raise RecordGone from None
        raise
