"""Where captures hold data of subjects: rows in quarantine, and when sources spoke of records."""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def _blank(database: Database, scope: Scope) -> Mapping[str, int]:
    """Blank the refused rows that name the subject: by id, address, number or whole name.

    A row that waited is dropped with what it says now and said before; who corrected it stays.
    """
    words = sorted(scope.words)
    refused = await database.execute(SQL.blank_refusals, words)
    rows = await database.value(SQL.blank_quarantine, words)
    return {"capture.refusal": _count(refused), "capture.quarantine": rows}


async def _forget_said(database: Database, scope: Scope) -> Mapping[str, int]:
    """Forget when sources spoke of the records."""
    return {"capture.said": _count(await database.execute(SQL.forget_said, list(scope.ids)))}


def _count(said: str) -> int:
    return int(said.rpartition(" ")[2])


async def _forget_orders(database: Database, scope: Scope) -> Mapping[str, int]:
    """Forget in which order sources spoke of the records of the subject."""
    said = await database.execute(SQL.forget_orders, sorted(scope.ids))
    return {"capture.stream_order": int(said.rpartition(" ")[2])}


HOLDERS = (
    Holder(
        "orders of streams",
        ("capture.stream_order",),
        _forget_orders,
        hands_nothing="in which order sources spoke of records: their history tells the same",
    ),
    Holder(
        "refused rows",
        ("capture.refusal", "capture.quarantine", "capture.quarantine_step"),
        _blank,
        hands_nothing="rows that were not taken in: none is known to be about you",
    ),
    Holder(
        "times of sources",
        ("capture.said",),
        _forget_said,
        hands_nothing="when sources last spoke of records: their history tells the same",
    ),
)

EXPLAINED = {
    "capture.import": "names of files and columns, counts by type; no values",
    "capture.process": "what the house declares of its own processes; no customers",
    "capture.process_version": "what the house declares of its own processes; no customers",
    "capture.process_decision": "decisions of the house on its own processes; no customers",
    "capture.run": "when processes ran, and what they counted; no values",
}
