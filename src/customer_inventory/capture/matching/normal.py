"""The one normal form of a person and of an organisation, from our record documents.

Batch and entry compare normal forms alone, so that they can never read a document differently.
What is empty is None or an empty list. Texts are folded (a to z and 0 to 9).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from customer_inventory.capture.matching import name
from customer_inventory.record.search import fold, phone

MATCHED = ("individual", "organization")
"""Record types of which duplicates are found."""

MOST_VALUES = 8
"""So many telephone numbers, addresses and identifiers of a record count."""

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_LOCAL = re.compile(r"[^@]+@[^@]+")
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Domains where dots in the local part mean nothing, and what they are the same as."""
_PUBLIC = frozenset(name.declared("public"))
"""Domains that say nothing of who is behind an address."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as matching sees one.

    `given` is the first given name and `formals` what it may be short for, `family` the whole
    family name; `birth` is an ISO date. Identifiers stand with their kind: `passport|ab123`.
    """

    id: str
    given: str | None
    formals: tuple[str, ...]
    family: str | None
    names: str | None
    given_sound: str | None
    family_sound: str | None
    birth: str | None
    gender: str | None
    generation: str | None
    emails: tuple[str, ...]
    locals: tuple[str, ...]
    phones: tuple[str, ...]
    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    street: str | None
    number: str | None
    city: str | None
    post: str | None


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as matching sees one: `org` is its name without legal form and branch."""

    id: str
    org: str | None
    sorted: str | None
    org_sound: str | None
    branch: str | None
    emails: tuple[str, ...]
    domains: tuple[str, ...]
    phones: tuple[str, ...]
    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    street: str | None
    number: str | None
    city: str | None
    post: str | None


Normal = Person | Organisation


def normal(record_type: str, identifier: str, document: Mapping[str, Any]) -> Normal:
    """Return the normal form of a document of a type of MATCHED."""
    if record_type == "individual":
        return person(identifier, document)
    return organisation(identifier, document)


def person(identifier: str, document: Mapping[str, Any]) -> Person:
    """Return the normal form of an individual's document."""
    given, family = _person_names(document)
    first = given[0] if given else None
    kept = " ".join(family) or None
    reach = _Reach(document)
    ids, kinds = _identifiers(document, "individualIdentification")
    both = bool(given and family)
    gender = fold.words(_text(document, "gender"))
    generation = fold.words(_text(document, "generation"))
    return Person(
        id=identifier,
        given=first,
        formals=name.formals(first) if first else (),
        family=kept,
        names=" ".join(sorted((first or "", *family))) if both else None,
        given_sound=name.sound(first) if first else None,
        family_sound=name.sound(kept) if kept else None,
        birth=_date(_text(document, "birthDate")),
        gender=gender[0][:1] if gender else None,
        generation="".join(generation) or None,
        emails=reach.emails,
        locals=tuple(each.partition("@")[0] for each in reach.emails),
        phones=reach.phones,
        ids=ids,
        kinds=kinds,
        street=reach.street,
        number=reach.number,
        city=reach.city,
        post=reach.post,
    )


def organisation(identifier: str, document: Mapping[str, Any]) -> Organisation:
    """Return the normal form of an organisation's document."""
    text = _text(document, "name") or _text(document, "tradingName")
    core, branch = name.company(text[:300]) if text else ("", "")
    reach = _Reach(document)
    ids, kinds = _identifiers(document, "organizationIdentification")
    domains = (each.partition("@")[2] for each in reach.emails)
    words = sorted(core.split())
    return Organisation(
        id=identifier,
        org=core or None,
        sorted=" ".join(words) or None,
        org_sound=name.sound(core.replace(" ", "")) if core else None,
        branch=branch or None,
        emails=reach.emails,
        domains=_unique(domain for domain in domains if domain not in _PUBLIC),
        phones=reach.phones,
        ids=ids,
        kinds=kinds,
        street=reach.street,
        number=reach.number,
        city=reach.city,
        post=reach.post,
    )


class _Reach:
    """How a party can be reached, by the media of its document, the first address counting."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        media = _items(document, "contactMedium")
        region = next((_text(each, "country") for each in media if each.get("country")), "")
        self.phones = _unique(_numbers(media, region))
        self.emails = _unique(_mails(media))
        self.street: str | None = None
        self.number: str | None = None
        self.city: str | None = None
        self.post: str | None = None
        for medium in media:
            if medium.get("street1") or medium.get("postCode") or medium.get("city"):
                self._place(medium)
                break

    def _place(self, medium: Mapping[str, Any]) -> None:
        street, number = name.street(_text(medium, "street1")[:200])
        self.street, self.number = street or None, number or None
        self.city = " ".join(fold.words(_text(medium, "city"))) or None
        self.post = "".join(fold.words(_text(medium, "postCode"))) or None


def _person_names(document: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the folded words of the given and of the family name."""
    given = fold.words(_text(document, "givenName")[:200])
    family = fold.words(
        f"{_text(document, 'familyNamePrefix')} {_text(document, 'familyName')}"[:200]
    )
    if not given and not family:
        whole = _text(document, "name") or _text(document, "formattedName")
        words = fold.words(whole[:200])
        return words[:-1], words[-1:]
    return given, family


def _numbers(media: Iterable[Mapping[str, Any]], region: str) -> Iterable[str]:
    """Yield telephone numbers by their national part."""
    for medium in media:
        text = _text(medium, "phoneNumber")[:60]
        if text:
            own = _text(medium, "country") or region
            keys = phone.keys(text, own.upper() or None)
            if keys:
                national = next((key[1:] for key in keys if key.startswith("~")), keys[0])
                yield national.lstrip("0")


def _mails(media: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for medium in media:
        text = fold.mail(_text(medium, "emailAddress"))
        if _LOCAL.fullmatch(text):
            local, _, domain = text.partition("@")
            local = local.partition("+")[0]
            if domain in _DOTLESS:
                local, domain = local.replace(".", ""), _DOTLESS[domain]
            if local:
                yield f"{local}@{domain}"


def _identifiers(
    document: Mapping[str, Any], attribute: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return strong identifiers with their kinds, and the kinds alone."""
    ids: list[str] = []
    for each in _items(document, attribute):
        value = fold.identifier(_text(each, "identificationId"))
        if len(value) >= _SHORTEST_IDENTIFIER:
            kind = "".join(fold.words(_text(each, "identificationType")))
            ids.append(f"{kind}|{value}")
    found = _unique(ids)
    return found, _unique(each.partition("|")[0] for each in found)


_SHORTEST_IDENTIFIER = 4


def _date(text: str) -> str | None:
    found = _DATE.match(text)
    return found[0] if found else None


def _text(holder: Mapping[str, Any], attribute: str) -> str:
    value = holder.get(attribute)
    return value if isinstance(value, str) else ""


def _items(document: Mapping[str, Any], attribute: str) -> list[Mapping[str, Any]]:
    value = document.get(attribute)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MOST_VALUES]
