"""Which records may be of the subject of a document: found by the keys of search, bounded.

Several ways in one statement: by any telephone number, address of e-mail or identifier; by two
words of the name, misspelt and short ones too, of people whose birth dates are not quite different;
by a word of the name at the same house.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from customer_inventory.capture.matching import name
from customer_inventory.capture.matching.normal import Normal, Person
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.search import word
from customer_inventory.record.search.asked import Group, Likely
from customer_inventory.record.search.candidate import Contrast, Way, documents_found
from customer_inventory.record.search.key import (
    ADDRESS,
    EMAIL,
    IDENTIFIER,
    NAME,
    PHONE,
    keys_of,
    pair,
)
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database

_STRONG = (PHONE, EMAIL, IDENTIFIER)
_MOST_MEANT = 6
"""So many words of the dictionary may be meant by one."""
_MOST_SHORT = 8
_MOST_PAIRS = 48


async def candidates(
    database: Database, declared: RecordType, document: Document, form: Normal, sight: Sight
) -> dict[str, tuple[Document, bool]]:
    """Return the records of a type, of any scope, that may be of the subject of a document, by id.

    Each with its document, and whether `sight` shows it.
    """
    words = _words(form)
    likely = await word.like(database, words, _MOST_MEANT) if words else {}
    ways = list(_ways(declared, document, form, likely))
    if not ways:
        return {}
    return await documents_found(database, ways, declared, sight)


def _words(form: Normal) -> tuple[str, ...]:
    """Return the words of a name that are looked up, the telling ones."""
    if isinstance(form, Person):
        family = (form.family or "").split()
        return tuple(dict.fromkeys(filter(None, (form.given, *family[-2:]))))
    return tuple(dict.fromkeys((form.org or "").split()))[:3]


def _ways(declared: RecordType, document: Document, form: Normal, likely: Likely) -> Iterable[Way]:
    keys = keys_of(declared, document)
    strong = tuple(key for key in keys if key.startswith(_STRONG))
    if strong:
        yield Way([strong])
    meant = _meant(form, likely)
    named = tuple(_pairs(meant))
    if named:
        yield Way([named], _contrast(form))
    elif meant:
        single = tuple(f"{NAME}{each}" for each in next(iter(meant.values())))
        yield Way([single], _contrast(form))
    house = _house(keys, form)
    if house and meant:
        every = tuple(f"{NAME}{each}" for others in meant.values() for each in others)
        yield Way([every, *house])


def _contrast(form: Normal) -> Contrast | None:
    """Return what a namesake may not contradict: a birth date, but for a digit or a swap.

    Nearly all of the many namesakes of a common name do, and nothing else would lead to them.
    """
    if not isinstance(form, Person) or form.birth is None:
        return None
    return Contrast("birthDate", (f"{form.birth[:4]}%", f"____{form.birth[4:]}%"))


def _meant(form: Normal, likely: Likely) -> Mapping[str, Sequence[str]]:
    """Return, for each word of a name, the words that may stand for it."""
    meant = {each: list(others) for each, others in likely.items()}
    if isinstance(form, Person) and form.given in meant:
        also = (*form.formals, *name.shorts(form.given)[:_MOST_SHORT])
        meant[form.given] = list(dict.fromkeys((*meant[form.given], *also)))
    return meant


def _pairs(meant: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """Return the keys of two words of a name, as they may be written."""
    words = list(meant)
    found: dict[str, None] = {}
    for number, one in enumerate(words[:-1]):
        for other in words[number + 1 :]:
            likest = sorted(
                product(enumerate(meant[one]), enumerate(meant[other])),
                key=lambda both: both[0][0] + both[1][0],
            )
            for (_, first), (_, second) in likest[: _MOST_PAIRS // (len(words) - 1)]:
                if first != second:
                    found[pair(first, second)] = None
    return found


def _house(keys: Iterable[str], form: Normal) -> Sequence[Group]:
    """Return the groups of a record at the same post code and number, or none."""
    if form.post is None or form.number is None:
        return []
    post = f"{ADDRESS}{form.post}"
    numbers = tuple(
        key for key in keys if key[:2] == ADDRESS and key[2:3].isdigit() and key != post
    )
    return [(post,), numbers] if numbers else []
