"""Forms of people: each sent once, and what was typed kept when the session was over meanwhile."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping

from customer_inventory.kit.errors import Conflict, InventoryError
from customer_inventory.record.document import encode, parse
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LONGEST_ID = 100
_LOOKS, _BETWEEN = 50, 0.1
"""How often, and how many seconds apart, it is looked whether the first sending is answered."""


class SentBefore(Conflict):
    """The form was sent twice, and what came of the first sending is not known."""

    code = "sentBefore"

    def __init__(self) -> None:
        super().__init__(
            "This form was sent before, and its answer is not known.",
            hint="Look whether it was done before you send it again.",
        )


async def sent_before(database: Database, once: str, person: str) -> str | None:
    """Note that the form with the word `once` is sent; None the first time.

    The second time, return where the answer to the first led, waiting five seconds for it; raise
    SentBefore when it is not known by then.
    """
    if await database.value(SQL.send_form, _digest(once), person):
        return None
    for _ in range(_LOOKS):
        location: str | None = await database.value(SQL.location_of_form, _digest(once))
        if location is not None:
            return location
        await asyncio.sleep(_BETWEEN)
    raise SentBefore


async def answered(database: Database, once: str, location: str) -> None:
    """Note that the answer to a form leads to `location`."""
    await database.execute(SQL.answer_form, _digest(once), location)


async def take_back(database: Database, once: str) -> None:
    """Let a form be sent again: it was refused, and changed nothing."""
    await database.execute(SQL.take_back_form, _digest(once))


async def keep_typed(
    database: Database, safe: Safe, person: str, path: str, typed: Mapping[str, str]
) -> str:
    """Keep for an hour what a person had typed into the form of `path`; return the word for it."""
    word = secrets.token_urlsafe(24)
    sealed = safe.seal(encode({"path": path, "typed": dict(typed)}), _context(person))
    await database.execute(SQL.keep_typed, _digest(word), person, sealed)
    return word


async def typed_before(
    database: Database, safe: Safe, person: str, word: str
) -> tuple[str, Mapping[str, str]] | None:
    """Return the path of a form and what a person had typed into it; None when it is not there."""
    if not word or len(word) > LONGEST_ID:
        return None
    sealed = await database.value(SQL.typed_before, _digest(word), person)
    if sealed is None:
        return None
    try:
        kept = parse(safe.open(sealed, _context(person)))
    except InventoryError:
        return None  # sealed with a key that is no more
    return kept["path"], kept["typed"]


async def drop_typed(database: Database, person: str, word: str) -> None:
    """Forget what a person had typed."""
    await database.execute(SQL.drop_typed, _digest(word), person)


def _context(person: str) -> str:
    return f"typed by {person}"


def _digest(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()
