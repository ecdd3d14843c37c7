"""Where captures hold data of subjects: the text of refused rows."""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def _blank(database: Database, scope: Scope) -> Mapping[str, int]:
    """Blank the refused rows that name the subject: by id, address, number or whole name."""
    said = await database.execute(SQL.blank_refusals, sorted(scope.words))
    return {"capture.refusal": int(said.rpartition(" ")[2])}


HOLDERS = (
    Holder(
        "refused rows",
        ("capture.refusal",),
        _blank,
        hands_nothing="rows that were not taken in: none is known to be about you",
    ),
)

EXPLAINED = {"capture.import": "names of files and columns, counts by type; no values"}
