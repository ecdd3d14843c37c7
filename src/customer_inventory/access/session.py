"""The session of a caller: who acts, for what, what it may do, and what its reads are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from customer_inventory.access.heeding import Heeded
from customer_inventory.access.masking import masks_of, writes_of
from customer_inventory.access.operation import FUNCTIONS, Operation
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.access.scope import scoped_rows
from customer_inventory.access.terms import Terms
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Refused
from customer_inventory.record.sight import EVERYTHING, Sight

Permissions = Mapping[str, frozenset[str]]
"""By record type, the operations permitted."""


@dataclass(frozen=True, slots=True)
class Session:
    """A verified token: who acts, for what, what it may do by record type, and on which terms.

    `sight` is what its reads are shown, `rules` says what permits, by type. All of it holds until
    `good_until`: then the token expires, or a permission begins or ends. `bound_to` is the key (its
    thumbprint) that the caller must prove to hold at every request.
    """

    actor: Actor
    good_until: datetime
    permissions: Permissions
    sight: Sight
    terms: Mapping[str, Terms] = field(default_factory=dict)
    bound_to: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)

    def terms_of(self, record_type: str) -> Terms:
        """Return what is agreed for records of a type: of itself, or of every type."""
        return self.terms.get(record_type) or self.terms.get(EVERY_TYPE) or {}

    def rule_of(self, record_type: str | None) -> str | None:
        """Return the rule that permits what is permitted on records of a type, for the ledger.

        For None, where any type will do, it is every rule; it is None where nothing is permitted.
        """
        if record_type is None:
            return ", ".join(sorted(set(self.rules.values()))) or None
        found = self.rules.get(record_type)
        if found is None and record_type not in FUNCTIONS:
            found = self.rules.get(EVERY_TYPE)
        return found

    def may(self, operation: Operation, record_type: str | None) -> bool:
        """Tell whether `operation` is permitted on records of `record_type` (None: of some).

        `record_type` may be one of FUNCTIONS too.
        """
        permitted = self.permissions
        if record_type is None:
            return any(
                operation in operations
                for kind, operations in permitted.items()
                if kind not in FUNCTIONS
            )
        if operation in permitted.get(record_type, ()):
            return True
        return operation in permitted.get(EVERY_TYPE, ()) and record_type not in FUNCTIONS

    def demand(self, operation: Operation, record_type: str | None) -> None:
        """Raise NotPermitted unless `operation` on records of `record_type` is permitted."""
        if not self.may(operation, record_type):
            raise NotPermitted(self.actor, operation, record_type)


class NotPermitted(Refused):
    """The process holds no permission for what it asked."""

    def __init__(self, actor: Actor, operation: Operation, record_type: str | None) -> None:
        what = record_type or "any record"
        super().__init__(
            f"The process {actor.process} may not {operation} {what} for {actor.purpose}.",
            hint="The owner of the data can permit it.",
        )


def session_of(
    actor: Actor,
    good_until: datetime,
    permitted: Permissions,
    terms: Mapping[str, Terms],
    masking_key: bytes = b"",
    *,
    rules: Mapping[str, str],
    heeds: Heeded = Heeded(),  # noqa: B008 - it never changes
    is_spread: bool = False,
) -> Session:
    """Return the session of what is agreed, with what its reads are shown and it may write."""
    session = Session(actor, good_until, permitted, EVERYTHING, terms, rules=rules)
    rows = scoped_rows(terms, rules, actor.process)
    sight = Sight(
        actor.purpose,
        replace(rows, choice=heeds.choice, is_spread=is_spread),
        masks=masks_of(session.terms_of, masking_key, actor.process),
        writes=writes_of(permitted, session.terms_of, EVERY_TYPE),
        despite_restriction=heeds.despite_restriction,
    )
    return replace(session, sight=sight)
