"""The query of a subscription: which events a listener wants, decided on the envelope itself.

A condition names an attribute of the envelope (`eventType`), of its `event` (`customer.status`)
or of the resource in it (`status`), by dotted path; lists on the way are walked through.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document
from customer_inventory.record.place import places
from customer_inventory.store.where import Term

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def check_conditions(terms: Sequence[Term]) -> None:
    """Raise Invalid for a condition that cannot be decided event by event."""
    for term in terms:
        if term.operator not in _COMPARE:
            raise Invalid(
                f"The operator {term.operator} is not served in the query of a hub.",
                path="query",
                hint="List the values wanted, joined by commas.",
                code="invalidFilter",
            )


def matches(envelope: Document, resource: str, terms: Sequence[Term]) -> bool:
    """Tell whether `envelope`, which tells of a `resource`, fulfils all `terms`."""
    return all(_holds(envelope, resource, term) for term in terms)


def _holds(envelope: Document, resource: str, term: Term) -> bool:
    steps = tuple(term.path.split("."))
    for before in ((), ("event",), ("event", resource)):
        found = places(envelope, (*before, *steps))
        if found:
            return _decided(found, term)
    return False


def _decided(found: Sequence[Any], term: Term) -> bool:
    """Any of several values will do; to differ, a value must differ from each."""
    together = all if term.operator == "ne" else any
    return any(
        together(_compares(value, term.operator, wanted) for wanted in term.values)
        for value in found
    )


def _compares(value: Any, sign: str, wanted: str) -> bool:
    """Compare text as text, and a number or a switch as what `wanted` is written like."""
    compare = _COMPARE[sign]
    if isinstance(value, str):
        return compare(value, wanted)
    plain = _plain(wanted)
    if isinstance(value, int | float) and isinstance(plain, int | float):
        alike = isinstance(value, bool) == isinstance(plain, bool)
        return compare(value, plain) if alike else sign == "ne"
    return sign == "ne"


def _plain(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
