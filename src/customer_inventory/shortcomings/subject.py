"""What is held of subjects here: reasons that may name them; all else is of the database."""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def _forget(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take the subject's name out of reasons for what was decided of shortcomings."""
    words = sorted(scope.words)
    said = await database.execute(SQL.blank_steps, words)
    told = await database.execute(SQL.blank_ticket_steps, words)
    return {
        "shortcomings.step": int(said.rpartition(" ")[2]),
        "shortcomings.ticket_step": int(told.rpartition(" ")[2]),
    }


HOLDERS = (
    Holder(
        "decisions on shortcomings of the repository",
        ("shortcomings.step", "shortcomings.ticket_step"),
        _forget,
        hands_nothing="what engineers decided of tables and statements: no record is named",
    ),
)

EXPLAINED = {
    "shortcomings.shortcoming": "tables, statements and settings, with figures of the server",
    "shortcomings.symptom": "which of them hurts now, and since when",
    "shortcomings.ticket": "tickets about tables, statements and settings, of nobody",
    "shortcomings.snapshot": "sizes and counters of tables and statements, of nobody",
}
