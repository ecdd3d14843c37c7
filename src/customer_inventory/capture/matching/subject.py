"""Where matching holds data of subjects: pairs that name records, and documents checked."""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def _erase(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take away the pairs that name the subject: by id, or in a document that was checked."""
    named = await database.execute(SQL.erase_pairs, sorted(scope.ids))
    checked = await database.execute(SQL.erase_checked, sorted(scope.words))
    return {"capture.pair": sum(int(said.rpartition(" ")[2]) for said in (named, checked))}


HOLDERS = (
    Holder(
        "pairs of likely duplicates",
        ("capture.pair",),
        _erase,
        hands_nothing="guesses that another record may be about you: they would tell of others",
    ),
)

EXPLAINED = {
    "capture.match_model": "weights and shares; of names only how common the commonest are"
}
