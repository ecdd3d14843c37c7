"""Editions of the register kept in the database, and the one in force followed by every service."""

import asyncio
from collections.abc import Callable

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.document import encode, parse
from customer_inventory.record.register import edition as editions
from customer_inventory.record.register.declaring import keep_tables
from customer_inventory.record.register.edition import Edition
from customer_inventory.record.register.force import put_in_force
from customer_inventory.store.database import Connection, Database, Listener
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHANNEL = "register_changed"
_PAUSE_SECONDS = 0.5


async def latest(database: Database) -> Edition:
    """Return the edition in force in a database."""
    row = await database.row(SQL.latest_edition)
    return editions.NONE if row is None else editions.of(row["number"], parse(row["content"]))


async def enforce(database: Database) -> Edition:
    """Put the edition of a database in force in this process, and return it."""
    number = await database.value(SQL.latest_number)
    if number is None:
        put_in_force(editions.NONE)
    else:
        put_in_force(await latest(database))
    return editions.in_force()


async def keep(connection: Connection, edition: Edition, *, actor: Actor) -> int:
    """Keep `edition` as the next one in the transaction of `connection`; return its number.

    Services put it in force when the transaction is committed. The tables of types that it declares
    are made.
    """
    await keep_tables(connection, edition)
    number: int = await connection.fetchval(
        SQL.keep_edition,
        encode(editions.plain(edition)).decode(),
        actor.process,
        actor.person,
        actor.purpose,
    )
    return number


class Editions:
    """Puts the edition of a database in force in this process, and each that follows."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        self._database = database
        self._changed = changed
        self._due = asyncio.Event()
        self._listener = Listener(database.dsn, CHANNEL, self._due.set)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Put the present edition in force; follow from now on."""
        await self._listener.start()
        await enforce(self._database)
        self._task = asyncio.create_task(self._follow(), name="follow the register")

    async def stop(self) -> None:
        """Follow no more."""
        await self._listener.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                before = editions.in_force().number
                if (await enforce(self._database)).number != before:
                    self._changed()
            except InventoryError:
                # What is in force stays in force; looked at again as soon as the database is back.
                await asyncio.sleep(_PAUSE_SECONDS)
                self._due.set()
