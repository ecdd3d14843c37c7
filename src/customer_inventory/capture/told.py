"""What a chunk tells the ledger, in entries kept by the transaction that writes its records."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from customer_inventory.access.ledger import Entry
from customer_inventory.access.operation import Operation, joined
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import InventoryError, Refused

Record = tuple[str, str]
"""Type and id of a record."""

_REFUSED = 403


class Denied(NamedTuple):
    """Why a record may not be written, and by which operations it would have been."""

    error: InventoryError
    operations: frozenset[str]


@dataclass(slots=True)
class Told:
    """What was done to which records: ids by operations (as the ledger writes them) and type."""

    done: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, operations: Collection[str], record_type: str, ids: Collection[str]) -> None:
        """Add that `operations` were done to records of a type."""
        if ids:
            self.done[joined(operations), record_type].extend(ids)

    def plus(self, other: "Told") -> "Told":
        """Return both together."""
        total = Told()
        for told in (self, other):
            for key, ids in told.done.items():
                total.done[key].extend(ids)
        return total


def entries(
    told: Told,
    denied: Mapping[Record, Denied],
    actor: Actor,
    load: UUID,
    rule_of: Callable[[str], str | None],
) -> list[Entry]:
    """Return the entries of a chunk of `load`: of what was done, and of what was not permitted.

    `rule_of` returns the rule that permits what is permitted on records of a type.
    """
    by_rule: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for (record_type, identifier), (error, operations) in denied.items():
        if isinstance(error, Refused):
            by_rule[joined(operations), record_type, error.code].append(identifier)
    return [
        *(
            _entry(actor, load, done, kind, ids, permitted_by=rule_of(kind))
            for (done, kind), ids in told.done.items()
        ),
        *(
            _entry(actor, load, needed, kind, ids, refused_by=rule)
            for (needed, kind, rule), ids in by_rule.items()
        ),
    ]


def _entry(
    actor: Actor,
    load: UUID,
    operation: str,
    record_type: str,
    ids: list[str],
    *,
    refused_by: str | None = None,
    permitted_by: str | None = None,
) -> Entry:
    # Records that were not made are none: their ids name nothing.
    is_named = refused_by is None or Operation.CREATE not in operation.split(",")
    return Entry(
        at=now().isoformat(),
        process=actor.process,
        purpose=actor.purpose,
        person=actor.person,
        operation=operation,
        type=record_type,
        status=200 if refused_by is None else _REFUSED,
        decision="permit" if refused_by is None else "deny",
        rule=refused_by or permitted_by,
        ids=ids if is_named else (),
        count=len(ids) if refused_by is None else 0,
        source=actor.source,
        reason=f"import {load}",
    )
