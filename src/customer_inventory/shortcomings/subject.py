"""What is held of subjects here: reasons that may name them; all else is of the database."""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def _forget(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take the subject's name out of reasons for what was decided, and out of planned loads."""
    words = sorted(scope.words)
    steps = await database.execute(SQL.blank_steps, words)
    told = await database.execute(SQL.blank_ticket_steps, words)
    loads = await database.execute(SQL.blank_loads, words)
    return {
        "shortcomings.step": int(steps.rpartition(" ")[2]),
        "shortcomings.ticket_step": int(told.rpartition(" ")[2]),
        "shortcomings.known_load": int(loads.rpartition(" ")[2]),
    }


HOLDERS = (
    Holder(
        "decisions on shortcomings of the repository",
        ("shortcomings.step", "shortcomings.ticket_step", "shortcomings.known_load"),
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
