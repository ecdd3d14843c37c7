"""The keys a record is found by, taken from its document.

A key is a prefix that says what it is, and a normalised value:

    n:lundberg      a word of a name        m:ada@x.se      an e-mail address
    p:ada+lundberg  two words of a name     i:AB123456      an identifier
    t:+46701740605  a telephone number      a:storgatan     a word of an address
    t:~701740605    its national part       s:8946071…      a service identifier

Pairs of words make a full name as quick to find among millions as an identifier: the
records with both words are read, not all with either.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, groupby
from typing import Any

from customer_inventory.kit.clock import parse_instant
from customer_inventory.record.declare import Document, KeyKind, Period, RecordType, Searched
from customer_inventory.record.document import encode
from customer_inventory.record.search import fold, phone

NAME, PAIR, PHONE, EMAIL, IDENTIFIER, ADDRESS, SERVICE = "n:", "p:", "t:", "m:", "i:", "a:", "s:"

_PREFIXES: Mapping[KeyKind, tuple[str, ...]] = {
    "name": (NAME, PAIR),
    "phone": (PHONE,),
    "email": (EMAIL,),
    "identifier": (IDENTIFIER,),
    "address": (ADDRESS,),
    "service": (SERVICE,),
}

MOST_NAME_WORDS = 16
MOST_PAIRED = 6
"""So many words of a record's names are paired, each with each: fifteen pairs at most."""

_DIALLED = frozenset({"msisdn", "phonenumber", "telephonenumber", "directorynumber"})


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a record is found by: where it stands, its keys, and when it holds."""

    kind: KeyKind
    path: str
    value: str
    keys: tuple[str, ...]
    periods: tuple[Period, ...]


@lru_cache(maxsize=500)
def prefixes_of(declared: RecordType) -> frozenset[str]:
    """Return what the keys of records of a type begin with."""
    kinds = {searched.kind for searched in declared.searched}
    return frozenset(prefix for kind in kinds for prefix in _PREFIXES[kind])


def keys_of(declared: RecordType, document: Document) -> list[str]:
    """Return the keys of `document`, each once; none holds a space."""
    return words_and_keys(declared, document)[1]


def are_alike(declared: RecordType, old: Document, new: Document) -> bool:
    """Tell whether two documents have the same keys for sure: nothing they come from differs."""
    return all(encode(old.get(name)) == encode(new.get(name)) for name in _members(declared))


@lru_cache(maxsize=500)
def _members(declared: RecordType) -> tuple[str, ...]:
    """Return the members of a document that its keys come from, or are made by."""
    found = {"name": None, "country": None}
    for searched in declared.searched:
        found |= dict.fromkeys(searched.steps[:1] or searched.attributes)
    return tuple(found)


def words_and_keys(declared: RecordType, document: Document) -> tuple[tuple[str, ...], list[str]]:
    """Return the words of the names of `document`, as many as make keys, and all of its keys."""
    keys: dict[str, None] = {}
    names: dict[str, None] = {}
    for steps, together in _walks(declared):
        if steps and steps[0] not in document:
            continue
        holders = _objects(document, steps)
        for searched in together:
            found = names if searched.kind == "name" else keys
            for holder in holders:
                for _, text in _texts(searched, holder):
                    is_name = found is names
                    for word in fold.words(text) if is_name else _keys(searched, holder, text):
                        found[word] = None
    words = tuple(names)[:MOST_NAME_WORDS]
    return words, [*name_keys(words), *keys]


@lru_cache(maxsize=500)
def _walks(
    declared: RecordType,
) -> tuple[tuple[tuple[str, ...], tuple[Searched, ...]], ...]:
    """Return what is looked for by where it is: neighbours in one place are found in one walk."""
    by_place = groupby(declared.searched, lambda each: each.steps)
    return tuple((steps, tuple(together)) for steps, together in by_place)


def found_in(declared: RecordType, document: Document) -> Iterator[Found]:
    """Yield every value that `document` is found by, for those who want to know where."""
    whole = declared.period(document)
    for searched in declared.searched:
        for path, holder in _holders(document, searched.steps):
            periods = (whole, *_periods(document, holder))
            for attribute, text in _texts(searched, holder):
                place = f"{path}.{attribute}" if path else attribute
                keys = _keys(searched, holder, text)
                yield Found(searched.kind, place, text, keys, periods)


@lru_cache(maxsize=4096)  # records of one name come together; each takes a kilobyte or two
def name_keys(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of names of these words: each word, and each two of the first ones."""
    paired = combinations(words[:MOST_PAIRED], 2)
    return (*(f"{NAME}{word}" for word in words), *(pair(one, other) for one, other in paired))


def pair(one: str, other: str) -> str:
    """Return the key of two words of a name, whatever their order."""
    return f"{PAIR}{one}+{other}" if one < other else f"{PAIR}{other}+{one}"


def identifier_key(text: str, prefix: str = IDENTIFIER) -> tuple[str, ...]:
    """Return the key of an identifier or service identifier, none for one without letters."""
    folded = fold.identifier(text)
    return (f"{prefix}{folded}",) if folded else ()


def _keys(searched: Searched, holder: Document, text: str) -> tuple[str, ...]:
    """Return the keys of one value."""
    match searched.kind:
        case "name":
            return tuple(f"{NAME}{word}" for word in fold.words(text))
        case "phone":
            return tuple(f"{PHONE}{key}" for key in phone.keys(text, _region(holder)))
        case "email":
            return (f"{EMAIL}{fold.mail(text)}",) if "@" in text and fold.identifier(text) else ()
        case "address":
            return _address_keys(text)
        case "service":
            return _service_keys(str(holder.get("name")), text)
        case _:
            return identifier_key(text)


def _address_keys(text: str) -> tuple[str, ...]:
    """Return a key a word, and one of all where they are as short as those of a post code."""
    words = fold.words(text)
    is_short = len(words) > 1 and len(text) <= _LONGEST_POST_CODE
    joined = ("".join(words),) if is_short else ()
    return tuple(f"{ADDRESS}{word}" for word in (*words, *joined))


_LONGEST_POST_CODE = 10


def _service_keys(name: str, text: str) -> tuple[str, ...]:
    folded = "".join(fold.words(name))
    if folded not in _DIALLED:
        return identifier_key(text, SERVICE)
    # An MSISDN is written with its country and without a plus.
    number = f"+{text}" if folded == "msisdn" and text[:1] in "123456789" else text
    return (*identifier_key(text, SERVICE), *(f"{SERVICE}{key}" for key in phone.keys(number)))


def _region(holder: Document) -> str | None:
    country = holder.get("country")
    return country.upper() if isinstance(country, str) else None


def _objects(document: Document, steps: tuple[str, ...]) -> list[Document]:
    """Return the objects at `steps`: as `_holders` does, in less time, without their paths."""
    nodes: list[Any] = [document]
    for step in steps:
        found = [node[step] for node in nodes if step in node]
        nodes = []
        for inner in found:
            if isinstance(inner, list):
                nodes += [item for item in inner if isinstance(item, dict)]
            elif isinstance(inner, dict):
                nodes.append(inner)
    return nodes


def _holders(node: Any, steps: tuple[str, ...]) -> Iterator[tuple[str, Document]]:
    """Yield the objects at `steps` below `node`, each with its path in the document."""
    if not steps:
        if isinstance(node, dict):
            yield "", node
        return
    first, *rest = steps
    inner = node.get(first) if isinstance(node, dict) else None
    if not isinstance(inner, list):
        for below, holder in _holders(inner, tuple(rest)):
            yield _joined(first, below), holder
        return
    for number, item in enumerate(inner):
        for below, holder in _holders(item, tuple(rest)):
            yield _joined(f"{first}[{number}]", below), holder


def _joined(first: str, below: str) -> str:
    return f"{first}.{below}" if below else first


def _texts(searched: Searched, holder: Document) -> list[tuple[str, str]]:
    """Return the attributes of `holder` that count, with what they say; a number is text too."""
    if searched.named and "".join(fold.words(str(holder.get("name")))) not in searched.named:
        return []
    found = []
    for attribute in searched.attributes:
        if attribute in holder:
            value = holder[attribute]
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if isinstance(value, str) and value:
                found.append((attribute, value))
    return found


def _periods(document: Document, holder: Document) -> Iterator[Period]:
    """Yield the periods in which a value of `holder` holds; what is no instant bounds nothing."""
    period = holder.get("validFor") if holder is not document else None
    if isinstance(period, dict):
        yield parse_instant(period.get("startDateTime")), parse_instant(period.get("endDateTime"))
