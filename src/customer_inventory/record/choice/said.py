"""What privacy documents (TMF644) say that their parties allow, and what holds of it when.

A party agrees or refuses in the characteristics of an agreement (`partyPrivacyAgreement`) or of a
profile (`partyPrivacyProfile`): each names a use (`privacyUsagePurpose`), a characteristic such as
a channel, and a value. Of several documents that hold at an instant the one that began last
decides. Where it is doubtful what one means, nothing is allowed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from customer_inventory.kit.clock import parse_instant
from customer_inventory.record.choice.asked import EVERY_NAME, normal
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.types import TYPES

AGREEMENT, PROFILE = "partyPrivacyAgreement", "partyPrivacyProfile"
MOST_SAID = 500
"""So many choices of one subject count: the latest."""

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
"""Stand for no start and no end of a period."""

_YES = frozenset(
    [
        "true",
        "yes",
        "y",
        "1",
        "agree",
        "agreed",
        "accept",
        "accepted",
        "allow",
        "allowed",
        "grant",
        "granted",
        "consent",
        "consented",
        "authorize",
        "authorized",
        "authorise",
        "authorised",
        "optin",
        "optedin",
    ]
)
_IN_FORCE = frozenset(
    ["active", "inforce", "approved", "validated", "agreed", "signed", "accepted", "created"]
)
_UNDECIDED = frozenset(
    ["initialized", "initialised", "inprogress", "pending", "draft", "requested", "new"]
)


class Said(NamedTuple):
    """One choice: about what, whether it allows it, from when until when it holds, said when."""

    key: tuple[str, str]
    allows: bool
    start: datetime
    end: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """What holds from `start` until `end`: the words that are agreed to, those that are refused."""

    start: datetime
    end: datetime
    agreed: tuple[str, ...]
    refused: tuple[str, ...]


class Source(NamedTuple):
    """A privacy document, of which type, and when this version of it was recorded."""

    declared: RecordType
    document: Document
    recorded_at: datetime


def said(sources: Iterable[Source], agreements: Mapping[str, Document]) -> list[Said]:
    """Return the choices that documents of one subject make.

    `agreements` are those that profiles refer to, by id: what a profile allows by one holds while
    that one does.
    """
    found = [each for source in sources for each in _of_source(source, agreements)]
    return sorted(found, key=lambda each: each.at)[-MOST_SAID:]


def held(choices: Sequence[Said], *, since: datetime) -> list[Held]:
    """Return what holds of `choices`, in periods that do not overlap, those left `since` then."""
    ordered = sorted({at for each in choices for at in (each.start, each.end)})
    found: list[Held] = []
    for start, end in pairwise(ordered):
        agreed, refused = _words([each for each in choices if each.start <= start < each.end])
        before = found[-1] if found else None
        if before and (before.end, before.agreed, before.refused) == (start, agreed, refused):
            found[-1] = replace(before, end=end)
        elif agreed or refused:
            found.append(Held(start, end, agreed, refused))
    return [each for each in found if each.end > since]


def _words(choices: Sequence[Said]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words agreed to and those refused, of choices that hold together.

    What is said by name is told by name, too; a use as a whole is agreed to when nothing about it
    is refused.
    """
    latest: dict[tuple[str, str], Said] = {}
    for each in choices:
        known = latest.get(each.key)
        if known is None or (each.at, not each.allows) >= (known.at, not known.allows):
            latest[each.key] = each
    no = {key for key, each in latest.items() if not each.allows}
    refused = {"/".join(key) for key in no} | {use for use, _ in no}
    agreed = {"/".join(key) for key in latest.keys() - no}
    agreed |= {use for use, _ in latest} - refused
    return tuple(sorted(agreed)), tuple(sorted(refused))


def _of_source(source: Source, agreements: Mapping[str, Document]) -> Iterator[Said]:
    document = source.document
    period = _period(source.declared, document)
    at = source.declared.period(document)[0] or _dated(document) or source.recorded_at
    yes, is_in_force = period, _is_in_force(document)
    if source.declared.name == PROFILE and isinstance(document.get("agreement"), dict):
        agreement = agreements.get(str(document["agreement"].get("id")))
        if agreement is None:
            is_in_force = None
        else:
            of_agreement = _period(TYPES[AGREEMENT], agreement)
            yes = max(period[0], of_agreement[0]), min(period[1], of_agreement[1])
            is_in_force = _weaker(is_in_force, _is_in_force(agreement))
    for key, allows, is_for_all in _characteristics(document):
        if not allows or is_in_force is False:
            yield Said(key, False, *period, at)
        elif is_in_force and is_for_all and yes[0] < yes[1]:
            yield Said(key, True, *yes, at)


def _characteristics(document: Document) -> Iterator[tuple[tuple[str, str], bool, bool]]:
    """Return what is chosen in a document: about what, whether it is allowed, and to everybody."""
    listed = document.get("partyPrivacyProfileCharacteristic")
    for each in listed if isinstance(listed, list) else ():
        named = each.get("characterisitc") if isinstance(each, dict) else None
        use = each.get("privacyUsagePurpose") if isinstance(each, dict) else None
        if not isinstance(named, dict) or not isinstance(use, str) or "value" not in named:
            continue
        word = normal(use).replace("/", " ")
        name = normal(str(named.get("name") or EVERY_NAME)).replace("/", " ")
        key = (word, EVERY_NAME if name == word else name)
        yield key, _plain(named["value"]) in _YES, not each.get("relatedParty")


def _is_in_force(document: Document) -> bool | None:
    """Tell whether a document is in force; None: nothing is decided yet."""
    status = document.get("status")
    if status is None or _plain(status) in _IN_FORCE:
        return True
    return None if _plain(status) in _UNDECIDED else False


def _weaker(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return True if one and other else None


def _plain(value: Any) -> str:
    """Return a word without regard to how it is written: optIn, opt-in and OPT IN are one."""
    return _letters(str(value))


@lru_cache(maxsize=1024)
def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _period(declared: RecordType, document: Document) -> tuple[datetime, datetime]:
    start, end = declared.period(document)
    return start or FIRST, end or LAST


def _dated(document: Document) -> datetime | None:
    """Return when a document without a period says that it was agreed or changed last."""
    completed = document.get("completionDate")
    if isinstance(completed, Mapping):
        completed = completed.get("startDateTime")
    for said_at in (completed, document.get("lastUpdate"), document.get("creationDate")):
        instant = parse_instant(said_at)
        if instant is not None:
            return instant
    return None
