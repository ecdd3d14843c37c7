"""Where reconciliations hold data of subjects: the worklist, rows of extracts, who brought what."""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def _erase(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take away what names the subject: by id, or by a word that only it has."""
    ids, words = sorted(scope.ids), sorted(scope.words)
    items = await database.execute(SQL.erase_items, ids, words)
    rows = await database.execute(SQL.erase_rows, words)
    await database.execute(SQL.erase_staged, ids, words)
    return {
        "capture.reconciliation_item": _count(items),
        "capture.reconciliation_row": _count(rows),
    }


async def _forget(database: Database, scope: Scope) -> Mapping[str, int]:
    """Forget which source brought the records."""
    ids = list(scope.ids)
    late = await database.value(SQL.forget_brought_lately, ids)
    known = _count(await database.execute(SQL.forget_brought, ids))
    return {"capture.brought": known, "capture.brought_lately": late}


def _count(said: str) -> int:
    return int(said.rpartition(" ")[2])


HOLDERS = (
    Holder(
        "what extracts said otherwise",
        (
            "capture.reconciliation_item",
            "capture.reconciliation_row",
            "capture.reconciliation_staged",
        ),
        _erase,
        hands_nothing="what sources said otherwise, to be looked at: records tell what is held",
    ),
    Holder(
        "sources of records",
        ("capture.brought", "capture.brought_lately"),
        _forget,
        hands_nothing="which source brought records: their history tells the same",
    ),
)

EXPLAINED = {
    "capture.reconciliation": "names of files, tolerances and counts; no values",
    "capture.reconciliation_part": "how many records were compared; no values",
}
