"""Audit rules compiled from requirements: nothing is written twice.

Rules say in the conditions of `record.register.crossing` what fails them. Lists are walked
through: one item that fails is enough.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from customer_inventory.audit.rule import Aspect, Rule, Severity
from customer_inventory.record.register import pack
from customer_inventory.record.register.condition import Compared
from customer_inventory.record.register.crossing import (
    Crossed,
    Form,
    Joined,
    Lacks,
    Repeated,
    Unchanged,
    Unlike,
    Within,
)
from customer_inventory.record.register.crossing_file import age_of
from customer_inventory.requirements.requirement import RECORD, Data, Requirement

_JSON_TYPES = {
    "text": "string", "date": "string", "dateTime": "string", "number": "number",
    "integer": "number", "boolean": "boolean", "object": "object", "list": "array",
}  # fmt: skip
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_PATTERNS = {
    "date": f"^{_DATE}$",
    "dateTime": f"^{_DATE}([Tt ][0-9]{{2}}:[0-9]{{2}}.*)?$",
    "email": r"^[^@\s]+@[^@\s]+$",
    "uri": "^[A-Za-z][A-Za-z0-9+.-]*:",
    "uuid": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "ipv4": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$",
    "ipv6": "^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$",
}
_ASPECTS: dict[str, Aspect] = {"timeliness": "pragmatic", "uniqueness": "semantic"}


def compiled(requirements: Iterable[Requirement]) -> list[Rule]:
    """Return the rules that follow from `requirements`, in their order."""
    return [rule for each in requirements for rule in rules_of(each)]


def of_pack(declared: pack.Pack) -> list[Rule]:
    """Return the rules of a pack as audits ask them."""
    return [
        Rule(
            id=each.id,
            requirement=None,
            dimension=each.dimension,
            aspect=each.aspect,
            record_type=each.declared.name,
            path=each.path,
            name=each.name,
            fails=each.fails,
            threshold=each.threshold,
            severity=each.severity,
            owner=each.owner,
            pack=declared.name,
            means=each.means,
            do=each.do,
        )
        for each in declared.rules
    ]


def rules_of(requirement: Requirement) -> Iterator[Rule]:
    """Yield the rules that follow from a requirement."""
    if requirement.path == RECORD:
        return
    if requirement.obligation != "optional":
        yield _rule(
            requirement, "completeness", f"{requirement.name} is missing", _missing(requirement)
        )
    elif "completeness" in requirement.quality:
        # No record must have it, and so many are to: anywhere in it, once.
        nowhere = Within(Compared(requirement.path, "exists", False))
        yield _rule(requirement, "completeness", f"{requirement.name} is not there", nowhere)
    form = _form(requirement.data)
    if form != Form():
        unlike = Unlike(requirement.path, form)
        yield _rule(requirement, "validity", f"{requirement.name} is not as required", unlike)
    if "uniqueness" in requirement.quality:
        repeated = Repeated(requirement.path)
        yield _rule(
            requirement, "uniqueness", f"{requirement.name} is the same in several", repeated
        )
    if requirement.freshness is not None:
        yield _rule(
            requirement, "timeliness", f"{requirement.name} may be out of date", _stale(requirement)
        )


def _rule(requirement: Requirement, dimension: Any, name: str, fails: Crossed | Repeated) -> Rule:
    return Rule(
        id=f"{requirement.id}.{dimension}",
        requirement=requirement.id,
        dimension=dimension,
        aspect=_ASPECTS.get(dimension, "syntactic"),
        record_type=requirement.type,
        path=requirement.path,
        name=name,
        fails=fails,
        threshold=requirement.quality.get(dimension),
        severity=_severity(requirement, dimension),
        owner=requirement.steward or requirement.owner,
    )


def _severity(requirement: Requirement, dimension: str) -> Severity:
    """Return how much it matters: most that what must be there is, least what is wished for."""
    is_wished_for = dimension == "completeness" and requirement.obligation == "optional"
    if dimension == "timeliness" or is_wished_for:
        return "low"
    return "high" if requirement.obligation == "mandatory" else "medium"


def _missing(requirement: Requirement) -> Crossed:
    """Return what holds where an object at the path's parent lacks what must be there."""
    lacks, condition = Lacks(requirement.path), requirement.condition
    return lacks if condition is None else Joined("all", (lacks, Within(condition)))


def _form(data: Data) -> Form:
    """Return what `data` demands of a value, as far as it can be told of each alone."""
    named = [_PATTERNS[name] for name in (data.type, data.format) if name in _PATTERNS]
    return Form(
        # What is a list cannot be told: a condition is asked of its items.
        type=None if data.type in (None, "list") else _JSON_TYPES[data.type],
        is_whole=data.type == "integer",
        patterns=(*named, *(() if data.pattern is None else (data.pattern,))),
        values=data.values,
        minimum=data.minimum,
        maximum=data.maximum,
        min_length=data.min_length,
        max_length=data.max_length,
    )


def _stale(requirement: Requirement) -> Crossed:
    """Return what holds of records that have it and were last written longer ago than it may be."""
    age = age_of(requirement.freshness or "")
    assert age is not None  # noqa: S101 - a requirement says no other
    there = Within(Compared(requirement.path, "exists", True))
    return Joined("all", (Unchanged(age), there))
