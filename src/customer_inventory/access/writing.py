"""What a session may write, record by record: the decision of the doors, for whoever writes many.

A door asks the same of the session and its sight, one request at a time.
"""

from dataclasses import dataclass

from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.mask.restore import restored

WRITING = (Operation.CREATE, Operation.MODIFY, Operation.UPDATE)


@dataclass(frozen=True)
class Writing:
    """Decides what of records `session` may write, whole documents at a time."""

    session: Session

    def may_write(self, record_type: str | None) -> bool:
        """Tell whether records of a type (None: of some) may be written in any way at all."""
        return any(self.session.may(operation, record_type) for operation in WRITING)

    def makes_all(self, declared: RecordType) -> bool:
        """Tell whether every new record of a type may be made: none need be looked at."""
        sight = self.session.sight
        writable = sight.writes.get(declared.name)
        is_bound = writable is not None and writable.groups is not None
        is_free = not is_bound and declared.name not in sight.masks
        return is_free and self.session.may(Operation.CREATE, declared.name)

    def demand_makes(self, declared: RecordType) -> None:
        """Raise NotPermitted where no new record of a type may be made."""
        self.session.demand(Operation.CREATE, declared.name)

    def demand_created(self, declared: RecordType, document: Document) -> None:
        """Raise NotPermitted, NotWritable or IsMask for what a new record may not be made of."""
        self.demand_makes(declared)
        self.session.sight.demand_created(declared, document)

    def changed(self, declared: RecordType, old: Document, given: Document) -> Document:
        """Return what becomes of `old` where `given` is to be in its place.

        What is not shown to the session stays. Raises NotPermitted, NotWritable or IsMask for
        what may not be written.
        """
        if not self.session.may(Operation.MODIFY, declared.name):
            self.session.demand(Operation.UPDATE, declared.name)
        sight = self.session.sight
        mask = sight.masks.get(declared.name)
        new = given if mask is None else restored(mask, old, mask.document(old), given)
        sight.demand_changed(declared, old, new)
        return new
