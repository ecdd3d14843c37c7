"""Where the ledger holds subjects: ids in its entries. What was done stays proved without them.

A subject is handed who saw its records: processes and purposes, never staff.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from customer_inventory.access.log.erasing import strike_out
from customer_inventory.access.log.naming import every_entry_naming
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.record.document import encode, parse
from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.record.subject.package.file import File, Subject, Table, listed
from customer_inventory.record.subject.package.records import date
from customer_inventory.store.database import Database, Row


def holders(sealer: Callable[[], Sealer]) -> tuple[Holder, ...]:
    """Return the holder of the ledger, which `sealer` seals."""

    async def strike(database: Database, scope: Scope) -> Mapping[str, int]:
        return {"access.sealed": await strike_out(database, sealer(), scope.ids)}

    return (Holder("access ledger", ("access.segment", "access.sealed"), strike, hand_accesses),)


async def hand_accesses(database: Database, subject: Subject) -> AsyncIterator[File]:
    """Yield every access to records of the subject, latest first, permitted or refused."""
    uses: dict[tuple[str, ...], _Use] = {}

    async def entries() -> AsyncIterator[bytes]:
        async for row in every_entry_naming(database, list(subject.ids)):
            key = (row["process"], row["purpose"], row["operation"], row["record_type"])
            uses.setdefault((*key, row["decision"]), _Use()).saw(row["at"])
            yield encode(_access(row))

    def table() -> Table:
        return Table(
            "Who used the data",
            "Which processes used it and for what purpose; accesses.json tells each access.",
            ("Process", "Purpose", "Did", "With", "Decision", "Times", "First", "Last"),
            [[*key, str(use.times), date(use.first), date(use.last)]
             for key, use in sorted(uses.items())],
            "Nobody has used it.",
        )  # fmt: skip

    yield File("accesses.json", listed(entries()), table=table)


@dataclass
class _Use:
    """Accesses of one kind: how many, the first and the last."""

    times: int = 0
    first: datetime | None = field(default=None)
    last: datetime | None = field(default=None)

    def saw(self, at: datetime) -> None:
        """Count an access; they come latest first."""
        self.times += 1
        self.first, self.last = at, self.last or at


def _access(row: Row) -> dict[str, Any]:
    return {
        "at": row["at"],
        "process": row["process"],
        "purpose": row["purpose"],
        "operation": row["operation"],
        "recordType": row["record_type"],
        "decision": row["decision"],
        "ids": list(row["named"]),
        "attributeGroups": parse(row["groups"]),
    }


EXPLAINED = {
    "access.web_typed": "forms of a session that was over: sealed, gone within the hour",
    "access.permission": "what a process may do, not a subject",
    "access.grant_decision": "who decided on what a process may do, not on a subject",
    "access.grant_history": "what became of a grant, not of a subject",
    "access.process_grant": "what a process asked for, not a subject",
    "access.log": "the name of the ledger's log",
    "access.retired": "months of the ledger that are gone: places and hashes, who retired them",
    "access.grant_step": "the declared steps of grants",
    "access.life_step": "the declared steps of requirements and capture processes",
    "access.purpose": "what accesses may be for",
    "access.campaign": "campaigns of recertification, no subjects",
    "access.campaign_item": "what staff decided on grants",
    "access.break_glass": "what staff did in emergencies; its reason names a ticket, no subject",
    "access.person_capacity": "staff and what they may decide",
    "access.operation_capacity": "who must approve an operation",
    "access.account": "staff who can sign in, no customers",
    "access.process": "processes and their owners, no customers",
    "access.process_history": "what became of a process, not of a subject",
    "access.client": "clients of processes",
    "access.issuer": "providers that say which client calls",
    "access.signing_key": "keys of the authorization server",
    "public._pogo_migration": "which migrations are applied",
}
