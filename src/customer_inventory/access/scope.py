"""The term that binds a permission to some records: `scope`, a rule by record type.

That of customers (or of `*`, which means customers) holds for all that hangs on them too; that of
another type narrows it for its records. What rules are is known to `record.scoping`.
"""

from collections.abc import Mapping
from typing import Any

from customer_inventory.access.operation import FUNCTIONS
from customer_inventory.kit.errors import Invalid, Refused
from customer_inventory.record.scope import Rows
from customer_inventory.record.scoping.condition import rows_beside, rows_of
from customer_inventory.record.scoping.rule import CUSTOMER, Rule, lists_in, rule_of, said_of
from customer_inventory.record.scoping.subject_list import demand_lists
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection

SCOPE = "scope"
_EVERY = "*"
_SEVERAL = 2

Terms = Mapping[str, Mapping[str, Any]]
"""What is agreed, by record type and name of the term."""


class NeedsWhole(Refused):
    """What was asked for concerns records of all types and subjects, and the caller has some."""

    code = "scopeTooNarrow"

    def __init__(self) -> None:
        super().__init__(
            "This concerns the whole inventory, and what you are granted is bound to some records.",
            hint="Ask for it with a grant without scope.",
        )


def demand_whole(rows: Rows) -> None:
    """Raise NeedsWhole for a caller that is shown some records only."""
    if rows.by_type:
        raise NeedsWhole


def checked_scope(record_type: str, said: object) -> dict[str, Any]:
    """Return a rule as it is kept; raise Invalid for what is none for records of the type."""
    if record_type in FUNCTIONS:
        raise Invalid("has no records to be bound to.", path=record_type, code="invalidTerms")
    try:
        return said_of(rule_of(CUSTOMER if record_type == _EVERY else record_type, said))
    except Invalid as error:
        error.path = f"{record_type}.{error.path}"
        raise


def rules_of(terms: Terms) -> dict[str, Rule]:
    """Return the rules that terms say, by record type; that of `*` is that of customers."""
    found = {
        name: rule_of(CUSTOMER if name == _EVERY else name, agreed[SCOPE])
        for name, agreed in terms.items()
        if SCOPE in agreed and (name == _EVERY or name in TYPES)
    }
    every = found.pop(_EVERY, None)
    return found if every is None else {CUSTOMER: every, **found}


def scoped_rows(terms: Terms, granted_by: Mapping[str, str], process: str) -> Rows:
    """Return the rows that a process is shown by what is agreed with it.

    `granted_by` names what permits, by record type: each grant scopes the types that it is about.
    """
    grants = sorted(set(granted_by.values()))
    if len(grants) < _SEVERAL:
        return _rows(terms, process)
    found = {
        grant: _rows({kind: terms[kind] for kind in terms if granted_by[kind] == grant}, process)
        for grant in grants
    }
    return rows_beside(found, granted_by)


def _rows(terms: Terms, process: str) -> Rows:
    rules = rules_of(terms)
    customers = rules.pop(CUSTOMER, None)
    return rows_of(customers, tuple(sorted(rules.items(), key=lambda pair: pair[0])), process)


async def check_lists(connection: Connection, terms: Terms) -> None:
    """Raise Invalid for terms that name a list which is not there, or has nobody on it.

    The lists stay until the transaction of `connection` ends.
    """
    names = {name for rule in rules_of(terms).values() for name in lists_in(rule)}
    if names:
        await demand_lists(connection, names)
