"""Where the ledger holds subjects: ids in its entries. What was done stays proved without them."""

from collections.abc import Callable, Mapping

from customer_inventory.access.log.erasing import strike_out
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database


def holders(sealer: Callable[[], Sealer]) -> tuple[Holder, ...]:
    """Return the holder of the ledger, which `sealer` seals."""

    async def strike(database: Database, scope: Scope) -> Mapping[str, int]:
        return {"access.sealed": await strike_out(database, sealer(), scope.ids)}

    return (Holder("access ledger", ("access.segment", "access.sealed"), strike),)


EXPLAINED = {
    "access.permission": "what a process may do, not a subject",
    "access.grant_decision": "who decided on what a process may do, not on a subject",
    "access.grant_history": "what became of a grant, not of a subject",
    "access.process_grant": "what a process asked for, not a subject",
    "access.log": "the name of the ledger's log",
    "access.grant_step": "the declared steps of grants",
    "access.purpose": "what accesses may be for",
    "access.campaign": "campaigns of recertification, no subjects",
    "access.campaign_item": "what staff decided on grants",
    "access.break_glass": "what staff did in emergencies; its reason names a ticket, no subject",
    "access.person_capacity": "staff and what they may decide",
    "access.operation_capacity": "who must approve an operation",
    "access.process": "processes and their owners, no customers",
    "access.process_history": "what became of a process, not of a subject",
    "access.client": "clients of processes",
    "access.signing_key": "keys of the authorization server",
    "public._pogo_migration": "which migrations are applied",
}
