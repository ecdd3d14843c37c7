"""Where audits hold data of subjects: findings on their records, and reasons that name them."""

from collections.abc import Mapping

from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def _forget(database: Database, scope: Scope) -> Mapping[str, int]:
    """Take away the findings on the subject's records, and its name from reasons of others."""
    ids, words = list(scope.ids), sorted(scope.words)
    gone = {}
    async with database.transaction() as connection:
        for name, table in (("forget_steps", "audit.step"), ("forget_findings", "audit.finding")):
            gone[table] = _count(await connection.execute(SQL[name], ids))
        for name, table in (("blank_steps", "audit.step"), ("blank_findings", "audit.finding")):
            gone[table] += _count(await connection.execute(SQL[name], words))
        gone["audit.scan"] = _count(await connection.execute(SQL.step_back, ids))
    return gone


def _count(said: str) -> int:
    return int(said.rpartition(" ")[2])


HOLDERS = (
    Holder(
        "findings of audits",
        ("audit.finding", "audit.step", "audit.scan"),
        _forget,
        hands_nothing="which rules records fail: it is judged from the records, which tell it all",
    ),
)

EXPLAINED = {
    "audit.rule": "what rules say of record types; nothing of any record",
    "audit.run": "when audits ran, and who asked for them; no customers",
    "audit.coverage": "how far rules were asked; no customers",
    "audit.result": "how many records fail rules; no customers",
    "audit.alert": "from when to when rules hold for fewer records than declared; no customers",
    "audit.comparison": "with which source rules of accuracy were judged; no customers",
    "audit.tally": "how many records of a segment, process or source fail; no customers",
    "audit.pack": "packs of rules between record types; no customers",
    "audit.pack_version": "what packs of rules say of record types; no customers",
    "audit.pack_decision": "who decided on packs of rules; no customers",
    "audit.share": "shares of the values of states and segments; no customers",
}
