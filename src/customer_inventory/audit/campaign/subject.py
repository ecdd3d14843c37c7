"""Where audit campaigns hold data of subjects: items of samples, and texts that name them.

What was found of a record that is erased stays counted, without the record, its right values and
what they were based on. An item that was not decided is void, and another takes its place when
somebody asks for the next. A filter that names the subject is blanked, also in the statement: its
certificate cannot be verified from then on.
"""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_BY_ID = (
    ("forget_confirmations", "audit.confirmation"),
    ("forget_readings", "audit.campaign_reading"),
    ("drop_open_readings", "audit.campaign_reading"),
    ("drop_reserves", "audit.campaign_item"),
    ("forget_items", "audit.campaign_item"),
)
_BY_WORD = (
    ("blank_readings", "audit.campaign_reading"),
    ("blank_confirmations", "audit.confirmation"),
    ("blank_steps", "audit.campaign_step"),
    ("blank_filters", "audit.campaign"),
)


async def _forget(database: Database, scope: Scope) -> Mapping[str, int]:
    gone = dict.fromkeys((table for _, table in (*_BY_ID, *_BY_WORD)), 0)
    async with database.transaction() as connection:
        for name, table in _BY_ID:
            gone[table] += _count(await connection.execute(SQL[name], list(scope.ids)))
        for name, table in _BY_WORD:
            gone[table] += _count(await connection.execute(SQL[name], sorted(scope.words)))
    return gone


def _count(said: str) -> int:
    return int(said.rpartition(" ")[2])


HOLDERS = (
    Holder(
        "audit campaigns",
        (
            "audit.campaign",
            "audit.campaign_step",
            "audit.campaign_item",
            "audit.campaign_reading",
            "audit.confirmation",
        ),
        _forget,
        hands_nothing="what was found of records: what was wrong was corrected in them",
    ),
)
