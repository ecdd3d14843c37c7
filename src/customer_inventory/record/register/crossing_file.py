"""How conditions on records and on those around them are written in files.

Besides the conditions on one document (`condition`), all of which may be parts:

    {names: billingAccount, at: billingAccount, where: {attribute: state, is: closed}}
    {names: [individual, organization], at: [engagedParty, relatedParty.partyOrPartyRole]}
    {names: any, at: engagedParty}                  of any type that may stand there
    {namedBy: product, at: billingAccount}          a product names this record at that path
    {alsoNames: engagedParty, where: …}             another of the type names the same there
    {another: service, where: …}                    another of the type shares such a key
    {leadsNowhere: [account, agreement]}            a reference there names nobody who is there
    {comesBack: agreementRelationship}              references there lead back to the record
    {misnames: [individual, organization], at: engagedParty}    calls it otherwise than it is called
    {attribute: state, differs: ^status}            ^ is an attribute of the record around
    {attribute: characteristic, named: [msisdn], after: terminationDate}
    {period: ended}                                 or running, toCome, overlapping (that of ^)
    {unchangedFor: P90D}                            last written longer ago
    {subject: another}                              belongs to another than the record around

`differs`, `same`, `after` and `before` compare the first value with that of another attribute, or
(`after`, `before`) with `now`; what is not there compares to nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Literal, get_args

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import Value, nearest
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register import condition
from customer_inventory.record.register.crossing import (
    AROUND,
    NOW,
    SIGNS,
    Age,
    AlsoNames,
    Another,
    AnotherSubject,
    Beside,
    ComesBack,
    Crossed,
    Joined,
    LeadsNowhere,
    Misnames,
    Names,
    Not,
    Period,
    Unchanged,
    When,
    Within,
)
from customer_inventory.record.types import TYPES
from customer_inventory.store.where import check_path

_ALIKE = 0.8
"""How like a declared attribute one is that is taken for a slip of the pen."""
_DEEPEST = 6
_ANY = "any"
_DURATION = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?")

Reader = Callable[[Value, RecordType, int], Crossed]


def read(value: Value, declared: RecordType, depth: int = 0) -> Crossed:
    """Return the condition on records of a type that a file has; raise FileError with its line."""
    if depth > _DEEPEST:
        raise value.wrong("is nested too deeply.")
    members = value.members()
    for name, reader in _READERS.items():
        if name in members:
            return reader(value, declared, depth)
    if "attribute" in members and (set(members) & {*SIGNS, "named"}):
        return _beside(value, declared, depth)
    found = condition.read(value)
    for path in condition.paths(found):
        check_attribute(value, path, declared)
    return Within(found)


def age_of(duration: str) -> Age | None:
    """Return the age that a duration of ISO 8601 in years, months and days says; None for none."""
    found = _DURATION.fullmatch(duration)
    return Age(*(int(each or 0) for each in found.groups())) if found else None


def _joined(how: Literal["all", "any"]) -> Reader:
    def reader(value: Value, declared: RecordType, depth: int) -> Crossed:
        items = value.only(how)[how].items()
        if not items:
            raise value.wrong("needs at least one condition.")
        return Joined(how, tuple(read(item, declared, depth + 1) for item in items))

    return reader


def _not(value: Value, declared: RecordType, depth: int) -> Crossed:
    return Not(read(value.only("not")["not"], declared, depth + 1))


def _names(value: Value, declared: RecordType, depth: int) -> Crossed:
    members = value.only("names", "at", "where", required=("names", "at"))
    paths = _references(members["at"], declared)
    targets = _targets(members["names"], declared, paths)
    # What is asked of them is read for each type: it must be sayable of all.
    wheres = [_where(members, TYPES[name], depth) for name in targets]
    return Names(targets, paths, where=wheres[0])


def _named_by(value: Value, declared: RecordType, depth: int) -> Crossed:
    members = value.only("namedBy", "at", "where", required=("namedBy", "at"))
    other, path = _type(members["namedBy"]), members["at"].text()
    reference = next((each for each in other.references if each.path == path), None)
    if reference is None or declared.name not in reference.targets:
        raise members["at"].wrong(f"{other.entity} names no {declared.name} at {path!r}.")
    return Names((other.name,), (path,), inward=True, where=_where(members, other, depth))


def _also_names(value: Value, declared: RecordType, depth: int) -> Crossed:
    members = value.only("alsoNames", "where", required=("alsoNames",))
    (path,) = _references(members["alsoNames"], declared)
    return AlsoNames(path, _where(members, declared, depth))


def _another(value: Value, declared: RecordType, depth: int) -> Crossed:
    members = value.only("another", "where", required=("another",))
    kind = members["another"].text()
    for searched in declared.searched:
        if searched.kind == kind and kind != "name":
            return Another(searched.kind, _where(members, declared, depth))
    known = sorted({each.kind for each in declared.searched} - {"name"})
    raise members["another"].wrong(
        f"{declared.entity} has no keys of the kind {kind!r}.{nearest(kind, known)}"
    )


def _leads_nowhere(value: Value, declared: RecordType, _: int) -> Crossed:
    return LeadsNowhere(_references(value.only("leadsNowhere")["leadsNowhere"], declared))


def _comes_back(value: Value, declared: RecordType, _: int) -> Crossed:
    (path,) = _references(value.only("comesBack")["comesBack"], declared)
    return ComesBack(path)


def _misnames(value: Value, declared: RecordType, _: int) -> Crossed:
    members = value.only("misnames", "at", required=("misnames", "at"))
    (path,) = paths = _references(members["at"], declared)
    return Misnames(_targets(members["misnames"], declared, paths), path)


def _period(value: Value, _: RecordType, depth: int) -> Crossed:
    word = value.only("period")["period"].text()
    for when in get_args(When):
        if word == when:
            if when == "overlapping" and depth == 0:
                raise value.wrong("there is no record around it.")
            return Period(when)
    raise value.wrong(f"{word!r} is no state of a period: {', '.join(get_args(When))}.")


def _unchanged(value: Value, _: RecordType, __: int) -> Crossed:
    said = value.only("unchangedFor")["unchangedFor"]
    age = age_of(said.text())
    if age is None:
        raise said.wrong("must be a duration of years, months or days, such as P90D.")
    return Unchanged(age)


def _subject(value: Value, _: RecordType, depth: int) -> Crossed:
    if value.only("subject")["subject"].text() != "another":
        raise value.wrong("must be the word another.")
    if depth == 0:
        raise value.wrong("there is no record around it.")
    return AnotherSubject()


def _beside(value: Value, declared: RecordType, depth: int) -> Crossed:
    members = value.only("attribute", "named", *SIGNS, required=("attribute",))
    signs = [sign for sign in SIGNS if sign in members]
    if len(signs) != 1:
        raise value.wrong(f"needs one of {', '.join(SIGNS)}.")
    sign, other = signs[0], members[signs[0]].text()
    if other == NOW and sign in ("differs", "same"):
        raise members[sign].wrong("compares to an attribute.")
    if other.startswith(AROUND) and depth == 0:
        raise members[sign].wrong("there is no record around it.")
    for name in ("attribute", sign):
        _check(members[name], members[name].text().removeprefix(AROUND))
    check_attribute(members["attribute"], members["attribute"].text(), declared)
    if other != NOW and not other.startswith(AROUND):
        check_attribute(members[sign], other, declared)
    named = members["named"].texts() if "named" in members else ()
    return Beside(members["attribute"].text(), named, sign, other)


def _where(members: Mapping[str, Value], declared: RecordType, depth: int) -> Crossed | None:
    return read(members["where"], declared, depth + 1) if "where" in members else None


def _references(value: Value, declared: RecordType) -> tuple[str, ...]:
    """Return the paths at which records of the type name others."""
    items = value.items() if value.is_list else [value]
    known = [each.path for each in declared.references]
    for item in items:
        if item.text() not in known:
            said = f"{declared.entity} names nobody at {item.text()!r}."
            raise item.wrong(f"{said}{nearest(item.text(), known)}")
    if not items:
        raise value.wrong("needs at least one path.")
    return tuple(item.text() for item in items)


def _targets(value: Value, declared: RecordType, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the types that are named, each of which may be at one of the paths at least."""
    possible = targets_at(declared, paths)
    if not value.is_list and value.text() == _ANY:
        return possible
    items = value.items() if value.is_list else [value]
    for item in items:
        if _type(item).name not in possible:
            raise item.wrong(
                f"{', '.join(paths)} cannot name a {item.text()}, only: {', '.join(possible)}."
            )
    if not items:
        raise value.wrong("needs at least one record type.")
    return tuple(item.text() for item in items)


def targets_at(declared: RecordType, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the record types that references of a type at these paths may name."""
    asked = set(paths)
    found = [
        target for each in declared.references if each.path in asked for target in each.targets
    ]
    return tuple(dict.fromkeys(found))


def _type(value: Value) -> RecordType:
    name = value.text()
    if name not in TYPES:
        raise value.wrong(f"there is no record type {name!r}.{nearest(name, TYPES)}")
    return TYPES[name]


def _check(value: Value, path: str) -> None:
    try:
        check_path(path)
    except Invalid as error:
        raise value.wrong(error.message) from None


def check_attribute(value: Value, path: str, declared: RecordType) -> None:
    """Raise FileError for an attribute that is misspelt; extensions may have any other."""
    first = path.partition(".")[0]
    if first not in declared.attributes:
        for known in get_close_matches(first, declared.attributes, n=1, cutoff=_ALIKE):
            raise value.wrong(f"{declared.entity} has no attribute {first!r}. Is {known} meant?")


_READERS: dict[str, Reader] = {
    "all": _joined("all"),
    "any": _joined("any"),
    "not": _not,
    "names": _names,
    "namedBy": _named_by,
    "alsoNames": _also_names,
    "another": _another,
    "leadsNowhere": _leads_nowhere,
    "comesBack": _comes_back,
    "misnames": _misnames,
    "period": _period,
    "unchangedFor": _unchanged,
    "subject": _subject,
}
