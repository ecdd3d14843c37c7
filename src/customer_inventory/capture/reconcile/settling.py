"""Records that an extract does not hold any more: removed or given a status, only when told to.

Through the guarded write path, as the process of their reconciliation; each with its ledger entry
in one transaction.
"""

from dataclasses import dataclass, field
from typing import Any

from customer_inventory.access.guard import Session
from customer_inventory.access.house import trace
from customer_inventory.access.operation import Operation
from customer_inventory.access.terminal import session_here
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import worklist
from customer_inventory.capture.reconcile.repairing import KeyFor, Repaired
from customer_inventory.capture.reconcile.worklist import Chosen
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError, NotFound, Refused
from customer_inventory.record.declare import RecordType
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.retention.policy import Policy
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.together import together


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a record that its source does not hold: it gets a status, or (None) goes."""

    status: str | None = None

    @property
    def said(self) -> str:
        """The fate in words."""
        return "removed" if self.status is None else f"given the status {self.status}"


async def settle(
    database: Database,
    chosen: Chosen,
    whose: Whose,
    fate: Fate,
    *,
    by: Actor,
    policy: Policy | None = None,
    key_for: KeyFor = lambda _: b"",
) -> Repaired:
    """Let `fate` be that of the records of chosen items that are missing there.

    As the process and purpose of their reconciliation, for `by`, who decides; `policy` is that of
    retention. Those that others refer to are tried again once these are gone. Raises NotPermitted
    for a process that may do nothing for its purpose.
    """
    settling = _Settling(database, fate, by, policy, key_for)
    waiting = [
        item
        async for item in worklist.every(database, worklist.waiting(chosen), whose)
        if item["kind"] == "missingThere"
    ]
    before = len(waiting) + 1
    while len(waiting) < before:
        before = len(waiting)
        waiting = [item for item in waiting if not await settling.settled(item)]
    done = settling.done
    await worklist.note(database, done.repaired, "repaired", fate.said, by)
    for identifier, reason in done.left.items():
        await worklist.note(database, [identifier], "notRepaired", reason, by)
    return done


@dataclass(slots=True)
class _Settling:
    """Settles one record after the other, and keeps what became of each in `done`."""

    database: Database
    fate: Fate
    by: Actor
    policy: Policy | None
    key_for: KeyFor
    done: Repaired = field(default_factory=Repaired)
    sessions: dict[tuple[str, str], Session] = field(default_factory=dict)

    async def settled(self, item: Row) -> bool:
        """Tell whether the record of an item is settled now."""
        reason = await self._hindrance(item)
        if reason is None:
            self.done.repaired.append(item["id"])
            self.done.left.pop(item["id"], None)
        else:
            self.done.left[item["id"]] = reason
        return reason is None

    async def _hindrance(self, item: Row) -> str | None:
        """Settle a record; return why it could not be, None if it is."""
        declared = TYPES.get(item["record_type"])
        if declared is None:
            return "its type is declared no more"
        session = await self._session(item)
        operation = Operation.DELETE if self.fate.status is None else Operation.MODIFY
        told = (session.actor, operation, declared.name, [item["record_id"]])
        reason = f"reconciliation item {item['id']}"
        try:
            async with together(self.database) as within:
                await self._write(within, session, declared, item["record_id"])
                await trace(within, *told, reason=reason)
        except NotFound as error:
            return None if self.fate.status is None else str(error)
        except Refused as error:
            await trace(self.database, *told, reason=reason, refused_by=error.code)
            return str(error)
        except InventoryError as error:
            return str(error)
        return None

    async def _session(self, item: Row) -> Session:
        who = (item["process"], item["purpose"])
        if who not in self.sessions:
            actor = Actor(*who, self.by.person, self.by.source)
            key = self.key_for(actor.process)
            self.sessions[who] = await session_here(self.database, actor, key)
        return self.sessions[who]

    async def _write(
        self, database: Database, session: Session, declared: RecordType, identifier: str
    ) -> None:
        inventory, status = Inventory(database, self.policy), self.fate.status
        who: dict[str, Any] = {"actor": session.actor, "sight": session.sight}
        if status is None:
            session.demand(Operation.DELETE, declared.name)
            await inventory.remove(declared, identifier, **who)
            return
        if not session.may(Operation.MODIFY, declared.name):
            session.demand(Operation.UPDATE, declared.name)
        await inventory.change(
            declared, identifier, lambda document: {**document, declared.status: status}, **who
        )
