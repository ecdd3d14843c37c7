"""Holders: where rooms hold data of subjects, how it is taken out of there and handed over.

Each room lists its own; `app` puts them together. A table that could hold data of a subject
and has neither a holder nor an explanation fails a test.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from customer_inventory.kit.actor import Actor
from customer_inventory.record.subject.package.file import File, Subject
from customer_inventory.store.database import Database


@dataclass(frozen=True, slots=True)
class Scope:
    """What an erasure takes away: every trace of the records `ids`, by id and record type.

    `shared` are records of others that name them: these stay, without the subject. `words` are
    values that tell the subject apart (addresses, numbers, whole names), for free text; `names`
    are single words of names, as search folds them.
    """

    ids: Mapping[str, str]
    shared: Mapping[str, str]
    words: frozenset[str]
    names: frozenset[str]
    actor: Actor


Erase = Callable[[Database, Scope], Awaitable[Mapping[str, int]]]
"""Takes a scope out of a holder; returns rows gone by table. Done again, it finds none."""


Hand = Callable[[Database, Subject], AsyncIterator[File]]
"""Yields the files in which a holder hands over what it has of a subject."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A place that holds data of subjects: its name, its tables, how a scope is taken out.

    `hand` hands over what it has of a subject; without it `hands_nothing` says to the subject why.
    """

    name: str
    tables: tuple[str, ...]
    erase: Erase
    hand: Hand | None = None
    hands_nothing: str = ""


@dataclass(frozen=True, slots=True)
class Holders:
    """All holders in the order in which they are emptied.

    `explained` says of other tables why an erasure leaves them as they are.
    """

    holders: tuple[Holder, ...]
    explained: Mapping[str, str]
