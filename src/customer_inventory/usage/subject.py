"""What usage and cost hold of subjects: reasons that may name them; all else is of nobody."""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def _forget(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take the subject's name out of reasons for what was decided of anomalies."""
    words = sorted(scope.words)
    gone = {}
    async with database.transaction() as connection:
        for name, table in (
            ("blank_anomaly_steps", "usage.anomaly_step"),
            ("blank_anomalies", "usage.anomaly"),
        ):
            said = await connection.execute(SQL[name], words)
            gone[table] = int(said.rpartition(" ")[2])
    return gone


HOLDERS = (
    Holder(
        "decisions on anomalies of use",
        ("usage.anomaly", "usage.anomaly_step"),
        _forget,
        hands_nothing="what processes did out of habit: it names places in the ledger, no record",
    ),
)

EXPLAINED = {
    "usage.statement": "what pools cost in a month: sums, of nobody",
}
