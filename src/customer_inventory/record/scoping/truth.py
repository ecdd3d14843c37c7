"""The truth of a rule for a record in memory: True, False, or None where it is unknown.

The statements that read decide by SQL; this is the same logic, to say why, and held to it by a
test of both.
"""

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from customer_inventory.record.scoping.rule import (
    Compared,
    Joined,
    Listed,
    Not,
    OfCustomer,
    OneOf,
    Own,
    Rule,
)

_COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


@dataclass(frozen=True)
class Facts:
    """What rules ask of a record: attributes by name, whether the process made it, its lists.

    `customers` are those that it hangs on.
    """

    attributes: Mapping[str, str | None] = field(default_factory=dict)
    is_own: bool = False
    lists: Collection[str] = ()
    customers: Sequence["Facts"] = ()


def holds(rule: Rule, facts: Facts) -> bool | None:
    """Return whether a rule holds of a record; None: that is unknown."""
    truth: bool | None
    match rule:
        case Compared() | OneOf():
            truth = _compared(rule, facts.attributes.get(rule.attribute))
        case Own():
            truth = facts.is_own
        case Listed(name):
            truth = name in facts.lists
        case OfCustomer(inner):
            shown = any(holds(inner, customer) is True for customer in facts.customers)
            truth = shown or (facts.is_own and not facts.customers)
        case Not(part):
            of_part = holds(part, facts)
            truth = None if of_part is None else not of_part
        case Joined(word, parts):
            truth = _joined([holds(part, facts) for part in parts], is_any=word == "or")
    return truth


def deciding(rule: Rule, facts: Facts) -> Rule:
    """Return the part by which a rule does not hold: the first that keeps the whole from it."""
    if isinstance(rule, Joined) and rule.word == "and":
        for part in rule.parts:
            if holds(part, facts) is not True:
                return deciding(part, facts)
    return rule


def _compared(rule: Compared | OneOf, known: str | None) -> bool | None:
    if known is None:
        return None
    if isinstance(rule, OneOf):
        return known in rule.values
    return _COMPARE[rule.operator](known, rule.value)


def _joined(truths: Sequence[bool | None], *, is_any: bool) -> bool | None:
    """Return the truth of several: one that settles it does, else any unknown makes it unknown."""
    if is_any in truths:
        return is_any
    return None if None in truths else not is_any
