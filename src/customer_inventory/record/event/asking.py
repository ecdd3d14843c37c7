"""Events that ask: is what a record says still so? Told to whoever asks for them by name."""

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CONFIRMATION = "confirmation"
"""The outbox's word for an event that asks for a confirmation."""


async def ask(database: Database, declared: RecordType, identifier: str, about: str) -> None:
    """Put into the outbox that a record is to be confirmed; `about` is the id of what is asked.

    Raises NoSuchRecord.
    """
    done = await database.execute(
        _asking(declared), identifier, bucket_of(identifier), CONFIRMATION, about
    )
    if done.endswith(" 0"):
        raise NoSuchRecord(declared)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {f"ask:{name}": _asking(declared) for name, declared in TYPES.items()}


def _asking(declared: RecordType) -> str:
    return SQL.ask.format(table=declared.table, type=declared.name)
