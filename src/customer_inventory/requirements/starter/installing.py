"""The starter register put into a database that has none: one statement, and edition 1."""

from customer_inventory import __version__
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import encode
from customer_inventory.record.register.keeping import keep
from customer_inventory.requirements import applying
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.register import SHIPPED
from customer_inventory.requirements.requirement import plain
from customer_inventory.requirements.starter.shipped import begins_as, shipped
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def install(database: Database, *, actor: Actor) -> int:
    """Let an empty register begin with what ships; return how many requirements that are.

    0 for a register that has any: what people have decided is theirs.
    """
    if await database.value(SQL.is_begun):
        return 0
    async with database.transaction() as connection:
        await applying.hold(connection)
        if await connection.fetchval(SQL.is_begun):
            return 0
        rows = [
            (each.id, each.type, each.path, encode(plain(each)).decode(), begins_as(each))
            for each in shipped()
        ]
        reason = f"Ships with Customer Inventory {__version__}, approved"
        await connection.execute(SQL.install, *zip(*rows, strict=True), SHIPPED, reason)
        enforced = [each for each in shipped() if begins_as(each) == "enforced"]
        await keep(connection, compiled(enforced), actor=actor)
        return len(rows)
