"""The form of a file that declares access: processes, purposes, people and grants, in YAML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

from customer_inventory.access.grant.people import LEGAL_BASES, check_capacity
from customer_inventory.access.registration import KINDS, Permission, permissions_of, terms_by_type
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import Value, nearest, parse
from customer_inventory.record.choice.asked import normal

Result = TypeVar("Result")

STATES = ("active", "retired")
_DEFAULT_VALIDITY = timedelta(days=365)


@dataclass(frozen=True)
class Process:
    """A process as it is declared; attributes are those of `registration.register`."""

    name: str
    owner: str
    kind: str = "process"
    etom_id: str | None = None
    owner_person: str | None = None
    contact: str | None = None


@dataclass(frozen=True)
class Purpose:
    """A purpose as it is declared."""

    title: str
    legal_basis: str
    requires_consent: bool = False
    state: str = "active"
    despite_restriction: bool = False
    despite_objection: bool = False
    privacy_purposes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grant:
    """A grant as it is declared; `until` is when it is to end at the earliest, None for any time.

    `part` is its part of the purpose, empty for the one without a name, `at` where it stands in the
    file.
    """

    process: str
    purpose: str
    permissions: tuple[Permission, ...]
    reason: str
    until: datetime | None
    part: str
    at: Value

    @property
    def asked_until(self) -> datetime:
        """When the grant that is asked for ends."""
        return self.until or now() + _DEFAULT_VALIDITY


@dataclass(frozen=True)
class Declared:
    """What a file declares, by id, code and name; `people` are capacities that are theirs now."""

    processes: Mapping[str, Process]
    purposes: Mapping[str, Purpose]
    people: Mapping[str, tuple[str, ...]]
    grants: Sequence[Grant]


NAMES = {
    "etom_id": "etom",
    "owner_person": "ownerPerson",
    "legal_basis": "legalBasis",
    "requires_consent": "requiresConsent",
    "despite_restriction": "despiteRestriction",
    "despite_objection": "despiteObjection",
    "privacy_purposes": "privacyPurposes",
}
"""What attributes are called in a file, where it is another name."""
_PROCESS = tuple(NAMES.get(each.name, each.name) for each in fields(Process))
_PURPOSE = tuple(NAMES.get(each.name, each.name) for each in fields(Purpose))
_GRANT = ("process", "purpose", "part", "allow", "terms", "reason", "until")


def read(text: str) -> Declared:
    """Return what the file `text` declares; raise FileError, with its line, for what is wrong."""
    parts = parse(text).only("processes", "purposes", "people", "grants")
    return Declared(
        {name: _process(value) for name, value in _members(parts, "processes")},
        {code: _purpose(value) for code, value in _members(parts, "purposes")},
        {name: _capacities(value) for name, value in _members(parts, "people")},
        _distinct(
            [_grant(value) for value in parts["grants"].items()] if "grants" in parts else []
        ),
    )


def _members(parts: Mapping[str, Value], name: str) -> Sequence[tuple[str, Value]]:
    return list(parts[name].members().items()) if name in parts else []


def _process(value: Value) -> Process:
    told = value.only(*_PROCESS, required=("name", "owner"))
    if "kind" in told:
        _one_of(told["kind"], KINDS)
    names = {each.name: NAMES.get(each.name, each.name) for each in fields(Process)}
    return Process(**{name: told[key].text() for name, key in names.items() if key in told})


def _purpose(value: Value) -> Purpose:
    told = value.only(*_PURPOSE, required=("title", "legalBasis"))
    basis = _one_of(told["legalBasis"], LEGAL_BASES)
    requires = _flag(told, "requiresConsent") or basis == "consent"
    words = told["privacyPurposes"].items() if "privacyPurposes" in told else []
    state = _one_of(told["state"], STATES) if "state" in told else STATES[0]
    # As registering it has it: consent as the basis always requires consent.
    return Purpose(
        told["title"].text(),
        basis,
        requires,
        state,
        _flag(told, "despiteRestriction"),
        _flag(told, "despiteObjection"),
        tuple(sorted({normal(word.text()) for word in words})),
    )


def _flag(told: Mapping[str, Value], name: str) -> bool:
    value = told[name].scalar() if name in told else False
    if not isinstance(value, bool):
        raise told[name].wrong("must be true or false.")
    return value


def _capacities(value: Value) -> tuple[str, ...]:
    found = [value] if not value.is_list else value.items()
    for each in found:
        _checked(each, lambda each=each: check_capacity(each.text()))  # type: ignore[misc]
    return tuple(sorted({each.text() for each in found}))


def _grant(value: Value) -> Grant:
    told = value.only(*_GRANT, required=("process", "purpose", "allow", "reason"))
    purpose = told["purpose"].text()
    terms = told["terms"].plain() if "terms" in told else None

    def permitted() -> list[Permission]:
        found = permissions_of(told["allow"].plain(), terms, purpose)
        terms_by_type(found)
        return found

    until = parse_instant(told["until"].text()) if "until" in told else None
    if "until" in told and (until is None or until <= now()):
        raise told["until"].wrong("is no date to come.", "Write 2027-01-31.")
    permissions = tuple(_checked(told["allow"], permitted))
    part = told["part"].text() if "part" in told else ""
    process, reason = told["process"].text(), told["reason"].text()
    return Grant(process, purpose, permissions, reason, until, part, value)


def _distinct(grants: list[Grant]) -> list[Grant]:
    seen: set[tuple[str, str, str]] = set()
    for grant in grants:
        which = (grant.process, grant.purpose, grant.part)
        if which in seen:
            raise grant.at.wrong("is of a process, purpose and part that stand here already.")
        seen.add(which)
    return grants


def _one_of(value: Value, known: Sequence[str]) -> str:
    if value.text() not in known:
        raise value.wrong(f"{value.text()!r} is not known.{nearest(value.text(), known)}")
    return value.text()


def _checked(value: Value, check: Callable[[], Result]) -> Result:
    """Return what `check` returns; what it refuses is told with its place in the file."""
    try:
        return check()
    except Invalid as error:
        where = f"{error.path}: " if error.path else ""
        raise value.wrong(f"{where}{error.message}", error.hint) from None


def written(declared: Any) -> dict[str, Any]:
    """Return a Process or Purpose as a file has it: what is empty or usual is left out."""
    usual = {each.name: each.default for each in fields(declared)}
    told = {each.name: getattr(declared, each.name) for each in fields(declared)}
    return {NAMES.get(name, name): value for name, value in told.items() if value != usual[name]}
